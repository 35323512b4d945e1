//! The command line as a person or a script meets it: help, answers, errors in both languages.
//!
//! The program runs inside the test with a made-up node behind a real control socket, so the whole
//! way is walked: arguments, socket, JSON, words, exit code. Snapshots stand beside this file.

mod stage;

use clap::CommandFactory as _;
use cli::{args::Cli, words::Lang};
use crdt::{
    body::Place,
    genesis::{Genesis, RULES_VERSION},
    id::{EnvelopeId, KeyId},
    invitation::Invitation,
};
use node::api::{Command, ErrorKind, MeshPicture, MissingWord, Reply, RosterReply};
use serde_json::Value;
use stage::{Stage, play};

#[test]
fn every_command_explains_itself() {
    let mut program = Cli::command();
    program.build();
    insta::assert_snapshot!("help", program.render_long_help().to_string());
    let verbs: Vec<_> = program.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs.iter().filter(|verb| *verb != "help") {
        let verb_help = program.find_subcommand_mut(verb).expect("it works on this stage");
        let mut help = verb_help.render_long_help().to_string();
        let inner: Vec<_> =
            verb_help.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
        for inner in inner.iter().filter(|inner| *inner != "help") {
            let inner_help = verb_help.find_subcommand_mut(inner).expect("it works on this stage");
            help += &format!("\n--- {inner}\n{}", inner_help.render_long_help());
        }
        insta::assert_snapshot!(format!("help-{verb}"), help);
    }
}

/// Verbs without `--json`: those that run until they are stopped, make or read a file or a key, ask people
/// for what must not stand in a script, or print nothing: their exit code says all.
const WITHOUT_JSON: [&str; 18] = [
    "demo",
    "init",
    "up",
    "join",
    "approve",
    "deny",
    "import",
    "hours export",
    "place live",
    "leave",
    "hide",
    "report",
    "wait",
    "resident add",
    "bundle export",
    "backup",
    "restore",
    "rebuild",
];

/// Whatever prints something prints it for scripts too.
#[test]
fn every_verb_that_prints_has_json() {
    let mut program = Cli::command();
    program.build();
    let mut lacking = Vec::new();
    for verb in program.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let inner: Vec<_> =
            verb.get_subcommands().filter(|inner| inner.get_name() != "help").collect();
        let has = |command: &clap::Command| command.get_arguments().any(|it| it.get_id() == "json");
        if !has(verb) && inner.is_empty() {
            lacking.push(verb.get_name().to_owned());
        }
        let inner = inner.into_iter().filter(|inner| !has(inner));
        lacking.extend(inner.map(|inner| format!("{} {}", verb.get_name(), inner.get_name())));
    }
    let known: Vec<String> = WITHOUT_JSON.iter().map(|verb| (*verb).to_owned()).collect();
    assert_eq!(lacking, known, "give it `--json`, or say here why a script needs none");
}

#[test]
fn wrong_use_is_told_with_a_hint_in_both_languages() {
    let stage = Stage::empty();
    let mut report = String::new();
    for args in [
        &[][..],
        &["pots", "all", "hello"],
        &["post", "all"],
        &["log", "all", "--lats", "5"],
        &["log", "all", "--last", "many"],
        &["invite", "--role", "king"],
        &["status", "--json", "extra"],
        &["up", "--dial", "10.0.0.7:4001"],
        &["up", "--listen", "here"],
        &["bench", "luck"],
        &["bench", "luck", "--json"],
    ] {
        report += &stage.told_in_both(args);
    }
    insta::assert_snapshot!(report);
}

