//! Every bound of a sync session, with its unit and its reason.
//!
//! Those marked *wire* are part of the protocol: a peer that exceeds them is blamed. The others
//! bound this node's own work and may change in any release.

/// *Wire.* One frame in bytes: small enough that an urgent one never waits long behind another.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;

/// Stream bytes in one frame; one more byte says that they are stream.
pub const CHUNK_BYTES: usize = FRAME_BYTES_MAX - 1;

/// *Wire.* The versions of this protocol that are spoken here, from and to.
pub const PROTOCOL: (u16, u16) = (1, 1);

/// *Wire.* An introduction in bytes: a certificate, a join and the grants above it fit ten times.
pub const INTRODUCTION_BYTES_MAX: usize = 32 * 1024;

/// *Wire.* Envelopes that *yours* names: one for each writer of a box; a larger household learns of
/// the others by the comparison.
pub const YOURS_MAX: usize = 4;

/// *Wire.* Bytes of *yours*: so many headers with sixteen citations and an extension.
pub const YOURS_BYTES_MAX: usize = 8 * 1024;

/// *Wire.* Stream bytes that may be on their way without having been acknowledged. Also what a
/// receiver may have to buffer for one peer.
pub const WINDOW_BYTES: u64 = 1024 * 1024;

/// The end of the window that only statements, alerts and acts may use, in bytes: a chat backlog
/// never stands in the way of a removal or a call for help.
pub const URGENT_RESERVE_BYTES: u64 = 128 * 1024;

/// *Wire.* One envelope as it stands in the stream, in bytes: the largest body and a header with
/// sixteen citations and an extension.
pub const RECORD_BYTES_MAX: usize =
    crate::limits::BODY_BYTES_MAX + crate::limits::EXTENSION_BYTES_MAX + 1024;

/// Up to so many scopes are compared one by one; beyond, through the 256-way tree.
pub const FLAT_SCOPES_MAX: usize = 64;

/// Up to so many drawers are told together with their scopes, which saves a round trip.
pub const FLAT_BUCKETS_MAX: usize = 64;

/// *Wire.* Places that one question may ask about: its answer is a few frames.
pub const ASK_PLACES_MAX: usize = 1_024;

/// *Wire.* Frames that one answer may take: 16 MiB of digests describe half a million scopes.
pub const TOLD_FRAMES_MAX: u32 = 256;

/// Places and drawers that a comparison remembers to look into; the next one finds the rest.
pub const TODO_MAX: usize = 8_192;

/// *Wire.* Drawers that are narrowed at the same time.
pub const JOBS_MAX: usize = 8;

/// *Wire.* Rounds about one drawer, and comparisons of everything, that may go by without a new
/// envelope. A tree of sixteen branches holds 2⁶⁴ envelopes in sixteen levels.
pub const FRUITLESS_ROUNDS_MAX: u32 = 16;

/// *Wire.* Envelopes by which a drawer may grow between being told and being listed, beyond twice
/// what was told.
pub const GROWTH_MAX: u64 = 16_384;

/// *Wire.* Questions about one drawer that are answered while no envelope moves either way. More
/// than the leader's own limit, because what it found may still be on its way.
pub const IDLE_ANSWERS_MAX: u32 = 64;

/// Envelopes that one link may be sent beyond twice what is held here: a peer that pretends to lack
/// everything, again and again, is only believed once.
pub const RESENT_MAX: u64 = 10_000;

/// Bytes of one narrowing message; a frame has to hold it and its label.
pub const NARROW_BYTES_MAX: u64 = 60 * 1024;

/// Envelopes asked for and not received, or found and not sent, after which narrowing pauses.
pub const OWED_MAX: u64 = 16_384;

/// *Wire.* Ids in one message.
pub const IDS_MAX: usize = 2_000;

/// Ids waiting to be sent, after which of further drawers only what is urgent is queued. Of one
/// household in one class no more than [`QUEUE_SHARE`] count: a flood must not hide what is in the next
/// drawer.
pub const QUEUE_LISTING_MAX: usize = 65_536;

/// The same, after which no further drawer is listed at all: what is pushed finds room beside it.
pub const QUEUE_URGENT_MAX: usize = 98_304;

