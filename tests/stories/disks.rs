//! What is private of everybody, looked for on everybody's disk.

use crdt::{id::RequestId, time::ClaimedTime};
use node::api::{
    CaseVerb, Command, ErrorKind, GroupKindWord, KindWord, NewCase, OpeningRow, Private, Reply,
    RoleWord, RosterCommand, SearchQuery,
};
use tests::world::{BEGIN, Who, World};

use crate::vaults::{key_holders, sealed_bytes, stands_on_disk};

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// What somebody says in confidence, of himself or of a neighbour.
struct Secrets {
    name: &'static str,
    phone: &'static str,
    door: &'static str,
    diagnosis: &'static str,
}

const WANG: Secrets =
    Secrets {
        name: "王秀英", phone: "138 0013 8000", door: "5-2-301", diagnosis: "hepatitis B"
    };
const LI: Secrets =
    Secrets {
        name: "李建国", phone: "139 2222 4711", door: "9-1-104", diagnosis: "chemotherapy"
    };
const COMPLAINT: [&str; 2] = ["楼上每晚打麻将", "plays mahjong till dawn"];

/// What everybody in the group of everybody may read: the search finds what there is to find.
const OPEN: &str = "Grandma Wang to her treatment";

impl Secrets {
    fn private(&self) -> Private {
        let [name, phone, door, details] =
            [self.name, self.phone, self.door, self.diagnosis].map(str::to_owned);
        Private { name, phone, door, details }
    }

    fn all(&self) -> [&'static str; 4] {
        [self.name, self.phone, self.door, self.diagnosis]
    }
}

