//! Whatever is asked, the index finds what a look at every text finds, in the same order.

use super::*;
use crate::dice::Dice;

/// Characters of scripts without blanks between words, of alphabets, and of neither.
const STRETCH: &str = "电梯停三号楼送药ข้าว김치🚑かな";
const LETTERS: &str = "abcAéлекनम1٢";
const GAPS: &str = " ，-。\n\"*";

/// So few that the index has to answer, and that one question does not always suffice.
const TIGHT: Bounds = Bounds { newest: 8, all: 24 };

const GROUPS: usize = 3;
const PEOPLE: usize = 4;

/// One row as the test remembers it.
#[derive(Clone)]
struct Row {
    row: i64,
    group: usize,
    author: usize,
    claimed: u64,
    text: String,
    shown: bool,
}

struct Town {
    views: Views,
    dice: Dice,
    rows: Vec<Row>,
    /// The words and stretches of each row, by the alphabets alone.
    read: Vec<Parts>,
}

type Parts = (Vec<String>, Vec<String>);

fn group(at: usize) -> GroupId {
    GroupId::from_bytes([at as u8 + 1; 32])
}

fn person(at: usize) -> PersonId {
    PersonId::from_bytes([at as u8 + 101; 32])
}

fn message(row: i64) -> EnvelopeId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&row.to_be_bytes());
    EnvelopeId::from_bytes(bytes)
}

impl Town {
    fn new(seed: u8) -> Self {
        let mut views = Views::open(None, Vec::new()).expect("memory opens");
        for at in 0..GROUPS {
            let state = crdt::sync::fingerprint::Fingerprint::EMPTY.to_bytes();
            let sql = "INSERT INTO groups (id, scope, name, description, messages, state)
                       VALUES (?1, ?2, '', '', 0, ?3)";
            let id = group(at);
            views
                .conn
                .execute(sql, params![id.as_bytes(), id.scope().as_bytes(), state])
                .expect("a group");
        }
        views.remember().expect("memory reads");
        for at in 0..PEOPLE {
            views.person(&person(at)).expect("a person");
        }
        Self { views, dice: Dice::new([seed; 32]), rows: Vec::new(), read: Vec::new() }
    }

    fn below(&mut self, end: usize) -> usize {
        let drawn = self.dice.draw::<8>();
        usize::try_from(u64::from_be_bytes(drawn) % end as u64).expect("small")
    }

    fn text(&mut self, characters: usize) -> String {
        let mut text = String::new();
        let mut alphabet = STRETCH;
        for _ in 0..characters {
            // Mostly on in the same script.
            alphabet = match self.below(10) {
                0 => GAPS,
                1 | 2 => STRETCH,
                3 => LETTERS,
                _ if alphabet == GAPS => LETTERS,
                _ => alphabet,
            };
            let at = self.below(alphabet.chars().count());
            text.extend(alphabet.chars().nth(at));
        }
        text
    }

    /// A batch of new, changed, hidden, shown and deleted messages.
    fn batch(&mut self, size: usize) {
        let mut batch = Batch::default();
        for _ in 0..size {
            match (self.below(4), self.rows.is_empty()) {
                (0, false) => self.change(&mut batch),
                _ => self.write(&mut batch),
            }
        }
        self.views.index(&mut batch).expect("memory writes");
        self.read = self.rows.iter().map(|row| parts(&row.text)).collect();
    }

    fn write(&mut self, batch: &mut Batch) {
        let characters = 1 + self.below(30);
        let row = Row {
            row: self.rows.len() as i64 + 1,
            group: self.below(GROUPS),
            author: self.below(PEOPLE),
            claimed: self.below(5) as u64 * DAY_MS + self.below(1_000) as u64,
            text: self.text(characters),
            shown: true,
        };
        self.views
            .conn
            .execute(
                "INSERT INTO messages (row, id, in_group, author, lamport, claimed, text, state)
                 VALUES (?1, ?2, ?3, ?4, ?1, ?5, ?6, 1)",
                params![
                    row.row,
                    message(row.row).as_bytes(),
                    row.group as i64 + 1,
                    row.author as i64 + 1,
                    row.claimed as i64,
                    row.text
                ],
            )
            .expect("a message");
        batch.found.entry((Kind::Message, row.row)).or_insert(None);
        self.rows.push(row);
    }

