//! `rekey`: a new epoch for a community of 3,134 households, one of whom was just removed.
//!
//! What counts is what a node does when it removes somebody: draw a secret, seal it to every box that
//! stays, wrap the epoch before, and sign all of it in as many envelopes as it takes. Bytes are
//! those of whole envelopes. That every box can open its entry is checked with the last one.
//!
//! # Deliberately absent
//!
//! The disk and the wire: `post` and `catchup` measure what envelopes cost there.

use std::collections::BTreeSet;

use crdt::{
    body::{Body, Key},
    envelope::{Draft, Envelope, Kind},
    id::{CommunityId, EnvelopeId, KeyId, ScopeId},
    keys::Secret,
    secrets::{BoxSecret, Keyring},
    time::{Bucket, ClaimedTime},
};
use node::clock;

use super::{
    Case, Options,
    pair::{ms, now},
    town::{bytes_of, failed},
};
use crate::{error::CliError, ui::Ui};

/// Households of Runyuan, a box each, unless `--size` says otherwise.
const HOUSEHOLDS: u64 = 3_134;

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[HOUSEHOLDS]) {
        let group = Group::of(size)?;
        let mut time = Case::new(format!("{size} households: sealed and signed"), "ms");
        let mut bytes = Case::new(format!("{size} households: in envelopes"), "bytes");
        let mut count = Case::new(format!("{size} households: envelopes"), "");
        if size == HOUSEHOLDS {
            (time, bytes) = (time.reach(1_000.0), bytes.reach(300_000.0));
        }
        for run in 1..=options.runs {
            let start = now();
            let written = group.rekey()?;
            let took = ms(start, now());
            group.is_open_to_the_last(&written)?;
            time.values.push(took);
            bytes.values.push(written.iter().map(|(it, _)| bytes_of(it)).sum::<u64>() as f64);
            count.values.push(written.len() as f64);
            ui.status(format_args!("{run}: {took:.0} ms"))?;
        }
        all.extend([time, bytes, count]);
    }
    Ok(all)
}

/// A group with an epoch, whose boxes are about to get another.
struct Group {
    community: CommunityId,
    scope: ScopeId,
    writer: Secret,
    ring: Keyring,
    stay: BTreeSet<KeyId>,
    last: Secret,
}

impl Group {
    /// So many households who stay.
    fn of(households: u64) -> Result<Self, CliError> {
        let key = || Secret::from_seed(clock::random());
        let boxes: Vec<Secret> = (0..households.max(2)).map(|_| key()).collect();
        let (Some(mine), Some(last)) = (boxes.first(), boxes.last()) else {
            return Err(CliError::Unexpected);
        };
        let community = CommunityId::from_bytes(clock::random());
        let ring = Keyring::new(community, vec![BoxSecret::of(mine)]);
        let (scope, writer) = (ScopeId::from_bytes(clock::random()), key());
        let stay: BTreeSet<KeyId> = boxes.iter().map(Secret::key).collect();
        let last = last.clone();
        let mut group = Self { community, scope, writer, ring, stay, last };
        // The epoch before: whoever is removed still holds it.
        let removed = BTreeSet::from([key().key()]);
        let before: BTreeSet<KeyId> = group.stay.union(&removed).copied().collect();
        let new = group.ring.rekey(&group.scope, &before, true, clock::random());
        let first = group.write(None, new.body)?;
        group.ring.insert(first.0.id(), group.scope, &first.1, true);
        Ok(group)
    }

    fn rekey(&self) -> Result<Vec<(Envelope, Key)>, CliError> {
        let mut ring = self.ring.clone();
        let new = ring.rekey(&self.scope, &self.stay, true, clock::random());
        let mut written = vec![self.write(None, new.body)?];
        let (epoch, body) = &written[0];
        let epoch = epoch.id();
        ring.insert(epoch, self.scope, body, true);
        for body in ring.share(&epoch, &new.rest, clock::random()) {
            let tip = written.last().map(|(it, _)| (it.header().seq, it.id()));
            written.push(self.write(tip, body)?);
        }
        Ok(written)
    }

    fn write(&self, tip: Option<(u64, EnvelopeId)>, key: Key) -> Result<(Envelope, Key), CliError> {
        let body = Body::Key(key);
        let draft = Draft {
            kind: Kind::KEY,
            scope: self.scope,
            tip,
            deps: tip.map(|(_, id)| id).into_iter().collect(),
            auth: Some(EnvelopeId::from(self.community)),
            lamport: tip.map_or(1, |(seq, _)| seq + 1),
            bucket: Bucket(2_900),
            claimed: ClaimedTime(0),
            epoch: None,
            body: body.encode(),
        };
        let envelope = Envelope::write(draft, &self.writer, &self.community);
        match body {
            Body::Key(key) => Ok((envelope, key)),
            _ => Err(CliError::Unexpected),
        }
    }

    /// Does the last household read under the new epoch?
    fn is_open_to_the_last(&self, written: &[(Envelope, Key)]) -> Result<(), CliError> {
        let mut ring = Keyring::new(self.community, vec![BoxSecret::of(&self.last)]);
        for (envelope, key) in written {
            ring.insert(envelope.id(), self.scope, key, true);
        }
        let recipients: usize =
            written.iter().map(|(_, key)| key.sealed().recipients().count()).sum();
        let epoch = written.first().map(|(envelope, _)| envelope.id());
        let opens = epoch.is_some_and(|epoch| ring.secret(&epoch).is_some());
        let all = recipients == self.stay.len();
        if opens && all { Ok(()) } else { Err(failed("a household holds no key")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_key_also_where_one_envelope_does_not_hold_them_all() {
        for (households, envelopes) in [(3, 1), (3_000, 2)] {
            let group = Group::of(households).expect("a group");
            let written = group.rekey().expect("a new epoch");
            assert_eq!(written.len(), envelopes);
            assert!(group.is_open_to_the_last(&written).is_ok());
        }
    }
}