#[test]
fn what_the_command_line_itself_finds_is_told_with_a_hint_in_both_languages() {
    let waiting = Stage::with(|command| match command {
        Command::Wait { .. } => Ok(stage::waited(false)),
        Command::Doctor => Ok(stage::doctor(false)),
        Command::Import { lines, .. } => Ok(Reply::Imported { new: lines.len() as u64, known: 0 }),
        _ => Ok(Reply::Done),
    });
    let table = waiting.file("words.csv", "id,words\n1,a\n");
    let broken = waiting.file("broken.csv", "id,text\n1,a\n2,b,c\n");
    let absent = waiting.file("absent.csv", "");
    std::fs::remove_file(&absent).expect("it works on this stage");
    let mut report = Stage::empty().told_in_both(&["wait"]);
    for args in [
        &["wait", "--peers", "2", "--timeout", "1"][..],
        &["doctor"],
        &["doctor", "--json"],
        &["import", "all", &table],
        &["import", "all", &broken],
        &["import", "all", &absent],
        &["status"],
    ] {
        report += &waiting.told_in_both(args);
    }
    insta::assert_snapshot!(waiting.without_paths(&report));
}

#[test]
fn answers_for_people() {
    let stage = Stage::with(stage::neighbourhood);
    let mut report = String::new();
    for args in [
        &["status"][..],
        &["groups"],
        &["log", "all"],
        &["requests"],
        &["request", "123456"],
        &["claim", "123456"],
        &["notices"],
        &["people"],
        &["board", "all"],
        &["ask", "ride to the hospital"],
        &["post", "all", "hello"],
        &["group", "new", "Building 5"],
        &["facts", "123456", "place", "gate"],
        &["check", "123456", "add", "wheelchair"],
        &["invite"],
        &["doctor"],
        &["wait"],
    ] {
        report += &stage.told_in_both(args);
    }
    insta::assert_snapshot!(report);
}

#[test]
fn answers_about_announcements() {
    let stage = Stage::with(stage::neighbourhood);
    let mut report = String::new();
    for args in [
        &["news"][..],
        &["news", "show", "0505", "--json"],
        &["news", "mine", "0505"],
        &["notice", "Water is off", "--area", "5 栋", "--until", "2026-11-24 18:00"],
        &["notice", "Found keys", "--unit", "5-2-301", "--until", "soon"],
        &["alert", "A pipe has burst", "--json"],
        &["answer", "123456", "At the east gate", "--faq"],
        &["faq", "gas", "card"],
        &["faq", "nothing"],
        &["forward", "0505", "Team"],
        &["reached", "0505"],
        &["place", "live", "5 栋"],
        &["duty"],
        &["duty", "set", "Office=8000 0001", "Zhao"],
        &["files"],
        &["files", "get", "0505", "--json"],
        &["files", "policy", "--fetch", "never"],
        &["files", "get", "0505", "--number", "2"],
    ] {
        report += &stage.told_in_both(args);
    }
    insta::assert_snapshot!(report);
}

#[test]
fn answers_about_people() {
    let stage = Stage::with(stage::neighbourhood);
    let message = "04".repeat(32);
    let key = "02".repeat(32);
    let mut report = String::new();
    for args in [
        &["people", "--why", "王"][..],
        &["grant", "Zhao", "steward", "--over", "5 栋"],
        &["grant", "Zhao", "member", "--again"],
        &["remove", "Zhao", "--group", "fleet"],
        &["remove", "Zhao", "--until", "2026-11-24 18:00", "--json"],
        &["remove", "Zhao", "--until", "last week"],
        &["late"],
        &["late", "0b0b0b0b"],
        &["admit", "0b0b0b0b", "--all"],
        &["admit", "0b0b0b0b"],
        &["devices"],
        &["devices", "revoke", "0101", "--keep", "none"],
        &["devices", "certify", &key, "--as", "box"],
        &["heal"],
        &["group", "members", "fleet"],
        &["group", "rules", "fleet", "--kind", "vetted"],
        &["group", "reports", "all"],
        &["group", "owner", "fleet", "Qian"],
        &["rebind", "Qian", "Qian Fang", "12345", "67890"],
        &["places"],
        &["hide", &message],
        &["trouble"],
    ] {
        report += &stage.told_in_both(args);
    }
    let knocked = Stage::with(|command| match command {
        Command::GroupJoin { group } => {
            let missing = match group.as_str() {
                "fleet" => MissingWord::Vouches,
                _ => MissingWord::Approval,
            };
            let (have, need) = (1, 2);
            Ok(Reply::Roster(RosterReply::Knocked { group, missing, have, need }))
        }
        _ => Ok(Reply::Done),
    });
    report += &knocked.told_in_both(&["group", "join", "fleet"]);
    report += &knocked.told_in_both(&["group", "join", "desk"]);
    report += &knocked.told_in_both(&["report", &message, "spam"]);
    insta::assert_snapshot!(report);
}

