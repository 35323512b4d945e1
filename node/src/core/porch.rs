//! Who stands before the door and asks to be let in (`crdt::knock`), as the side that is asked.
//!
//! # Rules
//!
//! 1. Whoever knocks is told the neighbourhood's name and this home's, and nothing else.
//! 2. People see a knock, with its six digits, once the other side has kept its promise.
//! 3. A knock lasts as long as its link, and a quarter of an hour at most. Nothing of it is kept.
//! 4. So many knocks at once, and so many from one address; whoever is too much hears *no*.
//!
//! # Deliberately absent
//!
//! Who may open: that is asked of the ledger, which writes the invitation.

use std::collections::{BTreeMap, VecDeque};

use crdt::{
    id::KeyId,
    knock::{Frame, Number, digits, promise},
    time::Moment,
};

use super::LinkId;

/// Knocks at once: more people than that do not stand before one door.
pub const KNOCKS_MAX: usize = 16;

/// Knocks from one address within [`KNOCK_MS_MAX`]: a box that is moved about, and its owner's
/// second try.
pub const KNOCKS_PER_ADDRESS: usize = 4;

/// How long a knock lasts, in milliseconds.
pub const KNOCK_MS_MAX: u64 = 15 * 60_000;

/// Knocks that are remembered for [`KNOCKS_PER_ADDRESS`].
const REMEMBERED_MAX: usize = 256;

/// What this side says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plate {
    /// What its people call the neighbourhood.
    pub neighbourhood: String,
    /// This home.
    pub home: String,
    /// May somebody who lives here let others in?
    pub opens: bool,
}

/// One knock, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knock {
    /// What the home is to be called.
    pub home: String,
    /// And its person.
    pub person: String,
    /// To be compared with what the other side shows.
    pub digits: String,
    /// For how long it has been waiting, in milliseconds.
    pub since_ms: u64,
}

/// What is to be done about a link at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Send these bytes.
    Send(LinkId, Vec<u8>),
    /// Hang up.
    Close(LinkId),
}

enum Stage {
    /// Has said nothing.
    Silent,
    /// Has asked, and promised a number.
    Asked { home: String, person: String, promise: [u8; 32], number: Number },
    /// People can see it.
    Seen { home: String, person: String, digits: String },
    /// Was sent away, and is to hang up: whoever hangs up first may not be heard.
    Told,
}

struct Waiting {
    peer: KeyId,
    since: Moment,
    stage: Stage,
}

/// The machine.
pub struct Porch {
    me: KeyId,
    /// What is said to whoever knocks.
    pub plate: Plate,
    waiting: BTreeMap<LinkId, Waiting>,
    lately: VecDeque<(String, Moment)>,
}

impl Porch {
    /// The door of the box `me`.
    pub fn new(me: KeyId) -> Self {
        let (plate, waiting, lately) = (Plate::default(), BTreeMap::new(), VecDeque::new());
        Self { me, plate, waiting, lately }
    }

    /// Somebody has come to the door, from this address of the network.
    pub fn came(&mut self, link: LinkId, peer: KeyId, address: &str, now: Moment) -> Vec<Answer> {
        let fresh = |at: &Moment| now.since_ms(*at) < KNOCK_MS_MAX;
        while self.lately.front().is_some_and(|(_, at)| !fresh(at)) {
            self.lately.pop_front();
        }
        let from_there = self.lately.iter().filter(|(from, _)| from == address).count();
        let full = self.waiting.len() >= KNOCKS_MAX || self.lately.len() >= REMEMBERED_MAX;
        if full || from_there >= KNOCKS_PER_ADDRESS {
            return refuse(link);
        }
        self.lately.push_back((address.to_owned(), now));
        self.waiting.insert(link, Waiting { peer, since: now, stage: Stage::Silent });
        Vec::new()
    }

    /// Is this link one of the door's?
    pub fn has(&self, link: LinkId) -> bool {
        self.waiting.contains_key(&link)
    }

