//! How much may be under way to one peer: as much as the link carries, and no standing queue.
//!
//! What was sent cannot be overtaken. On a radio link of forty kilobytes a second a full window
//! would lie twenty-six seconds before whatever comes next, however urgent. So the sender measures
//! what is acknowledged and keeps under way what the link delivers in its own delay and a little
//! more ([`QUEUE_MS`], [`QUEUE_MS_FAST`]); everything else waits in the outbox, where the next turn
//! is decided late.
//!
//! # Rules
//!
//! 1. Rate: bytes acknowledged from the acknowledgement before something was sent to its own, over
//!    that time, or over the time that sending them took if that was longer: acknowledgements come
//!    in bunches. The best of the last few, since a disk that syncs does not make a link slow.
//! 2. Delay: the shortest time from sending to acknowledgement, of bytes that had the link to
//!    themselves. Until one such time is known only a little is sent.
//! 3. Room = rate × (delay + the queue that may stand), never less than [`ROOM_BYTES_MIN`].
//!
//! As BBR measures it (Cardwell and others, draft-ietf-ccwg-bbr, "delivery rate").
//!
//! # Deliberately absent
//!
//! Timers: room grows with acknowledgements and with nothing else. Anything on the wire.

use std::collections::VecDeque;

use super::bounds::{CHUNK_BYTES, WINDOW_BYTES};
use crate::time::Moment;

/// How long something more urgent may have to wait for what is under way, in milliseconds, beyond
/// the link's own delay, where the link is what is slow: an envelope or two.
const QUEUE_MS: u64 = 3;

/// The same on a fast link, where the pauses between two commits at the other end are what is slow.
const QUEUE_MS_FAST: u64 = 20;

/// From so many bytes a second on a link is fast: what a small box checks and writes.
const FAST_BYTES_A_S: u64 = 1_000_000;

/// Room that is always there, in bytes: a few envelopes.
const ROOM_BYTES_MIN: u64 = 2 * 1024;

/// The smallest piece of the stream worth a frame of its own, in bytes.
const PIECE_BYTES_MIN: usize = 512;

/// Rates that the best is taken of.
const RATES_MAX: usize = 8;

/// Room before the first acknowledgement, in bytes: what two homes that were just apart usually
/// have for each other fits.
const ROOM_BYTES_FIRST: u64 = 64 * 1024;

/// Something that was sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    upto: u64,
    at: Moment,
    /// Acknowledged by then.
    acked: u64,
    /// When that was, and when the last of it had been sent.
    acked_at: Moment,
    acked_sent: Moment,
    /// Did it have the link nearly to itself?
    alone: bool,
    /// Was all the room used then? Otherwise the measured rate is what there was to send.
    pressed: bool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Pace {
    under_way: VecDeque<Sent>,
    acked: u64,
    acked_at: Moment,
    acked_sent: Moment,
    delay_ms: Option<u64>,
    /// In bytes a second, the newest last.
    rates: VecDeque<u64>,
    room: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            under_way: VecDeque::new(),
            acked: 0,
            acked_at: Moment(0),
            acked_sent: Moment(0),
            delay_ms: None,
            rates: VecDeque::with_capacity(RATES_MAX),
            room: ROOM_BYTES_FIRST,
        }
    }
}

impl Pace {
    /// Bytes that may be under way.
    pub fn room(&self) -> u64 {
        self.room
    }

    /// Bytes that should go in one frame: an eighth of the room, so that acknowledgements come
    /// while there is still something under way.
    pub fn piece(&self) -> usize {
        usize::try_from(self.room / 8).unwrap_or(usize::MAX).clamp(PIECE_BYTES_MIN, CHUNK_BYTES)
    }

    /// The stream was sent up to `upto`.
    pub fn sent(&mut self, upto: u64, now: Moment) {
        let under_way = upto - self.acked;
        if self.under_way.is_empty() {
            (self.acked_at, self.acked_sent) = (now, now);
        }
        let sent = Sent {
            upto,
            at: now,
            acked: self.acked,
            acked_at: self.acked_at,
            acked_sent: self.acked_sent,
            alone: under_way <= ROOM_BYTES_MIN,
            pressed: under_way + ROOM_BYTES_MIN >= self.room,
        };
        self.under_way.push_back(sent);
    }

