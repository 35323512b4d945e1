//! Announcements: official answers, forwards, words to one unit, who is on duty.

use crdt::{
    body::{Announcement, BlobKey, Body, News, NewsClass, Place, Reach},
    envelope::{Draft, Envelope, Kind},
    id::{EnvelopeId, GroupId, to_hex},
    limits::THUMBNAIL_BYTES_MAX,
    secrets::blob,
    time::{Bucket, ClaimedTime},
};
use node::api::{
    ApiError, Command, DutyName, DutyRow, ErrorKind, GroupKindWord, NewsCommand, NewsReply,
    NewsRow, NewsState, NewsWord, PhotoRow, ReachedPage, Reply, RoleWord, RosterCommand, Telling,
};
use node::words::{Lang, Words};
use tests::world::{BEGIN, Who, World};

use super::inbox::{told_opened, with_a_place};

pub const HOUR: u64 = 3_600_000;

pub fn news(world: &mut World, who: Who, command: NewsCommand) -> Result<NewsReply, ApiError> {
    match world.ask(who, Command::News(command))? {
        Reply::News(reply) => Ok(reply),
        other => panic!("news, and heard {other:?}"),
    }
}

pub fn refused(world: &mut World, who: Who, command: NewsCommand) -> ErrorKind {
    news(world, who, command).expect_err("it is not his to say").kind
}

pub fn told(world: &mut World, who: Who, command: NewsCommand) -> EnvelopeId {
    match news(world, who, command) {
        Ok(NewsReply::Told { id }) => id,
        other => panic!("told, and heard {other:?}"),
    }
}

pub fn tells(world: &mut World, who: Who, telling: Telling) -> EnvelopeId {
    told(world, who, NewsCommand::Tell(Box::new(telling)))
}

pub fn list(world: &mut World, who: Who, command: NewsCommand) -> Vec<NewsRow> {
    match news(world, who, command) {
        Ok(NewsReply::List { news }) => news,
        other => panic!("a list, and heard {other:?}"),
    }
}

fn faq(world: &mut World, who: Who, words: &str) -> Vec<NewsRow> {
    list(world, who, NewsCommand::Faq { words: words.to_owned() })
}

pub fn duty(world: &mut World, who: Who) -> DutyRow {
    match news(world, who, NewsCommand::Duty { unanswered: true }) {
        Ok(NewsReply::Duty { duty }) => duty.into_iter().next().expect("somebody is on duty"),
        other => panic!("duty, and heard {other:?}"),
    }
}

/// How an announcement reads to somebody: badge, state, text.
pub fn reads(row: &NewsRow) -> String {
    let badge = if row.official { "官方 " } else { "" };
    let corrected = if row.corrected { " (corrected)" } else { "" };
    let class = row.class.code();
    let state = Words::of(Lang::ZhCn).text(&format!("news-state-{}", row.state.code()), &[]);
    format!("{badge}{class} {state}{corrected}: {}", row.text)
}

fn new_group(world: &mut World, who: Who, name: &str) -> GroupId {
    let (name, kind) = (name.to_owned(), GroupKindWord::Invite);
    match world.tell(
        who,
        Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
    ) {
        Reply::Group(group) => group.id,
        other => panic!("a group, and heard {other:?}"),
    }
}

pub fn let_in(world: &mut World, who: Who, group: &str, person: &str) {
    let (person, over) = (person.to_owned(), Some(group.to_owned()));
    let grant = RosterCommand::Grant { person, role: RoleWord::Member, over, again: false };
    world.roster(who, grant).expect("the owner may");
}

fn make(world: &mut World, office: Who, person: &str, role: RoleWord, over: Option<&str>) {
    let (person, over) = (person.to_owned(), over.map(str::to_owned));
    let grant = RosterCommand::Grant { person, role, over, again: false };
    world.roster(office, grant).expect("the office may");
}

/// An announcement that a crooked program writes in the name of a member.
fn forged(world: &mut World, who: Who, class: NewsClass, text: &str) -> Envelope {
    let said = Announcement {
        class,
        text: text.to_owned(),
        area: Place::community(),
        from_ms: None,
        until_ms: None,
        answers: None,
        question: Some("燃气卡怎么充值".to_owned()),
        reach: Reach::Community,
        attachments: Vec::new(),
        said_in: None,
    };
    written_by(world, who, News::Tell(said))
}