/// Which of the words stand in the files of a home, in either of the two ways text is stored.
fn on_disk(world: &World, who: Who, words: &[&'static str]) -> Vec<&'static str> {
    let files = world.home(who).files();
    let stands = |word: &&&str| {
        let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let forms = [word.as_bytes(), &wide];
        let holds = |file: &Vec<u8>, form: &[u8]| file.windows(form.len()).any(|it| it == form);
        files.iter().any(|file| forms.iter().any(|form| holds(file, form)))
    };
    words.iter().filter(stands).copied().collect()
}

/// What a search at a home finds of the words.
fn searched(world: &mut World, who: Who, words: &[&'static str]) -> Vec<&'static str> {
    let mut found = Vec::new();
    for word in words {
        let query = SearchQuery { words: (*word).into(), ..SearchQuery::default() };
        match world.ask(who, Command::Search(query)) {
            Ok(Reply::Found(page)) if !page.found.is_empty() => found.push(*word),
            _ => (),
        }
    }
    found
}

fn may_open(world: &mut World, who: Who, id: RequestId) -> Option<Private> {
    let open = Command::OpenVault { id: id.to_hex(), reason: "I look".into() };
    match world.ask(who, open) {
        Ok(Reply::Vaults(page)) => Some(page.private.clone()),
        Ok(other) => panic!("opened, and saw {other:?}"),
        Err(error) => {
            let kinds = [ErrorKind::NoVault, ErrorKind::NotAllowed, ErrorKind::UnknownRequest];
            assert!(kinds.contains(&error.kind), "{error:?}");
            None
        }
    }
}

/// The office, two residents, a driver who is let into the fleet, and a relay.
fn neighbourhood() -> (World, [Who; 5]) {
    let mut world = World::on_disk(0xD15C);
    let office = world.office();
    let [wang, li, zhang] = ["Wang", "Li", "Zhang"].map(|name| world.move_in(name));
    world.lan(&[office, wang, li, zhang]);
    world.settle();
    let relay = world.move_in_as_relay("R7");
    world.wire(office, relay);
    let (name, kind) = ("fleet".to_owned(), GroupKindWord::Invite);
    world.tell(
        office,
        Command::GroupNew { name, kind, vouches: 0, terms: node::api::GroupTerms::default() },
    );
    world.settle();
    let (person, over) = ("Zhang".to_owned(), Some("fleet".to_owned()));
    let grant = RosterCommand::Grant { person, role: RoleWord::Member, over, again: false };
    world.roster(office, grant).expect("let in");
    world.run_for(120_000);
    world.settle();
    (world, [office, wang, li, zhang, relay])
}

/// The diagnosis stays with the desk, phone and door go to who is granted the ride, and nobody else
/// opens, finds or stores a word of it.
fn nobody_else_reads_it(
    world: &mut World,
    [office, wang, li, zhang, relay]: [Who; 5],
    [ride, errand, complaint]: [RequestId; 3],
) {
    let secrets: Vec<&'static str> =
        [WANG.all(), LI.all()].concat().into_iter().chain(COMPLAINT).collect();
    for who in world.everybody() {
        let name = world.name(who).to_owned();
        assert_eq!(on_disk(world, who, &secrets), [""; 0], "on the disk of {name}");
        assert_eq!(searched(world, who, &secrets), [""; 0], "{name} finds");
    }
    for who in [office, wang, li, zhang] {
        assert_eq!(on_disk(world, who, &[OPEN]), [OPEN], "what is open stands there");
        assert_eq!(searched(world, who, &[OPEN]), [OPEN]);
    }
    assert_eq!(on_disk(world, relay, &[OPEN]), [""; 0], "a relay reads nothing at all");
    world.chapter("and nobody opens what is not his");
    for (case, readers) in
        [(ride, [office, wang]), (errand, [office, li]), (complaint, [office, li])]
    {
        for who in world.everybody() {
            let opened = may_open(world, who, case).is_some();
            assert_eq!(opened, readers.contains(&who), "{} opens {case}", world.name(who));
        }
    }
    assert!(!key_holders(world).contains("R7"), "no vault's key was ever sealed to a relay");
}

/// Who looked at what is private of Wang, and why, as she sees it.
fn openings(world: &mut World, wang: Who, ride: RequestId) -> String {
    let open = Command::OpenVault { id: ride.to_hex(), reason: String::new() };
    let Ok(Reply::Vaults(page)) = world.ask(wang, open) else { panic!("it is hers") };
    let line = |it: &OpeningRow| format!("{} opened {:?}: {}", it.who, it.class, it.reason);
    page.openings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A month after it was closed nothing sealed of it is on any disk, also of a driver who was cut off.
fn closed_and_forgotten(
    world: &mut World,
    [office, wang, li, zhang, relay]: [Who; 5],
    [ride, posting]: [RequestId; 2],
    sealed: &[Vec<u8>],
) {
    let left =
        |world: &World, who| sealed.iter().filter(|it| stands_on_disk(world, who, it)).count();
    assert!(left(world, zhang) > 0 && left(world, relay) > 0, "they are there before");
    world.chapter("it is driven, confirmed and closed; Zhang is cut off when its time is over");
    for verb in [CaseVerb::Depart, CaseVerb::Done] {
        world.does(zhang, posting, verb);
    }
    world.settle();
    world.does(office, ride, CaseVerb::Resolve);
    world.settle();
    world.does(wang, ride, CaseVerb::Confirm);
    world.settle();
    world.cut(&[zhang], &[office, wang, li, relay]);
    // The case is closed now, the posting after a week of silence; both are kept for a month.
    for days in [8, 39] {
        for who in world.everybody() {
            world.set_clock(who, ClaimedTime(BEGIN.0 + days * DAY));
        }
        world.run_for(DAY / 4);
    }
    for (who, id) in [(office, ride), (wang, ride), (office, posting)] {
        assert_eq!(may_open(world, who, id), Some(Private::default()), "{}", world.name(who));
    }
    assert!(left(world, zhang) > 0, "he has not heard of it");
    world.heal();
    world.settle();
    let read = may_open(world, zhang, posting);
    assert!(read.is_none_or(|it| it == Private::default()), "and nothing is left to read");
    assert_eq!(world.page(wang, ride).row.status, "closed");
    for who in world.everybody() {
        assert_eq!(left(world, who), 0, "on the disk of {}", world.name(who));
    }
}

/// Need 17: a resident, a driver and a relay: through a cut and after it none of their disks gives away a
/// complaint, a diagnosis, a phone or a door that is not theirs, no search finds one, and the keys are
/// with those alone who may read; each opening is shown to the family; a closed case is forgotten.
#[test]
fn need_17_no_disk_gives_away_what_is_private_of_somebody_else() {
    let (mut world, everybody) = neighbourhood();
    let [office, wang, li, zhang, relay] = everybody;

    world.chapter("a cut: both sides confide in the office, which hears one of them");
    world.cut(&[office, wang, relay], &[li, zhang]);
    let ask = |title: &str, private: Private| NewCase {
        title: title.into(),
        private,
        ..NewCase::default()
    };
    let (ride, _) = world.asks(wang, ask(OPEN, WANG.private()));
    let mut sealed = sealed_bytes(&world);
    let (errand, _) = world.asks(li, ask("Tablets from the pharmacy", LI.private()));
    let (complaint, _) = world.asks(
        li,
        NewCase {
            details: COMPLAINT[1].into(),
            kind: KindWord::Complaint,
            to_desk: true,
            ..ask(COMPLAINT[0], Private::default())
        },
    );
    world.settle();
    world.heal();
    world.settle();

    world.chapter(
        "the office gives Wang's ride to Zhang, who reads phone and door, and nothing else",
    );
    let (id, team) = (ride.to_hex(), "fleet".to_owned());
    let title = Some("A ride to a treatment".to_owned());
    let post = node::api::CaseCommand::Post { id, team, title };
    let before = sealed_bytes(&world);
    let Reply::Asked { id: posting, .. } = world.tell(office, Command::Case(post)) else {
        panic!("a posting")
    };
    sealed.extend(sealed_bytes(&world).into_iter().filter(|it| !before.contains(it)));
    world.settle();
    world.claim(zhang, posting);
    world.settle();
    assert_eq!(may_open(&mut world, zhang, posting), None, "on grant only");
    world.does_to(office, posting, CaseVerb::Grant, "Zhang");
    world.run_for(120_000);
    world.settle();
    let given = may_open(&mut world, zhang, posting).expect("granted");
    let told = (given.phone.as_str(), given.door.as_str(), given.details.as_str());
    assert_eq!(told, (WANG.phone, WANG.door, ""));

    nobody_else_reads_it(&mut world, everybody, [ride, errand, complaint]);
    world.settle();
    let seen = openings(&mut world, wang, ride);
    assert!(seen.contains("Office opened Contact: fleet"), "where it was handed to: {seen}");
    closed_and_forgotten(&mut world, everybody, [ride, posting], &sealed);
    let lives = [ride, posting].map(|id| world.life(office, id));
    insta::assert_snapshot!("need_17", [seen, lives.join("\n--\n")].join("\n--\n"));
}
