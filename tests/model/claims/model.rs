//! The model's own verdicts on random sets: the ones kept in the repository, and fresh ones.
//!
//! `seed-*.json` is what `claims.py --emit SEED` printed; `rides-*.json` are sets over three rides
//! with swaps, holds and duplicates, judged by the same model; `series-*.json` are what `series.py`
//! beside this file draws: a series, its rota, and drivers who claim, withdraw and swap.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use tests::oracle::claims::check;

/// Fresh sets drawn in a short run; `LINLI_SEEDS` draws more.
const FRESH: u32 = 200;

#[track_caller]
fn agrees(name: &str, set: &str) {
    let (ours, difference) = check(set).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(difference, None, "{name}: here {ours:#}");
}

#[test]
fn kept_sets_are_judged_as_the_model_judges_them() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/claims");
    let files = fs::read_dir(folder).expect("the vectors are in the repository");
    let mut names: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    names.sort();
    assert!(names.len() >= 30, "the vectors are in the repository");
    for file in names {
        agrees(&file.display().to_string(), &fs::read_to_string(&file).expect("readable"));
    }
}

#[test]
fn fresh_sets_are_judged_as_the_model_judges_them() {
    let Some(folder) = model_folder() else {
        println!("skipped: no ../shared/model/claims.py here");
        return;
    };
    let seeds = std::env::var("LINLI_SEEDS").ok().and_then(|count| count.parse().ok());
    let seeds = seeds.unwrap_or(FRESH);
    let script = "import json, sys; sys.dont_write_bytecode = True; import claims\n\
                  for seed in range(10000, 10000 + int(sys.argv[1])): print(json.dumps(claims.emit(seed)))";
    let drawn = Command::new("python3")
        .args(["-c", script, &seeds.to_string()])
        .env("PYTHONPATH", folder)
        .output();
    all_agree(drawn, seeds);
}

#[test]
fn fresh_series_are_judged_as_the_model_judges_them() {
    let Some(folder) = model_folder() else {
        println!("skipped: no ../shared/model/claims.py here");
        return;
    };
    let seeds = std::env::var("LINLI_SEEDS").ok().and_then(|count| count.parse().ok());
    let seeds: u32 = seeds.unwrap_or(FRESH);
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("model/claims/series.py");
    let drawn = Command::new("python3")
        .arg(script)
        .args(["10000", &seeds.to_string()])
        .env("PYTHONPATH", folder)
        .output();
    all_agree(drawn, seeds);
}

fn all_agree(drawn: std::io::Result<Output>, seeds: u32) {
    let Ok(drawn) = drawn else {
        println!("skipped: no python3 here");
        return;
    };
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let sets = String::from_utf8(drawn.stdout).expect("JSON is UTF-8");
    assert_eq!(sets.lines().count(), usize::try_from(seeds).expect("a small number"));
    for (seed, set) in (10_000..).zip(sets.lines()) {
        agrees(&format!("seed {seed}"), set);
    }
}

/// Beside the checkout, or one level further up.
fn model_folder() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = ["../../shared/model", "../../../shared/model"].map(|path| root.join(path));
    beside.into_iter().find(|folder| folder.join("claims.py").exists())
}

#[test]
fn a_verdict_that_differs_is_named() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/claims");
    let set = fs::read_to_string(folder.join("seed-0173.json")).expect("a vector");
    let bent = set.replace("\"status\": \"assigned\"", "\"status\": \"open\"");
    let (_, difference) = check(&bent).expect("still a set");
    let difference = difference.expect("the status differs");
    assert_eq!(difference, "expected.status: here \"assigned\", the model says \"open\"");
    assert!(check("{}").is_err());
}