/// What a crooked program says to everybody in the name of a member.
pub fn written_by(world: &mut World, who: Who, news: News) -> Envelope {
    let scope = world.everybodys_group(who).scope();
    let body = Body::News(news);
    let home = world.home(who);
    let last = home.written().iter().rev().find(|it| it.header().scope == scope);
    let draft = Draft {
        kind: body.kind(),
        scope,
        tip: last.map(|it| (it.header().seq, it.id())),
        deps: Vec::new(),
        auth: Some(home.join()),
        epoch: None,
        lamport: last.map_or(1, |it| it.header().lamport + 1),
        bucket: Bucket::week_of(BEGIN),
        claimed: BEGIN,
        body: body.encode(),
    };
    Envelope::write(draft, home.writer(), &home.community())
}

/// Need 1. Ask the office, get an official answer with a validity window.
#[test]
fn need_01_an_official_answer_has_a_badge_and_a_window_and_answers_again() {
    let (mut world, people) = World::court(0x101, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let question = world.post_id(zhao, "燃气卡在哪里充值?");
    world.settle();
    let mut diary = String::new();

    world.chapter("Qian and Sun are cut off; the office answers, Qian's program pretends to");
    world.cut(&[office, zhao], &[qian, sun]);
    let answer = Telling {
        class: NewsWord::Answer,
        text: "东门物业一楼,工作日 9 点到 17 点".to_owned(),
        answers: Some(question.to_hex()),
        question: Some(String::new()),
        until_ms: Some(BEGIN.0 + 48 * HOUR),
        ..Telling::default()
    };
    let by_a_neighbour = NewsCommand::Tell(Box::new(answer.clone()));
    assert_eq!(refused(&mut world, qian, by_a_neighbour), ErrorKind::NotAllowed);
    let past = Telling { until_ms: Some(BEGIN.0 - 1), ..answer.clone() };
    let past = NewsCommand::Tell(Box::new(past));
    assert_eq!(refused(&mut world, office, past), ErrorKind::BadWindow);
    let id = tells(&mut world, office, answer);
    let lie = forged(&mut world, qian, NewsClass::Answer, "打钱到这个账户");
    assert_eq!(world.slip(qian, vec![lie]), 0);
    world.run_for(5_000);
    assert!(faq(&mut world, sun, "燃气充值").is_empty(), "nobody there knows yet");

    world.chapter("Everybody is together again");
    world.heal();
    world.settle();
    world.assert_same_sight(&everybody);
    for who in &everybody {
        let log = world.log(*who, "all");
        for row in log.iter().filter_map(|it| it.news.as_ref()) {
            diary += &format!("{:<7} log  {}\n", world.name(*who), reads(row));
            assert_eq!(row.official, row.id == id, "the badge is the office's alone");
        }
    }

    world.chapter("Nobody is on duty; Sun asks the same in other words");
    world.part();
    let found = faq(&mut world, sun, "请问燃气卡怎么充值");
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), [id], "and never the lie");
    assert_eq!((found[0].official, found[0].state), (true, NewsState::Holds));
    diary += &format!("Sun     faq  {}\n", reads(&found[0]));
    assert!(faq(&mut world, sun, "停水").is_empty());

    world.chapter("Its window ends");
    world.set_clock(sun, ClaimedTime(BEGIN.0 + 49 * HOUR));
    let found = faq(&mut world, sun, "燃气充值");
    assert_eq!(found[0].state, NewsState::Expired);
    diary += &format!("Sun     later {}\n", reads(&found[0]));
    insta::assert_snapshot!("need_01", diary);
}

