//! Whatever a person can have done by a command, he can have done on a page, or it stands here why not.
//!
//! A page reaches a command where the pages' own source names it. A new command that none does fails here
//! until it has a page or a reason.

use std::{collections::BTreeSet, fs, path::Path};

use super::types::TYPES;

/// Commands that no page has done, and why.
const NO_PAGE: &[(&str, &str)] = &[
    ("act", "pages say it as `case/do`, which has every verb"),
    ("ask", "pages say it as `case/ask`, which also says when, where and for whom"),
    ("assign", "pages say it as `case/do`"),
    ("doctor", "it looks after the box itself, for whoever has its terminal"),
    ("status", "the strip, the network's page and the first page say it piece by piece"),
    ("progress", "the strip on every page says what is arriving"),
    ("import", "a file of any size, read at the box"),
    ("take_in", "a bundle comes on a stick, which is put into the box"),
    ("files/policy", "how much a box keeps is set once, by whoever has its terminal"),
    ("files/show", "the same: photos and files stand on the pages of what they belong to"),
    ("files/stop", "a fetch that nobody waits for ends by itself"),
    ("hours/verify", "a certificate that is here has its page; one from elsewhere is a file"),
    (
        "news/faq",
        "saved answers come up by themselves while a question is asked, and in the search",
    ),
    ("paper/state", "said on every page that is about papers: `me`"),
    ("roster/approve", "pages say it as `team/admit`, which knows the criteria, too"),
    ("roster/devices", "a person's page lists them: `roster/why`"),
    ("roster/members", "a group's desk lists them: `team/desk`"),
    ("series/edit", "a series is planned once a season, at the command line of the desk"),
    ("series/new", "the same"),
    ("series/rota", "the same"),
    ("token/check", "it is how a token is looked at"),
    ("token/list", "tokens are for programs on the box, and made beside them"),
    ("token/new", "a phone that is left lying must not become a program that stays"),
    ("token/revoke", "where tokens are made"),
];

/// The pages' source, without the interface for programs and without spaces.
fn pages() -> String {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut files = vec![web.with_extension("rs")];
    let mut folders = vec![web.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            let is_api = path.starts_with(web.join("api")) || path == web.join("api.rs");
            if path.is_dir() && !is_api {
                folders.push(path);
            } else if !is_api {
                files.push(path);
            }
        }
    }
    let read = |path| fs::read_to_string(path).expect("UTF-8");
    files.iter().map(read).collect()
}

/// Does the source name it, under the enum's own name or a short one for it?
fn names(source: &str, said: &str) -> bool {
    let (family, variant) = said.split_once("::").expect("an enum and its variant");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let begins = |head: &str| !head.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let renamed = format!("{family} as ");
    let shorts = source.split(&renamed).skip(1);
    let shorts = shorts.filter_map(|rest| rest.split(';').next());
    shorts.chain([family]).any(|name| {
        let wanted = format!("{name}::{variant}");
        source
            .match_indices(&wanted)
            .any(|(at, _)| begins(&source[..at]) && ends(&source[at + wanted.len()..]))
    })
}

#[test]
fn every_command_has_a_page_or_a_reason_why_not() {
    let (source, all) = (pages(), TYPES.words("Command"));
    assert!(source.len() > 100_000 && all.len() > 60, "pages and vocabulary were read");
    let excused: BTreeSet<&str> = NO_PAGE.iter().map(|(command, _)| *command).collect();
    let mut wrong = Vec::new();
    for (command, said) in &all {
        match (names(&source, said), excused.contains(command.as_str())) {
            (false, false) => {
                wrong.push(format!("`{command}` ({said}) has neither page nor reason"))
            }
            (true, true) => wrong.push(format!("`{command}` has a page and a reason against it")),
            _ => (),
        }
    }
    let gone = excused.iter().filter(|named| !all.iter().any(|(command, _)| command == **named));
    wrong.extend(gone.map(|it| format!("there is no command `{it}`")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
