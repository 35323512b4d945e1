//! Both languages say the same things, and every sentence is said somewhere.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the sentences has failed")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;

mod said;
mod together;

const ERRORS: [ErrorKind; 89] = [
    ErrorKind::NoCommunity,
    ErrorKind::AlreadyInCommunity,
    ErrorKind::UnknownGroup,
    ErrorKind::UnknownRequest,
    ErrorKind::UnknownMessage,
    ErrorKind::UnknownPerson,
    ErrorKind::UnknownKnock,
    ErrorKind::OtherNumber,
    ErrorKind::Ambiguous,
    ErrorKind::BadText,
    ErrorKind::UnknownField,
    ErrorKind::NotAMember,
    ErrorKind::NotAllowed,
    ErrorKind::NotNow,
    ErrorKind::UnknownSeries,
    ErrorKind::UnknownVote,
    ErrorKind::VoteRefused,
    ErrorKind::NoRideThen,
    ErrorKind::UnknownActivity,
    ErrorKind::CalledOff,
    ErrorKind::UnknownCertificate,
    ErrorKind::NoCertificate,
    ErrorKind::BadPlan,
    ErrorKind::NotInGroup,
    ErrorKind::OtherLegFirst,
    ErrorKind::NoSwap,
    ErrorKind::SayWhat,
    ErrorKind::BadLink,
    ErrorKind::BadInvitationFile,
    ErrorKind::BadAddress,
    ErrorKind::BadPageAddress,
    ErrorKind::BadEdit,
    ErrorKind::Private,
    ErrorKind::NoVault,
    ErrorKind::ReasonNeeded,
    ErrorKind::BadLine,
    ErrorKind::Storage,
    ErrorKind::Busy,
    ErrorKind::NoHome,
    ErrorKind::AlreadyHome,
    ErrorKind::ForeignFolder,
    ErrorKind::Unwritable,
    ErrorKind::Locked,
    ErrorKind::NewerData,
    ErrorKind::FileGone,
    ErrorKind::PortBusy,
    ErrorKind::Timeout,
    ErrorKind::UnknownPlace,
    ErrorKind::UnknownKey,
    ErrorKind::UnknownRemoval,
    ErrorKind::TooLow,
    ErrorKind::HasNoRole,
    ErrorKind::HasRole,
    ErrorKind::WasRemoved,
    ErrorKind::CutsGroups,
    ErrorKind::NothingLate,
    ErrorKind::InvitationUsed,
    ErrorKind::NotAnOwner,
    ErrorKind::UnknownCriterion,
    ErrorKind::CriteriaUnmet,
    ErrorKind::NotApplied,
    ErrorKind::NotCarried,
    ErrorKind::Suspended,
    ErrorKind::NotSuspended,
    ErrorKind::NotForked,
    ErrorKind::NotFromHere,
    ErrorKind::BadPaper,
    ErrorKind::ForeignPaper,
    ErrorKind::OtherPaper,
    ErrorKind::LastAdmin,
    ErrorKind::TooFewPapers,
    ErrorKind::NoPhoto,
    ErrorKind::FilesOff,
    ErrorKind::FilesBusy,
    ErrorKind::TooFar,
    ErrorKind::NoAudience,
    ErrorKind::CheckedBefore,
    ErrorKind::LookedAlready,
    ErrorKind::BadWindow,
    ErrorKind::StopFirst,
    ErrorKind::TurnedAway,
    ErrorKind::NotYetBack,
    ErrorKind::OldKey,
    ErrorKind::UnknownToken,
    ErrorKind::UnknownPhone,
    ErrorKind::TokensFull,
    ErrorKind::KeyReused,
    ErrorKind::Changed,
    ErrorKind::Internal,
];

