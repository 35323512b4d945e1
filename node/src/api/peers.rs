//! The other homes, as a node tells of them: who is linked, who is equal, what went over the link.

use crdt::id::KeyId;
use serde::{Deserialize, Serialize};

/// One peer in [`super::Status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRow {
    /// The other box's public key.
    pub id: KeyId,
    /// The other home's name, where known.
    pub home: String,
    /// Is it an office?
    pub office: bool,
    /// Is there a link now?
    pub connected: bool,
    /// `quic`, `tcp`, or empty.
    pub transport: String,
    /// Was it found equal at the last comparison, with nothing new since?
    pub equal: bool,
    /// Envelopes that it has and this node lacks, at the last comparison.
    pub missing_here: u64,
    /// Envelopes that it lacks.
    pub missing_there: u64,
    /// How long ago they compared; none if never.
    pub compared_ms_ago: Option<u64>,
    /// How long ago it was last heard; none if never.
    pub heard_ms_ago: Option<u64>,
    /// How long the link has been up; none without one.
    pub linked_ms: Option<u64>,
    /// Bytes that came over this link's stream since it is up.
    pub bytes_in: u64,
    /// Bytes that were sent over it.
    pub bytes_out: u64,
    /// Messages of the protocol that came over it.
    pub frames_in: u64,
    /// Messages of the protocol that were sent over it.
    pub frames_out: u64,
}

/// How this home is connected, for the strip on every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeshPicture {
    /// This box.
    pub node: Option<KeyId>,
    /// This home's name.
    pub home: String,
    /// Every peer that is known.
    pub peers: Vec<PeerRow>,
    /// How long ago an office was last heard; none if never. 0 where this is one.
    pub office_heard_ms_ago: Option<u64>,
    /// Envelopes written here that no other node is known to hold yet.
    pub unsent: u64,
    /// Where it listens.
    pub addresses: Vec<String>,
}
