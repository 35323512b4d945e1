//! Whole mesh edges that meet, part and meet again.

use tokio::io::AsyncWriteExt as _;

use super::*;

async fn linked(listen: &[&str]) -> ([Home; 2], [LinkUp; 2]) {
    let [mut a, mut b] = pair(listen);
    let address = b.address().await;
    a.dial(&b, &[address]);
    let ups = [a.up().await, b.up().await];
    ([a, b], ups)
}

#[tokio::test]
async fn frames_flow_both_ways_over_tcp_and_quic() {
    for (listen, transport) in [(TCP, Transport::Tcp), (QUIC, Transport::Quic)] {
        let ([mut a, mut b], [at_a, at_b]) = linked(&[listen]).await;
        assert_eq!((at_a.peer, at_b.peer), (b.handle.local(), a.handle.local()));
        assert_eq!((at_a.transport, at_b.transport), (transport, transport));
        assert_eq!((at_a.outbound, at_b.outbound), (true, false));
        b.handle.set_budget(at_b.link, None);
        let largest = vec![7; limits::FRAME_BYTES_MAX];
        let largest_bytes = largest.len() as u64;
        a.handle.send(at_a.link, largest.clone()).expect("room");
        a.handle.send(at_a.link, vec![1]).expect("room");
        b.handle.send(at_b.link, b"from b".to_vec()).expect("room");
        assert_eq!(b.frame().await, (at_b.link, largest));
        assert_eq!(b.frame().await, (at_b.link, vec![1]));
        assert_eq!(a.frame().await, (at_a.link, b"from b".to_vec()));
        let (sent, came) = (a.handle.traffic(at_a.link), b.handle.traffic(at_b.link));
        // A frame is counted with its four bytes of length; beats add to the bytes alone.
        assert_eq!((sent.frames_in, came.frames_in), (1, 2));
        let two_frames = 2 * 4 + largest_bytes + 1;
        assert!(came.bytes_in >= two_frames && sent.bytes_out >= two_frames, "{came:?} {sent:?}");
        assert!(came.bytes_in < two_frames + 4 * 16, "{came:?}");
        for bytes in [0, limits::FRAME_BYTES_MAX + 1] {
            let refused = a.handle.send(at_a.link, vec![0; bytes]);
            assert_eq!(refused, Err(NotSent::BadLength { bytes }));
        }
        b.handle.shutdown().await;
        assert!(matches!(a.down().await, DownReason::Remote | DownReason::Broken(_)));
        assert_eq!(a.handle.send(at_a.link, vec![1]), Err(NotSent::Gone));
    }
}

#[tokio::test]
async fn a_home_in_the_middle_has_a_link_to_either_side() {
    let (mut a, mut b, mut c) = (home(1, &[TCP]), home(2, &[TCP, QUIC]), home(3, &[QUIC]));
    let addresses: [String; 2] = b.addresses().await;
    a.dial(&b, &addresses);
    let (at_a, a_at_b) = (a.up().await, b.up().await);
    c.dial(&b, &addresses);
    let (at_c, c_at_b) = (c.up().await, b.up().await);
    a.handle.send(at_a.link, b"from a".to_vec()).expect("room");
    assert_eq!(b.frame().await, (a_at_b.link, b"from a".to_vec()));
    b.handle.send(c_at_b.link, b"for c".to_vec()).expect("room");
    assert_eq!(c.frame().await, (at_c.link, b"for c".to_vec()));
}

/// Both sides dial at once, at both addresses, several times; one link per pair comes of it and
/// stays: a frame each way, again and again, and nothing goes up or down in between.
#[tokio::test]
async fn dials_from_both_sides_leave_one_link_and_no_flapping() {
    for _ in 0..5 {
        let [mut a, mut b] = pair(&[TCP, QUIC]);
        let (at_a, at_b): ([String; 2], [String; 2]) = (a.addresses().await, b.addresses().await);
        for _ in 0..2 {
            a.dial(&b, &at_b);
            b.dial(&a, &at_a);
        }
        let (up_a, up_b) = (a.up().await, b.up().await);
        assert_eq!(up_a.outbound, !up_b.outbound, "not the same connection");
        for n in 0..50 {
            a.handle.send(up_a.link, vec![1, n]).expect("room");
            b.handle.send(up_b.link, vec![2, n]).expect("room");
            assert_eq!(b.frame().await, (up_b.link, vec![1, n]));
            assert_eq!(a.frame().await, (up_a.link, vec![2, n]));
        }
    }
}

