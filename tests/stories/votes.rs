//! Votes: a frozen roll, ballots on both sides of a cut and on paper, what counts in the end.

use crdt::id::EnvelopeId;
use node::api::{
    Command, ErrorKind, NewVote, Reply, RoleWord, VoteCommand, VotePage, VoteReply, VoteState,
};
use tests::world::{BEGIN, Who, World};

const MINUTE: u64 = 60_000;

fn try_vote(world: &mut World, who: Who, command: VoteCommand) -> Result<VoteReply, String> {
    match world.ask(who, Command::Vote(command)) {
        Ok(Reply::Vote(reply)) => Ok(reply),
        Ok(other) => panic!("a vote was wanted, and {other:?} came"),
        Err(error) => match error.kind {
            ErrorKind::VoteRefused => Err(error.args["vote"].clone()),
            kind => Err(format!("{kind:?}")),
        },
    }
}

fn opens(world: &mut World, who: Who, new: NewVote) -> Result<EnvelopeId, String> {
    let ends_ms = BEGIN.0 + world.now_ms() + 10 * MINUTE;
    let choices = ["同意", "不同意"].map(str::to_owned).to_vec();
    let new = NewVote { ends_ms, choices, grace_ms: Some(10 * MINUTE), ..new };
    match try_vote(world, who, VoteCommand::Open(Box::new(new)))? {
        VoteReply::Opened { id, .. } => Ok(id),
        other => panic!("opened, and heard {other:?}"),
    }
}

fn casts(world: &mut World, who: Who, id: EnvelopeId, to: &str, again: bool) -> Result<(), String> {
    let (id, choice) = (id.to_hex(), to.to_owned());
    try_vote(world, who, VoteCommand::Cast { id, choice, again }).map(|_| ())
}

fn enters(world: &mut World, who: Who, id: EnvelopeId, voter: u32, to: &str) -> Result<(), String> {
    let (id, choice) = (id.to_hex(), to.to_owned());
    try_vote(world, who, VoteCommand::Enter { id, voter, choice, again: false }).map(|_| ())
}

fn reports(world: &mut World, who: Who, id: EnvelopeId) -> Result<(), String> {
    try_vote(world, who, VoteCommand::Report { id: id.to_hex() }).map(|_| ())
}

fn closes(world: &mut World, who: Who, id: EnvelopeId, reason: &str) -> Result<(), String> {
    let (id, reason) = (id.to_hex(), reason.to_owned());
    try_vote(world, who, VoteCommand::Close { id, reason }).map(|_| ())
}

fn page(world: &mut World, who: Who, id: EnvelopeId) -> VotePage {
    match try_vote(world, who, VoteCommand::Show { id: id.to_hex() }) {
        Ok(VoteReply::One(page)) => *page,
        other => panic!("a vote was wanted, and {other:?} came"),
    }
}

/// What everybody can compare: state, votes, turnout, and what does not count.
fn sheet(world: &mut World, who: Who, id: EnvelopeId) -> String {
    let it = page(world, who, id);
    let votes: Vec<String> = it
        .choices
        .iter()
        .map(|row| format!("{} {}", row.text, row.votes.map_or("–".into(), |it| it.to_string())))
        .collect();
    format!(
        "{:?}: {}; {} of {}; contradicting {}, unconfirmed {}, outside {}, late {}, missing {}",
        it.row.state,
        votes.join(", "),
        it.row.turnout,
        it.row.voters,
        it.contradicting,
        it.unconfirmed,
        it.outside,
        it.late,
        it.missing
    )
}

fn same_sheet(world: &mut World, these: &[Who], id: EnvelopeId) -> String {
    let mut all: Vec<String> = these.iter().map(|who| sheet(world, *who, id)).collect();
    all.dedup();
    assert_eq!(all.len(), 1, "not the same everywhere: {all:#?}");
    all.remove(0)
}

fn number(world: &mut World, who: Who, id: EnvelopeId) -> u32 {
    page(world, who, id).my_number.expect("on the roll")
}