/// Keys of these are made from codes that the node sends; each must at least be known by name.
const FAMILIES: [(&str, &[&str]); 22] = [
    ("ask-kind", &["question", "help", "complaint", "report", "suggestion", "activity"]),
    (
        "desk-list",
        &["unanswered", "unclaimed", "overdue", "conflicts", "call_backs", "provisional"],
    ),
    ("original", &["here", "coming", "no_room", "elsewhere"]),
    ("files-fetch", &["never", "asked", "groups"]),
    ("photo", together::PHOTO_CODES),
    ("news", &["alert", "notice", "answer", "addressed"]),
    ("news-state", &["not_yet", "holds", "expired", "withdrawn", "settled"]),
    ("lack", &["reason", "person", "request", "offer", "team"]),
    (
        "refusal",
        &[
            "ask_somebody_else",
            "wait_until_published",
            "reopen_first",
            "acknowledge_cancelling",
            "hold_already",
            "wait_behind_another",
            "claim_first",
            "said_already",
            "cannot_undo_pickup",
            "cancel_instead",
            "still_going",
            "ask_the_subject",
            "not_on_hold",
            "not_resolved_yet",
            "too_early",
            "nobodys_place",
        ],
    ),
    (
        "status",
        &[
            "submitted",
            "registered",
            "open",
            "assigned",
            "given",
            "in_progress",
            "resolved",
            "closed",
            "cancelled",
            "cancel_requested",
            "declined",
            "referred",
            "duplicate",
            "none",
        ],
    ),
    (
        "did",
        &[
            "ask",
            "submit",
            "register",
            "publish",
            "claim",
            "withdraw",
            "grant",
            "assign",
            "revoke",
            "depart",
            "arrive",
            "pickup",
            "done",
            "resolve",
            "confirm",
            "close",
            "reopen",
            "cancel",
            "ack",
            "hold",
            "resume",
            "refer",
            "decline",
            "duplicate",
            "offer",
            "accept",
            "remove",
            "edit",
            "erase",
            "seen",
            "plan",
            "rota",
            "call_off",
            "move",
            "as_planned",
            "visit",
            "attach",
            "note",
            "post",
        ],
    ),
    (
        "remark",
        &[
            "two on the way",
            "left after removal",
            "revoked on the way",
            "cancellation noted",
            "on hold",
            "early departure",
        ],
    ),
    (
        "button",
        &[
            "claim",
            "withdraw",
            "depart",
            "done",
            "confirm",
            "reopen",
            "cancel",
            "ack",
            "register",
            "publish",
            "hold",
            "resume",
            "refer",
            "decline",
            "duplicate",
            "offer",
            "accept",
            "arrive",
            "pickup",
            "grant",
            "revoke",
            "resolve",
            "close",
            "visit",
            "attach",
            "note",
            "post",
        ],
    ),
    ("field", &["title", "time", "place", "needs", "details"]),
    (
        "thing",
        &[
            "text",
            "title",
            "details",
            "name",
            "description",
            "message",
            "value",
            "home",
            "person",
            "edit",
            "invite",
            "found a group",
            "join",
            "place",
            "time",
            "needs",
            "remove_self",
            "rebind_same",
            "attest_self",
            "admit",
            "revoke",
            "revoke_self",
            "revoke_sealed",
            "certify_sealed",
            "vouch_self",
            "real name",
            "heal",
            "name a place",
            "reason",
            "plan rides",
            "checks",
            "roles",
            "approve_own",
            "certify",
            "rota",
            "rule",
            "zone",
            "places",
            "urgency",
            "until",
            "promise",
            "outcome",
            "words",
            "intake",
            "desk",
            "before",
            "answer",
            "alert",
            "duty",
            "doors",
            "open a vote",
            "enter ballots",
            "count ballots",
            "close a vote",
            "cancel a vote",
            "look_places",
            "choices",
            "counters",
            "thank",
            "skills",
            "reached",
            "photo",
            "photos",
            "additions",
            "phone",
            "scopes",
        ],
    ),
    (
        "reason",
        &[
            "removed",
            "forged_place",
            "no_grant",
            "no_such_grant",
            "not_a_grant",
            "void_grant",
            "not_entitled",
            "wrong_scope",
            "no_second_signature",
            "not_certified",
            "revoked",
            "cut",
            "old_writer",
            "forked",
            "no_such_group",
            "not_invited",
            "invitation_used",
            "too_few_vouches",
            "no_such_removal",
            "stranger",
            "broken_chain",
            "foreign_citation",
            "forged_lamport",
            "waits",
            "newer",
            "malformed",
            "too_long",
            "gate",
        ],
    ),
    ("scope", &["read", "post", "requests", "desk", "people", "home"]),
    (
        "problem",
        &[
            "no_page",
            "wrong_method",
            "wrong_host",
            "no_token",
            "scope",
            "too_often",
            "bad_argument",
            "bad_json",
            "not_json",
            "too_large",
            "too_slow",
        ],
    ),
    ("found", &["message", "request", "board", "question", "vote", "series"]),
    ("why", &["root", "given", "invited", "vouched", "open"]),
    ("fate", &["pending", "quarantined", "poison", "sealed"]),
    (
        "mine",
        &[
            "submitted",
            "registered",
            "open",
            "assigned",
            "given",
            "in_progress",
            "resolved",
            "cancel_requested",
            "other",
        ],
    ),
];

const HELD: [&str; 6] =
    ["assigned", "given", "in_progress", "resolved", "cancel_requested", "other"];

/// Every source that may name a key, templates included.
const SOURCES: [&str; 2] = ["src", "templates"];

