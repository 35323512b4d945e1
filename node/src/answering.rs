//! Answers for this box's own name on the local network: "who is `linli-xxxxx.local`?" (RFC 6762).
//!
//! The mesh finds neighbours by an mDNS of its own; browsers ask for an address by name, which that one
//! does not answer. This does that alone: one name, its address on the network that asked, its IPv6
//! addresses where the page can be had under them, or else that there is no such address.
//!
//! # Rules
//!
//! 1. What is asked is read within bounds; whatever cannot be read is not answered.
//! 2. An IPv6 address is told only where the page listens on such addresses, and none that needs the name of
//!    an interface beside it.
//! 3. At most five answers a second on one network: nobody makes this box shout.
//!
//! # Deliberately absent
//!
//! Probing for somebody else with the same name: it is drawn from thirty million. Multicast over IPv6:
//! every network that phones are on has IPv4, too.

use std::{
    collections::BTreeSet,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};

use futures::StreamExt as _;
use if_watch::tokio::IfWatcher;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{net::UdpSocket, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 251);
const PORT: u16 = 5353;

/// Bytes of a packet; more do not cross an ordinary network in one piece.
const PACKET_BYTES_MAX: usize = 1_500;

/// Questions of one packet that are looked at.
const QUESTIONS_MAX: u16 = 32;

/// Jumps within one name, and labels of it.
const LABELS_MAX: usize = 32;

/// Between two answers on one network.
const PAUSE: Duration = Duration::from_millis(200);

/// How long to wait for the list of networks where the system does not give it.
const AGAIN: Duration = Duration::from_secs(60);

/// IPv6 addresses that are told: on each of a few networks one of the neighbourhood's own, one of the provider's
/// and some that change. So many fit into one packet ([`PACKET_BYTES_MAX`]).
const V6_MAX: usize = 16;

/// Seconds that an answer holds, as RFC 6762 has it for addresses.
const HOLDS_S: u32 = 120;

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;
const TYPE_NSEC: u16 = 47;
const TYPE_ANY: u16 = 255;
const CLASS_IN: u16 = 1;
/// "This is all there is of that name."
const FLUSH: u16 = 0x8000;

/// Answers until `stop`, on every network this box is on; networks may come and go. `v6`: the page listens on
/// IPv6 addresses, too.
pub async fn keep_answering(host: String, v6: bool, stop: CancellationToken) {
    loop {
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = on_all_networks(&host, v6) => ended,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "The box's name cannot be answered for; it is tried again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => (),
        }
    }
}

async fn on_all_networks(host: &str, v6: bool) -> io::Result<()> {
    let mut watcher = IfWatcher::new()?;
    let mut answering = JoinSet::new();
    let mut known = BTreeSet::new();
    while let Some(changed) = watcher.next().await {
        changed?;
        let now: BTreeSet<IpAddr> =
            watcher.iter().map(|net| net.addr()).filter(|address| is_told(address, v6)).collect();
        if now == known {
            continue;
        }
        known = now;
        answering.shutdown().await;
        let other = v6_of(&known);
        for address in &known {
            let IpAddr::V4(v4) = *address else { continue };
            match listen(v4) {
                Ok(socket) => {
                    let addresses = Addresses { v4, v6: other.clone() };
                    answering.spawn(on_network(socket, addresses, host.to_owned()));
                }
                Err(error) => tracing::debug!(%error, "One network is not listened to"),
            }
        }
    }
    Ok(())
}

/// Rule 2.
fn is_told(address: &IpAddr, v6: bool) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_loopback(),
        IpAddr::V6(address) => {
            v6 && !address.is_loopback()
                && !address.is_unicast_link_local()
                && !address.is_multicast()
        }
    }
}

/// The IPv6 addresses that are told, those that stay first: the neighbourhood's own before the provider's.
fn v6_of(known: &BTreeSet<IpAddr>) -> Vec<Ipv6Addr> {
    let of_v6 = |address: &IpAddr| match address {
        IpAddr::V6(address) => Some(*address),
        IpAddr::V4(_) => None,
    };
    let mut all: Vec<Ipv6Addr> = known.iter().filter_map(of_v6).collect();
    all.sort_by_key(|address| !address.is_unique_local());
    all.truncate(V6_MAX);
    all
}

/// Where this box is to be had, as somebody on one network is told.
struct Addresses {
    v4: Ipv4Addr,
    v6: Vec<Ipv6Addr>,
}

/// A socket beside the mesh's own, and beside any other responder of this machine.
fn listen(address: Ipv4Addr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, PORT).into())?;
    socket.join_multicast_v4(&GROUP, &address)?;
    socket.set_multicast_if_v4(&address)?;
    socket.set_multicast_ttl_v4(255)?;
    UdpSocket::from_std(socket.into())
}

