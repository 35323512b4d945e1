//! A page that has grown old: what was changed meanwhile is shown and not written over unread, and a button whose
//! thing is gone leads back to how things are now.

use axum::http::StatusCode;
use node::{
    api::{CaseCommand, CaseVerb, Command, Deed, Reply},
    home::{self, Roots},
    run::{self, Running},
};

use crate::actors::{Browser, Page, at_home_with};

/// A box of two: Li, who founded it and has the browser, and Wang.
struct Home {
    node: Running,
    li: Browser,
    group: String,
    request: String,
    message: String,
    _folder: tempfile::TempDir,
}

async fn told(node: &Running, person: &str, command: Command) -> Reply {
    let command = Command::As { person: person.into(), command: command.into() };
    node.handle.ask(command).await.unwrap()
}

async fn home() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    home::init(&data, "3-201", Some("Li"), Some("Court"), Roots::ONE_OF_ONE).unwrap();
    let node = run::open(&data).await.unwrap();
    told(&node, "Li", Command::ResidentAdd { name: "Wang".into(), link: None }).await;
    let ask = Command::Ask {
        group: None,
        title: "A ride".into(),
        details: String::new(),
        urgent: false,
        private: node::api::Private::default(),
    };
    let Reply::Asked { id: request, .. } = told(&node, "Wang", ask).await else { panic!("asked") };
    let post = Command::Post { group: "all".into(), text: "at six".into(), reply_to: None };
    let Reply::Posted { id: message } = told(&node, "Li", post).await else { panic!("posted") };
    let Reply::Groups { groups } = told(&node, "Li", Command::Groups).await else {
        panic!("groups")
    };
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "en");
    let Reply::Me(me) = told(&node, "Li", Command::Me).await else { panic!("me") };
    li.get("/me").await;
    li.post("/me", &[("person", &me.id.to_hex())]).await;
    let group = groups[0].id.to_hex();
    let (request, message) = (request.to_hex(), message.to_hex());
    Home { node, li, group, request, message, _folder: folder }
}

/// What a hidden field of the page holds.
fn hidden(page: &Page, name: &str) -> String {
    let field = format!(r#"name="{name}" value=""#);
    let (_, rest) =
        page.html.split_once(&field).unwrap_or_else(|| panic!("no {name} in {}", page.html));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// A form that changes what stands there: its page, where it goes, its field, what changes the same, and whose.
fn changes(home: &Home) -> Vec<(String, String, &'static str, &'static str, Command)> {
    let Home { group, request, message, .. } = home;
    let fact = format!("/requests/{request}/facts/place");
    let said = format!("/groups/{group}/messages/{message}");
    let board = format!("/groups/{group}/board");
    let theirs = || "theirs".to_owned();
    let place = Command::EditFact { id: request.clone(), field: "place".into(), value: theirs() };
    let edit = Command::EditMessage { id: message.parse().unwrap(), text: theirs() };
    let describe = Command::Describe { group: group.clone(), text: theirs() };
    vec![
        (fact.clone(), fact, "value", "Wang", place),
        (said.clone(), format!("{said}/edit"), "text", "Li", edit),
        (board.clone(), format!("{board}/describe"), "text", "Wang", describe),
    ]
}

#[tokio::test]
async fn what_another_changed_meanwhile_is_shown_and_written_over_only_knowingly() {
    let mut home = home().await;
    for (page, to, field, who, theirs) in changes(&home) {
        let seen = hidden(&home.li.get(&page).await, "seen");
        told(&home.node, who, theirs).await;

        let refused = home.li.post(&to, &[(field, "mine"), ("seen", &seen)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        refused.says(&format!("{who} has changed it to")).says("theirs").says(">mine</textarea>");
        refused.says(r#"aria-invalid="true""#).says("data-failed");
        home.li.get(&page).await.says("theirs").never_says("mine");

        let now = hidden(&refused, "seen");
        assert_ne!(now, seen, "{to}");
        let sent = [(field, "mine"), ("seen", now.as_str())];
        assert_eq!(home.li.post(&to, &sent).await.status, StatusCode::SEE_OTHER, "{to}");
        home.li.get(&page).await.says("mine").never_says("theirs");
        // An old page on which somebody wrote what stands there anyway is no question.
        assert_eq!(home.li.post(&to, &sent).await.status, StatusCode::SEE_OTHER, "{to}");
    }
    home.node.stop().await;
}

#[tokio::test]
async fn a_button_whose_thing_is_gone_shows_how_things_are_now() {
    let Home { node, mut li, group, request, message, _folder } = home().await;
    let cancel = Deed::of(&request, CaseVerb::Cancel);
    told(&node, "Wang", Command::Case(CaseCommand::Do(cancel))).await;
    let table = [
        (format!("/requests/{request}/act"), vec![("verb", "claim")], "A ride"),
        (format!("/requests/{request}/checklist/tick"), vec![("tick", "gone")], "A ride"),
        (format!("/groups/{group}/board/unpin"), vec![("pin", "gone")], "Pin something"),
        ("/rota/swap".to_owned(), vec![("mine", &message[..8]), ("theirs", "ffff")], "My rides"),
    ];
    for (to, form, shows) in table {
        li.get("/").await;
        let page = li.post(&to, &form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}: {}", page.html);
        page.says(r#"<div class="card wrong" role="alert" data-failed>"#).says(shows);
    }
    node.stop().await;
}
