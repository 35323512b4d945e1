//! Teams that look before they let somebody in, and the directory in which they are found.

use crdt::{id::RequestId, time::ClaimedTime};
use node::api::{
    Command, DirectoryRow, ErrorKind, GroupKindWord, MeetsWord, Notice, Reply, RoleWord,
    RosterCommand, SortWord, TeamCommand, TeamDesk, TeamReply,
};
use tests::world::{BEGIN, Who, World};

const FLEET: &str = "爱心车队";
const DRIVING: &str = "五年驾龄";
const LICENCE: &str = "驾照在有效期内";
const SIGNS: &str = "会手语";
const DAY_MS: u64 = 24 * 3_600_000;

fn try_team(world: &mut World, who: Who, command: TeamCommand) -> Result<TeamReply, ErrorKind> {
    match world.ask(who, Command::Team(command)).map_err(|error| error.kind)? {
        Reply::Team(reply) => Ok(reply),
        other => panic!("a team, and heard {other:?}"),
    }
}

fn team(world: &mut World, who: Who, command: TeamCommand) -> TeamDesk {
    let what = format!("{command:?}");
    match try_team(world, who, command) {
        Ok(TeamReply::Desk(desk)) => *desk,
        other => panic!("{} {what}: {other:?}", world.name(who)),
    }
}

fn desk(world: &mut World, who: Who) -> TeamDesk {
    team(world, who, TeamCommand::Desk { group: FLEET.into() })
}

fn asks_for(world: &mut World, who: Who, text: &str, preferred: bool) {
    let (group, text) = (FLEET.into(), text.into());
    team(world, who, TeamCommand::Criterion { group, text, preferred });
}

fn applies(world: &mut World, who: Who, meets: &[&str]) {
    let meets = meets.iter().map(|it| (*it).to_owned()).collect();
    team(world, who, TeamCommand::Apply { group: FLEET.into(), meets });
}

fn attest(person: &str, criterion: &str, until_ms: Option<u64>) -> TeamCommand {
    let (group, person, criterion) = (FLEET.into(), person.into(), criterion.into());
    TeamCommand::Attest { group, person, criterion, seen_ms: None, until_ms }
}

fn admit(person: &str, exception: Option<&str>) -> TeamCommand {
    let (person, exception) = (person.to_owned(), exception.map(str::to_owned));
    TeamCommand::Admit { group: FLEET.into(), person, exception }
}

fn vouches(world: &mut World, who: Who, person: &str) {
    let vouch = RosterCommand::Vouch { group: FLEET.into(), person: person.into() };
    world.roster(who, vouch).expect("a member vouches");
}

fn ride(world: &mut World, who: Who, title: &str) -> RequestId {
    let (title, details) = (title.to_owned(), String::new());
    let group = Some(FLEET.into());
    let ask = Command::Ask { group, title, details, urgent: false, private: Default::default() };
    match world.tell(who, ask) {
        Reply::Asked { id, .. } => id,
        other => panic!("asked, and heard {other:?}"),
    }
}

/// The desk as it reads: who applies with what, who is in, who is out, which exceptions there are.
fn reads(desk: &TeamDesk) -> String {
    let mut lines = Vec::new();
    for it in &desk.criteria {
        lines.push(format!("asks: {}{}", it.text, if it.required { "" } else { " (liked)" }));
    }
    for it in &desk.applications {
        let meets = it.meets.iter().map(|it| {
            format!("{} {:?}{}", it.text, it.state, if it.said { ", says so" } else { "" })
        });
        let meets: Vec<String> = meets.collect();
        let no = if it.declined_by.is_empty() { "" } else { " — declined" };
        lines.push(format!(
            "applies: {} [{}] vouched by {}{no}",
            it.name,
            meets.join("; "),
            it.vouched_by.join(", ")
        ));
    }
    let mut members: Vec<String> = desk
        .members
        .iter()
        .map(|it| {
            format!("in: {}{}", it.name, if it.expired { " (something ran out)" } else { "" })
        })
        .collect();
    members.sort();
    lines.extend(members);
    for it in &desk.suspended {
        lines.push(format!("paused: {} by {}: {}", it.name, it.by, it.reason));
    }
    for it in &desk.exceptions {
        lines.push(format!(
            "exception: {} by {}, lacks {} and {} vouches: {}",
            it.name,
            it.by,
            it.unmet.join(", "),
            it.missing,
            it.reason
        ));
    }
    lines.join("\n")
}