/// Groups that one may join, and a team's desk.
#[test]
fn teams_read_well() {
    let stage = Stage::with(stage::neighbourhood);
    let mut report = String::new();
    for args in [
        &["groups", "--all"][..],
        &["groups", "--all", "--json"],
        &["team", "desk", "fleet"],
        &["team", "apply", "fleet", "--meets", "五年驾龄"],
        &["team", "criterion", "fleet", "会手语", "--preferred"],
        &["team", "attest", "fleet", "Zhang", "五年驾龄", "--until", "2027-11-24"],
        &["team", "attest", "fleet", "Zhang", "五年驾龄", "--until", "some day"],
        &["team", "suspend", "fleet", "Zhang", "--reason", "年检没过"],
    ] {
        report += &stage.told_in_both(args);
    }
    insta::assert_snapshot!(report);
}

/// The contract of design.md: these fields stay, in every later release.
#[test]
fn json_has_the_fields_of_the_contract() {
    let stage = Stage::with(stage::neighbourhood);
    for (args, fields) in [
        (&["status"][..], "node home community groups peers unsent"),
        (&["groups"], "name id kind members messages"),
        (&["log", "all"], "id author home text claimed_ms official withdrawn"),
        (&["requests"], "id code title status urgency holder provisional requester conflicts"),
        (&["request", "123456"], "id code title status facts checklist timeline"),
        (&["ask", "a ride"], "id code"),
        (&["invite"], "link"),
        (&["claim", "123456"], "id claim provisional rivals_known"),
        (&["depart", "123456"], "id"),
        (&["done", "123456"], "id"),
        (&["confirm", "123456"], "id"),
        (&["reopen", "123456"], "id"),
        (&["cancel", "123456"], "id"),
        (&["doctor"], "checks healthy"),
    ] {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        let told = stage.run(Lang::ZhCn, &args);
        assert_eq!(told.code, 0, "{args:?}: {}", told.err);
        for line in told.out.lines() {
            let object: Value = serde_json::from_str(line).expect("it works on this stage");
            for field in fields.split(' ') {
                assert!(object.get(field).is_some(), "{args:?} lacks {field}: {line}");
            }
        }
        assert!(!told.out.is_empty(), "{args:?} printed nothing");
    }
    let status = stage.run(Lang::En, &["status", "--json"]).out;
    let status: Value = serde_json::from_str(&status).expect("it works on this stage");
    for (part, fields) in [
        ("groups", "name id messages envelopes fingerprint unread state"),
        ("peers", "id home connected transport equal missing_here missing_there compared_ms_ago"),
    ] {
        for field in fields.split(' ') {
            assert!(status[part][0].get(field).is_some(), "{part} lacks {field}");
        }
    }
}

#[test]
fn a_refusal_is_one_json_object_on_stderr() {
    let stage = Stage::with(stage::refuse(ErrorKind::UnknownGroup));
    let told = stage.run(Lang::En, &["log", "nowhere", "--json"]);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    let error: Value = serde_json::from_str(&told.err).expect("it works on this stage");
    assert_eq!(error["kind"], "unknown_group");
    assert!(error["error"].is_string() && error["hint"].is_string());
}

