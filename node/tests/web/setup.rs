//! Two homes from nothing, on their pages alone: real nodes on empty folders, founded, joined, and come
//! back to after a box is lost.

use axum::http::StatusCode;
use crdt::id::PersonId;
use node::{
    api::{Command, Reply, RoleWord},
    identity::read_identity,
    run::{Config, Running, start},
};

use crate::actors::{Browser, Page, at_home_with};

/// A node on a folder that nobody has made yet.
pub async fn fresh(folder: &tempfile::TempDir) -> Running {
    let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    let data = folder.path().join("home");
    start(Config { listen, web: None, mdns: false, ..Config::new(data) }).await.expect("it starts")
}

/// The keys that a page shows, each with its 24 words.
fn keys(page: &Page) -> Vec<Vec<String>> {
    let lists = page.html.split(r#"<ol class="paper-words">"#).skip(1);
    let words = |list: &str| -> Vec<String> {
        let list = list.split("</ol>").next().unwrap_or_default();
        let items = list.split("<li>").skip(1).filter_map(|item| item.split("</li>").next());
        items.map(str::to_owned).collect()
    };
    lists.map(words).collect()
}

async fn link(node: &Running) -> String {
    let invite = Command::Invite { role: RoleWord::Member, group: None };
    match node.handle.ask(invite).await.expect("an invitation") {
        Reply::Invite { link } => link,
        other => panic!("invited, and heard {other:?}"),
    }
}

const PARK: [(&str, &str); 4] =
    [("community", "润园"), ("home", "居委会"), ("person", "陈静"), ("roots", "2of3")];

#[tokio::test(flavor = "multi_thread")]
async fn a_box_out_of_its_packet_founds_a_neighbourhood_on_its_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = fresh(&folder).await;
    let pages = at_home_with(node.handle.clone());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/").await.says("自己建一个社区").says(r#"href="/found""#);
    browser.get("/found").await.says("三张纸放在三个地方");
    let page = browser.post("/found", &[("home", "居委会"), ("roots", "1of1")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("data-failed").says("居委会").says(r#"value="1of1" checked"#);

    let page = browser.post("/found", &PARK).await;
    assert_eq!(page.status, StatusCode::OK);
    page.says("您加入了：润园").says("社区密钥，第 3 把，共 3 把");
    let keys = keys(&page);
    assert_eq!(keys.iter().map(Vec::len).collect::<Vec<_>>(), [24; 4], "three keys and one's own");
    browser.get("/").await.says("我要求助");
    for path in ["/found", "/recover"] {
        assert_eq!(browser.get(path).await.location, "/", "{path}: it is set up");
    }
    let again = browser.post("/found", &PARK).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "and stays as it is");
    browser.get("/people").await.says("陈静");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_handful_of_neighbours_one_paper_is_enough_and_says_what_that_means() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = fresh(&folder).await;
    let pages = at_home_with(node.handle.clone());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/found").await;
    let few = [("community", "Lane"), ("home", "5-2-301"), ("roots", "1of1")];
    let page = browser.post("/found", &few).await;
    page.says("they can never be replaced").says("Key 1 of 1");
    assert_eq!(keys(&page).len(), 2);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_box_comes_back_on_the_page_of_another_with_the_paper_key() {
    let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
    let office = fresh(&folders[0]).await;
    let pages = at_home_with(office.handle.clone());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/found").await;
    browser.post("/found", &PARK).await;

    let lost = fresh(&folders[1]).await;
    let pages = at_home_with(lost.handle.clone());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/").await;
    let typed =
        [("link", link(&office).await), ("home", "3-201".into()), ("person", "王梅".into())];
    let typed: Vec<(&str, &str)> =
        typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let page = browser.post("/join", &typed).await;
    let [own] = keys(&page).try_into().expect("one key");
    let who = person(&folders[1]);
    assert!(who.is_some());
    lost.stop().await;

    let other = fresh(&folders[2]).await;
    let pages = at_home_with(other.handle.clone());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/recover").await.says("24 words");
    let link = link(&office).await;
    let mut misread = own.clone();
    misread[4].push('q');
    let wrong = misread.join(" ");
    let fields = [("words", wrong.as_str()), ("link", &link), ("home", "3-201")];
    let page = browser.post("/recover", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says(&format!("5 “{}”", misread[4])).says(&link);

    let right = own.join(" ");
    let fields = [("words", right.as_str()), ("link", &link), ("home", "3-201")];
    let page = browser.post("/recover", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(keys(&page).is_empty(), "the paper key is the one that is there already");
    assert_eq!(person(&folders[2]), who, "another box, the same person");
    browser.get("/me").await.never_says("not checked yet");
    other.stop().await;
    office.stop().await;
}

/// The person of whoever lives on this folder.
fn person(folder: &tempfile::TempDir) -> Option<PersonId> {
    read_identity(&folder.path().join("home")).expect("readable").expect("set up").person
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_down_is_typed_back_and_until_then_the_pages_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = fresh(&folder).await;
    let pages = at_home_with(node.handle.clone());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/found").await;
    let page = browser.post("/found", &PARK).await;
    page.says(r#"href="/me/paper""#).says("以后再说");
    let keys = keys(&page);
    for path in ["/", "/me"] {
        browser.get(path).await.says("还没有核对").says(r#"href="/me/paper""#);
    }

    browser.get("/me/paper").await.says("您自己的纸还没有核对").says("还有 3 张没有核对");
    let mut misread = keys[3].clone();
    misread[4].push('q');
    let typed = misread.join(" ");
    let page = browser.post("/me/paper", &[("words", typed.as_str())]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says(&format!("5 “{}”", misread[4])).says(&typed).never_says(&keys[3].join(" "));
    let strange = crdt::paper::to_words(&crdt::keys::Secret::from_seed([7; 32])).join(" ");
    let page = browser.post("/me/paper", &[("words", strange.as_str())]).await;
    page.says("可不是您的");
    browser.get("/").await.says("还没有核对");

    let own = keys[3].join(" ");
    browser.submit("/me/paper", &[("words", own.as_str())]).await.says("您自己的纸核对过了");
    browser.get("/").await.says("还没有核对");
    for (left, paper) in keys[..3].iter().enumerate().rev() {
        browser.submit("/me/paper", &[("words", paper.join(" ").as_str())]).await;
        let page = browser.get("/me/paper").await;
        if left > 0 {
            page.says(&format!("还有 {left} 张没有核对"));
        } else {
            page.never_says("张没有核对");
        }
    }
    for path in ["/", "/me"] {
        browser.get(path).await.never_says("还没有核对");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_takes_his_own_along_and_the_only_administrator_is_warned() {
    let folder = tempfile::tempdir().expect("a folder");
    let node = fresh(&folder).await;
    let pages = at_home_with(node.handle.clone());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/found").await;
    browser.post("/found", &PARK).await;
    let (group, text) = ("all".to_owned(), "the ladder is in the cellar".to_owned());
    node.handle.ask(Command::Post { group, text, reply_to: None }).await.expect("he may");
    browser.get("/me").await.says(r#"href="/me/leave""#);
    browser.get("/me/leave").await.says("new invitation").says("/me/export.jsonl");

    let file = browser.get("/me/export.jsonl").await;
    assert_eq!(file.status, StatusCode::OK);
    for kind in ["person", "names", "groups", "messages", "hours"] {
        file.says(&format!(r#"{{"kind":"{kind}""#));
    }
    file.says("the ladder is in the cellar");

    let page = browser.post("/me/leave", &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Put the tick first");
    let page = browser.post("/me/leave", &[("sure", "yes")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("the only administrator").says(r#"name="anyway""#);
    let page = browser.post("/me/leave", &[("sure", "yes"), ("anyway", "yes")]).await;
    page.says("You have said that you leave").never_says(r#"name="sure""#);
    node.stop().await;
}

/// A photo of a code that says this.
fn photo_of(says: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(says).expect("it fits");
    let (side, colors) = (code.width() as u32, code.to_colors());
    let picture = image::GrayImage::from_fn((side + 8) * 6, (side + 8) * 6, |x, y| {
        let (x, y) = ((x / 6).wrapping_sub(4), (y / 6).wrapping_sub(4));
        let dark = x < side && y < side && colors[(y * side + x) as usize] == qrcode::Color::Dark;
        image::Luma([if dark { 20 } else { 245 }])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::ImageLuma8(picture).to_rgb8();
    picture.write_to(&mut file, image::ImageFormat::Jpeg).expect("written");
    file.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_an_invitation_as_a_code_takes_a_photo_of_it() {
    let (office, home) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("other"));
    let (office, node) = (fresh(&office).await, fresh(&home).await);
    let mut founder = Browser::new(&at_home_with(office.handle.clone()), "zh-CN");
    founder.get("/found").await;
    founder.post("/found", &PARK).await;
    let link = link(&office).await;
    let mut browser = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    browser.get("/").await.says("拍下邀请的二维码");
    let path = "/join/picture";
    let mut blank = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(200, 200).write_to(&mut blank, image::ImageFormat::Png).expect("written");
    let table: [(&[&[u8]], &str); 3] =
        [(&[], "没看清二维码"), (&[blank.get_ref()], "没看清二维码"), (&[b"MZ"], "不是 JPEG")];
    for (files, wrong) in table {
        let page = browser.upload(path, &[], files).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        page.says(wrong).says(r#"id="wrong-picture""#);
    }
    let page = browser.upload(path, &[], &[&photo_of(&link)]).await;
    assert_eq!(page.status, StatusCode::OK);
    page.says(&format!("{link}</textarea>")).never_says(r#"id="wrong-picture""#);
    let joined = browser.post("/join", &[("link", &link), ("home", "王家")]).await;
    joined.says("paper-words");
    // In a neighbourhood already, there is nothing to read it for.
    browser.get("/").await.says("我要求助");
    assert_eq!(browser.upload(path, &[], &[&photo_of(&link)]).await.location, "/");
    office.stop().await;
    node.stop().await;
}
