//! Every form that makes something new counts once, however often it is sent.

use std::path::Path;

use axum::http::StatusCode;
use node::{
    api::{ActivityCommand, ActivityReply, Command, Reply},
    home::{self, Roots},
    run,
};

use crate::actors::{Browser, at_home_with};

/// Forms that carry no key, and why they need none.
const EXEMPT: [(&str, &str); 30] = [
    ("found.html", "a second community is refused"),
    ("frame.html", "sets the language"),
    ("demo.html", "a box of the demonstration, outside the pages of a home"),
    ("late.html", "what was admitted is not late any more"),
    ("groups.html", "who joined has joined"),
    ("invite.html", "its link is shown once and kept nowhere, not even as an answer"),
    ("peer.html", "compares"),
    ("lobby.html", "who joined has joined"),
    ("knock.html", "one knocks at one door at a time"),
    ("knocking.html", "the same"),
    ("person.html", "a role that is held is not given again"),
    ("pair.html", "a code is good once"),
    ("me.html", "sets who has the phone, and the size of letters; a name lives here once"),
    ("whose.html", "the same"),
    ("approvals.html", "who was let in waits no more"),
    ("photo.html", "asks for a file; asked for is asked for"),
    ("phones.html", "a phone that was turned out is gone"),
    ("removal.html", "who was removed is not removed again"),
    ("recover.html", "a name comes back once"),
    ("erase.html", "what was destroyed is destroyed"),
    ("network.html", "dials"),
    ("name.html", "an answer may hold a real name, and answers to keys are kept"),
    ("private.html", "the same of what a vault holds"),
    ("look.html", "a place that was looked at can be put back"),
    ("directory.html", "joins and mutes; who asked to join a team waits once"),
    ("papers.html", "compares words with a key; whether they were right is noted once"),
    ("keys.html", "answers to keys and passphrases are kept nowhere; open is open, shut is shut"),
    ("roots.html", "what was given or taken is, and words of papers are kept nowhere"),
    ("leaving.html", "who has left can leave no second time"),
    ("home.html", "says of one notice that it was read"),
];

/// Forms into which something is typed that no phone keeps as a draft, and why.
const NOT_KEPT: [(&str, &str); 12] = [
    ("activity.html", "a name"),
    ("demo.html", "a box of the demonstration, outside the pages of a home"),
    ("hours.html", "a number"),
    ("keys.html", "keys and words of a paper are kept on no phone"),
    ("name.html", "a real name is kept on no phone"),
    ("pair.html", "a code is good once"),
    ("person.html", "a number that is read aloud"),
    ("private.html", "private words are kept on no phone"),
    ("rebind.html", "done in one go, face to face"),
    ("recover.html", "words of a paper key are kept on no phone"),
    ("roots.html", "words of papers are kept on no phone"),
    ("team.html", "a line that stands there already"),
];

/// Is anything typed into this form that would be missed?
fn is_typed_into(form: &str) -> bool {
    let inputs = form.split("<input ").skip(1).map(|it| it.split('<').next().unwrap_or(it));
    let mut of_text = inputs.filter(|it| {
        let kind = it.split("type=\"").nth(1).and_then(|it| it.split('"').next());
        kind.is_none_or(|kind| ["text", "tel", "url"].contains(&kind))
    });
    form.contains("<textarea") || of_text.next().is_some()
}

#[test]
fn what_is_typed_into_a_form_is_kept_on_the_phone_until_it_arrived() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let (mut bare, mut wrong) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let template = std::fs::read_to_string(&path).unwrap();
        let is_lost = |form: &&str| is_typed_into(form) && !form.contains("data-draft");
        if forms(&template).iter().any(is_lost) {
            let known = NOT_KEPT.iter().any(|(file, _)| *file == name);
            wrong.extend((!known).then(|| format!("{name}: a form keeps no draft")));
            bare.push(name);
        }
    }
    let gone = NOT_KEPT.iter().filter(|(file, _)| !bare.iter().any(|it| it == file));
    wrong.extend(gone.map(|(file, _)| format!("{file}: needs no exemption")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The forms of a template that post something.
fn forms(template: &str) -> Vec<&str> {
    let forms = template.split("<form ").skip(1).filter_map(|it| it.split_once("</form>"));
    forms.map(|(form, _)| form).filter(|form| form.contains(r#"method="post""#)).collect()
}

#[test]
fn a_form_that_makes_something_new_carries_what_makes_it_count_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let (mut seen, mut wrong) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let template = std::fs::read_to_string(&path).unwrap();
        let bare = forms(&template).iter().filter(|form| !form.contains(r#"name="once""#)).count();
        let is_exempt = EXEMPT.iter().any(|(file, _)| *file == name);
        if bare > 0 && !is_exempt {
            wrong.push(format!("{name}: {bare} forms without a key"));
        }
        if bare > 0 {
            seen.push(name);
        }
    }
    wrong.extend(
        EXEMPT
            .iter()
            .filter(|(file, _)| !seen.iter().any(|it| it == file))
            .map(|(file, _)| format!("{file}: needs no exemption")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn an_activity_and_a_group_are_made_once_however_often_the_form_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    home::init(&data, "3-201", Some("Li"), Some("Court"), Roots::TWO_OF_THREE).unwrap();
    let node = run::open(&data).await.unwrap();
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    li.get("/groups/new").await;
    let key = "ab".repeat(16);
    let group = [("name", "合唱队"), ("kind", "open"), ("once", key.as_str())];
    let activity = [
        ("title", "清理楼道"),
        ("from", "2030-05-01T08:00"),
        ("until", "2030-05-01T10:00"),
        ("roles", "扫地 5"),
        ("once", key.as_str()),
    ];
    for _ in 0..3 {
        for (path, form) in [("/groups/new", &group[..]), ("/activities/new", &activity[..])] {
            let sent = li.post(path, form).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
        }
    }
    let Reply::Groups { groups } = node.handle.ask(Command::Groups).await.unwrap() else {
        panic!("groups")
    };
    assert_eq!(groups.iter().filter(|group| group.name == "合唱队").count(), 1);
    let list = Command::Activity(ActivityCommand::List { all: true });
    let Reply::Activity(ActivityReply::List { activities }) = node.handle.ask(list).await.unwrap()
    else {
        panic!("activities")
    };
    assert_eq!(activities.len(), 1);
    node.stop().await;
}
