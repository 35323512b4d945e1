//! Skills that are found with the network down, and thanks that both wanted to be read.

use node::api::{
    ActVerb, Command, ErrorKind, NewSkill, Reply, SkillCommand, SkillReply, SkillRow, SkillWord,
    ThanksCommand, ThanksReply, ThanksRow,
};
use tests::world::{Who, World};

/// It carries everything and lists nothing.
const RELAY: &str = "R7";

fn skill(kind: SkillWord, text: &str) -> NewSkill {
    let (text, phone) = (text.to_owned(), String::new());
    NewSkill { kind, text, place: None, through_desk: false, phone }
}

fn adds(world: &mut World, who: Who, new: NewSkill) -> String {
    match world.tell(who, Command::Skill(SkillCommand::Add(new))) {
        Reply::Skill(SkillReply::Added { id }) => id.to_hex(),
        other => panic!("said, and heard {other:?}"),
    }
}

fn finds(world: &mut World, who: Who, kind: Option<SkillWord>, words: &str) -> Vec<SkillRow> {
    let words = Some(words.to_owned());
    match world.tell(who, Command::Skill(SkillCommand::Find { kind, words, place: None })) {
        Reply::Skill(SkillReply::List { skills }) => skills,
        other => panic!("looked, and saw {other:?}"),
    }
}

