//! What the page draws: asked of the four nodes, said in the reader's language.
//!
//! The script gets sentences, numbers and marks, never a rule: what is equal, who holds and what
//! that is called is worked out here.

use crdt::id::RequestId;
use serde::Serialize;

use super::{
    Show,
    story::{Scene, Step},
    town::{LI, Town, ZHANG, state_of},
};
use crate::{
    api::{Command, MessageRow, Notice, Reply, RequestPage, Status},
    words::Words,
};

/// Messages of each home that are shown.
const MESSAGES_SHOWN: u32 = 8;

/// Digits of a state that are shown.
const DIGITS: usize = 6;

/// The whole page at one moment.
#[derive(Serialize)]
pub struct Picture {
    homes: Vec<HomeView>,
    links: Vec<LinkView>,
    /// Do all four show the same?
    equal: bool,
    verdict: String,
    in_two: bool,
    /// Is anything cut?
    cut: bool,
    trickle: bool,
    telling: bool,
    story: Option<StoryView>,
}

#[derive(Serialize)]
struct HomeView {
    messages: u64,
    count: String,
    /// Homes with the same number show the same.
    version: usize,
    state: String,
    same: String,
    off: bool,
    off_label: String,
    ride: String,
    holds: bool,
    notice: String,
    log: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    author: String,
    /// The home that it came from, where it is one of the four.
    from: Option<usize>,
    text: String,
    mine: bool,
}

#[derive(Serialize)]
struct LinkView {
    a: usize,
    b: usize,
    cut: bool,
    live: bool,
    label: String,
}

#[derive(Serialize)]
struct StoryView {
    step: usize,
    of: usize,
    sentence: String,
}

/// What one node said.
struct Seen {
    status: Status,
    log: Vec<MessageRow>,
    ride: Option<RequestPage>,
    notices: Vec<Notice>,
}

/// Draws the whole page.
pub async fn draw(show: &Show, words: Words) -> Picture {
    let (town, scene) = (&*show.town, show.scene.lock().await.clone());
    let ride = scene.as_ref().and_then(|scene| scene.ride);
    let seen = futures::future::join_all((0..town.homes.len()).map(|at| see(town, at, ride))).await;
    let versions = versions(&seen);
    let equal = versions.iter().all(|version| *version == 0);
    let count = versions.iter().max().map_or(1, |most| most + 1);
    let homes = seen.iter().enumerate().map(|(at, seen)| {
        let same = if equal { "demo-same" } else { "demo-differs" };
        home(town, at, seen, words, (versions[at], words.text(same, &[]), scene.as_ref()))
    });
    Picture {
        homes: homes.collect(),
        links: town.links().map(|(a, b)| link(town, &seen, words, a, b)).collect(),
        equal,
        verdict: if equal {
            words.text("demo-verdict-same", &[])
        } else {
            words.text("demo-verdict-differs", &[("n", count.into())])
        },
        in_two: town.is_in_two(),
        cut: town.is_anything_cut(),
        trickle: show.trickle.load(std::sync::atomic::Ordering::Relaxed),
        telling: show.telling.load(std::sync::atomic::Ordering::Relaxed),
        story: scene.map(|scene| story(town, words, &scene)),
    }
}

async fn see(town: &Town, at: usize, ride: Option<RequestId>) -> Seen {
    let log = Command::Log { group: "all".to_owned(), last: MESSAGES_SHOWN, before: None };
    Seen {
        status: town.status(at).await.unwrap_or_default(),
        log: match town.ask(at, log).await {
            Ok(Reply::Log { messages }) => messages,
            _ => Vec::new(),
        },
        ride: match ride {
            Some(ride) => town.request(at, ride).await,
            None => None,
        },
        notices: match town.ask(at, Command::Notices).await {
            Ok(Reply::Notices { notices }) => notices,
            _ => Vec::new(),
        },
    }
}

