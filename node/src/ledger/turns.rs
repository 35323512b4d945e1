//! Who takes turns with whom, and what a job weighs in the queue before the ledger.

use crdt::{authority::Households, envelope::Envelope};

use super::{Job, Ledger};
use crate::{
    api::Command,
    core::desk::{Haste, Source},
};

/// What any job costs, in the bytes that take as long to write.
const JOB_BYTES: u32 = 512;

/// What an envelope costs on top of its own bytes: the check of its signature, its rows.
const ENVELOPE_BYTES: u32 = 256;

/// What a listing costs: it is read from an index.
const LISTING_BYTES: u32 = 16 * 1024;

impl<T> Job<T> {
    /// Whose job it is, if it is nobody's link's.
    pub fn source(&self) -> Source {
        match self {
            Self::Command(_, command)
                if matches!(of(command), Command::Import { .. } | Command::TakeIn { .. }) =>
            {
                Source::Import
            }
            _ => Source::Home,
        }
    }

    /// How soon it is to be done. What comes over a link is in turn, whatever it is: the peer has
    /// put it in order, and its order must stay.
    pub fn haste(&self) -> Haste {
        match self {
            Self::Command(_, command) if is_urgent(of(command)) => Haste::Urgent,
            _ => Haste::Ordinary,
        }
    }

    /// About what it costs, in the bytes that take as long to write.
    pub fn bytes(&self) -> u32 {
        let more = match self {
            Self::Command(_, command) => match of(command) {
                Command::Import { lines, .. } => {
                    lines.iter().map(|line| at_most(line.text.len()) + ENVELOPE_BYTES).sum()
                }
                // About as much again for signatures and rows.
                Command::TakeIn { section } => at_most(section.len()).saturating_mul(2),
                _ => 0,
            },
            Self::Post(..) => 0,
            Self::Receive(_, parcel) => parcel.look(|all| all.iter().map(weight).sum()),
            Self::Introduce(_, _, envelopes) | Self::Yours(_, envelopes) => {
                envelopes.iter().map(weight).sum()
            }
            Self::Greet(_) | Self::List(..) | Self::Bodiless(_) | Self::Turn(_) => LISTING_BYTES,
            Self::Newest(..) => ENVELOPE_BYTES,
            Self::Fetch(_, ids) => at_most(ids.len()) * ENVELOPE_BYTES,
            Self::Lookup(_, ids) => at_most(ids.len()) * 32,
            Self::Serve(..) => ENVELOPE_BYTES,
            Self::File(..) => LISTING_BYTES,
            Self::Delivered(..) | Self::Keep(..) | Self::Typed(..) | Self::Addresses(..) => 0,
        };
        JOB_BYTES + more
    }
}

impl Ledger {
    /// The household of every writer, for the order in which sessions send.
    pub fn households(&self) -> Households {
        self.truth.roster().households()
    }
}

/// The command itself, whoever of this box's people gives it and whatever must hold for it.
fn of(command: &Command) -> &Command {
    match command {
        Command::As { command, .. }
        | Command::Once { command, .. }
        | Command::IfSeen { command, .. } => of(command),
        command => command,
    }
}

fn is_urgent(command: &Command) -> bool {
    matches!(
        command,
        Command::Act { .. }
            | Command::Assign { .. }
            | Command::Case(_)
            | Command::Erase { .. }
            | Command::Ask { urgent: true, .. }
            | Command::GroupJoin { .. }
            | Command::GroupNew { .. }
            | Command::Invite { .. }
            | Command::InviteRelay
            | Command::Roster(_)
            | Command::News(_)
    )
}

fn weight(envelope: &Envelope) -> u32 {
    at_most(envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len)) + ENVELOPE_BYTES
}

fn at_most(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).min(1 << 20)
}
