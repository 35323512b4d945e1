//! A page that has grown old: what was changed meanwhile is shown and not written over unread, and a button whose
//! thing is gone leads back to how things are now.

use axum::http::StatusCode;
use node::{
    api::{
        CaseCommand, CaseVerb, Command, Deed, GroupKindWord, GroupTerms, NameCommand, NewListing,
        NewsCommand, NewsReply, Reply, TeamCommand, Telling,
    },
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
    news: String,
    team: String,
    me: String,
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
    let tell = Telling { text: "The canteen is open".into(), ..Telling::default() };
    let tell = Command::News(NewsCommand::Tell(Box::new(tell)));
    let Reply::News(NewsReply::Told { id: news }) = told(&node, "Li", tell).await else {
        panic!("told")
    };
    let (kind, terms) = (GroupKindWord::Vetted, GroupTerms::default());
    let team = Command::GroupNew { name: "Drivers".into(), kind, vouches: 1, terms };
    let Reply::Group(team) = told(&node, "Li", team).await else { panic!("a team") };
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "en");
    let Reply::Me(me) = told(&node, "Li", Command::Me).await else { panic!("me") };
    li.get("/me").await;
    li.post("/me", &[("person", &me.id.to_hex())]).await;
    let group = groups[0].id.to_hex();
    let (request, message) = (request.to_hex(), message.to_hex());
    let (news, team, me) = (news.to_hex(), team.id.to_hex(), me.id.to_hex());
    Home { node, li, group, request, message, news, team, me, _folder: folder }
}

/// What a hidden field of the page holds.
fn hidden(page: &Page, name: &str) -> String {
    let field = format!(r#"name="{name}" value=""#);
    let (_, rest) =
        page.html.split_once(&field).unwrap_or_else(|| panic!("no {name} in {}", page.html));
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// A form that changes what stands there.
struct Change {
    page: String,
    to: String,
    /// What it carries besides: which form it is.
    with: Vec<(&'static str, &'static str)>,
    field: &'static str,
    /// Changes the same meanwhile: whose it is, and what the page says of it.
    theirs: (&'static str, Command),
    says: &'static str,
}

const THEIRS: &str = "as the other wrote it";
const MINE: &str = "as I wrote it";

fn changes(home: &Home) -> Vec<Change> {
    let Home { group, request, message, .. } = home;
    let fact = format!("/requests/{request}/facts/place");
    let said = format!("/groups/{group}/messages/{message}");
    let board = format!("/groups/{group}/board");
    let theirs = || THEIRS.to_owned();
    let place = Command::EditFact { id: request.clone(), field: "place".into(), value: theirs() };
    let edit = Command::EditMessage { id: message.parse().unwrap(), text: theirs() };
    let describe = Command::Describe { group: group.clone(), text: theirs() };
    let change = |page: &str, to: String, field, who, command| Change {
        page: page.to_owned(),
        to,
        with: Vec::new(),
        field,
        theirs: (who, command),
        says: if who == "Li" { "Li has changed it to" } else { "Wang has changed it to" },
    };
    let mut all = vec![
        change(&fact, fact.clone(), "value", "Wang", place),
        change(&said, format!("{said}/edit"), "text", "Li", edit),
        change(&board, format!("{board}/describe"), "text", "Wang", describe),
    ];
    all.extend(changes_of_the_office(home));
    all
}

/// The same of what the office and a captain write, and of one's own name.
fn changes_of_the_office(home: &Home) -> [Change; 3] {
    let Home { news, team, me, .. } = home;
    let theirs = || THEIRS.to_owned();
    let correct = NewsCommand::Correct { id: news.clone(), text: theirs(), until_ms: None };
    let group = team.clone();
    let list = NewListing { group, about: Some(theirs()), ..NewListing::default() };
    let (news, team) = (format!("/news/{news}"), format!("/groups/{team}/team"));
    let name = format!("/people/{me}/name");
    [
        Change {
            to: format!("{news}/act"),
            page: news,
            with: vec![("what", "correct")],
            field: "text",
            theirs: ("Li", Command::News(correct)),
            says: "Li has changed it to",
        },
        Change {
            page: team.clone(),
            to: team,
            with: vec![("does", "list"), ("vouches", "2")],
            field: "text",
            theirs: ("Li", Command::Team(TeamCommand::List(list))),
            says: "Li has changed it to",
        },
        Change {
            page: name.clone(),
            to: name,
            with: vec![("what", "net")],
            field: "name",
            theirs: ("Li", Command::Name(NameCommand::Net { to: theirs() })),
            says: "your net name was changed to",
        },
    ]
}

#[tokio::test]
async fn what_another_changed_meanwhile_is_shown_and_written_over_only_knowingly() {
    let mut home = home().await;
    for Change { page, to, with, field, theirs, says } in changes(&home) {
        let seen = hidden(&home.li.get(&page).await, "seen");
        let form = |seen: String| {
            let own = [(field, MINE.to_owned()), ("seen", seen)];
            let with = with.iter().map(|(name, value)| (*name, (*value).to_owned()));
            with.chain(own).collect::<Vec<_>>()
        };
        told(&home.node, theirs.0, theirs.1).await;

        let refused = send(&mut home.li, &to, &form(seen.clone())).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        refused.says(says).says(THEIRS).says(MINE).says("aria-invalid=").says("data-failed");
        home.li.get(&page).await.says(THEIRS).never_says(MINE);

        let now = hidden(&refused, "seen");
        assert_ne!(now, seen, "{to}");
        let done =
            |page: &Page| page.status == StatusCode::SEE_OTHER || page.html.contains("data-done");
        assert!(done(&send(&mut home.li, &to, &form(now.clone())).await), "{to}");
        home.li.get(&page).await.says(MINE).never_says(THEIRS);
        // An old page on which somebody wrote what stands there anyway is no question.
        assert!(done(&send(&mut home.li, &to, &form(now)).await), "{to}");
    }
    home.node.stop().await;
}

async fn send(li: &mut Browser, to: &str, form: &[(&'static str, String)]) -> Page {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    li.post(to, &form).await
}

#[tokio::test]
async fn a_notice_that_was_taken_back_meanwhile_says_so_and_what_was_typed_can_be_copied() {
    let Home { node, mut li, news, _folder, .. } = home().await;
    let page = format!("/news/{news}");
    let seen = hidden(&li.get(&page).await, "seen");
    let withdraw = NewsCommand::Withdraw { id: news, reason: "it is shut".into() };
    told(&node, "Li", Command::News(withdraw)).await;
    let form = [("what", "correct"), ("text", MINE), ("seen", seen.as_str())];
    let refused = li.post(&format!("{page}/act"), &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.html);
    refused.says("it is shut").says(MINE).says("data-failed").never_says("value=\"correct\"");
    node.stop().await;
}

#[tokio::test]
async fn a_button_whose_thing_is_gone_shows_how_things_are_now() {
    let Home { node, mut li, group, request, message, _folder, .. } = home().await;
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
