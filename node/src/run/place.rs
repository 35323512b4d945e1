//! On which core the thread sits that waits for the disk, and who keeps off it.
//!
//! Most small boxes have a disk that reports to one core. A thread on another one is woken from there, twice for each
//! sync, which takes half as long again as the sync itself. No system says in plain words which core that is, so it is tried
//! out: a few syncs on each, and where one of them is clearly the best the thread stays on it. While posts
//! come one after the other the ledger decides on the other cores; in a quiet moment it sits anywhere again.
//!
//! # Rules
//!
//! 1. A thread sits where the system lets it: nothing is tried where there is one core, and where the system refuses
//!    nothing is tried again.
//! 2. One round may be chance: a core is chosen if it is the best in two.
//! 3. What was found is not believed for ever: after many syncs, or where they have become slow, it is tried out anew.

use std::time::Duration;

/// Syncs that are looked at on each core; the one before them still shows where the thread came from.
const SYNCS: usize = 7;

/// Cores that are tried; with more it would take too long.
const CORES_MAX: usize = 8;

/// A core is clearly better than the others if it needs at most this part of the time of the second best.
const CLEARLY: f64 = 0.8;

/// Rule 2.
const ROUNDS: usize = 2;

/// After so many syncs it is tried out anew: on two cores, one sync of 130 is part of that.
const TRUSTED_FOR: u32 = 4_096;

/// So many times as long as usual, so often in a row: then too.
const SLOW: (u32, u32) = (2, 16);

/// Portions that were laid one after the other before the ledger keeps off the disk's core.
const MANY: usize = 32;

/// Where a thread sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this core.
    On(usize),
    /// On all cores but this one.
    Off(usize),
    /// Wherever the system puts it.
    Anywhere,
}

/// Finds out on which core syncs are the fastest.
pub struct Trial {
    cores: Vec<usize>,
    stage: Stage,
}

enum Stage {
    /// The winner of each round so far, what each core needed in this one, and the syncs on the next core.
    Tries { winners: Vec<usize>, medians: Vec<Duration>, syncs: Vec<Duration> },
    /// How long it is trusted, what a sync takes, and how many were slow in a row.
    Trusts { left: u32, usual: Duration, slow: u32 },
}

impl Trial {
    /// Of these cores; the thread sits anywhere.
    pub fn of(cores: Vec<usize>) -> Self {
        let few = (2..=CORES_MAX).contains(&cores.len());
        let cores = if few { cores } else { Vec::new() };
        Self { cores, stage: Stage::Trusts { left: 0, usual: Duration::MAX, slow: 0 } }
    }

    /// The system refuses: nothing more is tried.
    pub fn give_up(&mut self) {
        self.cores.clear();
    }

    /// A sync took so long. Where does the thread go for the next one, if it is to move?
    pub fn took(&mut self, took: Duration) -> Option<Place> {
        let first = *self.cores.first()?;
        match &mut self.stage {
            Stage::Tries { winners, medians, syncs } => {
                syncs.push(took);
                if syncs.len() <= SYNCS {
                    return None;
                }
                medians.push(median(&mut syncs[1..]));
                syncs.clear();
                if let Some(next) = self.cores.get(medians.len()) {
                    return Some(Place::On(*next));
                }
                let best = clearly_best(medians);
                let usual = best.map_or(Duration::MAX, |at| medians[at]);
                medians.clear();
                let is_the_same = winners.iter().all(|winner| Some(*winner) == best);
                let Some(best) = best.filter(|_| is_the_same) else {
                    return Some(self.settle(Duration::MAX, Place::Anywhere));
                };
                winners.push(best);
                if winners.len() < ROUNDS {
                    return Some(Place::On(first));
                }
                let place = Place::On(self.cores[best]);
                Some(self.settle(usual, place))
            }
            Stage::Trusts { left, usual, slow } => {
                *slow = if took > usual.saturating_mul(SLOW.0) { *slow + 1 } else { 0 };
                *left = left.saturating_sub(1);
                if *left > 0 && *slow < SLOW.1 {
                    return None;
                }
                let (winners, medians, syncs) = (Vec::new(), Vec::new(), Vec::new());
                self.stage = Stage::Tries { winners, medians, syncs };
                Some(Place::On(first))
            }
        }
    }

