//! What is private of everybody, looked for on everybody's disk.

use node::api::{
    CaseVerb, Command, ErrorKind, GroupKindWord, KindWord, NewCase, Private, Reply, RoleWord,
    RosterCommand, SearchQuery,
};
use tests::world::{Who, World};

use crate::vaults::key_holders;

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

fn may_open(world: &mut World, who: Who, id: crdt::id::RequestId) -> Option<Private> {
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

/// A resident, a driver and a relay: through a cut and after it none of their disks gives away a
/// complaint, a diagnosis, a phone or a door that is not theirs, no search finds one, and the keys are
/// with those alone who may read.
#[test]
fn no_disk_gives_away_what_is_private_of_somebody_else() {
    let (mut world, [office, wang, li, zhang, relay]) = neighbourhood();

    world.chapter("a cut: both sides confide in the office, which hears one of them");
    world.cut(&[office, wang, relay], &[li, zhang]);
    let ask = |title: &str, private: Private| NewCase {
        title: title.into(),
        private,
        ..NewCase::default()
    };
    let (ride, _) = world.asks(wang, ask(OPEN, WANG.private()));
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
    let Reply::Asked { id: posting, .. } = world.tell(office, Command::Case(post)) else {
        panic!("a posting")
    };
    world.settle();
    world.claim(zhang, posting);
    world.settle();
    world.does_to(office, posting, CaseVerb::Grant, "Zhang");
    world.run_for(120_000);
    world.settle();
    let given = may_open(&mut world, zhang, posting).expect("granted");
    assert_eq!((given.phone.as_str(), given.details.as_str()), (WANG.phone, ""));

    let secrets: Vec<&'static str> =
        [WANG.all(), LI.all()].concat().into_iter().chain(COMPLAINT).collect();
    for who in world.everybody() {
        let name = world.name(who).to_owned();
        assert_eq!(on_disk(&world, who, &secrets), [""; 0], "on the disk of {name}");
        assert_eq!(searched(&mut world, who, &secrets), [""; 0], "{name} finds");
    }
    for who in [office, wang, li, zhang] {
        assert_eq!(on_disk(&world, who, &[OPEN]), [OPEN], "what is open stands there");
        assert_eq!(searched(&mut world, who, &[OPEN]), [OPEN]);
    }
    assert_eq!(on_disk(&world, relay, &[OPEN]), [""; 0], "a relay reads nothing at all");

    world.chapter("and nobody opens what is not his");
    for (case, readers) in
        [(ride, [office, wang]), (errand, [office, li]), (complaint, [office, li])]
    {
        for who in world.everybody() {
            let opened = may_open(&mut world, who, case).is_some();
            assert_eq!(opened, readers.contains(&who), "{} opens {case}", world.name(who));
        }
    }
    assert!(!key_holders(&world).contains("R7"), "no vault's key was ever sealed to a relay");
}
