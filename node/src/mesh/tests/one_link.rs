//! One link over a pipe in memory, against a neighbour who misbehaves.

use std::sync::{Arc, atomic::AtomicUsize};

use crdt::id::KeyId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    sync::oneshot,
};

use super::*;
use crate::mesh::link::{Link, Pace, go_ahead, pipe};

/// What stays in our hands while the link runs.
struct Ends {
    wire: DuplexStream,
    events: mpsc::Receiver<MeshEvent>,
    queue: mpsc::Sender<Vec<u8>>,
    _allowance: watch::Sender<Option<u64>>,
    _close: oneshot::Sender<DownReason>,
}

const QUICK: Duration = Duration::from_millis(50);

fn link(pace: Pace, allowance: Option<u64>) -> Ends {
    let (ours, wire) = tokio::io::duplex(1_024);
    let (queue, queued) = mpsc::channel(8);
    let (close, closed) = oneshot::channel();
    let (events, inbox) = mpsc::channel(4);
    let allowance = watch::Sender::new(allowance);
    let up = LinkUp {
        link: LinkId(1),
        peer: KeyId::from_bytes([7; 32]),
        transport: Transport::Tcp,
        outbound: true,
        address: TCP.into(),
        door: false,
    };
    let link = Link {
        up,
        pace,
        arbiter: true,
        queue: queued,
        queued_bytes: Arc::new(AtomicUsize::new(1 << 30)),
        allowance: allowance.subscribe(),
        close: closed,
        after: None,
        events,
    };
    tokio::spawn(link.run(pipe(ours), || ()));
    Ends { wire, events: inbox, queue, _allowance: allowance, _close: close }
}

impl Ends {
    async fn next(&mut self) -> MeshEvent {
        timeout(PATIENCE, self.events.recv()).await.expect("in time").expect("the link runs")
    }

    async fn is_up(&mut self) {
        assert!(matches!(self.next().await, MeshEvent::LinkUp(_)));
    }

    async fn is_down(&mut self) -> DownReason {
        match self.next().await {
            MeshEvent::LinkDown { reason, .. } => reason,
            other => panic!("not down: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_no_frame_closes_the_link_with_its_reason() {
    let too_long = u32::try_from(limits::FRAME_BYTES_MAX + 1).expect("small").to_be_bytes();
    let cases: [(&[u8], DownReason); 4] = [
        (b"GET / HTTP/1.1\r\n\r\n", DownReason::Malformed("a frame longer than 64 KiB")),
        (&too_long, DownReason::Malformed("a frame longer than 64 KiB")),
        (&[0; 4 * 30], DownReason::Malformed("a flood of empty frames")),
        (&[0, 0, 0, 9, 1], DownReason::Broken("bytes remaining on stream".into())),
    ];
    for (bytes, reason) in cases {
        let mut ends = link(Pace::default(), None);
        ends.is_up().await;
        ends.wire.write_all(bytes).await.expect("it reads");
        ends.wire.shutdown().await.expect("it reads");
        assert_eq!(ends.is_down().await, reason, "{bytes:?}");
    }
}

#[tokio::test]
async fn random_bytes_never_do_more_than_close_the_link() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..200 {
        let mut ends = link(Pace::default(), None);
        ends.is_up().await;
        let noise = (0..64).flat_map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
            state.to_le_bytes()
        });
        let noise: Vec<u8> = noise.collect();
        // It may hang up in the middle.
        let _ = ends.wire.write_all(&noise).await;
        let _ = ends.wire.shutdown().await;
        while !matches!(ends.next().await, MeshEvent::LinkDown { .. }) {}
    }
}

#[tokio::test]
async fn a_silent_neighbour_is_dead_and_a_beating_one_is_not() {
    let pace = Pace { silence: QUICK, ..Pace::default() };
    let mut ends = link(pace, None);
    ends.is_up().await;
    assert_eq!(ends.is_down().await, DownReason::Silent);

    // Two links that beat faster than either calls silence keep each other up, for longer than that. A busy
    // machine may leave both without a core for a good while.
    let pace = Pace { silence: QUICK * 40, beat: QUICK * 4, ..Pace::default() };
    let (mut a, mut b) = (link(pace, None), link(pace, None));
    let (here, there) = (&mut a.wire, &mut b.wire);
    let mut heard = 0;
    let relay = async {
        let (mut from_a, mut from_b) = ([0; 64], [0; 64]);
        while heard < 30 {
            tokio::select! {
                n = here.read(&mut from_a) => {
                    heard += 1;
                    there.write_all(&from_a[..n.expect("up")]).await.expect("up");
                }
                n = there.read(&mut from_b) => {
                    here.write_all(&from_b[..n.expect("up")]).await.expect("up");
                }
            }
        }
    };
    timeout(PATIENCE, relay).await.expect("they beat");
    for events in [&mut a.events, &mut b.events] {
        assert!(matches!(events.try_recv(), Ok(MeshEvent::LinkUp(_))));
        assert!(events.try_recv().is_err(), "something happened");
    }
}

/// While our own node is busy nothing is read, and nobody is called dead for it.
#[tokio::test]
async fn a_busy_node_does_not_blame_its_neighbour() {
    let pace = Pace { silence: QUICK, ..Pace::default() };
    let mut ends = link(pace, None);
    for n in 1..=6 {
        ends.wire.write_all(&[0, 0, 0, 1, n]).await.expect("it reads");
    }
    // Four events fit; the link is stuck with the fifth, for longer than the silence it allows.
    while ends.events.len() < 4 {
        tokio::task::yield_now().await;
    }
    let busy = tokio::time::Instant::now();
    while busy.elapsed() < QUICK * 3 {
        tokio::task::yield_now().await;
    }
    ends.is_up().await;
    for n in 1..=6 {
        assert_eq!(ends.next().await, MeshEvent::Frame { link: LinkId(1), bytes: vec![n] });
    }
    assert_eq!(ends.is_down().await, DownReason::Silent);
}

#[tokio::test]
async fn a_neighbour_who_stops_reading_is_given_up() {
    let pace = Pace { stall: QUICK, ..Pace::default() };
    let mut ends = link(pace, None);
    ends.is_up().await;
    ends.queue.send(vec![0; 60_000]).await.expect("it runs");
    assert_eq!(ends.is_down().await, DownReason::Stalled);
}

#[tokio::test]
async fn an_allowance_used_up_closes_the_link_when_nobody_raises_it() {
    let pace = Pace { patience: QUICK, ..Pace::default() };
    let mut ends = link(pace, Some(10));
    ends.wire.write_all(&[0, 0, 0, 6, 1, 1, 1, 1, 1, 1]).await.expect("it reads");
    ends.wire.write_all(&[0, 0, 0, 6, 2, 2, 2, 2, 2, 2]).await.expect("it reads");
    ends.is_up().await;
    assert!(matches!(ends.next().await, MeshEvent::Frame { bytes, .. } if bytes == [1; 6]));
    assert_eq!(ends.is_down().await, DownReason::Budget);
}

#[tokio::test]
async fn only_an_empty_frame_is_a_go_ahead() {
    for (bytes, expected) in [(&[0, 0, 0, 0][..], true), (&[0, 0, 0, 1, 7], false), (&[], false)] {
        let (ours, mut wire) = tokio::io::duplex(64);
        wire.write_all(bytes).await.expect("room");
        drop(wire);
        assert_eq!(go_ahead(&mut pipe(ours)).await, expected);
    }
}
