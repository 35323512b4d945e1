//! Somebody with a fresh box asks at a door, and somebody there opens: two real nodes over loopback.

use std::{path::Path, time::Duration};

use node::{
    api::{Command, ErrorKind, KnockPage, KnockState, PersonRow, Reply, RoleWord},
    home::{self, Roots},
    run::{Config, Running, start},
};

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

async fn up(data: &Path, dial: Vec<String>) -> Running {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    let config = Config { listen, dial, web: None, mdns: false, ..Config::new(data) };
    start(config).await.expect("the node starts")
}

/// Asks again and again until the answer is one that `wanted` takes.
async fn until<T>(
    node: &Running,
    command: Command,
    mut wanted: impl FnMut(Reply) -> Option<T>,
) -> T {
    let mut turn = tokio::time::interval(Duration::from_millis(20));
    let found = async {
        loop {
            turn.tick().await;
            if let Some(found) = wanted(node.handle.ask(command.clone()).await.expect("an answer"))
            {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("it comes in time")
}

fn knock() -> Command {
    Command::Knock { at: None, home: Some("5-2-301".into()), person: Some("Wang".into()) }
}

fn waiting(reply: Reply) -> Option<KnockPage> {
    match reply {
        Reply::Knock(page) => Some(page).filter(|page| page.state == KnockState::Waiting),
        other => panic!("knocked, and heard {other:?}"),
    }
}

struct Hall {
    office: Running,
    newcomer: Running,
    _folders: [tempfile::TempDir; 2],
}

/// An office that runs, and a fresh box that was told where it is.
async fn hall() -> Hall {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    home::init(folders[0].path(), "Office", Some("Chen"), Some("Court"), Roots::TWO_OF_THREE)
        .expect("a community");
    let mut office = up(folders[0].path(), Vec::new()).await;
    while office.addresses().is_empty() {
        office.addresses_changed().await.expect("it listens");
    }
    home::init(folders[1].path(), "fresh", None, None, Roots::TWO_OF_THREE).expect("a home");
    let newcomer = up(folders[1].path(), office.addresses()).await;
    Hall { office, newcomer, _folders: folders }
}

async fn code_on_both_sides(hall: &Hall) -> String {
    let page = until(&hall.newcomer, knock(), waiting).await;
    let [door] = page.doors.as_slice() else { panic!("one door: {page:?}") };
    assert_eq!((door.neighbourhood.as_str(), door.home.as_str()), ("Court", "Office"));
    let seen = until(&hall.office, Command::Approvals, |reply| match reply {
        Reply::Approvals { mut waiting } => waiting.pop(),
        other => panic!("approvals, and heard {other:?}"),
    })
    .await;
    assert_eq!((seen.home.as_str(), seen.person.as_str()), ("5-2-301", "Wang"));
    assert_eq!(Some(&seen.code), door.code.as_ref(), "both sides show the same digits");
    seen.code
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_shows_the_same_digits_is_let_in_and_gets_what_the_others_have() {
    let hall = hall().await;
    let post = Command::Post { group: "all".into(), text: "welcome".into(), reply_to: None };
    hall.office.handle.ask(post).await.expect("the office writes");
    let code = code_on_both_sides(&hall).await;

    let wrong = Command::Approve { code: "12".into(), role: RoleWord::Member, group: None };
    let refused = hall.office.handle.ask(wrong).await.expect_err("nobody has these");
    assert_eq!(refused.kind, ErrorKind::UnknownKnock);
    let approve = Command::Approve { code, role: RoleWord::Member, group: None };
    assert_eq!(hall.office.handle.ask(approve).await, Ok(Reply::Done));
    for _ in 0..2 {
        // To look is not to go in: the paper key is shown to whoever knocks the next time.
        until(&hall.newcomer, Command::Knocking, |reply| opened(&reply)).await;
    }
    let words = until(&hall.newcomer, knock(), |reply| match reply {
        Reply::Joined { community, words } => Some((community, words)),
        Reply::Knock(_) => None,
        other => panic!("let in, and heard {other:?}"),
    })
    .await;
    assert_eq!((words.0.as_str(), words.1.len()), ("Court", 24));
    assert_eq!(hall.office.handle.ask(Command::Approvals).await, Ok(none_waits()));

    let log = || Command::Log { group: "all".into(), last: 5, before: None };
    let texts = until(&hall.newcomer, Command::Progress, |reply| match reply {
        Reply::Progress { equal, .. } => equal.then_some(()),
        other => panic!("progress, and heard {other:?}"),
    });
    texts.await;
    let Ok(Reply::Log { messages }) = hall.newcomer.handle.ask(log()).await else {
        panic!("a log")
    };
    assert_eq!(messages.into_iter().map(|it| it.text).collect::<Vec<_>>(), ["welcome"]);
    let people: Vec<PersonRow> = until(&hall.office, Command::everybody(), |reply| match reply {
        Reply::People { people, .. } => Some(people).filter(|people| people.len() == 2),
        other => panic!("people, and heard {other:?}"),
    })
    .await;
    assert!(people.iter().any(|it| it.name == "Wang" && it.home == "5-2-301"));
    hall.newcomer.stop().await;
    hall.office.stop().await;
}

fn opened(reply: &Reply) -> Option<()> {
    matches!(reply, Reply::Knock(page) if page.state == KnockState::Opened).then_some(())
}

fn none_waits() -> Reply {
    Reply::Approvals { waiting: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_sent_away_stays_outside_and_nothing_of_him_is_kept() {
    let hall = hall().await;
    let code = code_on_both_sides(&hall).await;
    assert_eq!(hall.office.handle.ask(Command::Deny { code }).await, Ok(Reply::Done));
    until(&hall.newcomer, knock(), |reply| match reply {
        Reply::Knock(page) => (page.state != KnockState::Waiting).then_some(()),
        other => panic!("sent away, and heard {other:?}"),
    })
    .await;
    assert_eq!(hall.office.handle.ask(Command::Approvals).await, Ok(none_waits()));
    let Ok(Reply::Mesh(mesh)) = hall.office.handle.ask(Command::Mesh).await else {
        panic!("a picture")
    };
    let Ok(Reply::Strip(strip)) = hall.office.handle.ask(Command::Strip).await else {
        panic!("the same in one line")
    };
    assert_eq!((strip.home, strip.office_heard_ms_ago), (mesh.home, mesh.office_heard_ms_ago));
    let Ok(Reply::People { people, .. }) = hall.office.handle.ask(Command::everybody()).await
    else {
        panic!("people")
    };
    assert_eq!(people.len(), 1);
    assert_eq!(hall.newcomer.handle.ask(Command::KnockStop).await, Ok(Reply::Done));
    until(&hall.newcomer, Command::Knocking, |reply| match reply {
        Reply::Knock(page) => (page.state == KnockState::Resting).then_some(()),
        other => panic!("stopped, and heard {other:?}"),
    })
    .await;
    code_on_both_sides(&hall).await;
    hall.newcomer.stop().await;
    hall.office.stop().await;
}