    fn settle(&mut self, usual: Duration, place: Place) -> Place {
        self.stage = Stage::Trusts { left: TRUSTED_FOR, usual, slow: 0 };
        place
    }
}

/// Which of these is clearly shorter than all others.
fn clearly_best(times: &[Duration]) -> Option<usize> {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|at| times[*at]);
    let [best, second, ..] = order[..] else { return None };
    let clearly = times[best].as_secs_f64() <= times[second].as_secs_f64() * CLEARLY;
    clearly.then_some(best)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Where one thread may sit.
pub struct Seat(Vec<usize>);

impl Seat {
    /// The cores that the system lets this thread use now.
    pub fn here() -> Self {
        Self(system::cores())
    }

    /// Their numbers.
    pub fn cores(&self) -> Vec<usize> {
        self.0.clone()
    }

    /// Sits there from now on; whoever has this seat calls it. False where the system refuses.
    pub fn take(&self, place: Place) -> bool {
        let suits = |core: &usize| match place {
            Place::On(one) => *core == one,
            Place::Off(one) => *core != one,
            Place::Anywhere => true,
        };
        system::sit(self.0.iter().copied().filter(suits))
    }
}

/// Keeps whoever decides off the disk's core while posts come one after the other.
#[derive(Default)]
pub struct Aside {
    portions: usize,
    off: Option<(usize, Seat)>,
}

impl Aside {
    /// Posts were handed to the disk, whose core is to be kept off; the thread that decides calls this.
    pub fn portion(&mut self, disk: Option<usize>) {
        self.portions += 1;
        if self.portions < MANY || self.off.as_ref().map(|(core, _)| *core) == disk {
            return;
        }
        self.come_back();
        if let Some(core) = disk {
            let seat = Seat::here();
            if seat.take(Place::Off(core)) {
                self.off = Some((core, seat));
            }
        }
    }

    /// They have come to an end.
    pub fn ends(&mut self) {
        self.portions = 0;
        self.come_back();
    }