#[tokio::test]
async fn a_cut_closes_the_link_and_heals_from_either_side() {
    let ([mut a, mut b], [at_a, _]) = linked(&[TCP]).await;
    a.handle.breaker().cut(b.handle.local());
    assert_eq!(a.down().await, DownReason::Cut);
    b.down().await;
    let to_a = a.handle.listeners().first().expect("it listens").clone();
    a.dial(&b, std::slice::from_ref(&at_a.address));
    assert_eq!(a.failure().await, DialFailure::Denied("the link is cut".into()));
    // The other side does not know about the cut: its connection dies in the handshake or on it.
    b.dial(&a, std::slice::from_ref(&to_a));
    b.until(|event| match event {
        MeshEvent::DialFailed { .. } => Some(()),
        MeshEvent::LinkUp(_) => panic!("a link through a cut"),
        _ => None,
    })
    .await;

    a.handle.breaker().heal(b.handle.local());
    a.until(|event| (event == MeshEvent::NetworkChanged).then_some(())).await;
    b.dial(&a, &[to_a]);
    let (up_a, up_b) = (a.up().await, b.up().await);
    a.handle.breaker().cut_all();
    assert_eq!(a.down().await, DownReason::Cut);
    b.down().await;
    a.handle.breaker().heal_all();
    a.dial(&b, &[at_a.address]);
    assert_ne!((a.up().await.link, b.up().await.link), (up_a.link, up_b.link));
}

/// The neighbour's node hangs: its events are not read. Ours fills a bounded queue, is told so,
/// and gives the link up.
#[tokio::test]
async fn a_neighbour_who_does_not_read_costs_a_full_queue_and_no_more() {
    for listen in [TCP, QUIC] {
        let ([mut a, b], [at_a, at_b]) = linked(&[listen]).await;
        b.handle.set_budget(at_b.link, None);
        let mut sent_bytes = 0;
        // The queue is full for good once the neighbour's own queue of events is.
        while b.events.len() < limits::EVENTS_MAX
            || a.handle.queued_bytes(at_a.link) < limits::Limits::default().queue_bytes
        {
            match a.handle.send(at_a.link, vec![0; limits::FRAME_BYTES_MAX]) {
                Ok(()) => sent_bytes += limits::FRAME_BYTES_MAX,
                Err(refused) => {
                    assert_eq!(refused, NotSent::Full);
                    tokio::task::yield_now().await;
                }
            }
        }
        assert_eq!(a.handle.send(at_a.link, vec![0; 1]), Err(NotSent::Full));
        assert!(sent_bytes < 16 << 20, "{sent_bytes} bytes are somewhere");
        a.handle.close(at_a.link);
        assert_eq!(a.down().await, DownReason::Closed);
    }
}

#[tokio::test]
async fn a_stranger_is_read_as_far_as_the_allowance_goes() {
    let [mut a, mut b] = pair(&[TCP]);
    let address = b.address().await;
    a.dial(&b, &[address]);
    let (at_a, at_b) = (a.up().await, b.up().await);
    b.handle.set_budget(at_b.link, Some(100));
    for n in 0..3 {
        a.handle.send(at_a.link, vec![n; 60]).expect("room");
    }
    a.handle.send(at_a.link, vec![9; 60_000]).expect("room");
    assert_eq!(b.frame().await.1, [0; 60]);
    let early = timeout(Duration::ZERO, b.events.recv()).await;
    assert!(!matches!(early, Ok(Some(MeshEvent::Frame { .. }))), "beyond the allowance");
    b.handle.set_budget(at_b.link, None);
    assert_eq!(b.frame().await.1, [1; 60]);
    assert_eq!(b.frame().await.1, [2; 60]);
    assert_eq!(b.frame().await.1.len(), 60_000);
}

#[tokio::test]
async fn dials_that_lead_nowhere_say_why() {
    let (mut a, mut b) = (home(1, &[TCP]), home(2, &[TCP]));
    let other = MeshConfig { protocol: "/linli/1/sync/other".into(), ..config(3, &[TCP]) };
    let mut c = home_with(other);
    let [at_a, at_b, at_c] = [a.address().await, b.address().await, c.address().await];
    let stranger = c.handle.local();

    a.handle.dial(None, vec!["nonsense".into()]).expect("room");
    assert_eq!(a.failure().await, DialFailure::BadAddress);
    a.handle.dial(None, vec![at_a.clone()]).expect("room");
    assert_eq!(a.failure().await, DialFailure::Ourselves);
    a.handle.dial(Some(stranger), vec![at_b.clone()]).expect("room");
    assert_eq!(a.failure().await, DialFailure::WrongPeer { found: b.handle.local() });
    a.handle.dial(None, vec![at_c]).expect("room");
    assert_eq!(a.failure().await, DialFailure::Foreign);
    a.handle.dial(None, vec!["/ip4/127.0.0.1/tcp/1".into()]).expect("room");
    assert!(matches!(a.failure().await, DialFailure::Unreachable(_)));

    let named = format!("{at_b}/p2p/{}", peer_name(&b.handle.local()).expect("a key"));
    a.handle.dial(None, vec![named]).expect("room");
    let up = a.up().await;
    assert_eq!((up.peer, &up.address), (b.handle.local(), &at_b));
    a.handle.dial(None, vec![at_b]).expect("room");
    assert_eq!(a.failure().await, DialFailure::Linked);
}