#[test]
fn an_import_is_cut_into_batches_and_names_each_line() {
    let taken = stage::Taken::default();
    let stage = Stage::with(taken.clone().node());
    let file: String = (0..1_203).map(|n| format!("{{\"text\":\"message {n}\"}}\n")).collect();
    let file = stage.file("messages.jsonl", &file);
    let told = stage.run(Lang::En, &["import", "all", &file]);
    assert_eq!((told.code, told.out.as_str()), (0, "1203 posted, 0 were here already.\n"));
    assert_eq!(taken.batches(), [500, 500, 203]);

    let lines = taken.lines();
    assert_eq!(lines[1_000].number, 1_001);
    assert_eq!(lines[1_000].text, "message 1000");
    let hash = blake3::hash(b"{\"text\":\"message 1000\"}").to_hex().to_string();
    assert_eq!(lines[1_000].hash, hash);

    let again = stage.run(Lang::En, &["import", "all", &file]);
    assert_eq!((again.code, again.out.as_str()), (0, "0 posted, 1203 were here already.\n"));
}

#[test]
fn what_stands_before_a_bad_line_is_posted_and_a_second_run_posts_nothing_twice() {
    let taken = stage::Taken::default();
    let stage = Stage::with(taken.node());
    let good: String = (0..700).map(|n| format!("message {n}\n")).collect();
    let file = stage.file("m.csv", format!("text\n{good}a,b\nlast\n"));
    let told = stage.run(Lang::En, &["import", "all", &file]);
    assert_eq!((told.code, told.out.as_str()), (1, "700 posted, 0 were here already.\n"));
    assert!(told.err.contains("Line 702 cannot be taken"), "{}", told.err);

    let file = stage.file("m.csv", format!("text\n{good}\"a,b\"\nlast\n"));
    let told = stage.run(Lang::En, &["import", "all", &file]);
    assert_eq!((told.code, told.out.as_str()), (0, "2 posted, 700 were here already.\n"));
}

