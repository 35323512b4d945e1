//! The house rules that a machine can keep: headers, lengths, arrows between crates, links in docs.
//!
//! What no machine checks does not last. Each rule names the file and says what to do.

mod old_phones;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Lines of a Rust file at most; past it, it is split.
const FILE_LINES_MAX: usize = 600;

/// Crates that the pure core must never depend on, however indirectly it is tempted.
const IMPURE: [&str; 6] = ["tokio", "libp2p", "rusqlite", "axum", "getrandom", "tracing"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Every file of the workspace with this ending, without build output and hidden folders.
fn files(ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {ending} files at all");
    found
}

fn check(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_header_that_teaches_and_fits_a_sitting() {
    let mut broken = Vec::new();
    for path in files(".rs") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        if !text.starts_with("//!") {
            broken.push(format!("{}: open it with a `//!` header", path.display()));
        }
        let lines = text.lines().count();
        if lines > FILE_LINES_MAX {
            broken.push(format!("{}: {lines} lines, split it", path.display()));
        }
    }
    check(broken);
}

#[test]
fn the_pure_core_depends_on_nothing_that_could_do_io() {
    let manifest = fs::read_to_string(root().join("crdt/Cargo.toml")).expect("a manifest");
    let dependencies = manifest.split("[dev-dependencies]").next().expect("the first part");
    let named = |name: &&str| {
        dependencies.lines().any(|line| line.split(['.', ' ', '=']).next() == Some(*name))
    };
    let broken = IMPURE.iter().filter(|name| named(name));
    check(broken.map(|name| format!("crdt/Cargo.toml: {name} does not belong here")).collect());
}

#[test]
fn nobody_lists_a_dependency_that_he_does_not_use() {
    let mut broken = Vec::new();
    for home in ["crdt", "node", "cli", "tests"] {
        let folder = root().join(home);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let code: String = files(".rs")
            .iter()
            .filter(|path| path.starts_with(&folder))
            .map(|path| fs::read_to_string(path).expect("UTF-8"))
            .collect();
        let mut lists = false;
        for line in manifest.lines() {
            if line.starts_with('[') {
                lists = line.ends_with("dependencies]");
                continue;
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let used = name.replace('-', "_");
            if lists && !used.is_empty() && !used.starts_with('#') && !code.contains(&used) {
                broken.push(format!("{home}/Cargo.toml: {name} is used nowhere"));
            }
        }
    }
    check(broken);
}

#[test]
fn the_core_of_the_node_imports_nothing_but_the_pure_core() {
    let core = root().join("node/src/core");
    let is_core = |path: &PathBuf| path.starts_with(&core) || *path == core.with_extension("rs");
    let mut broken = Vec::new();
    for path in files(".rs").into_iter().filter(is_core) {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for name in IMPURE.iter().filter(|name| text.contains(&format!("{name}::"))) {
            broken.push(format!("{}: {name} does not belong here", path.display()));
        }
    }
    check(broken);
}

#[test]
fn store_mesh_and_page_never_import_one_another() {
    let rooms = ["store", "mesh", "web"];
    let mut broken = Vec::new();
    for path in files(".rs") {
        let inside = path.strip_prefix(root().join("node/src")).unwrap_or(Path::new(""));
        let Some(first) = inside.components().next() else { continue };
        let first = first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        if !rooms.contains(&first.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("UTF-8");
        for other in rooms.iter().filter(|room| **room != first) {
            if text.contains(&format!("crate::{other}::")) {
                broken.push(format!("{}: imports `{other}`", path.display()));
            }
        }
    }
    check(broken);
}

#[test]
fn no_link_in_the_documents_leads_nowhere() {
    let mut broken = Vec::new();
    for path in files(".md") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains("://") || target.contains(' ');
            let folder = path.parent().expect("a folder");
            if !elsewhere && !folder.join(target).exists() {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    check(broken);
}

#[test]
fn nothing_unfinished_is_left_in_the_code() {
    let marks = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[ign", "ore")];
    let mut broken = Vec::new();
    for path in files(".rs") {
        let text = fs::read_to_string(&path).expect("UTF-8");
        for mark in marks.iter().filter(|mark| text.contains(**mark)) {
            broken.push(format!("{}: {mark}", path.display()));
        }
    }
    check(broken);
}
