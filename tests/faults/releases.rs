//! Releases that share a mesh (promise 12): what one does not know it keeps and hands on, and once it is
//! brought up to date, everybody sees the same.

use std::sync::atomic::{AtomicU64, Ordering};

use crdt::body::{Act, Body, Release, Talk, VOCABULARY, Verb};
use node::api::{Command, NewSkill, Reply, SkillCommand, SkillReply, SkillWord};
use tests::world::{Who, World};

use crate::towns::{Town, live_all, seeds};

/// Lives of the short set; these homes have disks.
const SEEDS: u64 = 8;

/// Knows no skills, votes, activities and teams, no edit of a message, and some of what happens to a request.
const EARLIER: Release = Release { vocabulary: VOCABULARY - 1, reads: is_old, ..Release::THIS };

/// Knows who is in the community and hands out keys; everything else it carries.
const FIRST: Release = Release { vocabulary: 0, reads: is_of_the_first, ..Release::THIS };

fn is_old(body: &Body) -> bool {
    match body {
        Body::Ballot(_) | Body::Profile(_) | Body::Activity(_) | Body::Team(_) => false,
        Body::Talk(talk) => !matches!(talk, Talk::Edit { .. }),
        Body::Act(Act::Do(deed)) => {
            !matches!(deed.verb, Verb::Depart | Verb::Reopen | Verb::Ack | Verb::Withdraw)
        }
        _ => true,
    }
}

fn is_of_the_first(body: &Body) -> bool {
    matches!(body, Body::Statement(_) | Body::Key(_) | Body::Card(_))
}

/// Somebody says what earlier releases have no word for; on those it is refused.
fn say_something_new(world: &mut World) {
    let everybody = world.everybody();
    let who = world.chance().one_of(&everybody);
    let text = format!("{} mends fuses, {}", world.name(who), world.now_ms());
    if world.chance().once_in(2) {
        let (kind, phone) = (SkillWord::Electrics, String::new());
        let new = NewSkill { kind, text, place: None, through_desk: false, phone };
        let _ = world.ask(who, Command::Skill(SkillCommand::Add(new)));
    } else if let Ok(Reply::Posted { id }) = world.ask(
        who,
        Command::Post { group: "all".into(), text: "mends nothing".into(), reply_to: None },
    ) {
        let _ = world.ask(who, Command::EditMessage { id, text });
    }
}

/// What is read of it: who can mend fuses, and what messages say now.
fn news_of(world: &mut World, who: Who) -> (Vec<String>, Vec<String>) {
    let find = SkillCommand::Find { kind: None, words: None, place: None };
    let skills = match world.tell(who, Command::Skill(find)) {
        Reply::Skill(SkillReply::List { skills }) => skills,
        other => panic!("looked, and saw {other:?}"),
    };
    (skills.into_iter().map(|row| row.text).collect(), world.texts(who))
}

#[test]
fn releases_that_share_a_mesh_are_equal_once_all_of_them_are_the_same() {
    let (behind, carried) = (AtomicU64::new(0), AtomicU64::new(0));
    live_all(seeds(SEEDS), |seed| {
        let mut town = Town::drawn_in(World::on_disk(seed));
        let everybody = town.world.everybody();
        for who in &everybody[1..] {
            match town.world.chance().below(4) {
                0 => town.world.install(*who, FIRST),
                1 | 2 => town.world.install(*who, EARLIER),
                _ => (),
            }
        }
        town.live(|town| {
            say_something_new(&mut town.world);
            if town.world.chance().once_in(30) {
                let who = town.world.chance().one_of(&everybody);
                town.world.install(who, Release::THIS);
            }
        });
        town.mend();
        town.world.settle();
        assert!(town.world.hold_the_same(&everybody), "what is not known is kept and handed on");
        let knows = news_of(&mut town.world, everybody[0]);
        for who in &everybody {
            behind.fetch_add(u64::from(news_of(&mut town.world, *who) != knows), Ordering::Relaxed);
        }
        carried.fetch_add((knows.0.len() + knows.1.len()) as u64, Ordering::Relaxed);
        for who in &everybody {
            town.world.install(*who, Release::THIS);
        }
        town.assert_all_see_the_same(&everybody);
        for who in &everybody {
            assert_eq!(news_of(&mut town.world, *who), knows, "{}", town.world.name(*who));
        }
    });
    let (behind, carried) = (behind.into_inner(), carried.into_inner());
    assert!(behind > 0 && carried > 0, "{behind} homes were behind, {carried} things were said");
}
