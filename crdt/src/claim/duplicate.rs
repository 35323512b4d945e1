//! Duplicates: which case closes into which.
//!
//! Each mark says "this case is that one". Following the marks ends in a case without a mark, or in
//! a ring; of a ring the case stays whose asker had seen the fewest others of it (no clock can say
//! which is older), else the lowest id. Closing all of a ring into each other would lose the case.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fold, Slot, set::Set, state::View};
use crate::body::Verb;

type Marks = BTreeMap<Slot, BTreeSet<Slot>>;

impl Fold<'_> {
    /// Each closed case and the case that it merges into.
    pub(super) fn duplicates(&self, seen: &Set, view: View) -> BTreeMap<Slot, Slot> {
        let mut marks = Marks::new();
        let mut born: BTreeMap<Slot, usize> = BTreeMap::new();
        for at in seen.iter() {
            let act = &self.acts[at];
            if self.is_submit(at) {
                let first = born.entry(act.slot).or_insert(at);
                if act.tie < self.acts[*first].tie {
                    *first = at;
                }
            }
            if let (true, Some(other)) = (act.does(Verb::Duplicate), act.other)
                && self.speaks(at, view)
            {
                marks.entry(act.slot).or_default().insert(other);
            }
        }
        let merged = |case: &Slot| Some((*case, self.kept(&marks, &born, *case)?));
        marks.keys().filter_map(merged).filter(|(case, kept)| case != kept).collect()
    }

    /// The case that stays of the ring at the end of the chain.
    fn kept(&self, marks: &Marks, born: &BTreeMap<Slot, usize>, case: Slot) -> Option<Slot> {
        let leads_back = |end: &Slot| {
            reached(marks, *end).iter().all(|next| reached(marks, *next).contains(end))
        };
        let ring: Vec<Slot> = reached(marks, case).into_iter().filter(leads_back).collect();
        let had_seen = |case: &Slot| {
            let seen = born.get(case).map(|at| &self.acts[*at].seen);
            let known = |other: &&Slot| {
                born.get(*other).is_some_and(|at| seen.is_some_and(|seen| seen.contains(*at)))
            };
            ring.iter().filter(known).count()
        };
        ring.iter().copied().min_by_key(|case| (had_seen(case), *case))
    }
}

/// All cases that the marks lead to, this one included.
fn reached(marks: &Marks, case: Slot) -> BTreeSet<Slot> {
    let mut all = BTreeSet::from([case]);
    let mut todo = vec![case];
    while let Some(case) = todo.pop() {
        for next in marks.get(&case).into_iter().flatten() {
            if all.insert(*next) {
                todo.push(*next);
            }
        }
    }
    all
}
