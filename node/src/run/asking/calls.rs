//! Whom somebody who looks for a door has heard of, and when to call each of them.
//!
//! Discovery names a box once and then stays silent about it for as long as it is there, so one call
//! that came to nothing (a busy box, two who called each other in one moment) must not be the last.
//! Pauses grow: a box that is gone costs ever less.

use std::collections::BTreeMap;

use crdt::{id::KeyId, time::Moment};

/// Boxes that are remembered; beyond, the list starts afresh (a flood, not a neighbourhood).
const CALLED_MAX: usize = 256;

/// Between the first two calls of the same box, in milliseconds; each further pause is twice as long.
pub const CALL_AGAIN_MS: u64 = 3_000;

/// How often the pause doubles: 48 seconds at most.
const DOUBLINGS_MAX: u32 = 4;

struct Found {
    addresses: Vec<String>,
    next: Moment,
    calls: u32,
}

/// See the header.
#[derive(Default)]
pub struct Calls {
    boxes: BTreeMap<KeyId, Found>,
}

impl Calls {
    /// Discovery names a box, due now unless it was called a moment ago; its newest addresses count.
    pub fn found(&mut self, peer: KeyId, addresses: Vec<String>, now: Moment) {
        if self.boxes.len() >= CALLED_MAX && !self.boxes.contains_key(&peer) {
            self.boxes.clear();
        }
        let found = Found { addresses: Vec::new(), next: now, calls: 0 };
        self.boxes.entry(peer).or_insert(found).addresses = addresses;
    }

    /// Whom to call now, of those that are `wanted`.
    pub fn due(
        &mut self,
        now: Moment,
        wanted: impl Fn(&KeyId) -> bool,
    ) -> Vec<(KeyId, Vec<String>)> {
        let due = self.boxes.iter_mut().filter(|(peer, it)| it.next <= now && wanted(peer));
        due.map(|(peer, found)| {
            found.next = now + (CALL_AGAIN_MS << found.calls.min(DOUBLINGS_MAX));
            found.calls += 1;
            (*peer, found.addresses.clone())
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u16) -> KeyId {
        let mut seed = [0; 32];
        seed[..2].copy_from_slice(&n.to_le_bytes());
        crdt::keys::Secret::from_seed(seed).key()
    }

    #[test]
    fn whoever_did_not_answer_is_called_again_though_discovery_names_him_once() {
        let (mut calls, began) = (Calls::default(), Moment::default());
        calls.found(key(1), vec!["/ip4/10.0.0.1/tcp/1".into()], began);
        let mut seconds = Vec::new();
        for second in 0..200 {
            let now = began + second * 1_000;
            let due = calls.due(now, |_| true);
            assert!(due.iter().all(|(_, to)| to == &["/ip4/10.0.0.1/tcp/1"]));
            seconds.extend(due.iter().map(|_| second));
        }
        assert_eq!(seconds, [0, 3, 9, 21, 45, 93, 141, 189]);
    }

    #[test]
    fn nobody_is_called_who_is_at_the_door_or_said_no() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        (0..200).for_each(|n| calls.found(key(n), Vec::new(), now));
        assert!(calls.due(now, |_| false).is_empty());
        assert_eq!(calls.due(now, |peer| *peer == key(7)).len(), 1);
        // A hint that comes again is not a call.
        calls.found(key(7), Vec::new(), now);
        assert!(calls.due(now, |peer| *peer == key(7)).is_empty());
        assert_eq!(calls.due(now, |_| true).len(), 199);
    }
    #[test]
    fn a_flood_is_forgotten() {
        let (mut calls, now) = (Calls::default(), Moment::default());
        (0..1_000).for_each(|n| calls.found(key(n), Vec::new(), now));
        assert!((1..=CALLED_MAX).contains(&calls.due(now, |_| true).len()));
    }
}