/// Numbers the different states in the order of the homes: all 0 where all show the same.
fn versions(seen: &[Seen]) -> Vec<usize> {
    let mut known = Vec::new();
    let number = |seen: &Seen| {
        let state = state_of(&seen.status);
        known.iter().position(|other| *other == state).unwrap_or_else(|| {
            known.push(state);
            known.len() - 1
        })
    };
    seen.iter().map(number).collect()
}

fn home(
    town: &Town,
    at: usize,
    seen: &Seen,
    words: Words,
    (version, same, scene): (usize, String, Option<&Scene>),
) -> HomeView {
    let messages = seen.status.groups.iter().map(|group| group.messages).sum();
    let off = town.is_off(at);
    let person = town.homes[at].person;
    let holder = seen.ride.as_ref().and_then(|ride| ride.row.holder.clone());
    let notice = scene
        .and_then(|scene| seen.notices.iter().find(|notice| Some(notice.request) == scene.ride));
    HomeView {
        messages,
        count: words.text("demo-messages", &[("n", messages.into())]),
        version,
        state: state_of(&seen.status).chars().take(DIGITS).collect(),
        same,
        off,
        off_label: words.text(if off { "demo-reconnect" } else { "demo-cut-off" }, &[]),
        holds: holder.as_deref() == Some(person),
        ride: match (scene.and_then(|scene| scene.ride), &seen.ride, holder) {
            (None, ..) => String::new(),
            (Some(_), None, _) => words.text("demo-ride-unheard", &[]),
            (Some(_), Some(_), None) => words.text("demo-ride-open", &[]),
            (Some(_), Some(_), Some(holder)) => {
                words.text("demo-ride-held", &[("holder", holder.into())])
            }
        },
        notice: notice.map_or_else(String::new, |notice| {
            let told = words.told(&notice.reason, &notice.title, notice.holder.as_deref());
            words.text("demo-told", &[("loser", person.into()), ("notice", told.into())])
        }),
        log: seen.log.iter().map(|row| line(town, row, words)).collect(),
    }
}

fn line(town: &Town, row: &MessageRow, words: Words) -> Line {
    let gone = || words.text("message-withdrawn", &[]);
    Line {
        id: row.id.to_hex(),
        author: row.author.clone(),
        from: town.homes.iter().position(|home| home.person == row.author),
        text: if row.withdrawn { gone() } else { row.text.clone() },
        mine: row.mine,
    }
}

fn link(town: &Town, seen: &[Seen], words: Words, a: usize, b: usize) -> LinkView {
    let cut = town.is_cut(a, b);
    let there = seen[b].status.node;
    let sees = |peer: &crate::api::PeerRow| peer.connected && Some(peer.id) == there;
    let live = !cut && !town.is_off(a) && !town.is_off(b) && seen[a].status.peers.iter().any(sees);
    let names = [("a", town.homes[a].name.into()), ("b", town.homes[b].name.into())];
    let label = words.text(if cut { "demo-link-heal" } else { "demo-link-cut" }, &names);
    LinkView { a, b, cut, live, label }
}

fn story(town: &Town, words: Words, scene: &Scene) -> StoryView {
    let (zhang, li) = (town.homes[ZHANG].person, town.homes[LI].person);
    let drivers = [("zhang", zhang.into()), ("li", li.into())];
    let sentence = match (scene.step, &scene.ending) {
        (Step::Asked, _) => words.text("demo-step-asked", &[]),
        (Step::Cut, _) => words.text("demo-step-cut", &[]),
        (Step::BothClaim, _) => words.text("demo-step-both", &drivers),
        (Step::Healed, _) => words.text("demo-step-healed", &[]),
        (Step::Told, Some(ending)) => {
            let loser = town.homes[ending.loser].person;
            let args = [("holder", ending.holder.clone().into()), ("loser", loser.into())];
            words.text("demo-step-told", &args)
        }
        (Step::Told | Step::Stuck, _) => words.text("demo-step-stuck", &[]),
    };
    StoryView { step: scene.step.number(), of: Step::COUNT, sentence }
}
