//! Lists of places to look: whose plan has a list, how one is named, and what becomes an entry.

use crdt::{
    body::{Activity, ActivityRole, Plan},
    document::{FactEdit, ItemKey},
    id::{GroupId, RequestId},
};

use super::*;
use crate::api::{
    ActivityCommand, ActivityReply, ErrorKind, GroupKindWord, LookCommand, LookPage, NewActivity,
    NewRole,
};

const SEARCH: &str = "Search for the cat";

fn refused(ledger: &mut Ledger, command: Command) -> ErrorKind {
    match work(ledger, Job::Command((), command)).0 {
        Done::Reply(Err(error)) => error.kind,
        _ => panic!("it is refused"),
    }
}

fn look(ledger: &mut Ledger, command: LookCommand) -> LookPage {
    match ask(ledger, Command::Look(command)) {
        Reply::Look(page) => page,
        other => panic!("{other:?}"),
    }
}

fn show(ledger: &mut Ledger, about: &str) -> LookPage {
    look(ledger, LookCommand::Show { about: about.to_owned() })
}

fn add(about: &str, places: &[&str]) -> LookCommand {
    let places = places.iter().map(|place| (*place).to_owned()).collect();
    LookCommand::Add { about: about.to_owned(), places }
}

fn texts(page: &LookPage) -> Vec<&str> {
    page.places.iter().map(|place| place.text.as_str()).collect()
}

/// Plans the search with a line to be looked at before, and says the activity's id.
fn planned(ledger: &mut Ledger) -> String {
    let new = NewActivity {
        group: "all".into(),
        title: SEARCH.into(),
        from_ms: NOW.0 + 3_600_000,
        until_ms: NOW.0 + 7_200_000,
        roles: ["north", "south"].map(|name| NewRole { name: name.into(), places: 3 }).into(),
        checks: vec!["Torches".into()],
        ..NewActivity::default()
    };
    match ask(ledger, Command::Activity(ActivityCommand::New(Box::new(new)))) {
        Reply::Activity(ActivityReply::Planned { id, .. }) => id.to_hex(),
        other => panic!("{other:?}"),
    }
}

/// Plans something in a group of his own, with this request as its first role.
fn planned_elsewhere(ledger: &mut Ledger, title: &str, group: GroupId, request: RequestId) {
    let plan = Plan {
        title: title.into(),
        details: String::new(),
        place: String::new(),
        from_ms: NOW.0 + 3_600_000,
        until_ms: NOW.0 + 7_200_000,
        roles: vec![ActivityRole { name: "it".into(), request }],
        checks: vec!["Cellar".into()],
    };
    let scope = group.scope();
    let auth = ledger.truth.roster().best_auth(ledger.person().expect("a person"), scope);
    ledger.truth.begin().expect("begins");
    let body = Body::Activity(Activity::Plan(plan));
    ledger.write(body, scope, Deps::Subject, auth).expect("writes");
    ledger.truth.commit().expect("commits");
    ledger.catch_up().expect("catches up");
}