async fn on_network(socket: UdpSocket, addresses: Addresses, host: String) {
    let mut packet = [0; PACKET_BYTES_MAX];
    let mut last: Option<Instant> = None;
    while let Ok((bytes, from)) = socket.recv_from(&mut packet).await {
        let Some(asked) = Asked::read(&packet[..bytes], &host) else { continue };
        if last.is_some_and(|at| at.elapsed() < PAUSE) {
            continue;
        }
        last = Some(Instant::now());
        // Whoever asks from another port is no responder, and hears nothing but an answer to himself.
        let simple = from.port() != PORT;
        let to = if simple { from } else { SocketAddr::from((GROUP, PORT)) };
        let answer = asked.answer(&host, &addresses, simple);
        if let Err(error) = socket.send_to(&answer, to).await {
            tracing::debug!(%error, "An answer was not sent");
        }
    }
}

/// What somebody wants to know of this box's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    id: u16,
    /// Its address.
    a: bool,
    /// Its IPv6 addresses, or that there are none.
    aaaa: bool,
}

impl Asked {
    /// What a packet asks about `host`; nothing where it asks about others, or is no question.
    fn read(packet: &[u8], host: &str) -> Option<Self> {
        let (id, flags) = (two(packet, 0)?, two(packet, 2)?);
        let is_answer = flags & 0x8000 != 0;
        if is_answer || flags & 0x7800 != 0 {
            return None;
        }
        let mut asked = Self { id, ..Self::default() };
        let mut at = 12;
        for _ in 0..two(packet, 4)?.min(QUESTIONS_MAX) {
            let (name, end) = name_at(packet, at)?;
            let kind = two(packet, end)?;
            at = end + 4;
            if name.eq_ignore_ascii_case(host) {
                asked.a |= matches!(kind, TYPE_A | TYPE_ANY);
                asked.aaaa |= matches!(kind, TYPE_AAAA | TYPE_ANY);
            }
        }
        (asked.a || asked.aaaa).then_some(asked)
    }

    /// The answer; to a `simple` resolver with its own number and question, as it expects them.
    fn answer(self, host: &str, addresses: &Addresses, simple: bool) -> Vec<u8> {
        let name = name_of(host);
        let questions = u16::from(simple);
        let class = if simple { CLASS_IN } else { CLASS_IN | FLUSH };
        let mut out = Vec::with_capacity(128);
        let id = if simple { self.id } else { 0 };
        let other = u16::try_from(addresses.v6.len().max(1)).unwrap_or_default();
        let answers = u16::from(self.a) + if self.aaaa { other } else { 0 };
        for field in [id, 0x8400, questions, answers, 0, 0] {
            out.extend(field.to_be_bytes());
        }
        if simple {
            out.extend(&name);
            let kind = if self.a { TYPE_A } else { TYPE_AAAA };
            out.extend(kind.to_be_bytes());
            out.extend(CLASS_IN.to_be_bytes());
        }
        let mut put = |kind: u16, data: &[u8]| {
            out.extend(&name);
            out.extend(kind.to_be_bytes());
            out.extend(class.to_be_bytes());
            out.extend(HOLDS_S.to_be_bytes());
            out.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
            out.extend(data);
        };
        if self.a {
            put(TYPE_A, &addresses.v4.octets());
        }
        if self.aaaa {
            addresses.v6.iter().for_each(|address| put(TYPE_AAAA, &address.octets()));
        }
        if self.aaaa && addresses.v6.is_empty() {
            // "Of this name there is an A record and nothing else."
            put(TYPE_NSEC, &[name.as_slice(), &[0, 1, 0x40]].concat());
        }
        out
    }
}

fn two(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]))
}

/// The name at a place of a packet, and where what follows it begins.
fn name_at(packet: &[u8], mut at: usize) -> Option<(String, usize)> {
    let (mut name, mut end) = (String::new(), None);
    for _ in 0..LABELS_MAX {
        match usize::from(*packet.get(at)?) {
            0 => return Some((name, end.unwrap_or(at + 1))),
            bytes @ 1..64 => {
                let label = std::str::from_utf8(packet.get(at + 1..=at + bytes)?).ok()?;
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(label);
                at += 1 + bytes;
            }
            192.. => {
                end = end.or(Some(at + 2));
                at = usize::from(two(packet, at)? & 0x3FFF);
            }
            _ => return None,
        }
    }
    None
}