/// Need 27: the roll is frozen; a household has one ballot, on the page or on paper entered by two; two
/// that contradict one another count as none until the household settles it; the result is provisional
/// until all desks have reported, and the same everywhere.
#[test]
fn need_27_a_vote_over_a_cut_has_one_result() {
    let mut world = World::seeded(0x2701);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let steward = world.move_in_as("Wu", RoleWord::Steward);
    let [wang, li, zhao] = ["Wang", "Li", "Zhao"].map(|name| world.move_in(name));
    world.lan(&[office, desk, steward, wang, li, zhao]);
    world.settle();
    let lift = || NewVote { title: "装电梯".into(), ..NewVote::default() };
    assert_eq!(opens(&mut world, li, lift()), Err("NotAllowed".into()), "a neighbour opens none");
    let counters = ["Office", "Desk 2"].map(str::to_owned).to_vec();
    let id = opens(&mut world, office, NewVote { counters, on_paper: 2, ..lift() }).expect("may");
    world.settle();
    let mut told = vec![same_sheet(&mut world, &[office, desk, wang, li], id)];

    world.chapter("who moves in later is not on the roll");
    let sun = world.move_in("Sun");
    world.wire(office, sun);
    world.wire(desk, sun);
    world.settle();
    world.run_for(2 * MINUTE);
    world.settle();
    assert_eq!(casts(&mut world, sun, id, "1", false), Err("not_on_roll".into()));

    world
        .chapter("a cut: Zhao votes there, and the paper with his number says something else here");
    world.cut(&[office, steward, wang, sun], &[desk, li, zhao]);
    casts(&mut world, wang, id, "同意", false).expect("on the roll");
    assert_eq!(casts(&mut world, wang, id, "2", false), Err("voted".into()));
    casts(&mut world, zhao, id, "1", false).expect("on the roll");
    let his = number(&mut world, zhao, id);
    assert_eq!(enters(&mut world, wang, id, his, "2"), Err("NotAllowed".into()));
    enters(&mut world, office, id, his, "2").expect("a desk enters paper");
    enters(&mut world, steward, id, his, "2").expect("and a second person");
    let on_paper = page(&mut world, office, id).row.voters;
    enters(&mut world, office, id, on_paper, "2").expect("the last of the paper list");
    assert_eq!(enters(&mut world, office, id, on_paper + 1, "2"), Err("not_on_roll".into()));
    world.settle();
    told.push(same_sheet(&mut world, &[office, wang, steward], id));
    assert_eq!(page(&mut world, office, id).unconfirmed, 1, "one pair of eyes is not enough");
    enters(&mut world, steward, id, on_paper, "2").expect("the second one");
    world.heal();
    world.settle();
    told.push(same_sheet(&mut world, &[office, desk, steward, wang, li, zhao, sun], id));
    assert_eq!(page(&mut world, zhao, id).contradicting, 1);
    casts(&mut world, zhao, id, "1", true).expect("the household settles it");
    world.settle();
    assert_eq!(page(&mut world, office, id).contradicting, 0);

    world.chapter("the end comes, and a cut with it: each desk reports what it has");
    assert_eq!(reports(&mut world, office, id), Err("not_ended".into()));
    world.cut(&[office, steward, wang, sun], &[desk, li, zhao]);
    casts(&mut world, li, id, "2", false).expect("in time");
    world.settle();
    world.run_for(11 * MINUTE);
    assert_eq!(reports(&mut world, wang, id), Err("NotAllowed".into()));
    reports(&mut world, office, id).expect("after the end");
    assert_eq!(reports(&mut world, office, id), Err("reported".into()));
    assert_eq!(closes(&mut world, office, id, "断网"), Err("grace".into()));
    reports(&mut world, desk, id).expect("after the end");
    casts(&mut world, desk, id, "1", false).expect("nobody there can know that it is too late");
    world.settle();
    for who in [office, desk] {
        assert_eq!(page(&mut world, who, id).row.state, VoteState::Provisional);
    }
    told.push(same_sheet(&mut world, &[office, wang, steward], id));
    told.push(same_sheet(&mut world, &[desk, li, zhao], id));
    world.heal();
    world.settle();
    told.push(same_sheet(&mut world, &[office, desk, steward, wang, li, zhao, sun], id));
    assert_eq!(page(&mut world, sun, id).row.state, VoteState::Final);
    assert_eq!(casts(&mut world, zhao, id, "2", true), Err("over".into()));
    insta::assert_snapshot!("need_27", told.join("\n"));
}