    fn come_back(&mut self) {
        if let Some((_, seat)) = self.off.take() {
            seat.take(Place::Anywhere);
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    pub fn cores() -> Vec<usize> {
        let Ok(set) = sched_getaffinity(None) else { return Vec::new() };
        (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()
    }

    pub fn sit(cores: impl Iterator<Item = usize>) -> bool {
        let mut set = CpuSet::new();
        cores.for_each(|core| set.set(core));
        if set.count() == 0 {
            return false;
        }
        sched_setaffinity(None, &set)
            .inspect_err(|error| tracing::debug!(reason = %error, "A thread stays where it is"))
            .is_ok()
    }
}

/// Other systems move threads as they like.
#[cfg(not(target_os = "linux"))]
mod system {
    pub fn cores() -> Vec<usize> {
        Vec::new()
    }

    pub fn sit(_: impl Iterator<Item = usize>) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that syncs on cores of which each needs its own time, in microseconds.
    struct Thread {
        trial: Trial,
        place: Place,
        moves: Vec<Place>,
    }

    impl Thread {
        fn of(cores: usize) -> Self {
            let trial = Trial::of((0..cores).collect());
            Self { trial, place: Place::Anywhere, moves: Vec::new() }
        }

        fn sync(&mut self, times: usize, took: impl Fn(Option<usize>) -> u64) {
            for _ in 0..times {
                let core = if let Place::On(core) = self.place { Some(core) } else { None };
                if let Some(place) = self.trial.took(Duration::from_micros(took(core))) {
                    self.place = place;
                    self.moves.push(place);
                }
            }
        }
    }

    /// One to begin with, and so many on each core in a round.
    const ROUND: usize = 1 + SYNCS;

    #[test]
    fn the_thread_stays_where_the_disk_answers_soonest() {
        let mut thread = Thread::of(2);
        thread.sync(1 + 4 * ROUND, |core| if core == Some(1) { 120 } else { 180 });
        let [zero, one] = [Place::On(0), Place::On(1)];
        assert_eq!(thread.moves, [zero, one, zero, one, one]);
        thread.sync(1_000, |_| 130);
        assert_eq!(thread.moves.len(), 5, "and is left alone");
    }

    #[test]
    fn of_four_cores_one_must_be_better_than_all_others() {
        let mut thread = Thread::of(4);
        thread.sync(1 + 8 * ROUND, |core| if core == Some(2) { 120 } else { 160 });
        assert_eq!(thread.place, Place::On(2));
        let mut thread = Thread::of(4);
        thread.sync(1 + 4 * ROUND, |core| if core >= Some(2) { 120 } else { 160 });
        assert_eq!(thread.place, Place::Anywhere);
    }

    #[test]
    fn where_no_core_is_clearly_better_it_sits_anywhere() {
        let mut thread = Thread::of(2);
        thread.sync(1 + 2 * ROUND, |core| if core == Some(1) { 150 } else { 180 });
        assert_eq!(thread.place, Place::Anywhere);
    }

    #[test]
    fn one_round_may_be_chance() {
        let mut thread = Thread::of(2);
        thread.sync(1 + 2 * ROUND, |core| if core == Some(1) { 120 } else { 180 });
        thread.sync(2 * ROUND, |core| if core == Some(0) { 120 } else { 180 });
        assert_eq!(thread.place, Place::Anywhere);
    }

    #[test]
    fn a_few_slow_syncs_decide_nothing() {
        let mut thread = Thread::of(2);
        for on_core in [None, Some(0), Some(1), Some(0), Some(1)] {
            let slow = if on_core == Some(1) { 3 } else { 0 };
            let usual = |core| if core == Some(1) { 120 } else { 180 };
            thread.sync(slow, |_| 40_000);
            thread.sync(if on_core.is_none() { 1 } else { ROUND - slow }, usual);
        }
        assert_eq!(thread.place, Place::On(1));
    }

    #[test]
    fn it_is_tried_out_anew_after_a_while_and_where_syncs_have_become_slow() {
        let fast = |fast: usize| move |core| if core == Some(fast) { 100 } else { 200 };
        let mut thread = Thread::of(2);
        thread.sync(1 + 4 * ROUND, fast(1));
        thread.sync(TRUSTED_FOR as usize - 1, |_| 100);
        assert_eq!(thread.place, Place::On(1));
        thread.sync(1 + 4 * ROUND, fast(0));
        assert_eq!(thread.place, Place::On(0), "the disk reports to another core by now");
        let before = thread.moves.len();
        for _ in 0..9 {
            thread.sync(15, |_| 300);
            thread.sync(1, |_| 100);
        }
        assert_eq!(thread.moves.len(), before);
        thread.sync(16, |_| 300);
        assert_eq!(thread.moves.len(), before + 1);
    }

    #[test]
    fn one_core_and_very_many_are_not_tried_and_none_where_the_system_refuses() {
        for cores in [0, 1, CORES_MAX + 1] {
            let mut thread = Thread::of(cores);
            thread.sync(10_000, |_| 100);
            assert_eq!(thread.moves, []);
        }
        let mut thread = Thread::of(2);
        thread.sync(1, |_| 100);
        thread.trial.give_up();
        thread.sync(10_000, |_| 100);
        assert_eq!(thread.moves, [Place::On(0)]);
    }

    #[test]
    fn whoever_decides_keeps_off_the_disks_core_until_it_is_quiet() {
        // On a thread of its own, whose place nobody else sees.
        let story = || {
            let here = system::cores();
            let (mut aside, disk) = (Aside::default(), here.first().copied());
            (1..MANY).for_each(|_| aside.portion(disk));
            assert_eq!(system::cores(), here, "a few posts move nobody");
            aside.portion(disk);
            if here.len() > 1 && aside.off.is_some() {
                assert_eq!(system::cores(), here[1..]);
            }
            aside.portion(None);
            assert_eq!(system::cores(), here, "not known any longer");
            aside.portion(disk);
            aside.ends();
            assert_eq!(system::cores(), here);
        };
        std::thread::scope(|scope| scope.spawn(story).join().expect("tells it"));
    }
}
