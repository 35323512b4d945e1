//! The first minutes: two boxes out of their packets, one founds a neighbourhood, the other joins by the
//! invitation that the first one shows as a link and as a QR code, which is read as a phone reads it.

use std::time::Duration;

use image::{GrayImage, imageops};
use node::run::Running;
use serde_json::json;

use crate::{
    town::newcomer,
    window::{Driver, Size, Window},
};

/// How long a node may take to know an address of its own.
const WITHIN: Duration = Duration::from_secs(60);

/// Reads the invitation that is shown, from its picture; the same stands beside as a link.
async fn invitation(window: &Window) -> String {
    window.go("/invite").await;
    window.tap("main form button").await;
    window.find("svg.qr path").await;
    let picture = image::load_from_memory(&window.looks("svg.qr").await).expect("a picture");
    let read = camera(&picture.to_luma8()).expect("a camera can read it");
    let link = window.find(".link").await.text().await.expect("the link can be read");
    assert_eq!(read, link, "the picture says what the link says");
    read
}

/// What a camera reads that comes nearer until it can, as one does frame by frame.
fn camera(screen: &GrayImage) -> Option<String> {
    (2..=4).find_map(|halves| {
        let (width, height) = (screen.width() * halves / 2, screen.height() * halves / 2);
        let frame = imageops::resize(screen, width, height, imageops::FilterType::Triangle);
        let mut reader = quircs::Quirc::default();
        let mut codes = reader.identify(width as usize, height as usize, &frame).flatten();
        codes.find_map(|code| String::from_utf8(code.decode().ok()?.payload).ok())
    })
}

/// Fills in a field without typing: a link is pasted.
async fn paste(window: &Window, css: &str, text: &str) {
    window.find(css).await;
    let script = "document.querySelector(arguments[0]).value = arguments[1]";
    window.run(script, vec![json!(css), json!(text)]).await;
}

async fn address_of(running: &mut Running) -> String {
    let address = async {
        loop {
            if let Some(address) = running.addresses().into_iter().next() {
                return address;
            }
            running.addresses_changed().await.expect("the node goes on");
        }
    };
    tokio::time::timeout(WITHIN, address).await.expect("the node listens somewhere")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_boxes_out_of_their_packets_become_neighbours_and_talk() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let mut first = newcomer(folders[0].path(), "127.0.0.1:0").await;
    let second = newcomer(folders[1].path(), "127.0.0.1:0").await;
    let driver = Driver::start();
    let page = |of: &Running| of.page.clone().expect("a page");

    let founder = driver.open(&page(&first), Size::Desktop, "zh-CN").await;
    founder.go("/").await;
    founder.tap("a[href='/found']").await;
    founder.types("#community", "榆树里").await;
    founder.types("#home", "居委会").await;
    founder.types("#person", "林姐").await;
    founder.tap("button.big").await;
    founder.sees("社区密钥，第 1 把，共 3 把").await;
    founder.tap_words("以后再说").await;
    founder.sees("我要求助").await;
    let link = invitation(&founder).await;
    assert!(link.starts_with("linli:"), "{link}");

    let neighbour = driver.open(&page(&second), Size::Phone, "en").await;
    neighbour.go("/").await;
    paste(&neighbour, "#link", &link).await;
    neighbour.types("#home", "3-201").await;
    neighbour.types("#person", "Wang").await;
    neighbour.tap("button.big").await;
    neighbour.sees("榆树里").await;
    // He types back what he wrote down, and is told that it is right.
    let written = "return [...document.querySelectorAll('.paper-words li')].map(it => it.textContent).join(' ')";
    let words = neighbour.run(written, Vec::new()).await;
    neighbour.tap("a.big").await;
    neighbour.sees("was not checked yet").await;
    paste(&neighbour, "#words", words.as_str().expect("words")).await;
    neighbour.tap("form[action='/me/paper'] button").await;
    neighbour.sees("Your own paper was checked").await;
    neighbour.go("/").await;
    neighbour.sees("I need help").await;
    neighbour.go("/network").await;
    let address = address_of(&mut first).await;
    neighbour.types("#address", &address).await;
    neighbour.tap("form[action='/network/dial'] button").await;
    neighbour.sees("居委会").await;

    neighbour.picture("network").await;
    // What one says stands on the other's open page, without asking for it again.
    founder.go("/groups").await;
    founder.tap("main a.whole").await;
    founder.sees("在群里说").await;
    let path = founder.path().await;
    neighbour.go(&path).await;
    founder.types("#text", "欢迎新邻居").await;
    founder.tap(".write button.big").await;
    neighbour.sees("欢迎新邻居").await;
    neighbour.picture("group").await;
    first.stop().await;
    second.stop().await;
}