fn reminders(world: &mut World, who: Who) -> Vec<String> {
    let about = |it: &Notice| it.credential.is_some();
    let told: Vec<Notice> = world.notices(who).into_iter().filter(about).collect();
    world.read_notices(who, &told);
    told.into_iter()
        .map(|it| format!("{} {} {}", it.reason, it.holder.unwrap_or_default(), it.title))
        .collect()
}

/// A fleet that Li leads, with Wang and Zhao in it; the others are neighbours.
fn fleet(seed: u64) -> (World, Who, [Who; 5]) {
    let (mut world, people) = World::court(seed, &["Li", "Wang", "Zhao", "Zhang", "Sun"]);
    let office = world.office();
    let people: [Who; 5] = people.try_into().expect("five");
    let everybody = world.everybody();
    world.lan(&everybody);
    let kind = GroupKindWord::Vetted;
    world.tell(
        office,
        Command::GroupNew {
            name: FLEET.into(),
            kind,
            vouches: 2,
            terms: node::api::GroupTerms::default(),
        },
    );
    for person in ["Li", "Wang", "Zhao"] {
        let approve =
            RosterCommand::Approve { group: FLEET.into(), person: person.into(), exception: None };
        world.roster(office, approve).expect("the founder may");
    }
    let (person, role, over) = ("Li".into(), RoleWord::Steward, Some(FLEET.into()));
    let captain = RosterCommand::Grant { person, role, over, again: false };
    world.roster(office, captain).expect("the office may");
    world.settle();
    (world, office, people)
}

/// Need 13: written criteria, attested credentials with expiry, two vouches, the captain decides, an
/// exception is recorded, what is only liked never blocks. Zhang applies on one side of a cut and is
/// vouched for on the other; afterwards all see the same desk and the same members.
#[test]
fn need_13_a_vetted_team_looks_before_it_lets_somebody_in() {
    let (mut world, office, [li, wang, zhao, zhang, sun]) = fleet(0x1301);
    asks_for(&mut world, li, DRIVING, false);
    asks_for(&mut world, li, SIGNS, true);
    world.settle();
    let foreign =
        TeamCommand::Criterion { group: FLEET.into(), text: "男".into(), preferred: false };
    assert_eq!(try_team(&mut world, wang, foreign).err(), Some(ErrorKind::NotAnOwner));

    world.chapter("a cut: Zhang applies here, Wang and Zhao vouch for him there");
    world.cut(&[zhang, sun], &[office, li, wang, zhao]);
    applies(&mut world, zhang, &[DRIVING]);
    vouches(&mut world, wang, "Zhang");
    vouches(&mut world, zhao, "Zhang");
    world.settle();
    assert!(desk(&mut world, li).applications.is_empty(), "it has not come here");
    world.heal();
    world.settle();
    let before = reads(&desk(&mut world, li));
    assert_eq!(before, reads(&desk(&mut world, office)));
    assert_eq!(desk(&mut world, wang).applications, desk(&mut world, zhao).applications);
    for who in [office, li, wang, zhao] {
        assert_eq!(
            world.names_in(who, FLEET),
            ["Li", "Office", "Wang", "Zhao"],
            "vouches alone open no door"
        );
    }

    world.chapter(
        "what is asked for was not seen: only an exception lets him in, and it is recorded",
    );
    let held = world.holds(li);
    assert_eq!(try_team(&mut world, wang, admit("Zhang", None)).err(), Some(ErrorKind::NotAnOwner));
    assert_eq!(
        try_team(&mut world, li, admit("Zhang", None)).err(),
        Some(ErrorKind::CriteriaUnmet)
    );
    assert_eq!(world.holds(li), held, "a refused act writes nothing");
    world.cut(&[office, li], &[wang, zhao, zhang, sun]);
    team(&mut world, li, admit("Zhang", Some("开了二十年公交")));
    // Sun meets what is asked for; sign language, which is only liked, he has not.
    applies(&mut world, sun, &[DRIVING]);
    vouches(&mut world, wang, "Sun");
    vouches(&mut world, zhao, "Sun");
    world.settle();
    world.heal();
    world.settle();
    team(&mut world, li, attest("Sun", DRIVING, None));
    team(&mut world, li, admit("Sun", None));
    world.settle();
    let after = reads(&desk(&mut world, li));
    assert_eq!(after, reads(&desk(&mut world, office)));
    for who in [office, li, wang, zhao, zhang, sun] {
        let names = ["Li", "Office", "Sun", "Wang", "Zhang", "Zhao"];
        assert_eq!(world.names_in(who, FLEET), names, "{}", world.name(who));
        let exceptions = desk(&mut world, who).exceptions;
        let said: Vec<_> =
            exceptions.iter().map(|it| (it.name.as_str(), it.unmet.join(""))).collect();
        assert_eq!(said, [("Zhang", DRIVING.to_owned())], "no exception for what is only liked");
    }
    let everybody = world.everybody();
    world.assert_same_sight(&everybody);
    insta::assert_snapshot!("need_13", [before, after].join("\n--\n"));
}

