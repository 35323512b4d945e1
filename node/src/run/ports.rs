//! The ports that a home listened on last. Where multicast does not pass, neighbours who remember it
//! find it only where it was; so it goes there again, also after everybody was switched off.
//!
//! # Rules
//!
//! 1. Only where nobody chose addresses (`linli up --listen`).
//! 2. A port that somebody else has taken meanwhile is given up for any other.

use serde::{Deserialize, Serialize};

/// Under this name the ledger keeps them.
pub const KEPT: &str = "ports";

/// One port for each transport; 0 is any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    quic: u16,
    tcp: u16,
}

impl Ports {
    /// As they were kept; any, where nothing was.
    pub fn read(kept: Option<&[u8]>) -> Self {
        kept.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// As they are kept.
    pub fn to_bytes(self) -> Vec<u8> {
        serde_json::to_vec(&self).expect("plain values")
    }

    /// Where to listen: every interface.
    pub fn listen(self) -> Vec<String> {
        let Self { quic, tcp } = self;
        vec![format!("/ip4/0.0.0.0/udp/{quic}/quic-v1"), format!("/ip4/0.0.0.0/tcp/{tcp}")]
    }

    /// This node listens at `address` now. Whether that is news.
    pub fn note(&mut self, address: &str) -> bool {
        let mut parts = address.split('/').skip(3);
        let before = *self;
        match (parts.next(), parts.next().and_then(|port| port.parse().ok())) {
            (Some("udp"), Some(port)) => self.quic = port,
            (Some("tcp"), Some(port)) => self.tcp = port,
            _ => {}
        }
        *self != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_goes_where_it_was() {
        let mut ports = Ports::read(None);
        assert_eq!(ports.listen(), ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0"]);
        assert!(ports.note("/ip4/192.168.1.7/tcp/4101"));
        assert!(ports.note("/ip4/192.168.1.7/udp/4102/quic-v1"));
        assert!(!ports.note("/ip4/127.0.0.1/tcp/4101"));
        assert!(!ports.note("nonsense"));
        let again = Ports::read(Some(&ports.to_bytes()));
        assert_eq!(again.listen(), ["/ip4/0.0.0.0/udp/4102/quic-v1", "/ip4/0.0.0.0/tcp/4101"]);
    }
}