    fn change(&mut self, batch: &mut Batch) {
        let (at, characters) = (self.below(self.rows.len()), self.below(20));
        let text = self.text(characters);
        let row = &mut self.rows[at];
        self.views.before_change((Kind::Message, row.row), batch).expect("memory reads");
        if row.claimed.is_multiple_of(3) {
            row.shown = !row.shown;
        } else {
            row.text = text;
        }
        self.views
            .conn
            .execute(
                "UPDATE messages SET text = ?2, state = ?3 WHERE row = ?1",
                params![row.row, row.text, row.shown],
            )
            .expect("a change");
    }

    /// A question with filters, some of the time.
    fn sought(&mut self, pieces: Pieces) -> Sought {
        let mut sometimes = |end: usize| (self.below(4) == 0).then(|| self.below(end));
        let moment = |days: usize| ClaimedTime(days as u64 * DAY_MS + 500);
        Sought {
            pieces,
            group: sometimes(GROUPS).map(group),
            author: sometimes(PEOPLE).map(person),
            kind: sometimes(1).map(|_| Kind::Message),
            since: sometimes(6).map(moment),
            until: sometimes(6).map(moment),
            last: 1 + sometimes(7).unwrap_or(3),
            before: None,
        }
    }

    /// Everything that is found, page by page.
    fn found(&self, sought: &Sought, may_read: impl Fn(&FoundLine) -> bool) -> Vec<EnvelopeId> {
        let (mut all, mut sought) = (Vec::new(), sought.clone());
        loop {
            let page = self.views.search_within(TIGHT, &sought, &may_read).expect("memory reads");
            assert!(page.lines.len() <= sought.last);
            all.extend(page.lines.into_iter().map(|line| line.id));
            match page.more {
                Some(more) => sought.before = Some(more),
                None => return all,
            }
        }
    }

    /// The same by looking at every text; the order is that of the places.
    fn scanned(&self, typed: &str, sought: &Sought, closed: usize) -> Vec<EnvelopeId> {
        let typed = parts(typed);
        let takes = |(row, read): &(&Row, &Parts)| {
            row.shown
                && row.group != closed
                && sought.group.is_none_or(|id| id == group(row.group))
                && sought.author.is_none_or(|id| id == person(row.author))
                && sought.since.is_none_or(|at| row.claimed >= at.0)
                && sought.until.is_none_or(|at| row.claimed < at.0)
                && stands_in(&typed, read)
        };
        let place = |row: &Row| self.views.place_of((Kind::Message, row.row)).expect("reads");
        let mut all: Vec<_> = self.rows.iter().zip(&self.read).filter(takes).collect();
        all.sort_by_key(|(row, _)| std::cmp::Reverse(place(row)));
        all.into_iter().map(|(row, _)| message(row.row)).collect()
    }
}

/// Words and stretches of a text over the three alphabets above, by those alphabets alone.
fn parts(text: &str) -> Parts {
    let (text, letters) = (text.to_lowercase(), LETTERS.to_lowercase());
    let pick = |alphabet: &str| {
        let all = text.split(|c| !alphabet.contains(c)).filter(|part| !part.is_empty());
        all.map(str::to_owned).collect()
    };
    (pick(&letters), pick(STRETCH))
}

fn stands_in((typed_words, typed_stretches): &Parts, (words, stretches): &Parts) -> bool {
    typed_words.iter().all(|typed| words.iter().any(|word| word.starts_with(typed)))
        && typed_stretches.iter().all(|typed| stretches.iter().any(|it| it.contains(typed)))
}

#[test]
fn ten_thousand_questions_find_what_a_look_at_every_text_finds() {
    let (mut asked, mut hits, mut seed) = (0, 0, 0);
    while asked < 10_000 {
        seed += 1;
        let mut town = Town::new(seed);
        for size in [1, 60, 2, 40, 20] {
            town.batch(size);
        }
        for _ in 0..500 {
            let characters = 1 + town.below(4);
            let typed = town.text(characters);
            let Some(pieces) = Pieces::of(&typed) else { continue };
            let sought = town.sought(pieces);
            let closed = town.below(GROUPS * 4);
            let found = town.found(&sought, |line| line.group != group(closed));
            assert_eq!(found, town.scanned(&typed, &sought, closed), "{typed:?} {sought:?}");
            (asked, hits) = (asked + 1, hits + found.len());
        }
    }
    assert!(hits > asked, "questions that find nothing prove nothing: {hits}");
}

#[test]
fn a_day_with_more_than_its_places_goes_on_in_the_next() {
    let town = Town::new(201);
    let put = "INSERT INTO found (place, thing) VALUES (?1, 16)";
    town.views.conn.execute(put, [begin_of(8) - 1]).expect("the last place of day 7");
    let mut next = BTreeMap::new();
    let place = town.views.next_place(7, &mut next).expect("memory reads");
    assert_eq!(place, begin_of(8));
}