/// A refusal is read by the two whom it concerns, and by nobody else on any disk.
#[test]
fn need_13_a_refusal_says_why_to_the_two_alone() {
    const WHY: &str = "我们今年人满了真对不起";
    let (mut world, _, [li, wang, _, zhang, _]) = fleet(0x1302);
    asks_for(&mut world, li, DRIVING, false);
    world.settle();
    applies(&mut world, zhang, &[]);
    world.settle();
    let decline = |person: &str| TeamCommand::Decline {
        group: FLEET.into(),
        person: person.into(),
        reason: WHY.into(),
    };
    assert_eq!(try_team(&mut world, wang, decline("Zhang")).err(), Some(ErrorKind::NotAnOwner));
    assert_eq!(try_team(&mut world, li, decline("Sun")).err(), Some(ErrorKind::NotApplied));
    team(&mut world, li, decline("Zhang"));
    world.settle();
    let reason = |world: &mut World, who| {
        let mut rows = desk(world, who).applications;
        assert_eq!((rows.len(), rows[0].declined_by.as_str()), (1, "Li"), "{}", world.name(who));
        rows.remove(0).reason
    };
    assert_eq!(reason(&mut world, zhang), WHY);
    assert_eq!(reason(&mut world, li), WHY);
    assert_eq!(reason(&mut world, wang), "", "he was told that, and not why");
    applies(&mut world, zhang, &[DRIVING]);
    world.settle();
    assert_eq!(
        desk(&mut world, li).applications[0].declined_by,
        "",
        "whoever applies anew is looked at anew"
    );

    world.chapter("he is let in and leaves: nobody waits any more");
    team(&mut world, li, admit("Zhang", Some("试一试")));
    world.settle();
    world.tell(
        zhang,
        Command::Roster(RosterCommand::Leave { group: Some(FLEET.into()), anyway: false }),
    );
    world.settle();
    assert_eq!(try_team(&mut world, li, decline("Zhang")).err(), Some(ErrorKind::NotApplied));
}

/// Two teams are listed under one name: whoever is in neither is told that there are two, and which.
#[test]
fn need_3_two_groups_under_one_name_are_told_apart_by_their_ids() {
    let (mut world, office, [li, _, _, zhang, _]) = fleet(0x0302);
    asks_for(&mut world, li, DRIVING, false);
    world.settle();
    let kind = GroupKindWord::Vetted;
    let second =
        Command::GroupNew { name: FLEET.into(), kind, vouches: 2, terms: Default::default() };
    let Reply::Group(second) = world.tell(office, second) else { panic!("a group") };
    let over = second.id.to_hex();
    let asks = TeamCommand::Criterion { group: over, text: LICENCE.into(), preferred: false };
    team(&mut world, office, asks);
    world.settle();
    let apply = TeamCommand::Apply { group: FLEET.into(), meets: Vec::new() };
    let error = world.ask(zhang, Command::Team(apply)).expect_err("which of the two?");
    assert_eq!(error.kind, ErrorKind::Ambiguous);
    let candidates = &error.args["candidates"];
    assert!(candidates.contains(&second.id.to_string()), "{candidates}");
    let apply = TeamCommand::Apply { group: second.id.to_hex(), meets: Vec::new() };
    assert_eq!(team(&mut world, zhang, apply).id, second.id);
}