#[test]
fn a_line_that_the_node_refuses_does_not_take_those_before_it_along() {
    let taken = stage::Taken::default();
    let stage = Stage::with(taken.clone().refusing_line(4).node());
    let file = stage.file("m.csv", "text\none\ntwo\nthree\nfour\n");
    let told = stage.run(Lang::En, &["import", "all", &file]);
    assert_eq!((told.code, told.out.as_str()), (1, "2 posted, 0 were here already.\n"));
    let texts: Vec<_> = taken.lines().into_iter().map(|line| line.text).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn joining_through_a_running_node_follows_the_first_sync() {
    let mut looks = 0;
    let stage = Stage::with(move |command| match command {
        Command::Join { link, .. } if link == "linli:abc" => Ok(stage::joined()),
        Command::Progress => {
            looks += 1;
            Ok(Reply::Progress {
                received: looks * 10,
                expected: 30,
                equal: looks == 3,
                turned_away: None,
            })
        }
        Command::Wait { .. } => Ok(stage::waited(false)),
        other => panic!("{other:?} was not expected"),
    });
    let told = stage.run(Lang::En, &["join", "linli:abc"]);
    assert_eq!(told.code, 0, "{}", told.err);
    insta::assert_snapshot!(told.out);
    assert!(told.err.contains("Everything is here."), "{}", told.err);
}

/// A link as a node would write it, with these addresses in it.
fn a_link(addresses: &[&str]) -> String {
    let key = KeyId::from_bytes([1; 32]);
    let founded = crdt::time::Bucket(2_950);
    let invitation = Invitation {
        genesis: Genesis {
            root_keys: vec![key],
            threshold: 1,
            salt: [2; 16],
            rules: RULES_VERSION,
            founded,
        },
        name: "润园".into(),
        invite: EnvelopeId::from_bytes([3; 32]),
        group: Place::community().below(EnvelopeId::from_bytes([4; 32])),
        secret: [5; 16],
        addresses: addresses.iter().map(|&address| address.into()).collect(),
    };
    invitation.to_link()
}

#[test]
fn an_invitation_asked_for_right_after_the_start_waits_for_the_first_address() {
    let (mut looks, here) = (0, "/ip4/192.168.1.7/tcp/4001");
    let stage = Stage::with(move |command| {
        let known: &[&str] = if looks < 3 { &[] } else { &[here] };
        Ok(match command {
            Command::Mesh => {
                looks += 1;
                let addresses = known.iter().map(|&it| it.into()).collect();
                Reply::Mesh(MeshPicture { addresses, ..MeshPicture::default() })
            }
            Command::Roster(_) => {
                Reply::Roster(RosterReply::Invited { link: a_link(known), file: None })
            }
            other => panic!("{other:?} was not expected"),
        })
    });
    let told = stage.run(Lang::En, &["invite"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let link = Invitation::from_link(&told.out).expect("a link");
    assert_eq!(link.addresses, [here]);
}

#[test]
fn an_invitation_that_holds_no_address_says_so_and_what_to_do() {
    // A node that answers, but says nothing of its addresses: there is nothing to wait for.
    let stage = Stage::with(|command| {
        Ok(match command {
            Command::Roster(_) => {
                Reply::Roster(RosterReply::Invited { link: a_link(&[]), file: None })
            }
            _ => Reply::Done,
        })
    });
    let told = stage.run(Lang::En, &["invite"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(Invitation::from_link(&told.out).is_ok(), "the link alone: {}", told.out);
    assert!(told.err.contains("once `linli up` has printed an address"), "{}", told.err);

    let stage = Stage::empty();
    stage.run(Lang::En, &["init", "--home", "o", "--person", "Li", "--community", "Runyuan"]);
    let told = stage.run(Lang::En, &["invite"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(told.err.contains("Start `linli up` and ask for the link again"), "{}", told.err);
}

/// Carried home on a stick and read again: everything is known, and the fields are those of the contract.
#[test]
fn what_a_bundle_brought_is_told_as_json() {
    let stage = Stage::empty();
    stage.run(Lang::En, &["init", "--home", "o", "--person", "Li", "--community", "Runyuan"]);
    stage.run(Lang::En, &["post", "all", "停水"]);
    let file = stage.file("stick", "");
    std::fs::remove_file(&file).expect("it works on this stage");
    let told = stage.run(Lang::En, &["bundle", "export", &file]);
    assert_eq!(told.code, 0, "{}", told.err);
    let told = stage.run(Lang::En, &["bundle", "import", &file, "--json"]);
    assert_eq!(told.code, 0, "{}", told.err);
    let mut all: Value = serde_json::from_str(&told.out).expect("one object");
    let known = all["known"].take();
    assert!(known.as_u64() > Some(1), "the community and a message: {known}");
    assert_eq!(all, serde_json::json!({"new": 0, "known": null, "refused": 0, "pending": 0}));

    let bytes = std::fs::read(&file).expect("it works on this stage");
    let cut = stage.file("cut", &bytes[..bytes.len() - 9]);
    let told = stage.run(Lang::En, &["bundle", "import", &cut, "--json"]);
    let fields: Value =
        serde_json::from_str(&told.out).expect("what came in before the end is counted");
    assert!(fields["known"].is_u64(), "{}", told.out);
    let error: Value = serde_json::from_str(&told.err).expect("and one error");
    assert_eq!((told.code, error["kind"].is_string()), (1, true), "{}", told.err);
}

#[test]
fn patience_without_end_is_handed_on_as_such() {
    let stage = Stage::with(|command| match command {
        Command::Wait { timeout_ms, .. } => {
            assert_eq!(timeout_ms, u64::MAX);
            Ok(stage::waited(true))
        }
        other => panic!("{other:?} was not expected"),
    });
    let told = stage.run(Lang::En, &["wait", "--timeout", "18446744073709551615"]);
    assert_eq!(told.code, 0, "{}", told.err);
}

#[test]
fn whoever_is_not_let_in_is_told_why_as_often_as_he_looks() {
    let stage = Stage::with(|command| match command {
        Command::Progress => Ok(Reply::Progress {
            received: 0,
            expected: 0,
            equal: false,
            turned_away: Some(ErrorKind::InvitationUsed),
        }),
        Command::Wait { .. } => Ok(stage::waited(false)),
        other => stage::neighbourhood(other),
    });
    let used = "This invitation was for one person, and somebody has used it.";
    let told = stage.run(Lang::En, &["wait"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains(used) && told.err.contains("Ask for a new one."), "{}", told.err);
    let told = stage.run(Lang::En, &["status"]);
    assert_eq!(told.code, 0);
    assert!(told.err.contains(used) && told.err.contains("Ask for a new one."), "{}", told.err);
}

#[test]
fn what_is_typed_back_wrongly_is_told_word_by_word_and_touches_nothing() {
    let office = Stage::empty();
    let founded =
        office.run(Lang::En, &["init", "--home", "o", "--person", "Li", "--community", "Runyuan"]);
    let link = office.run(Lang::En, &["invite"]).out;
    let own = founded.out.split("Your own key").nth(1).expect("the person's paper");
    let printed: Vec<&str> = own
        .split_whitespace()
        .skip_while(|word| *word != "1")
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
        .take(24)
        .collect();
    let with = |at: usize, word: &str| {
        let mut words = printed.clone();
        words[at] = word;
        words.join(" ")
    };
    // One swap in 256 has a right checksum: the first that has a wrong one.
    let swap = |at: usize| {
        let mut words = printed.clone();
        words.swap(at, at + 1);
        words.join(" ")
    };
    let swapped = (0..23).map(swap).find(|words| crdt::paper::from_words(words).is_err());
    let box_ = Stage::empty();
    for (words, says) in [
        (with(4, "qqqqqq"), "5 “qqqqqq”"),
        (printed[1..].join(" "), "23 / 24"),
        (String::new(), "0 / 24"),
        (swapped.expect("most swaps are noticed"), "do not belong together"),
    ] {
        let file = office.file("words", &words);
        let told = box_.run(Lang::En, &["recover", &link, "--home", "n", "--words", &file]);
        assert_eq!(told.code, 1, "{words}");
        assert!(told.err.contains(says) && told.err.contains("hint: "), "{}", told.err);
        assert!(box_.is_empty(), "nothing was touched");
    }
}

#[test]
fn a_file_that_is_no_invitation_is_told_as_that_whatever_its_bytes() {
    let stage = Stage::empty();
    for bytes in
        [&[0xff, 0xfe, 0, 0x80][..], b"", b"a letter\n", b"linli-invitation 1\nlinli:abc\n"]
    {
        let file = stage.file("invitation", bytes);
        let told = stage.run(Lang::En, &["join", &file, "--home", "n"]);
        assert_eq!(told.code, 1, "{bytes:?}");
        let whole = told.err.contains("is not a join link") || told.err.contains("was cut short");
        assert!(whole && told.err.contains("hint: Copy the whole"), "{}", told.err);
    }
}

/// The paper keys are new each time: of their words only the number is looked at.
#[test]
fn founding_a_community_prints_its_paper_keys_once() {
    let stage = Stage::empty();
    let args = ["init", "--home", "office", "--person", "Wang", "--community", "Runyuan"];
    let told = stage.run(Lang::En, &args);
    assert_eq!(told.code, 0, "{}", told.err);
    let numbered = |line: &&str| line.starts_with("   1 ") || line.starts_with("  19 ");
    assert_eq!(told.out.lines().filter(numbered).count(), 8, "four keys: {}", told.out);
    assert!(told.out.contains("Community key 3 of 3: any 2 of them"), "{}", told.out);
    assert!(told.out.contains("Your own key"), "{}", told.out);

    let again = stage.run(Lang::En, &["init", "--home", "office"]);
    assert_eq!(again.code, 1, "one home a folder: {}", again.err);
    assert_eq!(again.out, "");
}

#[test]
fn a_message_cannot_steer_the_terminal() {
    let stage = Stage::with(|_| Ok(stage::log_of("ding\x07 \x1b[31mred")));
    let told = stage.run(Lang::En, &["log", "all"]);
    assert!(told.out.contains("ding\u{fffd} \u{fffd}[31mred"), "{}", told.out);
}

#[test]
fn help_and_version_are_answers() {
    let (code, out, err) = play(Lang::En, &["--version"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("linli "), "{out}");
    assert_eq!(play(Lang::ZhCn, &["help", "post"]).0, 0);
}
