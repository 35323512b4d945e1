//! http and https on one port: whoever begins with a TLS greeting is answered in TLS.

use std::{sync::Arc, time::Duration};

use axum::{Extension, Router, http::Extensions};
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

/// A request of a browser on this very box; stands in its extensions.
#[derive(Clone, Copy)]
pub struct AtTheBox;

/// Can nobody on the way read what stands in this request? `lan`: the page is reachable from elsewhere.
pub fn is_private(lan: bool, told: &Extensions) -> bool {
    !lan || told.get::<OverTls>().is_some() || told.get::<AtTheBox>().is_some()
}

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
    at_the_box: Service,
    over_tls: Service,
    secure: Option<Secure>,
}

impl Pages {
    /// These, over https too where something vouches for the box.
    pub fn new(pages: Router, secure: Option<Secure>) -> Self {
        let over_tls = TowerToHyperService::new(pages.clone().layer(Extension(OverTls)));
        let at_the_box = TowerToHyperService::new(pages.clone().layer(Extension(AtTheBox)));
        Self { plain: TowerToHyperService::new(pages), at_the_box, over_tls, secure }
    }

    /// What answers over plain http: a browser on this box has nobody between.
    fn in_the_clear(&self, stream: &TcpStream) -> Service {
        let here = stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        if here { self.at_the_box.clone() } else { self.plain.clone() }
    }

    /// One connection to its end.
    pub async fn talk(self, stream: TcpStream) {
        let clear = self.in_the_clear(&stream);
        let Some(secure) = &self.secure else { return serve(stream, clear).await };
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
            Ok(Ok(1)) => serve(stream, clear).await,
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

#[cfg(test)]
mod tests {
    use axum::{extract::Request, routing::get};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    #[test]
    fn what_is_typed_is_private_over_https_at_the_box_and_where_nobody_else_comes() {
        let mut told = Extensions::new();
        assert!(is_private(false, &told));
        assert!(!is_private(true, &told), "plain http over the network");
        told.insert(OverTls);
        assert!(is_private(true, &told));
        let mut told = Extensions::new();
        told.insert(AtTheBox);
        assert!(is_private(true, &told));
    }

    #[tokio::test]
    async fn a_browser_on_this_very_box_is_known_by_its_connection() {
        let says =
            |request: Request| async move { is_private(true, request.extensions()).to_string() };
        let pages = Pages::new(Router::new().route("/", get(says)), None);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            pages.talk(stream).await;
        });
        let mut wire = TcpStream::connect(address).await.expect("it listens");
        wire.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .await
            .expect("sent");
        let mut answer = String::new();
        wire.read_to_string(&mut answer).await.expect("answered");
        assert!(answer.ends_with("true"), "{answer}");
        serving.await.expect("done");
    }
}