/// Who saw to the team and is paused comes back as a member, and the desk is told so; let in by a new role
/// instead, the pause is over too. Nobody attests his own paper.
#[test]
fn need_13_a_pause_ends_with_whatever_lets_him_in_again() {
    let (mut world, office, [li, wang, zhao, zhang, sun]) = fleet(0x1305);
    asks_for(&mut world, li, DRIVING, false);
    world.settle();
    let own = try_team(&mut world, li, attest("Li", DRIVING, None));
    assert_eq!(own.err(), Some(ErrorKind::NotAllowed));
    team(&mut world, office, attest("Li", DRIVING, None));

    world.chapter("a cut: the office pauses Li and Wang, who are on the other side");
    world.cut(&[office], &[li, wang, zhao, zhang, sun]);
    for person in ["Li", "Wang"] {
        let (group, reason) = (FLEET.into(), "年检没过".into());
        team(&mut world, office, TeamCommand::Suspend { group, person: person.into(), reason });
    }
    world.heal();
    world.settle();
    let led: Vec<_> =
        desk(&mut world, zhao).suspended.into_iter().map(|it| (it.name, it.led)).collect();
    assert!(led.contains(&("Li".into(), true)) && led.contains(&("Wang".into(), false)), "{led:?}");
    team(&mut world, office, TeamCommand::Lift { group: FLEET.into(), person: "Li".into() });
    let (person, over) = ("Wang".to_owned(), Some(FLEET.to_owned()));
    let grant = RosterCommand::Grant { person, role: RoleWord::Member, over, again: true };
    world.roster(office, grant).expect("the office may");
    world.settle();
    let members = desk(&mut world, zhao).members;
    let li_is = members.iter().find(|it| it.name == "Li").expect("he is in");
    assert!(!li_is.owner, "and nothing more");
    world.tell(
        wang,
        Command::Roster(RosterCommand::Leave { group: Some(FLEET.into()), anyway: false }),
    );
    world.settle();
    assert!(desk(&mut world, zhao).suspended.is_empty(), "he left, and is paused no longer");
    applies(&mut world, wang, &[]);
}

