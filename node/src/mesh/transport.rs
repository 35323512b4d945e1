//! The two ways to a neighbour: QUIC, and TCP with Noise and Yamux.
//!
//! Both carry the same streams. A dial tries a peer's addresses all at once and keeps the first
//! that answers: on a LAN TCP stands after 2 ms, QUIC after 45–150 ms; where a middlebox lets one
//! through only, that one wins.
//!
//! # Why closing is hurried
//!
//! A connection is closed by saying goodbye over it, and a TCP peer that stopped reading (or is
//! gone with its cable) never takes the goodbye: the connection, its memory and its place among
//! the limits would stay for a quarter of an hour. [`Hurried`] gives the goodbye [`GOODBYE`].
//!
//! # Deliberately absent
//!
//! Reusing the listening port for dials: the same four numbers may still belong to the connection
//! that died with the last cut, and the kernel then refuses the new one. DNS and relays: later.

use std::{
    io,
    net::TcpListener,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use libp2p::{
    Multiaddr, PeerId, Transport as _,
    core::{
        muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent},
        transport::{Boxed, timeout::TransportTimeout},
        upgrade::Version,
    },
    identity::Keypair,
    multiaddr::Protocol,
    noise, quic, tcp, yamux,
};
use tokio::time::Sleep;

use super::limits::{BEAT, HANDSHAKE, QUIC_CONNECTION_BYTES, QUIC_STREAM_BYTES, SILENCE, STREAMS};

/// How long a closing connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Builds both.
///
/// # Errors
///
/// Where Noise cannot sign with the key.
pub(super) fn build(key: &Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let mut streams = yamux::Config::default();
    streams.set_max_num_streams(STREAMS as usize);
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key)?)
        .multiplex(streams)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(Hurried::new(muxer))));
    let quic = quic::tokio::Transport::new(quic_config(key))
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(Hurried::new(muxer))));
    let either = tcp.or_transport(quic).map(|either, _| either.into_inner());
    Ok(TransportTimeout::new(either, HANDSHAKE).boxed())
}

/// Whether a TCP port may be listened on. The library sets `SO_REUSEPORT`, with which two nodes
/// on one port would both start and share their callers by lot.
///
/// # Errors
///
/// What the system says, where the port is taken.
pub(super) fn check_free(address: &Multiaddr) -> io::Result<()> {
    let mut parts = address.iter();
    match (parts.next(), parts.next()) {
        (Some(Protocol::Ip4(ip)), Some(Protocol::Tcp(port))) if port != 0 => {
            TcpListener::bind((ip, port)).map(drop)
        }
        (Some(Protocol::Ip6(ip)), Some(Protocol::Tcp(port))) if port != 0 => {
            TcpListener::bind((ip, port)).map(drop)
        }
        _ => Ok(()),
    }
}

fn quic_config(key: &Keypair) -> quic::Config {
    let mut config = quic::Config::new(key);
    config.handshake_timeout = HANDSHAKE;
    config.max_idle_timeout = u32::try_from(SILENCE.as_millis()).unwrap_or(u32::MAX);
    config.keep_alive_interval = BEAT;
    config.max_concurrent_stream_limit = STREAMS;
    config.max_stream_data = QUIC_STREAM_BYTES;
    config.max_connection_data = QUIC_CONNECTION_BYTES;
    config
}

/// A connection whose goodbye takes at most [`GOODBYE`].
struct Hurried<M> {
    inner: M,
    patience: Option<Pin<Box<Sleep>>>,
}

impl<M> Hurried<M> {
    fn new(inner: M) -> Self {
        Self { inner, patience: None }
    }
}

impl<M: StreamMuxer + Unpin> StreamMuxer for Hurried<M> {
    type Substream = M::Substream;
    type Error = M::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        Pin::new(&mut self.inner).poll_inbound(cx)
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Self::Substream, Self::Error>> {
        Pin::new(&mut self.inner).poll_outbound(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let patience =
            self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(GOODBYE))).as_mut();
        if patience.poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_close(cx)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        Pin::new(&mut self.inner).poll(cx)
    }
}