fn group_of_his_own(ledger: &mut Ledger) -> GroupId {
    let kind = GroupKindWord::Open;
    match ask(
        ledger,
        Command::GroupNew {
            name: "Jokers".into(),
            kind,
            vouches: 0,
            terms: crate::api::GroupTerms::default(),
        },
    ) {
        Reply::Group(row) => row.id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_owns_a_group_redirects_and_empties_no_other_groups_list() {
    let mut ledger = founded(None);
    planned(&mut ledger);
    let page = look(&mut ledger, add(SEARCH, &["Cellar", "Roof"]));
    let list = page.request;
    let Reply::Asked { id: plain, .. } = ask(&mut ledger, a_ride()) else { panic!("asked") };
    look(&mut ledger, add(&plain.to_hex(), &["Cellar"]));

    let group = group_of_his_own(&mut ledger);
    planned_elsewhere(&mut ledger, "A joke", group, list);
    planned_elsewhere(&mut ledger, "Another", group, plain);
    let everybody = ledger.truth.roster().everybody().expect("a group");
    planned_elsewhere(&mut ledger, "In the same group", everybody, plain);
    let seen = show(&mut ledger, &list.to_hex());
    assert_eq!((seen.request, texts(&seen)), (list, vec!["Cellar", "Roof"]));
    let seen = show(&mut ledger, &plain.to_hex());
    assert_eq!((seen.request, texts(&seen)), (plain, vec!["Cellar"]), "it has no places");
    for title in ["A joke", "Another", "In the same group"] {
        let plan = ActivityCommand::Show { activity: title.into() };
        ask(&mut ledger, Command::Activity(plan));
        let look = LookCommand::Show { about: title.into() };
        assert_eq!(refused(&mut ledger, Command::Look(look)), ErrorKind::UnknownRequest, "{title}");
    }
}

#[test]
fn an_activity_is_named_by_its_whole_id_as_well() {
    let mut ledger = founded(None);
    let id = planned(&mut ledger);
    let list = look(&mut ledger, add(SEARCH, &["Cellar"])).request;
    for about in [id.as_str(), &id[..12], SEARCH] {
        assert_eq!(show(&mut ledger, about).request, list, "{about}");
    }
    let nothing = LookCommand::Show { about: "00".repeat(32) };
    assert_eq!(refused(&mut ledger, Command::Look(nothing)), ErrorKind::UnknownRequest);
}

#[test]
fn both_doors_to_a_list_have_the_same_rules() {
    let mut ledger = founded(None);
    planned(&mut ledger);
    let id = look(&mut ledger, add(SEARCH, &["Cellar"])).request.to_hex();
    let by_page = |text: &str| Command::ChecklistAdd { id: id.clone(), text: text.into() };
    for (text, kind) in [
        ("call 138 0000 1234 5678", ErrorKind::Private),
        ("Torches", ErrorKind::CheckedBefore),
        ("  ", ErrorKind::BadText),
    ] {
        assert_eq!(refused(&mut ledger, by_page(text)), kind, "{text}");
        assert_eq!(refused(&mut ledger, Command::Look(add(SEARCH, &[text]))), kind, "{text}");
    }
    for text in ["Cellar", " Roof", "Roof"] {
        ask(&mut ledger, by_page(text));
    }
    assert_eq!(texts(&show(&mut ledger, SEARCH)), ["Cellar", "Roof"]);
    let listed = ledger.facts_of(&id.parse().expect("an id")).expect("reads").facts().checklist;
    assert_eq!(listed.len(), 2, "nothing stands twice");

    let (about, place) = (SEARCH.to_owned(), "Roof".to_owned());
    look(&mut ledger, LookCommand::Looked { about, place, found: true, undo: false });
    let Reply::Request(page) = ask(&mut ledger, Command::Request { id }) else { panic!("a page") };
    let found: Vec<_> = page.checklist.iter().map(|it| (it.text.as_str(), it.found)).collect();
    assert_eq!(found, [("Cellar", false), ("Roof", true)]);
}

#[test]
fn what_is_said_of_a_place_that_stands_there_often_is_one_change() {
    let mut ledger = founded(None);
    let Reply::Asked { id, .. } = ask(&mut ledger, a_ride()) else { panic!("asked") };
    let keys: Vec<ItemKey> = (0..150_u8).map(|n| ItemKey::from_random([n; 8])).collect();
    let mut write = |edits: Vec<FactEdit>| {
        ledger.truth.begin().expect("begins");
        ledger.edit_facts(&id, edits).expect("writes");
        ledger.truth.commit().expect("commits");
    };
    for some in keys.chunks(75) {
        write(some.iter().map(|key| FactEdit::Add(key.clone(), "Cellar".into())).collect());
    }
    write(vec![FactEdit::Found(keys[140].clone(), true)]);
    ledger.catch_up().expect("catches up");
    let looked = |found, undo| {
        let (about, place) = (id.to_hex(), "Cellar".to_owned());
        LookCommand::Looked { about, place, found, undo }
    };
    assert_eq!(show(&mut ledger, &id.to_hex()).found, ["Cellar"]);
    assert!(look(&mut ledger, looked(true, true)).found.is_empty(), "found first");
    assert_eq!(look(&mut ledger, looked(true, false)).found, ["Cellar"]);
    assert!(look(&mut ledger, looked(true, true)).found.is_empty());
    assert_eq!(look(&mut ledger, looked(false, false)).left, 0);
}
