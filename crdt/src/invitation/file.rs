//! An invitation as a file: the link, and the statements that show what it is worth.
//!
//! A link alone must be believed until the first sync. With the statements a newcomer's box sees at
//! once whether somebody used it before, who is in the community, and who invited him: a USB stick
//! or an e-mail is enough.
//!
//! ```text
//! linli-invitation 1
//! linli:…                                     the link
//! base64(header with length ‖ signature(64) ‖ body with length)   one line per envelope
//! ```

use data_encoding::BASE64;

use super::NotAnInvitation;
use crate::{
    envelope::Envelope,
    wire::{Reader, put_bytes},
};

/// The first line.
const HEAD: &str = "linli-invitation 1";

/// What the first line of a later release begins with.
const FAMILY: &str = "linli-invitation ";

/// Bytes of such a file: about fifteen thousand statements, and it fits into one command to a node.
/// Beyond it a newcomer asks the network.
pub const FILE_BYTES_MAX: usize = 6 * 1024 * 1024;

/// Puts a file together; envelopes that find no room are left out, from the first one on.
pub fn to_file(link: &str, envelopes: impl IntoIterator<Item = Envelope>) -> String {
    let mut text = format!("{HEAD}\n{link}\n");
    for envelope in envelopes {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, envelope.header_bytes());
        bytes.extend(envelope.signature());
        put_bytes(&mut bytes, envelope.body().unwrap_or_default());
        let line = BASE64.encode(&bytes);
        if text.len() + line.len() >= FILE_BYTES_MAX {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Is this text such a file, rather than a link?
pub fn is_file(text: &str) -> bool {
    text.trim_start().starts_with(FAMILY)
}

/// Reads a file: the link, and the envelopes, whose signatures are still to be checked.
///
/// # Errors
///
/// Where it is none, was cut short, or was made by a later release.
pub fn from_file(text: &str) -> Result<(String, Vec<Envelope>), NotAnInvitation> {
    if text.len() > FILE_BYTES_MAX {
        return Err(NotAnInvitation::Foreign);
    }
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let head = lines.next().ok_or(NotAnInvitation::Foreign)?;
    if head != HEAD {
        let later = head.starts_with(FAMILY);
        return Err(if later { NotAnInvitation::Newer } else { NotAnInvitation::Foreign });
    }
    let link = lines.next().ok_or(NotAnInvitation::Damaged)?.to_owned();
    let envelopes: Option<Vec<Envelope>> = lines.map(envelope).collect();
    Ok((link, envelopes.ok_or(NotAnInvitation::Damaged)?))
}

fn envelope(line: &str) -> Option<Envelope> {
    let bytes = BASE64.decode(line.as_bytes()).ok()?;
    let mut reader = Reader::new(&bytes);
    let header = reader.bytes().ok()?.to_vec();
    let signature = reader.array().ok()?;
    let body = reader.bytes().ok()?.to_vec();
    let body = Some(body).filter(|body| !body.is_empty());
    reader.is_empty().then(|| Envelope::assemble(header, signature, body).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        envelope::{Draft, Kind},
        id::{CommunityId, ScopeId},
        keys::Secret,
        time::{Bucket, ClaimedTime},
    };

    fn said() -> Envelope {
        let draft = Draft {
            kind: Kind::STATEMENT,
            scope: ScopeId::from_bytes([1; 16]),
            tip: None,
            lamport: 1,
            deps: Vec::new(),
            auth: None,
            epoch: None,
            bucket: Bucket(2_950),
            claimed: ClaimedTime(0),
            body: vec![0, 1, 2],
        };
        let community = CommunityId::from_bytes([2; 32]);
        Envelope::write(draft, &Secret::from_seed([3; 32]), &community)
    }

    #[test]
    fn a_file_reads_back_and_no_cut_or_foreign_one_does() {
        let file = to_file("linli:abc", [said(), said()]);
        assert!(is_file(&file) && !is_file("linli:abc"));
        let (link, envelopes) = from_file(&file).expect("our own");
        assert_eq!((link.as_str(), envelopes), ("linli:abc", vec![said(), said()]));
        let cut = &file[..file.len() - 9];
        assert_eq!(from_file(cut), Err(NotAnInvitation::Damaged));
        assert_eq!(from_file("linli-invitation 1"), Err(NotAnInvitation::Damaged));
        assert_eq!(from_file("linli-invitation 2\n"), Err(NotAnInvitation::Newer));
        assert_eq!(from_file("a letter"), Err(NotAnInvitation::Foreign));
        let typo = file.replacen("\n", "\n#", 3);
        assert_eq!(from_file(&typo), Err(NotAnInvitation::Damaged));
    }
}