/// Need 27: the wait for a desk that is cut off ends with the grace, by an act that says why; what that
/// desk had is then late, in every home.
#[test]
fn need_27_the_grace_ends_the_wait_for_a_desk_that_is_cut_off() {
    let mut world = World::seeded(0x2702);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li] = ["Wang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li]);
    world.settle();
    let counters = ["Office", "Desk 2"].map(str::to_owned).to_vec();
    let new = NewVote { title: "夜里锁不锁东门".into(), counters, ..NewVote::default() };
    let id = opens(&mut world, office, new).expect("may");
    world.settle();
    world.cut(&[office, wang], &[desk, li]);
    casts(&mut world, wang, id, "1", false).expect("on the roll");
    casts(&mut world, li, id, "2", false).expect("on the roll");
    world.settle();
    world.run_for(11 * MINUTE);
    assert_eq!(closes(&mut world, office, id, ""), Err("no_reports".into()));
    reports(&mut world, office, id).expect("after the end");
    world.run_for(11 * MINUTE);
    assert_eq!(closes(&mut world, office, id, ""), Err("ReasonNeeded".into()));
    closes(&mut world, office, id, "光缆断了").expect("the grace is over");
    reports(&mut world, desk, id).expect("it knows nothing of that");
    world.settle();
    let here = same_sheet(&mut world, &[office, wang], id);
    let there = same_sheet(&mut world, &[desk, li], id);
    world.heal();
    world.settle();
    let all = same_sheet(&mut world, &[office, desk, wang, li], id);
    assert_eq!(page(&mut world, li, id).late, 1);
    insta::assert_snapshot!("need_27_grace", [here, there, all].join("\n"));
}

/// How a vote stands in the list of somebody: is there something about it that he has not been told?
fn is_changed(world: &mut World, who: Who, id: EnvelopeId) -> bool {
    match try_vote(world, who, VoteCommand::List { all: false }) {
        Ok(VoteReply::List { votes }) => votes.iter().any(|row| row.id == id && row.changed),
        other => panic!("a list was wanted, and {other:?} came"),
    }
}

/// Need 27: both sides of a cut end the wait, each with a result of its own. Nothing that was called final
/// changes without a word: both results stand beside the joined one, and whoever saw the first hears it once.
#[test]
fn need_27_what_was_called_final_never_changes_in_silence() {
    let mut world = World::seeded(0x2704);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li, zhao] = ["Wang", "Li", "Zhao"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li, zhao]);
    world.settle();
    let counters = ["Office", "Desk 2"].map(str::to_owned).to_vec();
    let new = NewVote { title: "装不装门禁".into(), counters, ..NewVote::default() };
    let id = opens(&mut world, office, new).expect("may");
    world.settle();

    world.chapter("a cut: each side votes, reports, waits and announces");
    world.cut(&[office, wang], &[desk, li, zhao]);
    casts(&mut world, wang, id, "1", false).expect("on the roll");
    casts(&mut world, li, id, "2", false).expect("on the roll");
    casts(&mut world, zhao, id, "2", false).expect("on the roll");
    world.settle();
    world.run_for(11 * MINUTE);
    for who in [office, desk] {
        reports(&mut world, who, id).expect("after the end");
    }
    world.run_for(11 * MINUTE);
    for who in [office, desk] {
        closes(&mut world, who, id, "光缆断了").expect("the grace is over");
    }
    world.settle();
    let saw = page(&mut world, wang, id);
    assert_eq!((saw.row.state, saw.row.turnout), (VoteState::Final, 1));
    assert!(!is_changed(&mut world, wang, id));
    let here = same_sheet(&mut world, &[office, wang], id);
    let there = sheet(&mut world, li, id);

    world.chapter("it heals: one result, and both that were announced beside it");
    world.heal();
    world.settle();
    for (who, told) in [(wang, true), (li, true), (office, true), (desk, true), (zhao, false)] {
        assert_eq!(is_changed(&mut world, who, id), told, "{}", world.name(who));
    }
    let now = page(&mut world, wang, id);
    let before = now.saw_before.clone().expect("what he saw first");
    assert_eq!((before.votes, before.turnout), (vec![1, 0], Some(1)));
    let called = |page: &VotePage| {
        let mut called: Vec<_> =
            page.called.iter().map(|it| (it.name.clone(), it.votes.clone())).collect();
        called.sort();
        called
    };
    let both = [("Desk 2".to_owned(), vec![0, 2]), ("Office".to_owned(), vec![1, 0])];
    assert_eq!(called(&now), both);
    assert!(!is_changed(&mut world, wang, id), "he is told once");
    let never = page(&mut world, zhao, id);
    assert_eq!((never.saw_before, never.called), (None, now.called), "he saw none of the first");
    let all = same_sheet(&mut world, &[office, desk, wang, li, zhao], id);
    insta::assert_snapshot!("need_27_called", [here, there, all].join("\n"));
}