    /// A frame came; `number` was drawn for the answer.
    pub fn heard(&mut self, link: LinkId, bytes: &[u8], number: Number) -> Vec<Answer> {
        let Some(waiting) = self.waiting.get_mut(&link) else { return Vec::new() };
        let stage = std::mem::replace(&mut waiting.stage, Stage::Silent);
        match (Frame::decode(bytes), stage) {
            (Ok(Frame::Ask { home, person, promise }), Stage::Silent) => {
                let Plate { neighbourhood, home: here, opens } = self.plate.clone();
                let frame = Frame::Here { neighbourhood, home: here, hears: opens, number };
                waiting.stage = Stage::Asked { home, person, promise, number };
                vec![Answer::Send(link, frame.encode())]
            }
            (Ok(Frame::Number(theirs)), Stage::Asked { home, person, promise: said, number })
                if promise(&waiting.peer, &theirs) == said =>
            {
                let digits = digits(&waiting.peer, &self.me, (&theirs, &number));
                waiting.stage = Stage::Seen { home, person, digits };
                Vec::new()
            }
            _ => {
                self.waiting.remove(&link);
                refuse(link)
            }
        }
    }

    /// The link is down.
    pub fn left(&mut self, link: LinkId) {
        self.waiting.remove(&link);
    }

    /// Sends away whoever has waited too long.
    pub fn tick(&mut self, now: Moment) -> Vec<Answer> {
        let late = |it: &Waiting| now.since_ms(it.since) >= KNOCK_MS_MAX;
        let tired: Vec<LinkId> =
            self.waiting.iter().filter(|(_, it)| late(it)).map(|(link, _)| *link).collect();
        tired.iter().for_each(|link| drop(self.waiting.remove(link)));
        tired.into_iter().flat_map(refuse).collect()
    }

    /// When to call [`Porch::tick`].
    pub fn next_wakeup(&self) -> Option<Moment> {
        self.waiting.values().map(|it| it.since + KNOCK_MS_MAX).min()
    }

    /// Who waits, longest first.
    pub fn knocks(&self, now: Moment) -> Vec<Knock> {
        let mut knocks: Vec<Knock> = self
            .waiting
            .values()
            .filter_map(|it| match &it.stage {
                Stage::Seen { home, person, digits } => Some(Knock {
                    home: home.clone(),
                    person: person.clone(),
                    digits: digits.clone(),
                    since_ms: now.since_ms(it.since),
                }),
                _ => None,
            })
            .collect();
        knocks.sort_by_key(|knock| std::cmp::Reverse(knock.since_ms));
        knocks
    }

    /// The link of the knock with these digits; none where there is no such, or more than one.
    pub fn find(&self, typed: &str) -> Option<LinkId> {
        let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
        let seen =
            |it: &Waiting| matches!(&it.stage, Stage::Seen { digits, .. } if *digits == typed);
        let mut found = self.waiting.iter().filter(|(_, it)| seen(it)).map(|(link, _)| *link);
        found.next().filter(|_| found.next().is_none())
    }

    /// Lets somebody in with a link made for him. He hangs up himself once he has it.
    pub fn let_in(&mut self, link: LinkId, invitation: String) -> Vec<Answer> {
        match self.waiting.remove(&link) {
            Some(_) => vec![Answer::Send(link, Frame::ComeIn(invitation).encode())],
            None => Vec::new(),
        }
    }

    /// Sends somebody away. He hangs up himself once he has heard it; if he does not, his time runs out.
    pub fn refuse(&mut self, link: LinkId) -> Vec<Answer> {
        let Some(waiting) = self.waiting.get_mut(&link) else { return Vec::new() };
        waiting.stage = Stage::Told;
        vec![Answer::Send(link, Frame::No.encode())]
    }
}