fn read_all(folder: &str, ending: &str) -> String {
    let mut all = String::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("words/tests.rs")
            {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

/// Key (attributes as `key.hint`) → its placeables.
fn sentences(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut key, mut message) = (String::new(), String::new());
    for line in read_all(&format!("locales/{}", lang.code()), ".ftl").lines() {
        let starts = |c: char| c.is_ascii_lowercase();
        if line.starts_with(starts) {
            message = line.split(" =").next().unwrap().to_owned();
            key = message.clone();
            assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands twice");
        } else if let Some(hint) = line.trim_start().strip_prefix('.') {
            key = format!("{message}.{}", hint.split(" =").next().unwrap());
            found.insert(key.clone(), BTreeSet::new());
        }
        for place in line.split("{ $").skip(1) {
            let name = place.split([' ', '}']).next().unwrap().to_owned();
            found.get_mut(&key).unwrap().insert(name);
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_sentences_with_the_same_places() {
    let (en, zh) = (sentences(Lang::En), sentences(Lang::ZhCn));
    let names = |all: &BTreeMap<String, BTreeSet<String>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&en), names(&zh));
    for (key, places) in &en {
        // A language need not mention every value, but knows no other.
        let other = &zh[key];
        assert!(places.is_superset(other) || other.is_superset(places), "{key}");
    }
}

#[test]
fn every_sentence_is_used_and_every_used_one_exists() {
    let known = sentences(Lang::En);
    let source: String = SOURCES
        .map(|folder| read_all(folder, if folder == "src" { ".rs" } else { ".html" }))
        .concat();
    let mut used = BTreeSet::new();
    for (family, codes) in
        FAMILIES.into_iter().chain([("held", &HELD[..])]).chain(together::FAMILIES)
    {
        used.extend(codes.iter().map(|code| family_key(family, code)));
    }
    used.extend(["open", "invite", "vetted"].map(|kind| format!("kind-{kind}-hint")));
    for key in known.keys() {
        let message = key.split('.').next().unwrap();
        if source.contains(&format!("\"{message}\"")) || locale_refers_to(message) {
            used.insert(message.to_owned());
        }
    }
    for key in &used {
        assert!(known.contains_key(key), "{key} has no sentence");
    }
    for key in known.keys() {
        assert!(used.contains(key.split('.').next().unwrap()), "{key} is said nowhere");
    }
    for call in ["t(\"", "n(\"", "with(\"", "text(\"", "line(\""] {
        for place in
            source.split(&format!(".{call}")).chain(source.split(&format!(" {call}"))).skip(1)
        {
            let key = place.split('"').next().unwrap();
            let is_key =
                !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(!is_key || !key.contains('-') || known.contains_key(key), "{key} is missing");
        }
    }
}

/// A sentence may be part of another one.
fn locale_refers_to(key: &str) -> bool {
    read_all("locales/en", ".ftl").contains(&format!("{{ {key} }}"))
}

#[test]
fn every_error_has_a_sentence_and_a_hint_in_every_language() {
    for lang in Lang::ALL {
        for kind in ERRORS {
            let names = [
                "group",
                "id",
                "name",
                "candidates",
                "what",
                "limit",
                "field",
                "verb",
                "status",
                "address",
                "line",
                "reason",
                "missing",
                "data",
                "place",
                "key",
                "role",
                "by",
                "groups",
                "paper",
                "fault",
                "file",
                "numbers",
                "code",
                "have",
                "need",
                "date",
                "text",
                "lacks",
                "photo",
                "vote",
                "criteria",
                "vouches",
                "carried",
                "now",
            ];
            let error = ApiError { kind, args: names.map(|name| (name.into(), "x".into())).into() };
            let (sentence, hint) = Words::of(lang).error(&error);
            for text in [&sentence, &hint] {
                assert!(!text.is_empty() && !text.starts_with("error-"), "{kind:?}: {text}");
                assert!(!text.contains('$'), "{kind:?}: {text}");
            }
            // Whoever reads a page has nothing to type commands into.
            let (sentence, hint) = Words::of(lang).on_page().error(&error);
            for text in [&sentence, &hint] {
                assert!(!text.contains('`'), "{kind:?} on a page: {text}");
            }
        }
    }
}

#[test]
fn a_code_from_a_newer_neighbour_is_shown_as_it_is() {
    let words = Words::of(Lang::En);
    assert_eq!(words.status("teleported"), "teleported");
    assert!(words.told("teleported", "rice", None).contains("teleported"));
    assert_eq!(words.text("no-such-key", &[]), "no-such-key");
}

/// Brackets with a command go from whatever a page says by a code; what it says by name has none.
#[test]
fn no_page_speaks_of_commands() {
    let sources = ["templates", "src/web"]
        .map(|folder| read_all(folder, if folder == "templates" { ".html" } else { ".rs" }));
    for lang in Lang::ALL {
        let all = read_all(&format!("locales/{}", lang.code()), ".ftl");
        let said = all.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        for line in said.filter(|line| line.contains("`linli ")) {
            let (key, text) = line.split_once(" = ").unwrap();
            assert!(!sources.iter().any(|it| it.contains(&format!("\"{key}\""))), "{line}");
            assert!(!page::without_brackets(text).contains('`'), "{line}");
        }
    }
}