    /// The peer has made it durable up to `upto`.
    pub fn acked(&mut self, upto: u64, now: Moment) {
        self.acked = upto;
        let mut newest = None;
        while let Some(sent) = self.under_way.front().copied().filter(|sent| sent.upto <= upto) {
            self.under_way.pop_front();
            newest = Some(sent);
        }
        if let Some(sent) = newest {
            (self.acked_at, self.acked_sent) = (now, sent.at);
            self.learn(sent, now);
        }
    }

    fn learn(&mut self, sent: Sent, now: Moment) {
        let took = now.since_ms(sent.at).max(1);
        if sent.alone {
            self.delay_ms = Some(self.delay_ms.map_or(took, |shortest| shortest.min(took)));
        }
        let Some(delay_ms) = self.delay_ms else {
            self.room = ROOM_BYTES_MIN;
            return;
        };
        // Where a queue stands the room is too large, whatever it was measured at.
        if sent.pressed || took > delay_ms + 2 * self.queue_ms() {
            if self.rates.len() >= RATES_MAX {
                self.rates.pop_front();
            }
            let lasted = now.since_ms(sent.acked_at).max(sent.at.since_ms(sent.acked_sent)).max(1);
            self.rates.push_back((self.acked - sent.acked) * 1_000 / lasted);
        }
        let Some(best) = self.rates.iter().max() else { return };
        let room = best * (delay_ms + self.queue_ms()) / 1_000;
        self.room = room.clamp(ROOM_BYTES_MIN, WINDOW_BYTES);
    }

    fn queue_ms(&self) -> u64 {
        let is_fast = self.rates.iter().any(|rate| *rate >= FAST_BYTES_A_S);
        if is_fast { QUEUE_MS_FAST } else { QUEUE_MS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link of so many bytes a millisecond, so many milliseconds long, kept full for a while;
    /// the room at the end, and what was carried.
    fn keep_full(bytes_a_ms: u64, delay_ms: u64, first: u64, for_ms: u64) -> (u64, u64) {
        let mut pace = Pace::default();
        let (mut sent, mut acked, mut free_at) = (0, 0, 0);
        let mut coming: VecDeque<(u64, u64)> = VecDeque::new();
        for now in 0..for_ms {
            while let Some((_, upto)) = coming.pop_front_if(|(at, _)| *at <= now) {
                acked = upto;
                pace.acked(upto, Moment(now));
            }
            let mut wanted = if now == 0 { first } else { u64::MAX };
            while sent - acked < pace.room() && wanted > 0 {
                let chunk = wanted.min(pace.piece() as u64);
                wanted -= chunk;
                sent += chunk;
                pace.sent(sent, Moment(now));
                free_at = free_at.max(1_000 * now) + 1_000 * chunk / bytes_a_ms;
                coming.push_back((free_at / 1_000 + 2 * delay_ms, sent));
            }
        }
        (pace.room(), acked)
    }

    #[test]
    fn the_link_is_kept_busy_and_no_queue_stands_on_it() {
        for (bytes_a_ms, delay_ms) in [(40, 10), (40, 100), (400, 3), (4_000, 2), (20_000, 1)] {
            for first in [1_000, u64::MAX] {
                let case = format!("{bytes_a_ms} B/ms, {delay_ms} ms, first {first}");
                let (room, carried) = keep_full(bytes_a_ms, delay_ms, first, 20_000);
                let whole = bytes_a_ms * 20_000;
                assert!(carried * 10 >= whole * 8, "{case}: carried {carried} of {whole}");
                let own = 2 * delay_ms + ROOM_BYTES_MIN / bytes_a_ms;
                let queue_ms = (room / bytes_a_ms).saturating_sub(own);
                assert!(queue_ms <= 2 * QUEUE_MS_FAST, "{case}: {queue_ms} ms stand on the link");
            }
        }
    }

    #[test]
    fn whoever_has_little_to_send_is_not_held_back_later() {
        let mut pace = Pace::default();
        for turn in 0..100 {
            pace.sent((turn + 1) * 300, Moment(turn * 100));
            pace.acked((turn + 1) * 300, Moment(turn * 100 + 5));
        }
        assert_eq!(pace.room(), ROOM_BYTES_FIRST);
        assert!(pace.under_way.is_empty());
    }
}
