//! Paired phones: over a restart, until they are turned out, and whose each is.

use axum::{
    Router,
    http::{StatusCode, header},
};
use crdt::id::PersonId;
use node::{phones::Phones, web};

use crate::{
    actors::{self, Browser, Codes},
    fake::{self, Fake},
};

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 13; K) Chrome/120.0.0.0 Mobile Safari/537.36";

/// A box on the LAN with this book of phones.
fn a_box(phones: &Phones, mut fake: Fake) -> (Router, Codes) {
    let (mut config, codes) = actors::config(true);
    config.phones = phones.clone();
    fake.phones = phones.clone();
    (web::router(fake::run(fake), config), codes)
}

fn phone(pages: &Router) -> Browser {
    let mut phone = Browser::new(pages, "zh-CN");
    phone.host = format!("192.168.1.23:{}", actors::PORT);
    phone.origin = Some(format!("http://{}", phone.host));
    phone.says = vec![(header::USER_AGENT, ANDROID.into())];
    phone
}

async fn paired(pages: &Router, codes: &Codes) -> Browser {
    let mut phone = phone(pages);
    phone.get("/pair").await;
    let code = codes.lock().unwrap().last().cloned().unwrap();
    let page = phone.post("/pair", &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    phone
}

#[tokio::test]
async fn a_phone_stays_paired_when_the_box_was_switched_off_and_on() {
    let folder = tempfile::tempdir().unwrap();
    let phones = Phones::open(folder.path()).unwrap();
    let (pages, codes) = a_box(&phones, Fake::new());
    let mut mine = paired(&pages, &codes).await;
    mine.get("/").await.says("我要求助");

    let again = Phones::open(folder.path()).unwrap();
    let mut later = phone(&a_box(&again, Fake::new()).0);
    later.cookies = mine.cookies;
    later.get("/ask").await.says("我要求助");
    later.submit("/ask", &[("title", "借梯子")]).await.says("借梯子");
}

#[tokio::test]
async fn a_lost_phone_is_turned_out_and_the_others_stay() {
    let phones = Phones::in_memory([7; 32]);
    let (pages, codes) = a_box(&phones, Fake::new());
    let (mut mine, mut lost) = (paired(&pages, &codes).await, paired(&pages, &codes).await);
    let page = mine.get("/me/phones").await;
    page.says("Android · Chrome").says("就是这部").says("李梅").says("11月23日");
    lost.get("/").await.says("我要求助");
    let own = page.html.find("就是这部").unwrap();
    let ids = page.html.match_indices(r#"name="phone" value=""#);
    let ids: Vec<_> = ids.map(|(at, it)| (at, &page.html[at + it.len()..][..8])).collect();
    let mine_at = ids.iter().position(|(at, _)| *at > own).unwrap();
    let other = ids[1 - mine_at].1;
    let unknown = mine.post("/me/phones", &[("phone", "00000000")]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    mine.submit("/me/phones", &[("phone", other)]).await.says("就是这部");
    let turned_out = lost.get("/groups").await;
    assert_eq!(turned_out.location, "/pair?back=/groups");
    mine.get("/groups").await.says("3号楼");
    mine.post("/me/phones", &[("all", "yes")]).await;
    assert_eq!(mine.get("/").await.location, "/pair");
}

#[tokio::test]
async fn another_phone_is_let_in_by_a_picture_that_is_good_once() {
    let phones = Phones::in_memory([7; 32]);
    let (pages, codes) = a_box(&phones, Fake::of_two());
    let mut mine = paired(&pages, &codes).await;
    let li = PersonId::from_bytes([1; 32]).to_hex();
    mine.get("/me").await;
    mine.post("/me", &[("person", &li)]).await;
    let page = mine.get("/me/phones?another=yes").await;
    page.says("<svg class=\"qr\"");
    let start = format!("http://{}/pair?code=", mine.host);
    let (_, rest) = page.html.split_once(&start).expect("the link of the picture");
    let pass: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let (mut other, mut late) = (phone(&pages), phone(&pages));
    for (phone, gets_in) in [(&mut other, true), (&mut late, false)] {
        phone.get(&format!("/pair?code={pass}")).await;
        let answer = phone.post("/pair", &[("code", &pass)]).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, gets_in, "{}", answer.html);
    }
    // It is nobody's until somebody says so.
    assert_eq!(other.get("/groups").await.location, "/me?back=/groups");
}

#[tokio::test]
async fn whoever_pairs_anew_comes_back_to_where_he_was() {
    let phones = Phones::in_memory([7; 32]);
    let (pages, codes) = a_box(&phones, Fake::new());
    let mut mine = phone(&pages);
    let away = mine.get("/search?words=%E7%B1%B3&of=x").await;
    assert_eq!(away.location, "/pair?back=/search%3Fwords%3D%25E7%25B1%25B3%26of%3Dx");
    let form = mine.get(&away.location).await;
    form.says(r#"name="back" value="/search?words=%E7%B1%B3&#38;of=x""#);
    let code = codes.lock().unwrap().last().cloned().unwrap();
    let wrong = mine.post("/pair", &[("code", "1"), ("back", "/groups?x=1")]).await;
    wrong.says(r#"name="back" value="/groups?x=1""#);
    let page = mine.post("/pair", &[("code", &code), ("back", "/groups?x=1")]).await;
    assert_eq!(page.location, "/groups?x=1");

    // A form that came too late leads to the page it stood on, and its draft is kept.
    phones.answer(node::api::PhoneCommand::RevokeAll).unwrap();
    mine.says.push((header::REFERER, format!("http://{}/ask?urgent=yes", mine.host)));
    let page = mine.post("/ask", &[("title", "借梯子")]).await;
    assert_eq!(page.location, "/pair?back=/ask%3Furgent%3Dyes");
    mine.get(&page.location).await.says("data-failed");
    // Nowhere but on this box.
    mine.get("/pair?back=//elsewhere.example").await;
    let code = codes.lock().unwrap().last().cloned().unwrap();
    let form = [("code", code.as_str()), ("back", "//elsewhere.example")];
    assert_eq!(mine.post("/pair", &form).await.location, "/");
}

#[tokio::test]
async fn where_two_live_whose_phone_it_is_comes_before_everything_else() {
    let phones = Phones::in_memory([7; 32]);
    let (pages, codes) = a_box(&phones, Fake::of_two());
    let mut mine = paired(&pages, &codes).await;
    let away = mine.get("/requests").await;
    assert_eq!(away.location, "/me?back=/requests");
    let choice = mine.get(&away.location).await;
    choice.says("李爷爷").says("李梅").never_says("已连接").never_says("400042");
    // Nothing is done in the name of the first one by default.
    mine.says.push((header::REFERER, format!("http://{}/ask", mine.host)));
    let page = mine.post("/ask", &[("title", "借梯子")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/me?back=/ask"));
    let grandpa = PersonId::from_bytes([9; 32]).to_hex();
    let page = mine.post("/me", &[("person", &grandpa), ("back", "/requests")]).await;
    assert_eq!(page.location, "/requests");
    mine.get("/requests").await.never_says("借梯子");
    mine.get("/me/phones").await.says("李爷爷");
}