/// A credential that runs out during a cut: both are told ahead and when it is so, each once; what its
/// holder claimed goes on counting, and the captain sees it flagged. No clock takes anybody's place away.
#[test]
fn need_13_a_credential_runs_out_and_takes_nothing_away() {
    let (mut world, office, [li, wang, zhao, zhang, sun]) = fleet(0x1303);
    asks_for(&mut world, li, LICENCE, false);
    world.settle();
    applies(&mut world, zhang, &[LICENCE]);
    vouches(&mut world, wang, "Zhang");
    vouches(&mut world, zhao, "Zhang");
    world.settle();
    let until = BEGIN.0 + 40 * DAY_MS;
    team(&mut world, li, attest("Zhang", LICENCE, Some(until)));
    team(&mut world, li, admit("Zhang", None));
    world.settle();
    assert_eq!(reminders(&mut world, li), Vec::<String>::new(), "forty days are far");
    for who in [li, zhang, wang] {
        world.set_clock(who, ClaimedTime(BEGIN.0 + 15 * DAY_MS));
    }
    assert_eq!(reminders(&mut world, li), [format!("credential_soon Zhang {LICENCE}")]);
    assert_eq!(reminders(&mut world, zhang), [format!("credential_mine_soon Zhang {LICENCE}")]);
    assert_eq!(reminders(&mut world, li), Vec::<String>::new(), "once");
    assert_eq!(reminders(&mut world, wang), Vec::<String>::new(), "it is not his business");

    world.chapter("a cut: it runs out here, and there Zhang, whose clock is slow, takes a ride");
    let to_clinic = ride(&mut world, wang, "去中医院");
    world.settle();
    world.cut(&[office, li], &[wang, zhao, zhang, sun]);
    world.set_clock(li, ClaimedTime(BEGIN.0 + 41 * DAY_MS));
    world.claim(zhang, to_clinic);
    world.settle();
    world.heal();
    world.settle();
    assert_eq!(world.agreed_holder(&[office, li, wang, zhao, zhang], to_clinic), "Zhang");
    let flagged = |desk: &TeamDesk| {
        desk.members.iter().filter(|it| it.expired).map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let captains = desk(&mut world, li);
    assert_eq!(flagged(&captains), ["Zhang"]);
    let his = captains.members.iter().find(|it| it.name == "Zhang").expect("he is in");
    assert_eq!(his.meets[0].state, MeetsWord::Expired);
    assert!(flagged(&desk(&mut world, wang)).is_empty(), "it is not his business");
    assert_eq!(reminders(&mut world, li), [format!("credential_expired Zhang {LICENCE}")]);
    assert_eq!(reminders(&mut world, li), Vec::<String>::new(), "once");

    world.chapter("he shows the new one");
    team(&mut world, li, attest("Zhang", LICENCE, Some(until + 400 * DAY_MS)));
    world.settle();
    assert!(flagged(&desk(&mut world, li)).is_empty());
    let late = attest("Zhang", LICENCE, Some(BEGIN.0));
    assert_eq!(try_team(&mut world, li, late).err(), Some(ErrorKind::BadWindow));
}

/// Suspended on one side of a cut while he claims on the other: the claim does not count, for anybody,
/// and he is told why. Once it is lifted he claims as before, on the same box.
#[test]
fn need_13_a_suspension_takes_effect_where_it_was_not_known() {
    let (mut world, office, [li, wang, zhao, zhang, sun]) = fleet(0x1304);
    team(&mut world, li, admit("Zhang", None));
    world.settle();
    let [kept, lost] = ["去医院", "去车站"].map(|title| ride(&mut world, wang, title));
    world.settle();
    world.claim(zhang, kept);
    world.settle();

    world.chapter("a cut: Li pauses Zhang here, Zhang claims there");
    world.cut(&[office, li], &[wang, zhao, zhang, sun]);
    let suspend = |reason: &str| TeamCommand::Suspend {
        group: FLEET.into(),
        person: "Zhang".into(),
        reason: reason.into(),
    };
    assert_eq!(try_team(&mut world, wang, suspend("闹")).err(), Some(ErrorKind::NotAnOwner));
    team(&mut world, li, suspend("年检没过"));
    world.claim(zhang, lost);
    world.settle();
    assert_eq!(world.holder(wang, lost).as_deref(), Some("Zhang"), "nobody there can know");
    world.heal();
    world.settle();
    for who in [office, li, wang, zhao] {
        assert_eq!(world.holder(who, lost), None, "{}", world.name(who));
        assert_eq!(world.holder(who, kept), None, "who is out holds nothing that he held before");
        assert_eq!(world.names_in(who, FLEET), ["Li", "Office", "Wang", "Zhao"]);
        assert_eq!(desk(&mut world, who).suspended.len(), 1);
    }
    let his = desk(&mut world, zhang);
    assert_eq!(his.suspended.iter().map(|it| it.reason.as_str()).collect::<Vec<_>>(), ["年检没过"]);
    let apply = TeamCommand::Apply { group: FLEET.into(), meets: vec![] };
    assert_eq!(try_team(&mut world, zhang, apply).err(), Some(ErrorKind::Suspended));
    assert_eq!(
        try_team(&mut world, li, admit("Zhang", Some("算了"))).err(),
        Some(ErrorKind::Suspended)
    );

    world.chapter("it is lifted, and he goes on");
    let lift = TeamCommand::Lift { group: FLEET.into(), person: "Zhang".into() };
    assert_eq!(try_team(&mut world, wang, lift.clone()).err(), Some(ErrorKind::NotAnOwner));
    team(&mut world, li, lift.clone());
    assert_eq!(try_team(&mut world, li, lift).err(), Some(ErrorKind::NotSuspended));
    world.settle();
    world.claim(zhang, lost);
    world.settle();
    assert_eq!(world.agreed_holder(&[office, li, wang, zhao, zhang], lost), "Zhang");
    assert_eq!(world.agreed_holder(&[office, li, wang, zhao, zhang], kept), "Zhang");
    for who in [office, li, wang, zhao, zhang] {
        assert!(desk(&mut world, who).suspended.is_empty(), "{}", world.name(who));
    }
}

fn directory(world: &mut World, who: Who) -> Vec<DirectoryRow> {
    match try_team(world, who, TeamCommand::Directory) {
        Ok(TeamReply::Directory { groups }) => groups,
        other => panic!("a directory, and heard {other:?}"),
    }
}

/// Need 3: groups by building and team stand in one list, with their doors; one that its owners have not
/// listed is known to its members alone; joined, waiting, left and muted are said; both sides of a cut
/// come to the same list.
#[test]
fn need_3_a_directory_shows_what_one_may_know_of_and_nothing_else() {
    let (mut world, office, [li, wang, zhao, zhang, sun]) = fleet(0x0301);
    let new = |name: &str, kind| Command::GroupNew {
        name: name.into(),
        kind,
        vouches: 2,
        terms: node::api::GroupTerms::default(),
    };
    world.tell(office, new("5 栋", GroupKindWord::Open));
    world.tell(office, new("互助会", GroupKindWord::Invite));
    world.settle();
    let names = |world: &mut World, who| {
        directory(world, who).into_iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut world, zhang), ["5 栋", "all"], "nothing else is his business");
    assert!(names(&mut world, wang).contains(&FLEET.to_owned()), "his own");

    world.chapter("a cut: the fleet is listed here, the building there");
    world.cut(&[li, zhang], &[office, wang, zhao, sun]);
    asks_for(&mut world, li, DRIVING, false);
    let list = |group: &str, sort| {
        TeamCommand::List(node::api::NewListing {
            group: group.into(),
            about: Some("为大家".into()),
            sort: Some(sort),
            ..Default::default()
        })
    };
    let foreign = list("5 栋", SortWord::Building);
    assert_eq!(try_team(&mut world, wang, foreign.clone()).err(), Some(ErrorKind::NotAnOwner));
    team(&mut world, office, foreign);
    world.settle();
    applies(&mut world, zhang, &[]);
    world.tell(sun, Command::GroupJoin { group: "5 栋".into() });
    world.settle();
    world.heal();
    world.settle();
    let line = |it: &DirectoryRow| {
        let marks = [(it.joined, "in"), (it.waiting, "waiting"), (it.muted, "muted")];
        let marks: Vec<_> = marks.iter().filter(|it| it.0).map(|it| it.1).collect();
        let asks: Vec<_> = it.criteria.iter().map(|it| it.text.as_str()).collect();
        format!(
            "{} {:?} {:?} {} asks [{}] {}",
            it.name,
            it.sort,
            it.kind,
            it.members,
            asks.join(", "),
            marks.join(" ")
        )
    };
    let mute = RosterCommand::Mute { group: "5 栋".into(), muted: true };
    world.roster(sun, mute).expect("one's own box");
    let mut lists = Vec::new();
    for who in [zhang, sun, wang] {
        let rows = directory(&mut world, who);
        assert!(rows.iter().all(|it| it.name != "互助会"), "{}", world.name(who));
        let lines: Vec<String> = rows.iter().map(line).collect();
        lists.push(format!("{}:\n{}", world.name(who), lines.join("\n")));
    }
    let unlist = TeamCommand::Unlist { group: FLEET.into() };
    team(&mut world, li, unlist);
    world.tell(
        sun,
        Command::Roster(RosterCommand::Leave { group: Some("5 栋".into()), anyway: false }),
    );
    world.settle();
    assert!(!names(&mut world, sun).contains(&FLEET.to_owned()), "it is listed no longer");
    let row = directory(&mut world, sun).into_iter().find(|it| it.name == "5 栋");
    assert!(row.is_none_or(|row| !row.joined), "he left");
    insta::assert_snapshot!("need_3", lists.join("\n--\n"));
}
