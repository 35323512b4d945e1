//! http and https on one port: whoever begins with a TLS greeting is answered in TLS.

use std::{sync::Arc, time::Duration};

use axum::{Extension, Router};
use crdt::time::ClaimedTime;
use futures_rustls::TlsAcceptor;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_util::compat::{FuturesAsyncReadCompatExt as _, TokioAsyncReadCompatExt as _};

use super::{HEADER_BYTES_MAX, HEADERS_WITHIN};
use crate::trust::Trust;

/// The first byte of a TLS record that shakes hands.
const HANDSHAKE: u8 = 22;

/// How long a client may take to shake hands.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// A request that came over https; stands in its extensions.
#[derive(Clone, Copy)]
pub struct OverTls;

/// What https is spoken with.
#[derive(Clone)]
pub struct Secure {
    trust: Arc<Trust>,
    clock: Arc<dyn Fn() -> ClaimedTime + Send + Sync>,
}

impl Secure {
    /// By this authority, on this clock.
    pub fn new(trust: Arc<Trust>, clock: Arc<dyn Fn() -> ClaimedTime + Send + Sync>) -> Self {
        Self { trust, clock }
    }

    fn acceptor(&self) -> Option<TlsAcceptor> {
        match self.trust.server((self.clock)()) {
            Ok(server) => Some(server.into()),
            Err(error) => {
                tracing::debug!(%error, "No https");
                None
            }
        }
    }
}

type Service = TowerToHyperService<Router>;

/// The pages, as they are served on either.
#[derive(Clone)]
pub struct Pages {
    plain: Service,
    over_tls: Service,
    secure: Option<Secure>,
}

impl Pages {
    /// These, over https too where something vouches for the box.
    pub fn new(pages: Router, secure: Option<Secure>) -> Self {
        let over_tls = pages.clone().layer(Extension(OverTls));
        let plain = TowerToHyperService::new(pages);
        Self { plain, over_tls: TowerToHyperService::new(over_tls), secure }
    }

    /// One connection to its end.
    pub async fn talk(self, stream: TcpStream) {
        let Some(secure) = &self.secure else { return serve(stream, self.plain).await };
        let mut first = [0];
        let peeked = tokio::time::timeout(HEADERS_WITHIN, stream.peek(&mut first)).await;
        match peeked {
            Ok(Ok(1)) if first[0] == HANDSHAKE => {
                let Some(acceptor) = secure.acceptor() else { return };
                let shaking = acceptor.accept(stream.compat());
                // A phone that does not trust this box hangs up here.
                if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_WITHIN, shaking).await {
                    serve(stream.compat(), self.over_tls).await;
                }
            }
            Ok(Ok(1)) => serve(stream, self.plain).await,
            _ => (),
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, pages: Service) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), pages);
    // A browser that hangs up in the middle is ordinary.
    let _ = connection.await;
}
