//! Towns drawn from a seed, the lives in them, and what must be true when a life is over.

use std::{fmt::Debug, thread};

use crdt::id::RequestId;
use node::api::{ActVerb, Command, ErrorKind, Private, Reply};
use tests::world::{Who, World};

/// Deeds of one life.
const DEEDS: usize = 40;

/// How many lives: what the short set takes, or what `LINLI_SEEDS` says.
pub fn seeds(short: u64) -> u64 {
    std::env::var("LINLI_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(short)
}

/// Lives every one of these lives, on as many threads as the machine runs at once.
pub fn live_all(seeds: u64, live: impl Fn(u64) + Sync) {
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    thread::scope(|scope| {
        for first in 0..threads {
            let live = &live;
            scope.spawn(move || (first..seeds).step_by(threads as usize).for_each(live));
        }
    });
}

/// A town: its world, and how many hops its most distant homes are apart.
pub struct Town {
    pub world: World,
    pub hops: u64,
    pub requests: Vec<RequestId>,
}

impl Town {
    /// 5 to 30 homes, most towns small, in a line, a star, or each with everybody.
    pub fn drawn(seed: u64) -> Self {
        Self::drawn_in(World::seeded(seed))
    }

    /// The same in a world that nobody has moved into yet.
    pub fn drawn_in(mut world: World) -> Self {
        let count = match world.chance().below(20) {
            0 => 15 + world.chance().below(15),
            1..=4 => 9 + world.chance().below(6),
            _ => 4 + world.chance().below(5),
        };
        let office = world.office();
        for n in 0..count {
            // They all fetch their invitation in the office.
            let home = world.move_in(&format!("Home {n}"));
            world.wire(office, home);
        }
        world.settle();
        world.part();
        let everybody = world.everybody();
        let hops = match world.chance().below(3) {
            0 => {
                world.line(&everybody);
                everybody.len() as u64 - 1
            }
            1 => {
                everybody[1..].iter().for_each(|who| world.wire(office, *who));
                2
            }
            _ => {
                world.lan(&everybody);
                1
            }
        };
        world.settle();
        Self { world, hops, requests: Vec::new() }
    }

    /// Deeds and troubles; after each deed `aside` may do something of its own.
    pub fn live(&mut self, mut aside: impl FnMut(&mut Self)) {
        for _ in 0..DEEDS {
            self.deed();
            aside(self);
            if self.world.chance().once_in(4) {
                self.trouble();
            }
            let pause = self.world.chance().below(400) as u64;
            self.world.run_for(pause);
        }
    }

    /// Everything is mended; returns how long it took from when the last link was up until all held
    /// the same, in virtual milliseconds.
    pub fn mend(&mut self) -> u64 {
        self.world.set_loss(0);
        // Whatever was cut has long been noticed.
        self.world.run_for(60_000);
        self.world.heal();
        let everybody = self.world.everybody();
        self.world.until_equal(&everybody)
    }

    /// All of these see the same groups, requests, facts, holders and fates.
    pub fn assert_all_see_the_same(&mut self, these: &[Who]) {
        self.world.settle();
        self.world.assert_same_sight(these);
        for request in self.requests.clone() {
            let pages: Vec<_> = these.iter().map(|who| self.sight_of(*who, request)).collect();
            assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:?}");
        }
    }

    /// What somebody sees of a request; nothing where whoever asked is not believed.
    fn sight_of(&mut self, who: Who, request: RequestId) -> Option<impl PartialEq + Debug + use<>> {
        let page = match self.world.ask(who, Command::Request { id: request.to_hex() }) {
            Ok(Reply::Request(page)) => *page,
            _ => return None,
        };
        Some((page.row.status, page.holders, page.waitlist, page.facts, page.checklist))
    }

    /// One of the requests, by its id.
    fn any_request(&mut self) -> String {
        let at = self.world.chance().below(self.requests.len());
        self.requests.get(at).map(RequestId::to_hex).unwrap_or_default()
    }

    /// Somebody does something; a refusal is an answer too.
    fn deed(&mut self) {
        let everybody = self.world.everybody();
        let who = self.world.chance().one_of(&everybody);
        let draw = self.world.chance().draw() % 1_000;
        let text = format!("{} says {draw}", self.world.name(who));
        let command = match self.world.chance().below(10) {
            0 => return self.ask(who, text),
            1 | 2 => Command::Act { verb: self.any_verb(), id: self.any_request() },
            3 => {
                let fields = ["title", "place", "time", "needs", "details"];
                let field = self.world.chance().one_of(&fields).into();
                Command::EditFact { id: self.any_request(), field, value: text }
            }
            4 => Command::ChecklistAdd { id: self.any_request(), text },
            5 => Command::Pin { group: "all".into(), text },
            6 => Command::Describe { group: "all".into(), text },
            _ => Command::Post { group: "all".into(), text, reply_to: None },
        };
        // What the state does not allow is refused, and that is right.
        let _ = self.world.ask(who, command);
    }

    /// Everybody may, unless his release has no word for it.
    fn ask(&mut self, who: Who, title: String) {
        let (group, details) = (None, String::new());
        let ask =
            Command::Ask { group, title, details, urgent: false, private: Private::default() };
        match self.world.ask(who, ask) {
            Ok(Reply::Asked { id, .. }) => self.requests.push(id),
            other => {
                let kind = other.map_err(|error| error.kind);
                assert!(matches!(kind, Err(ErrorKind::BadEdit)), "asked, and heard {kind:?}");
            }
        }
    }

    /// Most people claim.
    fn any_verb(&mut self) -> ActVerb {
        if self.world.chance().once_in(2) {
            return ActVerb::Claim;
        }
        self.world.chance().one_of(&[
            ActVerb::Claim,
            ActVerb::Withdraw,
            ActVerb::Depart,
            ActVerb::Done,
            ActVerb::Confirm,
            ActVerb::Reopen,
            ActVerb::Cancel,
            ActVerb::Ack,
        ])
    }

    /// Something happens to the wires or to a home.
    fn trouble(&mut self) {
        let world = &mut self.world;
        let everybody = world.everybody();
        let who = world.chance().one_of(&everybody);
        let other = world.chance().one_of(&everybody);
        match world.chance().below(7) {
            0 | 1 => {
                let side: Vec<bool> = everybody.iter().map(|_| world.chance().once_in(2)).collect();
                let part = |wanted: bool| -> Vec<Who> {
                    everybody.iter().copied().filter(|who| side[who.0] == wanted).collect()
                };
                world.cut(&part(true), &part(false));
            }
            2 => world.heal(),
            3 => world.crash(who),
            4 if who != other => world.link_twice(who, other),
            5 => world.set_loss(20),
            _ => world.set_loss(0),
        }
    }
}
