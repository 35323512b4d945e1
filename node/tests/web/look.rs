//! For whoever works on the looks: the made-up neighbourhood, served until stopped.
//!
//! `cargo test -p node --test web -- --ignored --nocapture serve_for_the_eyes`, then open the
//! address that it prints.

use node::web;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    actors,
    fake::{self, Fake},
    pages::every_page,
};

#[tokio::test]
#[ignore = "serves until stopped"]
async fn serve_for_the_eyes() {
    let port = std::env::var("LINLI_LOOK_PORT").map_or(4180, |port| port.parse().unwrap());
    for (lan, port, fake) in [
        (false, port, Fake::new()),
        (true, port + 1, Fake::new()),
        (false, port + 2, Fake { community: false, ..Fake::new() }),
    ] {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        println!("http://127.0.0.1:{port}/");
        let (config, _) = actors::config(lan);
        tokio::spawn(web::serve(listener, fake::run(fake), config, CancellationToken::new()));
    }
    for (name, path) in every_page() {
        println!("page {name} {path}");
    }
    std::future::pending::<()>().await;
}