/// Zhao and Qian have a team; Qian has a building and a garden with Sun; Li is in none of them.
fn three_groups() -> (World, [Who; 5]) {
    let (mut world, people) = World::court(0x111, &["Zhao", "Qian", "Sun", "Li"]);
    let (office, zhao, qian, sun, li) =
        (world.office(), people[0], people[1], people[2], people[3]);
    let everybody = world.everybody();
    world.lan(&everybody);
    make(&mut world, office, "Zhao", RoleWord::Steward, None);
    make(&mut world, office, "Qian", RoleWord::Steward, None);
    world.settle();
    new_group(&mut world, zhao, "Team");
    new_group(&mut world, qian, "Building 5");
    new_group(&mut world, qian, "Garden");
    for (owner, group, person) in
        [(zhao, "Team", "Qian"), (qian, "Building 5", "Sun"), (qian, "Garden", "Sun")]
    {
        world.settle();
        let_in(&mut world, owner, group, person);
    }
    world.settle();
    (world, [office, zhao, qian, sun, li])
}

/// Needs 11 and 3. A forward names what was said; what its author corrects reads so in every copy; it
/// goes no further than he allowed; and whoever gets it through several groups is told once.
#[test]
fn need_11_a_forward_stays_its_authors_and_reaches_everybody_once() {
    let (mut world, [office, zhao, qian, sun, li]) = three_groups();
    let open = Telling {
        group: Some("Team".to_owned()),
        text: "周六上午义诊".to_owned(),
        forwardable: true,
        ..Telling::default()
    };
    let shut = Telling { forwardable: false, text: "内部排班".to_owned(), ..open.clone() };
    let said_at = ClaimedTime(BEGIN.0 + world.now_ms());
    let [open, shut] = [open, shut].map(|it| tells(&mut world, zhao, it));
    world.settle();
    let mut diary = String::new();
    let forward = |id: EnvelopeId, group: &str, note: &str| NewsCommand::Forward {
        id: id.to_hex(),
        group: group.to_owned(),
        note: note.to_owned(),
    };

    world.chapter("Qian is cut off from Zhao and shows it to his building and the garden");
    world.cut(&[zhao, office], &[qian, sun, li]);
    assert_eq!(refused(&mut world, qian, forward(shut, "Building 5", "")), ErrorKind::TooFar);
    let outsider = forward(open, "Building 5", "");
    assert_eq!(refused(&mut world, li, outsider), ErrorKind::UnknownGroup);
    told(&mut world, qian, forward(open, "Building 5", "大家看看"));
    told(&mut world, qian, forward(open, "Garden", ""));
    world.run_for(5_000);
    let log = world.log(sun, "Building 5");
    let copy = log.last().expect("the forward");
    let row = copy.news.as_ref().expect("Sun can read what it names");
    assert_eq!((copy.author.as_str(), copy.text.as_str()), ("Qian", "大家看看"));
    assert_eq!((&*row.author, &*row.group, row.claimed_ms), ("Zhao", "Team", said_at));
    diary +=
        &format!("Sun     in Building 5, by {} of {}: {}\n", row.author, row.group, reads(row));

    world.chapter("Meanwhile Zhao corrects it; Sun may not");
    let by = |id: EnvelopeId, text: &str| NewsCommand::Correct {
        id: id.to_hex(),
        text: text.to_owned(),
        until_ms: None,
    };
    assert_eq!(refused(&mut world, sun, by(open, "取消")), ErrorKind::NotAllowed);
    told(&mut world, zhao, by(open, "改到周日上午"));
    world.heal();
    world.settle();
    for group in ["Building 5", "Garden"] {
        let log = world.log(sun, group);
        let row = log.last().and_then(|it| it.news.as_ref()).expect("the copy").clone();
        assert_eq!((row.text.as_str(), row.corrected), ("改到周日上午", true), "{group}");
        diary += &format!("Sun     in {group}: {}\n", reads(&row));
    }
    let mine = list(&mut world, sun, NewsCommand::List { all: true });
    assert_eq!(mine.len(), 1, "one notice, though it came through two groups: {mine:?}");
    assert_eq!(mine[0].also_in, ["Building 5", "Garden"]);
    let theirs = list(&mut world, li, NewsCommand::List { all: true });
    assert!(theirs.is_empty(), "Li is in none of these groups");

    world.chapter("The author takes it back");
    let withdraw =
        NewsCommand::Withdraw { id: open.to_hex(), reason: "医生来不了".to_owned() };
    told(&mut world, zhao, withdraw);
    world.settle();
    for group in ["Building 5", "Garden"] {
        let log = world.log(sun, group);
        let row = log.last().and_then(|it| it.news.as_ref()).expect("the copy").clone();
        assert_eq!((row.state, row.text.as_str()), (NewsState::Withdrawn, ""), "{group}");
        diary += &format!("Sun     in {group}: {}\n", reads(&row));
    }
    let again = by(open, "不,还来");
    assert_eq!(refused(&mut world, zhao, again), ErrorKind::UnknownMessage);
    insta::assert_snapshot!("need_11", diary);
}