#[tokio::test]
async fn a_neighbour_learns_where_we_listen() {
    let [mut a, mut b] = pair(&[TCP]);
    let (_, address) = (a.address().await, b.address().await);
    a.dial(&b, &[address]);
    let (peer, addresses) = b
        .until(|event| match event {
            MeshEvent::Discovered { peer, addresses } => Some((peer, addresses)),
            _ => None,
        })
        .await;
    assert_eq!(peer, a.handle.local());
    assert_eq!(addresses, a.handle.listeners().into_iter().collect::<Vec<_>>());
}

/// A box that restarts dials anew while we still believe in the old connection.
#[tokio::test]
async fn a_neighbour_who_comes_back_gets_a_link_again() {
    for (seed, other) in [(1, 2), (2, 1)] {
        let mut stays = home(seed, &[TCP, QUIC]);
        let addresses: [String; 2] = stays.addresses().await;
        for _ in 0..3 {
            let mut comes = home(other, &[TCP]);
            comes.dial(&stays, &addresses);
            let (up, here) = (comes.up().await, stays.up().await);
            comes.handle.send(up.link, b"back".to_vec()).expect("room");
            assert_eq!(stays.frame().await, (here.link, b"back".to_vec()));
            comes.handle.shutdown().await;
            stays.down().await;
        }
    }
}

#[tokio::test]
async fn a_fault_in_the_swarm_takes_its_links_down_and_it_starts_again() {
    let ([mut a, mut b], [at_a, _]) = linked(&[TCP]).await;
    a.handle.fail();
    assert_eq!(a.down().await, DownReason::Restarted);
    b.down().await;
    a.address().await;
    a.dial(&b, &[at_a.address]);
    let (up, here) = (a.up().await, b.up().await);
    assert!(up.link > at_a.link, "a number used twice");
    a.handle.send(up.link, b"again".to_vec()).expect("room");
    assert_eq!(b.frame().await, (here.link, b"again".to_vec()));
}

#[tokio::test]
async fn a_busy_port_is_said_at_once() {
    let mut first = home(1, &[TCP]);
    let address = first.address().await;
    let refused = start(config(2, &[&address])).map(|_| ());
    assert!(matches!(refused, Err(MeshError::Listen { address: at, .. }) if at == address));
    let refused = start(config(2, &["anywhere"])).map(|_| ());
    assert!(matches!(refused, Err(MeshError::Address(_))));
}

/// Bytes that are no handshake, and connections that never speak: honest ones still get through.
#[tokio::test]
async fn noise_on_the_port_does_not_keep_a_neighbour_out() {
    let (mut a, mut b) = (home(1, &[TCP]), home(2, &[TCP]));
    let address = b.address().await;
    let port = address.rsplit('/').next().expect("a port").parse().expect("a number");
    let mut silent = Vec::new();
    for n in 0..100_u8 {
        let mut socket =
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        if n % 2 == 0 {
            // It may have hung up on us already, which is what this is about.
            let _ = socket.write_all(&[n; 4_096]).await;
        }
        silent.push(socket);
    }
    a.dial(&b, &[address]);
    let (up, here) = (a.up().await, b.up().await);
    a.handle.send(up.link, b"hello".to_vec()).expect("room");
    assert_eq!(b.frame().await, (here.link, b"hello".to_vec()));
}

/// Somebody completes the handshake and then does nothing: it costs us ten seconds of a place.
#[tokio::test]
async fn a_connection_without_a_link_is_closed() {
    use futures::StreamExt as _;
    use libp2p::swarm::{Config, Swarm, SwarmEvent, dummy};

    let mut home = home(1, &[TCP]);
    let address = home.address().await;
    let key = Keypair::generate_ed25519();
    let patient = Config::with_tokio_executor().with_idle_connection_timeout(PATIENCE * 2);
    let transport = transport::build(&key).expect("a good key");
    let mut idler = Swarm::new(transport, dummy::Behaviour, key.public().to_peer_id(), patient);
    idler.dial(address.parse::<libp2p::Multiaddr>().expect("an address")).expect("no limits");
    let (mut stood, mut closed) = (false, false);
    let watch = async {
        while !closed {
            match idler.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => stood = true,
                SwarmEvent::ConnectionClosed { .. } => closed = true,
                _ => {}
            }
        }
    };
    timeout(PATIENCE, watch).await.expect("it is closed");
    assert!(stood && closed);
}