/// Ids waiting to be sent, after which pushed ones, and answers to *want*, are left to the next
/// comparison: whoever wants without end must not fill the memory. Of one household in one class no
/// more than [`QUEUE_SHARE`] count here either.
pub const QUEUE_PUSH_MAX: usize = 131_072;

/// Ids of one household in one class that count when the queue is measured. Eight that flood fill it.
pub const QUEUE_SHARE: usize = 8_192;

/// Ids of one household in one class that wait to be sent; more are left to the next comparison.
pub const QUEUE_HOUSEHOLD_MAX: usize = 65_536;

/// Bytes of envelopes in memory, loaded and not yet sent.
pub const READY_BYTES_MAX: usize = 256 * 1024;

/// Envelopes of one household in one class that are loaded although there are enough of others'.
pub const READY_SHARE: usize = 16;

/// What is loaded so may come to, in bytes, together with all the rest.
pub const READY_SHARED_BYTES_MAX: usize = 1024 * 1024;

/// Announced envelopes whose place is remembered until the peer asks for them. What is forgotten
/// travels behind what is known.
pub const ANNOUNCED_MAX: usize = 8_192;

/// Envelopes in one request to the store.
pub const FETCH_MAX: usize = 1_024;

/// Ids that the peer is remembered to have: two windows full of small messages.
pub const KNOWN_MAX: usize = 8_192;

/// Ids that may be announced before the two have been equal: what a neighbour wrote during the same
/// cut, 64 KiB of it. A newcomer's whole backlog is not announced to those who have long had it.
pub const EARLY_IDS_MAX: usize = 2_000;

/// Requests to look up announced ids that may be under way; more are left to comparison.
pub const LOOKUPS_MAX: usize = 64;

/// Comparisons that may be under way; more wait for one of them.
pub const COMPARISONS_MAX: usize = 16;

/// *Wire.* One chunk of a sealed file in bytes: on a radio link of forty kilobytes a second an alert
/// waits a fifth of a second behind it.
pub const FILE_CHUNK_BYTES: usize = 8 * 1024;

/// Files that are wanted here at the same time; more are refused.
pub const FILES_WANTED_MAX: usize = 256;

/// Of them those that others want fetched.
pub const FILES_FOR_OTHERS_MAX: usize = 16;

/// Of those at most so many at the wish of one neighbour: a few who want much leave room for others.
pub const FILES_FOR_LINK_MAX: usize = 4;

/// Files of which a chunk may be under way at the same time: each link carries one anyhow.
pub const FILES_AT_ONCE: usize = 4;

/// Files that one peer has asked for in vain, and will be told of when they come.
pub const FILES_HOPED_MAX: usize = 64;

/// Peers that lied about one file, after which nobody is asked for it any more.
pub const FILE_LIARS_MAX: usize = 32;

/// Files that one round of making room asks the neighbours about.
pub const FILES_SPARED_MAX: usize = 16;

/// How long a chunk may take before another neighbour is asked for it, in milliseconds: a busy link lets
/// files wait.
pub const FILE_PATIENCE_MS: u64 = 10_000;

/// How long a neighbour may take to fetch a file for this node before the next is asked to, in
/// milliseconds.
pub const FILE_FETCH_MS: u64 = 60_000;

/// How long a peer may take to say who it is, in milliseconds.
pub const GREETING_MS: u64 = 15_000;

/// How long a peer may owe an answer, an acknowledgement or an envelope, in milliseconds.
pub const PATIENCE_MS: u64 = 30_000;

/// Who looks at what is owed so long after it was due was asleep himself (a suspended laptop, a box without a
/// core to spare), and is patient once more.
pub const OVERSLEPT_MS: u64 = PATIENCE_MS / 4;

/// After a change the two are compared again so much later, in milliseconds: pushes are hints.
pub const RECHECK_MS: u64 = 1_000;

/// The first pause between two comparisons that both found a difference, in milliseconds; it
/// doubles each time, so that two busy nodes do not spin.
pub const BACKOFF_FIRST_MS: u64 = 25;

/// The longest such pause; sixteen of them stay under half a minute.
pub const BACKOFF_LAST_MS: u64 = 2_000;

/// Envelopes that came this recently, in milliseconds, are followed by more.
pub const FLOWING_MS: u64 = 300;

/// How long a difference is left alone while envelopes flow, in milliseconds.
pub const FLOWING_MS_MAX: u64 = 10_000;
