//! Every bound of the mesh edge, with its unit and its reason.
//!
//! The three that a test or a small box may want otherwise stand in [`Limits`]; the others are
//! part of how the edge works and are constants.

use std::time::Duration;

/// What a node may choose for itself.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes that may wait for one neighbour before [`super::NotSent::Full`]: promise 16 allows
    /// 1 MiB for a neighbour who stopped reading.
    pub queue_bytes: usize,
    /// Bytes that a link may deliver before somebody raised its allowance
    /// ([`super::MeshHandle::set_budget`]); `None` = any number. A stranger says who he is in
    /// far less than 64 KiB.
    pub first_bytes: Option<u64>,
    /// Established connections in all: file descriptors of a small box, 1,024, are shared with
    /// pages, pending connections and the store.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { queue_bytes: 1 << 20, first_bytes: Some(64 * 1024), connections: 96 }
    }
}

/// One frame in bytes, both ways (design.md, "Sync").
pub const FRAME_BYTES_MAX: usize = 64 * 1024;

/// Frames that may wait for one neighbour, however small they are.
pub const QUEUE_FRAMES_MAX: usize = 4_096;

/// Events that may wait for the node's loop. With full frames 4 MiB; a flooding neighbour holds at
/// most one place in the queue of those who wait, so that others still get their turn.
pub const EVENTS_MAX: usize = 64;

/// Hints and failures that may wait behind a busy loop; the oldest are forgotten, they come again.
pub const HINTS_MAX: usize = 256;

/// Commands that may wait for the swarm.
pub const COMMANDS_MAX: usize = 256;

/// A connected neighbour is told "alive" after so long without a frame.
pub const BEAT: Duration = Duration::from_secs(2);

/// A link on which nothing at all arrived for so long is dead: three beats. TCP alone would wait
/// about 15 minutes after a change of Wi-Fi.
pub const SILENCE: Duration = Duration::from_secs(6);

/// Empty frames in a row that a peer may send without a real one in between, per [`SILENCE`].
/// Three are ordinary, a few more arrive together after a stutter.
pub const BEATS_MAX: u32 = 16;

/// A frame that the other side did not take within this time means that it stopped reading.
pub const STALL: Duration = Duration::from_secs(20);

/// How long a link whose allowance is used up waits for a decision before it is closed.
pub const BUDGET_PATIENCE: Duration = Duration::from_secs(10);

/// A connection on which no link came to be for so long is closed.
pub const OPENING: Duration = Duration::from_secs(10);

/// A dial or an inbound handshake takes at most so long. TCP repeats its first packet after one
/// and three seconds; the rest is for a box whose core is busy.
pub const HANDSHAKE: Duration = Duration::from_secs(6);

/// Dials to one peer at once: one starts every two seconds and lasts at most [`HANDSHAKE`], so a
/// first packet is under way every second or so when the cable comes back.
pub const DIALS_PER_PEER: usize = 3;

/// Of two connections between the same pair the older stays if it is younger than this: then both
/// come from dials that overlapped (at most [`HANDSHAKE`] apart). Otherwise the newer one stays:
/// nobody dials a neighbour whom he still hears.
pub const OVERLAP: Duration = Duration::from_secs(7);

/// How long a further connection waits for the link that it may have to replace: the node's loop
/// asks the neighbour over that link for a second, and closes it if no answer comes.
pub const SPARE: Duration = Duration::from_millis(2_500);

/// Established connections per peer: two overlapping dials from each side. Fewer would kill
/// connections that both sides just agreed upon.
pub const PER_PEER: u32 = 4;

/// Connections in the middle of their handshake. Promise 16 holds 500 half-open ones against a
/// node; they must leave room for an honest one.
pub const PENDING_IN: u32 = 540;

/// Dials under way; the redial schedule starts at most 8 at once.
pub const PENDING_OUT: u32 = 64;

/// Inbound connections (pending and established) from one address other than this machine.
pub const PER_ADDRESS: usize = 32;

/// Bytes that a peer may have under way to us on one QUIC stream, respectively on all of them.
pub const QUIC_STREAM_BYTES: u32 = 2 << 20;
/// See [`QUIC_STREAM_BYTES`].
pub const QUIC_CONNECTION_BYTES: u32 = 4 << 20;

/// QUIC streams a peer may hold open: the link, identify and a few for later.
pub const STREAMS: u32 = 16;

/// Addresses of one peer that are passed on or dialled.
pub const ADDRESSES_PER_PEER: usize = 8;

/// mDNS: a home without any link asks so often: two that were started while the cable was out
/// meet within 3 s of its coming back.
pub const MDNS_QUERY_ALONE: Duration = Duration::from_secs(1);

/// mDNS: a home with fewer links than [`MDNS_ENOUGH`] asks so often.
pub const MDNS_QUERY_FEW: Duration = Duration::from_secs(2);

/// mDNS: a home with enough neighbours asks so often. Everybody answers every query, so on a LAN
/// with a thousand homes a query every two seconds would be a storm.
pub const MDNS_QUERY_MANY: Duration = Duration::from_secs(30);

/// mDNS: as many links as the redial schedule usually wants.
pub const MDNS_ENOUGH: usize = 8;

/// mDNS: how long our answers live. Short, so that after a cut the same neighbour is news again.
pub const MDNS_TTL: Duration = Duration::from_secs(15);

/// mDNS: afresh so often: its list is not bounded in time, and a socket error silences an
/// interface for good.
pub const MDNS_RENEW: Duration = Duration::from_secs(60);

/// mDNS: neighbours × addresses after which the list starts afresh (a flood, not a neighbourhood).
pub const MDNS_KNOWN_MAX: usize = 256;

/// mDNS: addresses that appear within this time are told together.
pub const MDNS_BUNCH: Duration = Duration::from_millis(50);

/// mDNS: the shortest time between two fresh starts.
pub const MDNS_RENEW_MIN: Duration = Duration::from_secs(1);

/// After a fault inside the swarm it starts again so much later.
pub const RESTART: Duration = Duration::from_secs(1);