/// Somebody completes the handshake, says nonsense on one of our protocols or on one that we do not
/// speak, and reads nothing. It costs him his connection; a neighbour is linked as before.
#[tokio::test]
async fn nonsense_on_any_protocol_keeps_no_neighbour_out() {
    let protocols =
        ["/linli/1/sync/test", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/nobody/speaks/this"];
    for protocol in protocols {
        for listen in [TCP, QUIC] {
            let (mut a, mut b) = (home(1, &[listen]), home(2, &[listen]));
            let address = b.address().await;
            let mut bad: Vec<_> = (0..8).map(|_| talk_nonsense(protocol, &address)).collect();
            for talker in &mut bad {
                timeout(PATIENCE, talker.changed()).await.expect("it talks").expect("it runs");
            }
            a.dial(&b, &[address]);
            let (up, local) = (a.up().await, a.handle.local());
            let here = b
                .until(|event| match event {
                    MeshEvent::LinkUp(up) if up.peer == local => Some(up),
                    _ => None,
                })
                .await;
            a.handle.send(up.link, b"hello".to_vec()).expect("room");
            let heard = b
                .until(|event| match event {
                    MeshEvent::Frame { link, bytes } if link == here.link => Some(bytes),
                    _ => None,
                })
                .await;
            assert_eq!(heard, b"hello", "{protocol} over {listen}");
        }
    }
}

/// A stranger who speaks nonsense; tells when it has said it, or was not let in.
fn talk_nonsense(protocol: &'static str, address: &str) -> watch::Receiver<bool> {
    use futures::{AsyncWriteExt as _, StreamExt as _};
    use libp2p::swarm::{Config, Swarm, SwarmEvent};

    use crate::mesh::lane::{LaneEvent, Lanes, Outcome};

    let key = Keypair::generate_ed25519();
    let transport = transport::build(&key).expect("a good key");
    let lanes = Lanes::new(StreamProtocol::new(protocol), None);
    let config = Config::with_tokio_executor().with_idle_connection_timeout(PATIENCE);
    let mut swarm = Swarm::new(transport, lanes, key.public().to_peer_id(), config);
    swarm.dial(address.parse::<libp2p::Multiaddr>().expect("an address")).expect("no limits");
    let (said, talked) = watch::channel(false);
    tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            match swarm.select_next_some().await {
                SwarmEvent::Behaviour(LaneEvent {
                    outcome: Outcome::Open(mut stream, _), ..
                }) => {
                    // A listener that hangs up in the middle has heard enough.
                    let _ = stream.write_all(&[0xa5; 4_096]).await;
                    let _ = stream.flush().await;
                    held.push(stream);
                    said.send_replace(true);
                }
                SwarmEvent::Behaviour(_) | SwarmEvent::OutgoingConnectionError { .. } => {
                    said.send_replace(true);
                }
                _ => {}
            }
        }
    });
    talked
}

/// The arbiter still believes in a young link that is dead: its neighbour's next connection waits,
/// and takes over as soon as the link is closed.
#[tokio::test]
async fn a_connection_that_waits_takes_the_place_of_a_link_in_doubt() {
    let (mut a, mut b) = (home(1, &[TCP]), home(2, &[TCP]));
    if a.handle.local() > b.handle.local() {
        std::mem::swap(&mut a, &mut b);
    }
    let (at_a, at_b) = (a.address().await, b.address().await);
    a.dial(&b, &[at_b]);
    let (up, _) = (a.up().await, b.up().await);
    // The other box starts anew with the same key, as after a power cut that nobody announced.
    let again = home_with(MeshConfig { seed: seed_of(&b), ..config(0, &[TCP]) });
    again.dial(&a, &[at_a]);
    let doubted = a
        .until(|event| match event {
            MeshEvent::Doubted { peer } => Some(peer),
            MeshEvent::LinkUp(_) | MeshEvent::LinkDown { .. } => panic!("flapping: {event:?}"),
            _ => None,
        })
        .await;
    assert_eq!(doubted, b.handle.local());
    a.handle.close(up.link);
    assert_eq!(a.down().await, DownReason::Closed);
    let next = a.up().await;
    assert_eq!((next.peer, next.outbound), (b.handle.local(), false));
}

/// The seed of one of the homes above.
fn seed_of(home: &Home) -> [u8; 32] {
    let seeds = (0..=9).map(|seed| [seed; 32]);
    let mine = |seed: &[u8; 32]| {
        let key = Keypair::ed25519_from_bytes(*seed).expect("a seed");
        address::key_of(&key.public().to_peer_id()) == Some(home.handle.local())
    };
    seeds.into_iter().find(mine).expect("one of ours")
}