/// Need 27: of a secret vote everybody sees who voted, and only those who count what came out; what
/// they announce is then the same everywhere.
#[test]
fn need_27_a_secret_ballot_is_opened_by_those_who_count_alone() {
    let mut world = World::seeded(0x2703);
    let office = world.office();
    let desk = world.move_in_as("Desk 2", RoleWord::Staff);
    let [wang, li] = ["Wang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, desk, wang, li]);
    world.settle();
    let new = NewVote { title: "选楼长".into(), secret: true, ..NewVote::default() };
    let id = opens(&mut world, office, new).expect("may");
    world.settle();
    world.cut(&[office, wang], &[desk, li]);
    casts(&mut world, wang, id, "1", false).expect("on the roll");
    casts(&mut world, li, id, "2", false).expect("on the roll");
    world.heal();
    world.settle();
    world.run_for(11 * MINUTE);
    let votes = |world: &mut World, who| {
        page(world, who, id).choices.iter().map(|row| row.votes).collect::<Vec<_>>()
    };
    assert_eq!(votes(&mut world, office), [Some(1), Some(1)], "who counts can open them");
    for who in [desk, wang, li] {
        assert_eq!(votes(&mut world, who), [None, None]);
        let own = page(&mut world, who, id);
        assert_eq!((own.my_choices.len(), own.row.turnout), (0, 2), "not even one's own");
    }
    reports(&mut world, office, id).expect("after the end");
    world.settle();
    assert_eq!(closes(&mut world, desk, id, ""), Err("no_key".into()));
    assert_eq!(page(&mut world, wang, id).row.state, VoteState::Provisional);
    closes(&mut world, office, id, "").expect("all have reported");
    world.settle();
    let told = same_sheet(&mut world, &[office, desk, wang, li], id);
    insta::assert_snapshot!("need_27_secret", told);
}

fn casts_as(
    world: &mut World,
    who: Who,
    person: &str,
    (id, choice): (EnvelopeId, &str),
) -> Result<(), String> {
    let (id, choice) = (id.to_hex(), choice.to_owned());
    let cast = Command::Vote(VoteCommand::Cast { id, choice, again: false });
    let asked = world.ask(who, Command::As { person: person.into(), command: cast.into() });
    asked.map(|_| ()).map_err(|error| error.args["vote"].clone())
}

/// Need 27: one ballot for each household, or for each person, as was announced: two who share a box have
/// one of the first and two of the second, on whichever side of a cut.
#[test]
fn need_27_a_ballot_is_the_households_or_the_persons() {
    let mut world = World::seeded(0x2705);
    let office = world.office();
    let [wang, li] = ["Wang", "Li"].map(|name| world.move_in(name));
    world.lan(&[office, wang, li]);
    world.settle();
    let (role, group) = (RoleWord::Member, None);
    let Reply::Invite { link } = world.tell(office, Command::Invite { role, group }) else {
        panic!("an invitation")
    };
    world.settle();
    world.tell(li, Command::ResidentAdd { name: "Grandma".into(), link: Some(link) });
    world.settle();
    let new =
        |title: &str, per_person| NewVote { title: title.into(), per_person, ..NewVote::default() };
    let home = opens(&mut world, office, new("楼道换灯", false)).expect("may");
    let each = opens(&mut world, office, new("评选好邻居", true)).expect("may");
    world.settle();
    let voters = |world: &mut World, id| page(world, wang, id).row.voters;
    assert_eq!((voters(&mut world, home), voters(&mut world, each)), (2, 3));

    world.chapter("a cut: Li and Grandma vote on their side, each on the same box");
    world.cut(&[office, wang], &[li]);
    assert_eq!(casts_as(&mut world, li, "Li", (home, "1")), Ok(()));
    let second = casts_as(&mut world, li, "Grandma", (home, "2"));
    assert_eq!(second, Err("voted".into()), "their household has voted");
    assert_eq!(casts_as(&mut world, li, "Li", (each, "1")), Ok(()));
    assert_eq!(casts_as(&mut world, li, "Grandma", (each, "2")), Ok(()));
    for id in [home, each] {
        casts(&mut world, wang, id, "1", false).expect("on the roll");
    }
    world.heal();
    world.settle();
    world.run_for(11 * MINUTE);
    for id in [home, each] {
        reports(&mut world, office, id).expect("after the end");
    }
    world.settle();
    let told = [home, each].map(|id| same_sheet(&mut world, &[office, wang, li], id));
    insta::assert_snapshot!("need_27_person", told.join("\n"));
}