fn name_of(host: &str) -> Vec<u8> {
    let label = |label: &str| {
        let bytes = u8::try_from(label.len()).unwrap_or_default();
        [&[bytes], label.as_bytes()].concat()
    };
    host.split('.').map(label).chain([vec![0]]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "linli-abcde.local";

    fn question(host: &str, kinds: &[u16]) -> Vec<u8> {
        let mut packet = vec![0, 9, 0, 0, 0, kinds.len() as u8, 0, 0, 0, 0, 0, 0];
        for kind in kinds {
            packet.extend(name_of(host));
            packet.extend(kind.to_be_bytes());
            packet.extend([0x80, 1]);
        }
        packet
    }

    #[test]
    fn its_own_name_is_answered_and_no_other() {
        let asked = |host: &str, kinds: &[u16]| Asked::read(&question(host, kinds), HOST);
        assert_eq!(asked(HOST, &[TYPE_A]), Some(Asked { id: 9, a: true, aaaa: false }));
        let both = Some(Asked { id: 9, a: true, aaaa: true });
        assert_eq!(asked("LINLI-abcde.Local", &[TYPE_A, TYPE_AAAA]), both);
        assert_eq!(asked(HOST, &[TYPE_ANY]), both);
        assert_eq!(asked("linli-zzzzz.local", &[TYPE_A]), None);
        assert_eq!(asked(HOST, &[16]), None);
        // An answer of somebody else's is no question.
        let mut answer = question(HOST, &[TYPE_A]);
        answer[2] = 0x84;
        assert_eq!(Asked::read(&answer, HOST), None);
    }

    #[test]
    fn the_answer_has_the_address_and_says_that_there_is_no_other_kind() {
        let address = Ipv4Addr::new(192, 168, 1, 23);
        let only_v4 = Addresses { v4: address, v6: Vec::new() };
        let both = Asked { id: 9, a: true, aaaa: true };
        let heard = both.answer(HOST, &only_v4, false);
        assert_eq!(&heard[..8], [0, 0, 0x84, 0, 0, 0, 0, 2]);
        assert!(heard.windows(4).any(|four| four == address.octets()));
        assert_eq!(name_at(&heard, 12), Some((HOST.to_owned(), 12 + HOST.len() + 2)));
        assert_eq!(heard[heard.len() - 3..], [0, 1, 0x40]);
        let simple = Asked { id: 9, a: true, aaaa: false }.answer(HOST, &only_v4, true);
        assert_eq!(&simple[..8], [0, 9, 0x84, 0, 0, 1, 0, 1]);
        // Class IN without the bit that a simple resolver does not know.
        assert_eq!(two(&simple, 12 + 2 * (HOST.len() + 2) + 4 + 2), Some(CLASS_IN));
    }

    #[test]
    fn ipv6_addresses_are_told_where_the_page_listens_on_them() {
        let v4 = Ipv4Addr::new(192, 168, 1, 23);
        let table: [(&str, bool, bool); 7] = [
            ("192.168.1.23", false, true),
            ("127.0.0.1", true, false),
            ("fd00::5", true, true),
            ("fd00::5", false, false),
            ("fe80::1", true, false),
            ("::1", true, false),
            ("2001:db8::7", true, true),
        ];
        for (address, v6, told) in table {
            assert_eq!(is_told(&address.parse().expect("an address"), v6), told, "{address}");
        }
        let two: Vec<Ipv6Addr> = ["fd00::5", "2001:db8::7"]
            .iter()
            .map(|text| text.parse().expect("an address"))
            .collect();
        let all = Addresses { v4, v6: two.clone() };
        let heard = Asked { id: 9, a: false, aaaa: true }.answer(HOST, &all, false);
        assert_eq!(&heard[..8], [0, 0, 0x84, 0, 0, 0, 0, 2], "two answers");
        for address in two {
            assert!(heard.windows(16).any(|bytes| bytes == address.octets()), "{address}");
        }
        assert!(!heard.windows(4).any(|four| four == v4.octets()), "nobody asked for it");
        assert!(heard[heard.len() - 3..] != [0, 1, 0x40], "there is another kind");
    }

    #[test]
    fn a_box_on_several_networks_tells_all_its_addresses_in_one_packet() {
        let known = |networks: u16, own: u16| -> BTreeSet<IpAddr> {
            let provider = (0..networks).map(|n| Ipv6Addr::new(0x2001, 0xdb8, n, 0, 0, 0, 0, 7));
            let own = (0..own).map(|n| Ipv6Addr::new(0xfd00, 0, n, 0, 0, 0, 0, 5));
            provider.chain(own).map(IpAddr::V6).collect()
        };
        // Three networks with two providers' addresses and one of their own each: none is left out.
        assert_eq!(v6_of(&known(6, 3)).len(), 9);
        let many = v6_of(&known(40, 3));
        assert_eq!(many.len(), V6_MAX, "no more than a packet holds");
        assert!(many[..3].iter().all(Ipv6Addr::is_unique_local), "those that stay are among them");
        let all = Addresses { v4: Ipv4Addr::new(192, 168, 1, 23), v6: many };
        let heard = Asked { id: 9, a: true, aaaa: true }.answer(HOST, &all, true);
        assert_eq!(two(&heard, 6), Some(17), "the address and sixteen more");
        assert!(heard.len() <= PACKET_BYTES_MAX, "{} bytes", heard.len());
    }

    #[test]
    fn whatever_comes_is_read_within_bounds() {
        let good = question(HOST, &[TYPE_A]);
        for cut in 0..good.len() {
            let _ = Asked::read(&good[..cut], HOST);
        }
        // A name that points at itself.
        let mut ring = good[..12].to_vec();
        ring.extend([0xC0, 12, 0, 1, 0, 1]);
        assert_eq!(Asked::read(&ring, HOST), None);
        let mut many = good;
        (many[4], many[5]) = (0xFF, 0xFF);
        assert_eq!(Asked::read(&many, HOST), None, "more are announced than there are");
    }
}
