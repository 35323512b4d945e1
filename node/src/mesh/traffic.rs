//! What a link has carried: bytes of our stream, and frames that say something.
//!
//! Counted where the stream is read and written, so that the length before each frame and the
//! empty frames that say "still here" are in it. What the transport adds (Noise, Yamux, QUIC, its
//! own acknowledgements) is not: that belongs to the system's counters of an interface.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one link has carried since it came up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes of our stream that came.
    pub bytes_in: u64,
    /// Bytes of our stream that were handed to the transport.
    pub bytes_out: u64,
    /// Frames that came, beats left out.
    pub frames_in: u64,
    /// Frames that were handed to the transport, beats left out.
    pub frames_out: u64,
}

/// The running sums behind [`Traffic`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    frames_in: AtomicU64,
    frames_out: AtomicU64,
}

impl Counters {
    pub(super) fn bytes_in(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn bytes_out(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn frame_in(&self) {
        self.frames_in.fetch_add(1, Ordering::Relaxed);
    }

    /// A frame of so many bytes has gone; an empty one is a beat.
    pub(super) fn frame_out(&self, bytes: usize) {
        self.frames_out.fetch_add(u64::from(bytes > 0), Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Traffic {
        let read = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
        Traffic {
            bytes_in: read(&self.bytes_in),
            bytes_out: read(&self.bytes_out),
            frames_in: read(&self.frames_in),
            frames_out: read(&self.frames_out),
        }
    }
}
