//! How a community begins: a few root keys that live on paper, and nothing else.
//!
//! The community's id is the hash of its genesis, so whoever knows the id can check the genesis
//! that a stranger hands over. Nothing in it ever changes; who may do what is said by the
//! statements that follow (`authority`). There is no server to ask and no owner to lose.

use crate::{
    id::{CommunityId, KeyId},
    limits::ROOT_KEYS_MAX,
    time::Bucket,
};

/// The rules that this release evaluates; a genesis that names newer ones is refused with a hint.
pub const RULES_VERSION: u16 = 1;

/// The first and only record of a community that is not an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Public halves of the paper keys, ascending, without repetition.
    pub root_keys: Vec<KeyId>,
    /// How many of them must sign a root statement.
    pub threshold: u8,
    /// Tells apart two communities founded with the same keys.
    pub salt: [u8; 16],
    /// Which authority rules hold.
    pub rules: u16,
    /// The week of founding; envelopes are stored in it or up to fifty years later.
    pub founded: Bucket,
}

/// Why bytes are not a genesis.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAGenesis {
    /// Too short, too long, keys out of order, or a threshold that can never be reached.
    #[error("not the founding record of a community")]
    Malformed,
    /// Founded with rules that this release does not know.
    #[error("founded under rules {found}; this release knows rules {RULES_VERSION}")]
    NewerRules {
        /// The rules it names.
        found: u16,
    },
}

impl Genesis {
    /// The hash that names the community.
    pub fn id(&self) -> CommunityId {
        CommunityId::from_bytes(crate::id::short_hash("linli/1 genesis", &[&self.encode()]))
    }

    /// Canonical bytes: rules(2) founded(2) salt(16) threshold(1) count(1) keys(32 each).
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(22 + self.root_keys.len() * 32);
        out.extend(self.rules.to_be_bytes());
        out.extend(self.founded.0.to_be_bytes());
        out.extend(self.salt);
        out.push(self.threshold);
        out.push(u8::try_from(self.root_keys.len()).expect("at most nine root keys"));
        self.root_keys.iter().for_each(|key| out.extend(key.as_bytes()));
        out
    }

    /// Reads what [`Genesis::encode`] wrote and nothing else.
    ///
    /// # Errors
    ///
    /// Where a single byte is out of place, or the rules are newer than this release.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAGenesis> {
        let (head, keys) = bytes.split_at_checked(22).ok_or(NotAGenesis::Malformed)?;
        let rules = u16::from_be_bytes([head[0], head[1]]);
        if rules != RULES_VERSION {
            return Err(NotAGenesis::NewerRules { found: rules });
        }
        let root_keys: Vec<KeyId> = keys.chunks(32).filter_map(KeyId::from_slice).collect();
        let count = usize::from(head[21]);
        let fits = count * 32 == keys.len() && (1..=ROOT_KEYS_MAX).contains(&count);
        let ascending = root_keys.windows(2).all(|pair| pair[0] < pair[1]);
        if !fits || !ascending || !(1..=count).contains(&usize::from(head[20])) {
            return Err(NotAGenesis::Malformed);
        }
        Ok(Self {
            root_keys,
            threshold: head[20],
            salt: head[4..20].try_into().expect("sixteen bytes of salt"),
            rules,
            founded: Bucket(u16::from_be_bytes([head[2], head[3]])),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_of_three() -> Genesis {
        let root_keys = vec![
            KeyId::from_bytes([1; 32]),
            KeyId::from_bytes([2; 32]),
            KeyId::from_bytes([3; 32]),
        ];
        Genesis {
            root_keys,
            threshold: 2,
            salt: [9; 16],
            rules: RULES_VERSION,
            founded: Bucket(2_900),
        }
    }

    #[test]
    fn a_genesis_reads_back_and_every_prefix_of_it_is_refused() {
        let bytes = two_of_three().encode();
        assert_eq!(Genesis::decode(&bytes), Ok(two_of_three()));
        for cut in 0..bytes.len() {
            assert!(Genesis::decode(&bytes[..cut]).is_err(), "{cut} bytes");
        }
    }

    #[test]
    fn keys_out_of_order_and_thresholds_out_of_reach_are_refused() {
        let mut swapped = two_of_three();
        swapped.root_keys.swap(0, 1);
        assert_eq!(Genesis::decode(&swapped.encode()), Err(NotAGenesis::Malformed));
        for threshold in [0, 4] {
            let odd = Genesis { threshold, ..two_of_three() };
            assert_eq!(Genesis::decode(&odd.encode()), Err(NotAGenesis::Malformed));
        }
        let newer = Genesis { rules: 2, ..two_of_three() };
        assert_eq!(Genesis::decode(&newer.encode()), Err(NotAGenesis::NewerRules { found: 2 }));
    }
}
