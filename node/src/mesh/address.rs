//! Addresses and keys as the rest of the node knows them: text and [`KeyId`].
//!
//! No type of libp2p leaves the mesh edge. A peer is its box's Ed25519 key; an address is the text
//! of a multiaddress without the peer's name at its end (`/ip4/192.168.1.7/tcp/4001`).

use std::net::IpAddr;

use crdt::id::KeyId;
use libp2p::{
    Multiaddr, PeerId,
    identity::{PublicKey, ed25519},
    multiaddr::Protocol,
};

use super::{Transport, limits::ADDRESSES_PER_PEER};

/// Text that is no address this node could listen on or dial.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{text}` is not an address; one looks like /ip4/192.168.1.7/tcp/4001")]
pub struct NotAnAddress {
    /// What was given, cut at 200 characters.
    pub text: String,
}

/// The box key behind a libp2p name; `None` where it is not an Ed25519 key.
pub(super) fn key_of(peer: &PeerId) -> Option<KeyId> {
    let key = PublicKey::try_decode_protobuf(peer.as_ref().digest()).ok()?;
    Some(KeyId::from_bytes(key.try_into_ed25519().ok()?.to_bytes()))
}

/// The libp2p name of a box key; `None` where the bytes are no point on the curve.
pub(super) fn peer_of(key: &KeyId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(key.as_bytes()).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// The libp2p name of a box, for people who copy it between programs.
pub fn peer_name(key: &KeyId) -> Option<String> {
    peer_of(key).map(|peer| peer.to_string())
}

/// Reads an address that somebody typed: with or without `/p2p/NAME` at its end.
///
/// # Errors
///
/// Where it is no multiaddress over TCP or QUIC.
pub fn read_address(text: &str) -> Result<(Option<KeyId>, String), NotAnAddress> {
    let refuse = || NotAnAddress { text: text.chars().take(200).collect() };
    let (peer, address) = split(text.trim().parse().map_err(|_| refuse())?);
    if transport_of(&address).is_none() {
        return Err(refuse());
    }
    match peer.map(|peer| key_of(&peer).ok_or_else(refuse)) {
        None => Ok((None, address.to_string())),
        Some(key) => Ok((Some(key?), address.to_string())),
    }
}

/// An address and the peer's name at its end, apart.
pub(super) fn split(mut address: Multiaddr) -> (Option<PeerId>, Multiaddr) {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => {
            address.pop();
            (Some(peer), address)
        }
        _ => (None, address),
    }
}

/// QUIC or TCP; `None` for anything else.
pub(super) fn transport_of(address: &Multiaddr) -> Option<Transport> {
    let mut parts = address.iter();
    match (parts.next()?, parts.next()?, parts.next(), parts.next()) {
        (Protocol::Ip4(_) | Protocol::Ip6(_), Protocol::Tcp(_), None, None) => Some(Transport::Tcp),
        (Protocol::Ip4(_) | Protocol::Ip6(_), Protocol::Udp(_), Some(Protocol::QuicV1), None) => {
            Some(Transport::Quic)
        }
        _ => None,
    }
}

/// The internet address in a multiaddress.
pub(super) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| match part {
        Protocol::Ip4(ip) => Some(IpAddr::V4(ip)),
        Protocol::Ip6(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    })
}

/// Which of the addresses that a peer says it listens on are worth remembering here: those on the
/// address we see it at first, its loopback only if we see it there.
pub(super) fn worth_keeping(said: Vec<Multiaddr>, seen_at: Option<IpAddr>) -> Vec<String> {
    let near = seen_at.is_some_and(|ip| ip.is_loopback());
    let mut kept: Vec<(bool, String)> = Vec::new();
    for address in said {
        let (_, address) = split(address);
        let Some(ip) = ip_of(&address).filter(|ip| !ip.is_unspecified() && !ip.is_multicast())
        else {
            continue;
        };
        if transport_of(&address).is_some() && (near || !ip.is_loopback()) {
            kept.push((Some(ip) != seen_at, address.to_string()));
        }
    }
    kept.sort();
    kept.dedup();
    kept.into_iter().take(ADDRESSES_PER_PEER).map(|(_, address)| address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_address_may_carry_a_name() {
        let key = ed25519::Keypair::generate().public();
        let id = KeyId::from_bytes(key.to_bytes());
        let name = peer_name(&id).expect("a real key");
        let plain = "/ip4/10.0.0.7/tcp/4001";
        assert_eq!(read_address(plain), Ok((None, plain.into())));
        assert_eq!(read_address(&format!("{plain}/p2p/{name}")), Ok((Some(id), plain.into())));
        for bad in ["", "10.0.0.7:4001", "/ip4/10.0.0.7", "/ip4/10.0.0.7/udp/1", "/dns4/x/tcp/1"] {
            assert!(read_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_a_peer_says_about_itself_is_filtered() {
        let said = |texts: &[&str]| {
            texts.iter().map(|text| text.parse().expect("an address")).collect::<Vec<Multiaddr>>()
        };
        let all = said(&[
            "/ip4/127.0.0.1/tcp/1",
            "/ip4/172.17.0.1/tcp/1",
            "/ip4/192.168.1.7/tcp/1",
            "/ip4/0.0.0.0/tcp/1",
            "/ip4/192.168.1.7/tcp/1/ws",
        ]);
        let seen = "192.168.1.7".parse().ok();
        assert_eq!(
            worth_keeping(all.clone(), seen),
            ["/ip4/192.168.1.7/tcp/1", "/ip4/172.17.0.1/tcp/1"]
        );
        assert_eq!(worth_keeping(all, "127.0.0.1".parse().ok()).len(), 3);
        let many = (1..100).map(|port| format!("/ip4/10.0.0.1/tcp/{port}")).collect::<Vec<_>>();
        let many = said(&many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(worth_keeping(many, seen).len(), ADDRESSES_PER_PEER);
    }
}
