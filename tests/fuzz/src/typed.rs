//! What people type, paste and scan.

use crdt::{
    code::Code,
    genesis::Genesis,
    id::{EnvelopeId, from_hex},
    invitation::Invitation,
    paper,
};

/// One byte says what it is meant to be.
pub fn typed(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    match which % 5 {
        0 => link(bytes),
        1 => drop(Invitation::from_link(&text)),
        2 => drop(paper::from_words(&text)),
        3 => {
            if let Ok(code) = text.parse::<Code>() {
                assert_eq!(code.to_string().parse::<Code>(), Ok(code));
            }
            let _ = text.parse::<EnvelopeId>();
            let _ = from_hex::<16>(&text);
        }
        _ => {
            if let Ok(genesis) = Genesis::decode(bytes) {
                assert_eq!(genesis.encode(), bytes, "a genesis has one encoding");
            }
        }
    }
}

/// A link that carries these bytes under the right version and checksum.
fn link(bytes: &[u8]) {
    let mut packed = vec![1];
    packed.extend_from_slice(bytes);
    let sum = blake3::derive_key("linli/1 link checksum", &packed);
    packed.extend_from_slice(&sum[..4]);
    let link = format!("linli:{}", base64url(&packed));
    if let Ok(invitation) = Invitation::from_link(&link) {
        let again = invitation.to_link();
        // A place of many ids may read, and be too long to be written as a link that reads.
        if again.len() <= link.len() {
            assert_eq!(Invitation::from_link(&again).as_ref(), Ok(&invitation));
        }
    }
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for letter in 0..=three.len() as u32 {
            let six = (bits >> (18 - 6 * letter)) & 63;
            text.push(char::from(LETTERS[six as usize]));
        }
    }
    text
}
