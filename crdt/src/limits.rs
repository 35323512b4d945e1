//! Every bound of the protocol, with its unit and its reason. A bound of one node's own choosing
//! (queue lengths, cache sizes) stands in that node's configuration instead.

/// Envelopes that one envelope may cite: enough to join the tips that a cut of several sides
/// leaves, few enough that a header stays under a kilobyte.
pub const DEPS_MAX: usize = 16;

/// A body in bytes: a document change of [`CHUNK_BYTES_MAX`] and what stands around it.
pub const BODY_BYTES_MAX: usize = CHUNK_BYTES_MAX + 1024;

/// Boxes that one key envelope seals a secret to: 88 bytes each, as many as a body takes.
pub const SEALED_MAX: usize = 2_944;

/// What a later version may append to a header, in bytes; this release carries it unread.
pub const EXTENSION_BYTES_MAX: usize = 1024;

/// One Automerge change in bytes (design.md, "The gate").
pub const CHUNK_BYTES_MAX: usize = 256 * 1024;

/// Operations in one Automerge change: more is a document being copied, not somebody typing.
pub const CHANGE_OPS_MAX: usize = 5_000;

/// Objects inside objects: Automerge overflows the stack on a few thousand.
pub const DOCUMENT_DEPTH_MAX: usize = 16;

/// Values that the operations of one change may replace, all together: every one is looked up.
pub const CHANGE_PREDS_MAX: usize = 20_000;

/// Operations that one document may ever count: about 150 MB of memory, and far from the
/// 32-bit end of `start_op`, where Automerge panics for ever after.
pub const DOCUMENT_OPS_MAX: u64 = 1_000_000;

/// Entries of a checklist or board that are read: what nobody could scroll through stays unread.
pub const DOCUMENT_ITEMS_MAX: usize = 2_000;

/// The key of an entry in a checklist or board, in bytes; ours have 16.
pub const ITEM_KEY_BYTES_MAX: usize = 64;

/// Actors that one writer may use in one document, one after the other: each fork that he builds on
/// costs one, and nobody honest meets sixteen.
pub const GENERATIONS_MAX: u32 = 16;

/// Edits that one change may make together; far fewer operations than [`CHANGE_OPS_MAX`].
pub const EDITS_MAX: usize = 100;

/// Keys that found a community: 2 of 3 is usual; nobody keeps more than nine papers together.
pub const ROOT_KEYS_MAX: usize = 9;

/// Scopes inside scopes: community / compound / building / unit / group leaves room to spare.
pub const PLACE_DEPTH_MAX: usize = 8;

/// Entries of any list inside a statement: cuts, vouches, confirmations.
pub const STATEMENT_LIST_MAX: usize = 4_096;

/// A message, a request's details, a fact: bytes of UTF-8. A page of text, not a book.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// A title, a name of a person, home or group: bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 256;

/// A telephone number in a vault, with blanks and extension: bytes.
pub const PHONE_BYTES_MAX: usize = 64;

/// Devices between a writer and the key that speaks for its person: a new phone every other year,
/// each certified by the one before, for a life.
pub const CERTIFICATION_DEPTH_MAX: usize = 24;

/// Certificates looked at to find that chain: enough for any household, an end to any knot.
pub const CERTIFICATION_STEPS_MAX: usize = 1_024;

/// Acts of one request that are judged. An activity with 600 volunteers stays below half of it;
/// a pile of acts crafted so that each sees another state is judged in about a second. Beyond it
/// everybody's first acts are judged before anybody's next.
pub const ACTS_PER_REQUEST_MAX: usize = 2_048;

/// Acts of one person on one request that are judged: a desk that grants every place of a large
/// activity stays below it, and one home cannot make a request slow for all.
pub const ACTS_PER_PERSON_MAX: usize = 256;

/// Original starts of one series that are rides: ten years of every week, a year and a half of every
/// day. Whoever needs more plans a new series, with a rota of people who still live here.
pub const RIDES_PER_SERIES_MAX: usize = 520;

/// Years after its first start in which a series may have rides.
pub const SERIES_YEARS_MAX: i64 = 10;

/// People of one rota: the largest fleet has 37 drivers.
pub const ROTA_MAX: usize = 60;

