//! What waits for the ledger, and what it takes next.
//!
//! One thread reads and writes the truth; people here, an import and every neighbour's link want
//! something of it. So they take turns, as the households of one link do.
//!
//! # Rules
//!
//! 1. What is urgent here (statements, calls for help, what is done about them) goes first.
//! 2. The rest takes turns by bytes: the people of this home, an import, and each household's links
//!    together. A hundred boxes of one household have one turn, and so have all strangers.
//! 3. What one of them wants is done in the order in which it was wanted.
//! 4. A batch is small enough that whoever comes next does not wait long for its end.
//! 5. Each has room for so many jobs. Whoever finds none is told at once, and nobody else is.

use crdt::{id::HouseholdId, sync::turns::Turns};

/// Jobs of one source that may wait; a link whose job finds no room is closed and comes back.
pub const JOBS_WAITING_MAX: usize = 2_048;

/// Jobs of one batch: enough that many small ones share a sync of the disk.
pub const JOBS_AT_ONCE: usize = 256;

/// Bytes of one batch: some thirty milliseconds of checking and writing on a small box, and enough
/// that the sync at its end is cheap beside them.
pub const BATCH_BYTES_MAX: u64 = 256 * 1024;

/// Who wants something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The people of this home, or this node itself.
    Home,
    /// A file that somebody here imports.
    Import,
    /// The links to boxes of a household.
    Household(HouseholdId),
    /// The links to boxes that nobody knows.
    Stranger,
}

/// How soon something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Haste {
    /// Before everything else.
    Urgent,
    /// In turn.
    Ordinary,
}

/// How much a batch has in it.
#[derive(Debug, Default)]
pub struct Batch {
    jobs: usize,
    bytes: u64,
}

/// The queue before the ledger.
#[derive(Debug)]
pub struct Desk<J> {
    turns: Turns<Source, u64, J>,
    came: u64,
    bytes: u64,
}

impl<J> Default for Desk<J> {
    fn default() -> Self {
        Self { turns: Turns::default(), came: 0, bytes: 0 }
    }
}

impl<J> Desk<J> {
    /// Puts a job down, which weighs about so many bytes.
    ///
    /// # Errors
    ///
    /// Hands the job back where its source has too many waiting.
    pub fn put(&mut self, source: Source, haste: Haste, bytes: u32, job: J) -> Result<(), J> {
        if self.turns.len_of(haste as u8, source) >= JOBS_WAITING_MAX {
            return Err(job);
        }
        self.came += 1;
        self.bytes += u64::from(bytes);
        self.turns.insert(haste as u8, source, self.came, bytes, job);
        Ok(())
    }

    /// The next job of a batch; none where nothing waits, or the batch is full.
    pub fn next(&mut self, batch: &mut Batch) -> Option<J> {
        let next = u64::from(self.turns.peek()?.bytes);
        let fits = batch.bytes + next <= BATCH_BYTES_MAX && batch.jobs < JOBS_AT_ONCE;
        if batch.jobs > 0 && !fits {
            return None;
        }
        batch.jobs += 1;
        batch.bytes += next;
        self.bytes -= next;
        self.turns.pop()
    }

    /// A whole batch; empty where nothing waits.
    pub fn take(&mut self) -> Vec<J> {
        let mut batch = Batch::default();
        std::iter::from_fn(|| self.next(&mut batch)).collect()
    }

    /// About how much the next batch weighs, in bytes.
    pub fn batch_bytes(&self) -> u64 {
        self.bytes.min(BATCH_BYTES_MAX)
    }

    /// Does nothing wait?
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOD: Source = Source::Household(HouseholdId::from_bytes([1; 32]));
    const OTHER: Source = Source::Household(HouseholdId::from_bytes([2; 32]));
    const FRAME: u32 = 64 * 1024;

    /// In which batch the last job that begins with `name` is done.
    fn batch_of(desk: &mut Desk<&'static str>, name: &str) -> usize {
        let mut last = 0;
        for at in 1.. {
            let batch = desk.take();
            if batch.is_empty() {
                break;
            }
            last = if batch.iter().any(|job| job.starts_with(name)) { at } else { last };
        }
        last
    }

    #[test]
    fn a_flood_waits_behind_itself_and_nobody_behind_it() {
        let cases = [
            (Source::Home, Haste::Ordinary, 400, "a post here"),
            (Source::Home, Haste::Urgent, 400, "a statement here"),
            (OTHER, Haste::Ordinary, 400, "a message from elsewhere"),
            (Source::Stranger, Haste::Ordinary, 2_000, "a newcomer"),
        ];
        for (source, haste, bytes, job) in cases {
            for flooding in [FLOOD, Source::Import] {
                let mut desk = Desk::default();
                for _ in 0..1_000 {
                    desk.put(flooding, Haste::Ordinary, FRAME, "flood").expect("there is room");
                }
                desk.take();
                desk.put(source, haste, bytes, job).expect("there is room");
                assert_eq!(batch_of(&mut desk, job), 1, "{job} behind {flooding:?}");
                assert!(desk.is_empty() && desk.batch_bytes() == 0);
            }
        }
    }

    #[test]
    fn one_source_keeps_its_order_and_fills_no_room_but_its_own() {
        let mut desk = Desk::default();
        for number in 0..JOBS_WAITING_MAX {
            desk.put(FLOOD, Haste::Ordinary, FRAME, number).expect("there is room");
        }
        assert_eq!(desk.put(FLOOD, Haste::Ordinary, 1, 9_999), Err(9_999));
        assert_eq!(desk.put(OTHER, Haste::Ordinary, 1, 5_000), Ok(()));
        let mut done = Vec::new();
        while !desk.is_empty() {
            let batch = desk.take();
            assert!(batch.len() <= 5, "a batch of {}", batch.len());
            done.extend(batch.into_iter().filter(|job| *job != 5_000));
        }
        assert!(done.is_sorted() && done.len() == JOBS_WAITING_MAX);
    }
}