/// As a list reads: sort, who, how he is asked.
fn listed(world: &mut World, who: Who) -> String {
    let rows = finds(world, who, None, "");
    let line = |row: &SkillRow| {
        let name = row.name.as_deref().unwrap_or("(through the desk)");
        format!("{} {}: {name} {}", row.kind.code(), row.text, row.phone)
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Need 25: a lawyer, a nurse, sign language are found in every home with the network down; who is asked
/// through the desk is named to the desk alone; what was withdrawn is gone from every copy's list.
#[test]
fn need_25_a_skill_is_found_offline_and_gone_when_it_is_withdrawn() {
    let mut world = World::seeded(0x2501);
    let office = world.office();
    let [wang, li, zhao] = ["Wang", "Li", "Zhao"].map(|name| world.move_in(name));
    world.lan(&[office, wang, li, zhao]);
    world.settle();
    let phone = "138 0000 1234".to_owned();
    adds(&mut world, wang, NewSkill { phone, ..skill(SkillWord::Law, "劳动纠纷") });
    let through_desk = NewSkill { through_desk: true, ..skill(SkillWord::Nursing, "") };
    let nurse = adds(&mut world, li, through_desk);
    world.settle();

    world.chapter("a cut: Zhao needs a nurse, and Li takes it back on the other side");
    world.cut(&[office, li], &[wang, zhao]);
    assert_eq!(finds(&mut world, zhao, Some(SkillWord::Nursing), "").len(), 1);
    assert_eq!(finds(&mut world, zhao, None, "律师").len(), 1, "found by the sort's name");
    assert_eq!(finds(&mut world, zhao, None, "劳动").len(), 1, "and by his own words");
    assert_eq!(finds(&mut world, zhao, None, "木匠").len(), 0);
    adds(&mut world, zhao, skill(SkillWord::SignLanguage, "手语"));
    adds(&mut world, zhao, skill(SkillWord::Veteran, "工程兵"));
    world.settle();
    assert_eq!(finds(&mut world, wang, None, "退役").len(), 1, "by the sort's name");
    assert_eq!(finds(&mut world, wang, Some(SkillWord::SignLanguage), "").len(), 1);
    let gone = Command::Skill(SkillCommand::Withdraw { id: nurse });
    let foreign = world.ask(wang, gone.clone()).map_err(|error| error.kind);
    assert_eq!(foreign, Err(ErrorKind::UnknownMessage), "nobody else takes it back");
    let before = [listed(&mut world, office), listed(&mut world, zhao)];
    world.tell(li, gone);
    world.heal();
    world.settle();
    let after = listed(&mut world, zhao);
    for who in [office, wang, li] {
        assert_eq!(listed(&mut world, who), after);
    }
    assert!(!after.contains("nursing"), "{after}");
    insta::assert_snapshot!(
        "need_25",
        [&before[0], &before[1], &after].map(String::as_str).join("\n--\n")
    );
}

fn thanks(world: &mut World, who: Who) -> Vec<ThanksRow> {
    match world.tell(who, Command::Thanks(ThanksCommand::List)) {
        Reply::Thanks(ThanksReply::List { thanks }) => thanks,
        other => panic!("looked, and saw {other:?}"),
    }
}

fn try_thanks(world: &mut World, who: Who, command: ThanksCommand) -> Result<(), ErrorKind> {
    world.ask(who, Command::Thanks(command)).map(|_| ()).map_err(|error| error.kind)
}

/// What the list of thanks says to somebody.
fn read_by(world: &mut World, who: Who) -> String {
    let rows = thanks(world, who);
    let line = |it: &ThanksRow| {
        let sort = if it.public { "for all" } else { "for the two" };
        format!("{} to {}, {sort}: {}", it.from, it.to, it.text)
    };
    let lines = rows.iter().map(line).collect::<Vec<_>>().join("; ");
    format!("  {:7} {}\n", world.name(who), if lines.is_empty() { "nothing" } else { &lines })
}

fn all_read(world: &mut World, what: &str) -> String {
    let mut everybody = world.everybody();
    everybody.retain(|who| world.name(*who) != RELAY);
    let lines: String = everybody.into_iter().map(|who| read_by(world, who)).collect();
    format!("{what}\n{lines}")
}

fn stands_on_disk(world: &World, who: Who, text: &str) -> bool {
    let files = world.home(who).files();
    files.iter().any(|it| it.windows(text.len()).any(|at| at == text.as_bytes()))
}

/// Need 28: thanks are public only when both want it, on both sides of a cut; nobody else can read them
/// before, on no disk; nothing counts them, of anybody.
#[test]
fn need_28_thanks_are_public_when_both_want_it_and_nothing_counts_them() {
    const WORDS: &str = "谢谢您冒雨送我";
    const RIDE: &str = "送我去门诊";
    let mut world = World::on_disk(0x2801);
    let office = world.office();
    let [wang, zhang, li] = ["Wang", "Zhang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, wang, zhang, li]);
    world.settle();
    let relay = world.move_in_as_relay(RELAY);
    world.wire(office, relay);
    let ride = world.request(wang, RIDE);
    world.settle();
    world.claim(zhang, ride);
    world.settle();
    let give = |to: Option<&str>| ThanksCommand::Give {
        request: ride.to_hex(),
        to: to.map(str::to_owned),
        text: WORDS.into(),
    };
    assert_eq!(try_thanks(&mut world, wang, give(None)), Err(ErrorKind::NotAllowed), "not yet");
    assert!(
        world.try_act(zhang, ride, ActVerb::Depart) && world.try_act(zhang, ride, ActVerb::Done)
    );
    world.settle();
    assert!(world.try_act(wang, ride, ActVerb::Confirm));
    world.settle();
    assert_eq!(try_thanks(&mut world, li, give(None)), Err(ErrorKind::NotAllowed), "not his ride");
    let li_did_not = give(Some("Li"));
    assert_eq!(try_thanks(&mut world, wang, li_did_not), Err(ErrorKind::NotAllowed));
    assert_eq!(try_thanks(&mut world, wang, give(None)), Ok(()));
    world.settle();
    for who in [office, li] {
        assert!(thanks(&mut world, who).is_empty(), "the two alone");
    }
    for who in [office, li, relay] {
        assert!(!stands_on_disk(&world, who, WORDS), "on the disk of {}", world.name(who));
    }
    for who in [office, wang, zhang, li] {
        assert!(stands_on_disk(&world, who, RIDE), "what all may read is found by the same look");
    }
    assert!(!stands_on_disk(&world, relay, RIDE), "a relay reads nothing at all");
    let mut story = all_read(&mut world, "given");
    made_public_and_taken_back(&mut world, [office, wang, zhang, li], WORDS, &mut story);
    assert!(!stands_on_disk(&world, relay, WORDS), "a relay never reads them");
    insta::assert_snapshot!("need_28", story);
}

fn made_public_and_taken_back(
    world: &mut World,
    [office, wang, zhang, li]: [Who; 4],
    words: &str,
    story: &mut String,
) {
    world.chapter("a cut: Zhang makes it public, and then Wang thinks again");
    let row = thanks(world, zhang).remove(0);
    let id = || row.id.to_hex();
    assert_eq!((row.text.as_str(), row.may_publish), (words, true));
    world.cut(&[office, wang], &[zhang, li]);
    let publish = ThanksCommand::Publish { id: id() };
    assert_eq!(try_thanks(world, li, publish.clone()), Err(ErrorKind::UnknownMessage));
    let alone = try_thanks(world, wang, publish.clone());
    assert_eq!(alone, Err(ErrorKind::UnknownMessage), "nor does whoever thanks, without him");
    try_thanks(world, zhang, publish).expect("it was said to him");
    world.settle();
    assert_eq!(thanks(world, li).len(), 1);
    assert!(thanks(world, office).is_empty(), "it has not come here");
    *story += &all_read(world, "published behind a cut");
    world.heal();
    world.settle();
    for who in [office, wang, zhang, li] {
        let rows = thanks(world, who);
        assert_eq!((rows.len(), rows[0].text.as_str(), rows[0].public), (1, words, true));
        // No number but ids and a time: nobody can be ranked by what is told.
        let told = serde_json::to_value(&rows[0]).expect("plain data");
        let numbers: Vec<&String> = told
            .as_object()
            .expect("an object")
            .iter()
            .filter(|(_, value)| value.is_number())
            .map(|(key, _)| key)
            .collect();
        assert_eq!(numbers, ["claimed_ms"], "{told}");
    }
    *story += &all_read(world, "healed");
    world.cut(&[office, wang], &[zhang, li]);
    try_thanks(world, wang, ThanksCommand::Withdraw { id: id() }).expect("her own");
    world.heal();
    world.settle();
    for who in [office, wang, zhang, li] {
        assert!(thanks(world, who).is_empty(), "gone everywhere");
    }
    *story += &all_read(world, "taken back");
}