fn refuse(link: LinkId) -> Vec<Answer> {
    vec![Answer::Send(link, Frame::No.encode()), Answer::Close(link)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: KeyId = KeyId::from_bytes([1; 32]);
    const NUMBER: Number = [2; 16];

    fn peer(number: u64) -> KeyId {
        let mut bytes = [9; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        KeyId::from_bytes(bytes)
    }

    fn ask(who: KeyId, number: &Number) -> Vec<u8> {
        let promise = promise(&who, number);
        Frame::Ask { home: "5-2-301".into(), person: "Wang".into(), promise }.encode()
    }

    fn porch() -> Porch {
        let mut porch = Porch::new(ME);
        let (neighbourhood, home) = ("Court".to_owned(), "Office".to_owned());
        porch.plate = Plate { neighbourhood, home, opens: true };
        porch
    }

    /// Somebody knocks and keeps his promise.
    fn knock(porch: &mut Porch, link: u64, address: &str, now: Moment) -> Vec<Answer> {
        let (id, who, own) = (LinkId(link), peer(link), [3; 16]);
        let mut answers = porch.came(id, who, address, now);
        answers.extend(porch.heard(id, &ask(who, &own), NUMBER));
        answers.extend(porch.heard(id, &Frame::Number(own).encode(), NUMBER));
        answers
    }

    #[test]
    fn both_sides_see_the_same_digits_and_whoever_is_let_in_gets_the_link() {
        let mut porch = porch();
        let answers = knock(&mut porch, 7, "10.0.0.7", Moment(0));
        let [Answer::Send(LinkId(7), here)] = answers.as_slice() else { panic!("{answers:?}") };
        let Ok(Frame::Here { neighbourhood, hears: true, number, .. }) = Frame::decode(here) else {
            panic!("here")
        };
        assert_eq!(neighbourhood, "Court");
        let shown = digits(&peer(7), &ME, (&[3; 16], &number));
        let [seen] = porch.knocks(Moment(5_000)).try_into().expect("one");
        assert_eq!((seen.digits.as_str(), seen.since_ms), (shown.as_str(), 5_000));
        let spoken = format!("{} {}", &shown[..3], &shown[3..]);
        let link = porch.find(&spoken).expect("spaces do not matter");
        let answers = porch.let_in(link, "linli:x".into());
        assert_eq!(answers, [Answer::Send(link, Frame::ComeIn("linli:x".into()).encode())]);
        assert!(porch.knocks(Moment(5_000)).is_empty() && porch.find(&shown).is_none());
    }

    #[test]
    fn whoever_is_sent_away_hears_it_and_hangs_up_or_his_time_runs_out() {
        let mut porch = porch();
        for link in [7, 8] {
            knock(&mut porch, link, &format!("10.0.0.{link}"), Moment(0));
            // A link that this side shut at once would take the word along.
            let no = [Answer::Send(LinkId(link), Frame::No.encode())];
            assert_eq!(porch.refuse(LinkId(link)), no);
            assert!(porch.knocks(Moment(5_000)).is_empty(), "nobody waits any more");
        }
        porch.left(LinkId(7));
        assert!(!porch.has(LinkId(7)) && porch.has(LinkId(8)));
        let ended = porch.tick(Moment(KNOCK_MS_MAX));
        assert_eq!(ended.last(), Some(&Answer::Close(LinkId(8))));
        assert!(!porch.has(LinkId(8)));
    }

    #[test]
    fn whoever_breaks_his_promise_or_speaks_out_of_turn_is_sent_away_unseen() {
        let cases: [&[Vec<u8>]; 4] = [
            &[ask(peer(7), &[3; 16]), Frame::Number([4; 16]).encode()],
            &[Frame::Number([3; 16]).encode()],
            &[ask(peer(8), &[3; 16]), Frame::Number([3; 16]).encode()],
            &[b"GET / HTTP/1.1".to_vec()],
        ];
        for frames in cases {
            let mut porch = porch();
            assert_eq!(porch.came(LinkId(7), peer(7), "10.0.0.7", Moment(0)), []);
            let answers: Vec<Answer> =
                frames.iter().flat_map(|bytes| porch.heard(LinkId(7), bytes, NUMBER)).collect();
            assert_eq!(answers.last(), Some(&Answer::Close(LinkId(7))));
            assert!(porch.knocks(Moment(0)).is_empty() && !porch.has(LinkId(7)));
        }
    }

    #[test]
    fn a_crowd_fills_no_more_than_the_porch_and_one_address_not_even_that() {
        let mut porch = porch();
        for link in 0..100 {
            knock(&mut porch, link, "10.0.0.7", Moment(0));
        }
        assert_eq!(porch.knocks(Moment(0)).len(), KNOCKS_PER_ADDRESS);
        for link in 100..200 {
            knock(&mut porch, link, &format!("10.0.0.{link}"), Moment(0));
        }
        assert_eq!(porch.knocks(Moment(0)).len(), KNOCKS_MAX);
        assert_eq!(porch.next_wakeup(), Some(Moment(KNOCK_MS_MAX)));
        assert_eq!(porch.tick(Moment(KNOCK_MS_MAX)).len(), 2 * KNOCKS_MAX);
        assert!(porch.knocks(Moment(KNOCK_MS_MAX)).is_empty());
        knock(&mut porch, 300, "10.0.0.7", Moment(KNOCK_MS_MAX));
        assert_eq!(porch.knocks(Moment(KNOCK_MS_MAX)).len(), 1, "later he may try again");
    }
}