/// Need 20. Found keys: to one building, relayed by neighbours, closed everywhere by 我家的.
#[test]
fn need_20_words_to_one_unit_reach_its_building_alone_and_are_closed_by_its_own() {
    let (mut world, people) = World::court(0x120, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    new_group(&mut world, office, "Building 5");
    world.settle();
    for person in ["Zhao", "Qian"] {
        let_in(&mut world, office, "Building 5", person);
    }
    let within = Some("Building 5".to_owned());
    world
        .roster(office, RosterCommand::PlaceNew { name: "5-2-301".to_owned(), within })
        .expect("the office may");
    world
        .roster(office, RosterCommand::PlaceNew { name: "Gate".to_owned(), within: None })
        .expect("the office may");
    world.settle();
    let keys = Telling {
        class: NewsWord::Addressed,
        text: "在楼下捡到一串钥匙".to_owned(),
        area: Some("5-2-301".to_owned()),
        ..Telling::default()
    };
    let at_the_gate = Telling { area: Some("Gate".to_owned()), ..keys.clone() };
    let at_the_gate = NewsCommand::Tell(Box::new(at_the_gate));
    assert_eq!(refused(&mut world, zhao, at_the_gate), ErrorKind::NoAudience);
    let from_outside = NewsCommand::Tell(Box::new(keys.clone()));
    assert_eq!(refused(&mut world, sun, from_outside), ErrorKind::NotAMember);

    world.chapter("Zhao and Qian have no line; Sun, who may not read it, carries it across");
    world.cut(&[zhao], &[office, qian]);
    world.cut(&[qian], &[zhao]);
    let id = tells(&mut world, zhao, keys);
    world.settle();
    let mut diary = String::new();
    let look = |world: &mut World, diary: &mut String, who: Who| {
        let rows = list(world, who, NewsCommand::List { all: true });
        let row = rows.into_iter().find(|it| it.id == id);
        let words = row.as_ref().map_or("nothing".to_owned(), reads);
        *diary += &format!("{:<7} {words}\n", world.name(who));
        row
    };
    let row = look(&mut world, &mut diary, qian).expect("it came to Qian through Sun");
    assert_eq!((row.area.as_str(), row.group.as_str()), ("5-2-301", "Building 5"));
    assert!(look(&mut world, &mut diary, sun).is_none(), "default audience: that building only");
    assert_eq!(world.lacks(sun, &[id]), [], "though Sun carries it");

    world.chapter("Qian says: 我家的");
    told(&mut world, qian, NewsCommand::Mine { id: id.to_hex() });
    world.heal();
    world.settle();
    for who in [zhao, qian, office] {
        let row = look(&mut world, &mut diary, who).expect("whoever read it");
        assert_eq!((row.state, row.settled_by.as_deref()), (NewsState::Settled, Some("Qian")));
    }
    insta::assert_snapshot!("need_20", diary);
}

pub fn on(person: &str, phone: &str) -> DutyName {
    DutyName { person: person.to_owned(), phone: phone.to_owned() }
}

/// Need 5. Who is on duty, with phone, in every home, with every line down; and what nobody answers
/// goes to the next on the rota.
#[test]
fn need_05_the_duty_desk_is_known_offline_and_nothing_unanswered_stays_with_one() {
    let (mut world, people) = World::court(0x105, &["Zhao", "Qian", "Sun"]);
    let (office, zhao, qian, sun) = (world.office(), people[0], people[1], people[2]);
    let everybody = world.everybody();
    world.lan(&everybody);
    world.settle();
    let people = vec![on("Office", "8000 0001"), on("Zhao", "8000 0002"), on("Qian", "8000 0003")];
    let rota =
        NewsCommand::SetRota { place: None, people, begins_ms: Some(BEGIN.0), shift_ms: 8 * HOUR };
    assert_eq!(refused(&mut world, sun, rota.clone()), ErrorKind::NotAllowed);
    told(&mut world, office, rota);
    let ride = world.request(sun, "To the hospital");
    world.settle();
    let mut diary = String::new();

    world.chapter("Every line is down");
    world.cut(&[office], &[zhao, qian, sun]);
    world.cut(&[zhao], &[qian, sun]);
    world.cut(&[qian], &[sun]);
    let mut look = |world: &mut World, who: Who, hours: u64, minutes: u64| {
        world.set_clock(who, ClaimedTime(BEGIN.0 + hours * HOUR + minutes * 60_000));
        let row = duty(world, who);
        let waits: Vec<&str> = row.unanswered.iter().map(|it| it.with.as_str()).collect();
        let (name, phone) = (row.name.clone(), row.phone.clone());
        diary += &format!(
            "{:<7} at {hours:>2}:{minutes:02}  {name} {phone}, waiting: {waits:?}\n",
            world.name(who)
        );
        (name, phone, row.unanswered.first().map(|it| (it.id, it.with.clone())))
    };
    let with = |who: &str| Some((ride, who.to_owned()));
    let first = look(&mut world, sun, 1, 5);
    assert_eq!((first.0.as_str(), first.1.as_str()), ("Office", "8000 0001"));
    assert_eq!(look(&mut world, sun, 0, 20).2, with("Office"));
    assert_eq!(look(&mut world, sun, 0, 31).2, with("Zhao"), "the next on the rota");
    assert_eq!(look(&mut world, sun, 1, 1).2, with("Qian"), "and the next");
    assert_eq!(look(&mut world, sun, 9, 0).0, "Zhao", "his shift");

    world.chapter("Zhao hands over to Qian on his side; Sun, on the other, may not");
    let over = |to: DutyName| NewsCommand::HandOver {
        place: None,
        to,
        from_ms: Some(BEGIN.0 + 9 * HOUR),
        until_ms: None,
    };
    assert_eq!(refused(&mut world, sun, over(on("Sun", "1"))), ErrorKind::NotAllowed);
    let handed = told(&mut world, zhao, over(on("Qian", "8000 0003")));
    assert_eq!(look(&mut world, qian, 10, 0).0, "Zhao", "he cannot know yet");
    world.heal();
    world.settle();
    assert_eq!((world.home(qian).rings(), world.home(sun).rings()), (&[handed][..], &[][..]));
    assert_eq!(look(&mut world, qian, 10, 0).0, "Qian");
    assert_eq!(look(&mut world, sun, 15, 59).0, "Qian");
    assert_eq!(look(&mut world, sun, 16, 0).0, "Qian", "his own shift");
    assert_eq!(look(&mut world, sun, 24, 0).0, "Office");

    world.chapter("The office answers, and nothing waits any more");
    let answer = Telling {
        class: NewsWord::Answer,
        text: "车在路上".to_owned(),
        answers: Some(ride.to_hex()),
        until_ms: Some(BEGIN.0 + 100 * HOUR),
        ..Telling::default()
    };
    tells(&mut world, office, answer);
    world.settle();
    assert_eq!(look(&mut world, sun, 25, 0).2, None);
    insta::assert_snapshot!("need_05", diary);
}

/// An alert counts from whoever has a role over its area; from anybody else it is a notice, also
/// where his program says otherwise.
#[test]
fn an_alert_of_somebody_without_a_role_is_a_notice() {
    let (mut world, people) = World::court(0x10A, &["Zhao", "Qian"]);
    let (office, zhao, qian) = (world.office(), people[0], people[1]);
    world
        .roster(office, RosterCommand::PlaceNew { name: "Building 5".to_owned(), within: None })
        .expect("the office may");
    make(&mut world, office, "Zhao", RoleWord::Steward, Some("Building 5"));
    world.settle();
    let burst = Telling {
        class: NewsWord::Alert,
        text: "水管爆了".to_owned(),
        area: Some("Building 5".to_owned()),
        ..Telling::default()
    };
    let everywhere = Telling { area: None, ..burst.clone() };
    let everywhere = NewsCommand::Tell(Box::new(everywhere));
    assert_eq!(refused(&mut world, zhao, everywhere), ErrorKind::NotAllowed);
    let by_anybody = NewsCommand::Tell(Box::new(burst.clone()));
    assert_eq!(refused(&mut world, qian, by_anybody), ErrorKind::NotAllowed);
    tells(&mut world, zhao, burst);
    let lie = forged(&mut world, qian, NewsClass::Alert, "快跑");
    world.slip(qian, vec![lie]);
    world.settle();
    let rows = list(&mut world, office, NewsCommand::List { all: false });
    let read: Vec<String> = rows.iter().map(reads).collect();
    assert_eq!(read, ["alert 有效: 水管爆了", "notice 有效: 快跑"]);
}

fn reached(world: &mut World, who: Who, id: EnvelopeId) -> ReachedPage {
    match news(world, who, NewsCommand::Reached { id: id.to_hex() }) {
        Ok(NewsReply::Reached(page)) => *page,
        other => panic!("reached, and heard {other:?}"),
    }
}

/// Counts and doors as somebody sees them.
fn counted(world: &mut World, who: Who, id: EnvelopeId) -> String {
    let page = reached(world, who, id);
    let counts: Vec<String> = page
        .places
        .iter()
        .map(|it| format!("{}: {}/{}/{}", it.place, it.seen, it.reached, it.households))
        .collect();
    let missing: Vec<String> = page
        .missing
        .iter()
        .map(|it| format!("{}{}", it.home, if it.reached { " (unread)" } else { "" }))
        .collect();
    format!("{:<7} {} knock: {}\n", world.name(who), counts.join(" "), missing.join(", "))
}

/// A compound that Wu looks after, in it building 5 that Zhao looks after, with Qian, Sun and Li.
pub fn building_five() -> (World, [Who; 6]) {
    let (mut world, people) = World::court(0x10C, &["Zhao", "Qian", "Sun", "Li", "Wu"]);
    let office = world.office();
    let everybody = world.everybody();
    world.lan(&everybody);
    let place = |name: &str, within: Option<&str>| RosterCommand::PlaceNew {
        name: name.to_owned(),
        within: within.map(str::to_owned),
    };
    world.roster(office, place("Lilies", None)).expect("the office may");
    world.roster(office, place("Building 5", Some("Lilies"))).expect("the office may");
    world.roster(office, place("Building 6", Some("Lilies"))).expect("the office may");
    make(&mut world, office, "Zhao", RoleWord::Steward, Some("Building 5"));
    make(&mut world, office, "Wu", RoleWord::Steward, Some("Lilies"));
    world.settle();
    for (at, who) in people.iter().enumerate() {
        let building = if at < 4 { "Building 5" } else { "Building 6" };
        let live = NewsCommand::Live { place: building.to_owned() };
        world.tell(*who, Command::News(live));
    }
    world.settle();
    (world, [office, people[0], people[1], people[2], people[3], people[4]])
}

/// Needs 10 and 12. An alert overtakes a night's chat; who has it and who has read it is counted up
/// without names, and the building head sees whom to knock for.
#[test]
fn need_10_and_12_an_alert_comes_before_the_chat_and_counts_go_up_without_names() {
    let (mut world, [office, zhao, qian, sun, li, wu]) = building_five();
    let mut diary = String::new();
    world.chapter("Sun and Li are cut off while the others talk; a pipe bursts");
    world.cut(&[sun, li], &[office, zhao, qian, wu]);
    let talk = |n: u32| {
        // Words that do not pack well.
        let words =
            (0..6).map(|part| blake3::hash(&[n, part].map(u32::to_le_bytes).concat()).to_string());
        words.collect::<Vec<_>>().join(" ")
    };
    let chat: Vec<EnvelopeId> = (0..600).map(|n| world.post_id(zhao, &talk(n))).collect();
    let burst = Telling {
        class: NewsWord::Alert,
        text: "水管爆了,请关总阀".to_owned(),
        area: Some("Building 5".to_owned()),
        photos: vec![photo(THUMBNAIL_BYTES_MAX)],
        ..Telling::default()
    };
    for bad in [photo(THUMBNAIL_BYTES_MAX + 1), with_a_place(photo(100))] {
        let bad = Telling { photos: vec![bad], ..burst.clone() };
        let why = refused(&mut world, zhao, NewsCommand::Tell(Box::new(bad)));
        assert!(matches!(why, ErrorKind::BadText | ErrorKind::NoPhoto), "{why:?}");
    }
    let alert = tells(&mut world, zhao, burst);
    world.run_for(5_000);
    assert_eq!(world.home(qian).rings(), [alert], "it rings in the building");
    told_opened(&mut world, qian, alert);
    world.settle();
    assert!(world.home(wu).rings().is_empty(), "and not in the next one");
    assert_eq!(
        refused(&mut world, qian, NewsCommand::Reached { id: alert.to_hex() }),
        ErrorKind::NotAllowed
    );
    diary += &counted(&mut world, zhao, alert);
    let page = reached(&mut world, zhao, alert);
    let doors: Vec<&str> = page.missing.iter().map(|it| it.home.as_str()).collect();
    assert_eq!(doors, ["Li", "Sun"], "whom to knock for");

    world.chapter("Sun's line is mended, and it is a slow one");
    world.set_disks(8);
    world.watch(sun);
    world.heal();
    world.cut(&[li], &[office, zhao, qian, sun, wu]);
    while !world.lacks(sun, &[alert]).is_empty() {
        world.run_for(100);
    }
    assert!(!world.lacks(sun, &chat).is_empty(), "the night's talk is still under way");
    let pictured = NewsCommand::Photo { id: alert.to_hex(), number: 0 };
    match news(&mut world, sun, pictured) {
        Ok(NewsReply::Photo(row)) => assert_eq!(row.thumbnail.len(), 2 * THUMBNAIL_BYTES_MAX),
        other => panic!("the thumbnail came inside, and heard {other:?}"),
    }
    told_opened(&mut world, sun, alert);
    world.settle();
    let came = |id: &EnvelopeId| world.came_ms(sun, id).expect("everything came");
    let first_talk = chat.iter().map(came).min().expect("there was talk");
    assert!(came(&alert) <= first_talk, "before any chat: {} {first_talk}", came(&alert));

    world.chapter("Who sees what");
    for who in [zhao, wu, office] {
        diary += &counted(&mut world, who, alert);
    }
    let head = reached(&mut world, zhao, alert);
    let building = head.places.last().expect("his building");
    assert_eq!((building.households, building.reached, building.seen), (4, 3, 3));
    assert_eq!(head.missing.len(), 1);
    let above = reached(&mut world, wu, alert);
    assert!(above.places.iter().any(|it| it.place == "Building 5" && it.seen == 3));
    assert!(above.missing.is_empty(), "the level above sees counts, no names: {above:?}");
    let own = |it: &&std::sync::Arc<Envelope>| it.header().kind == Kind::RECEIPT;
    let written = world.home(sun).written().iter().filter(own).count();
    assert_eq!(written, 1, "one receipt says that it came and that it was opened");
    insta::assert_snapshot!("need_10_and_12", diary);
}

/// A photo whose thumbnail has so many bytes: a JPEG as far as its frame goes.
fn photo(bytes: usize) -> PhotoRow {
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xda, 0, 2];
    jpeg.extend((jpeg.len()..bytes).map(|at| blake3::hash(&at.to_le_bytes()).as_bytes()[0]));
    let (blob, sealed) = blob::seal(&BlobKey([7; 32]), &[6; 89_968]);
    PhotoRow {
        name: String::new(),
        blob,
        key: "07".repeat(32),
        bytes: sealed.len() as u64,
        thumbnail: to_hex(&jpeg),
        sealed: Some(sealed.into()),
    }
}