/// A recurrence rule in bytes: the longest sensible one has half of it.
pub const RULE_BYTES_MAX: usize = 256;

/// The name of a time zone in bytes; the longest there is has 32.
pub const ZONE_BYTES_MAX: usize = 64;

/// The way back begins within three days: a ride to a clinic, not a journey.
pub const BACK_AFTER_MIN_MAX: u32 = 3 * 24 * 60;

/// Lines to be looked at before each departure: more is not looked at.
pub const CHECKS_PER_SERIES_MAX: usize = 12;

/// Rides that swaps may tie together and that are judged as one: each swap ties two, and people swap
/// with the same few.
pub const TIED_RIDES_MAX: usize = 24;

/// Ids of one sheet: people of a roll, ballots in hand. They come to 250 kB at most.
pub const SHEET_IDS_MAX: usize = 6_000;

/// Sheets of a roll or report: whoever names them cites them, and the vote besides.
pub const SHEETS_MAX: usize = DEPS_MAX - 1;

/// Voters of one vote, those on the paper list with them: a large neighbourhood has 12,000 people.
pub const VOTERS_MAX: u32 = 60_000;

/// What can be chosen in one vote: a page of it.
pub const CHOICES_MAX: usize = 20;

/// People who count and must report: an office, and a desk for each compound. A closing cites their
/// reports.
pub const COUNTERS_MAX: usize = 12;

/// Ballots, and entries of paper ballots, by one person for one voter in one vote: whoever errs fifteen times
/// can still put it right, and nobody makes everybody read a million of his.
pub const BALLOTS_PER_VOTER_MAX: usize = 16;

/// Earlier ballots of one voter that a later one takes the place of.
pub const INSTEAD_MAX: usize = DEPS_MAX - 1;

/// Words of thanks in bytes of UTF-8: half a page.
pub const LETTER_BYTES_MAX: usize = 2_000;

/// Boxes that a letter is sealed to: those of two people.
pub const LETTER_BOXES_MAX: usize = 64;

/// Skills that one person lists.
pub const SKILLS_PER_PERSON_MAX: usize = 12;

/// Criteria of one team, and what one of its words may name of them: more is not read before applying.
pub const CRITERIA_MAX: usize = 32;

/// Photos and files of one announcement: a burst pipe from four sides.
pub const ATTACHMENTS_MAX: usize = 4;

/// Times that something is added to one request and read: every corner of a flooded cellar. A home refuses
/// to add more; of those written on both sides of a cut the first in order are read.
pub const ADDED_PER_REQUEST_MAX: usize = 16;

/// A thumbnail in bytes: it travels inside an alert, over the slowest link there is.
pub const THUMBNAIL_BYTES_MAX: usize = 12 * 1024;

/// A blob's sealed bytes: a large photo, or a form of a few pages.
pub const BLOB_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Openings of one vault that are told one by one, the latest; of those before only how often who looked.
pub const OPENINGS_TOLD_MAX: usize = 200;

/// Items that one receipt, and blobs that one announcement of them, may name.
pub const RECEIPT_ITEMS_MAX: usize = 64;

/// People of a duty rota: one for every day of a month, and their deputies.
pub const ROTA_PEOPLE_MAX: usize = 64;
/// Functional needs of a request, and people of a visit: what a driver reads before he goes.
pub const NEEDS_MAX: usize = 16;

/// Requests that swaps and marks of duplicates may tie to one: a ring of two is usual, and whoever
/// ties a thousand together gains nothing.
pub const TIES_MAX: usize = 16;

/// Roles of one activity: its plan cites the request of each, and an envelope cites sixteen.
pub const ROLES_MAX: usize = DEPS_MAX;

/// Lines to be looked at before an activity begins: more is not looked at.
pub const ACTIVITY_CHECKS_MAX: usize = 32;

/// People whose coming, going or hours one envelope writes down: a page of a captain's list.
pub const HOURS_LINES_MAX: usize = 256;

/// Times that one person came and went at one activity, and approvals that one takes the place of.
pub const SITTINGS_MAX: usize = 16;

/// The longest time that somebody is believed to have been there without a break, in minutes.
pub const SITTING_MIN_MAX: u64 = 24 * 60;

/// Marks of one person at one activity that are read: the first ones, by time.
pub const MARKS_PER_SHIFT_MAX: usize = 256;
