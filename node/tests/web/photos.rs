//! Sending a photo from the page, with a real node behind it: what comes of it, and what is refused.

use std::io::Cursor;

use axum::http::StatusCode;
use image::{ImageFormat, Rgb, RgbImage};
use node::{
    api::{Command, Reply},
    attached::TEXT_FILE_BYTES_MAX,
    home::{self, Roots},
    photo::{FILE_BYTES_MAX, is_clean},
    run::{self, Running},
};

use crate::actors::{Browser, Page, at_home_with};

/// A home that is running, and the address of its everybody's group.
async fn founded() -> (tempfile::TempDir, Running, String) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    home::init(&data, "3-201", Some("Li"), Some("Court"), Roots::TWO_OF_THREE).unwrap();
    let node = run::open(&data).await.unwrap();
    let Reply::Groups { groups } = node.handle.ask(Command::Groups).await.unwrap() else {
        panic!("groups")
    };
    (folder, node, format!("/groups/{}", groups[0].id.to_hex()))
}

async fn said(node: &Running) -> usize {
    let log = Command::Log { group: "all".into(), last: 10, before: None };
    match node.handle.ask(log).await.unwrap() {
        Reply::Log { messages } => messages.len(),
        other => panic!("a log, and heard {other:?}"),
    }
}

fn jpeg() -> Vec<u8> {
    let paint = |x: u32, y: u32| Rgb([(x * 3) as u8, (y * 5) as u8, (x ^ y) as u8]);
    let mut file = Vec::new();
    let picture = RgbImage::from_fn(300, 200, paint);
    picture.write_to(&mut Cursor::new(&mut file), ImageFormat::Jpeg).unwrap();
    file
}

/// Fills the form in, with one file.
async fn send(li: &mut Browser, group: &str, text: &str, file: &[u8]) -> Page {
    let path = format!("{group}/photo");
    li.get(&path).await;
    li.upload(&path, &[("text", text)], &[file]).await
}

#[tokio::test]
async fn a_photo_goes_out_by_a_plain_form_and_the_whole_of_it_is_a_link_away() {
    let (_folder, node, group) = founded().await;
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    let form = li.get(&format!("{group}/photo")).await;
    form.says("现在拍一张").says(r#"capture="environment""#).says("multipart/form-data");
    let sent = send(&mut li, &group, "水管爆了", &jpeg()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let page = li.get(&sent.location).await;
    page.says("水管爆了").says("原图在本机");
    let (_, rest) = page.html.split_once(r#"<a href="/news/"#).unwrap();
    let link = format!("/news/{}", rest.split('"').next().unwrap());
    li.get(&link).await.says(".jpg");
    let whole = li.get(&format!("{link}.jpg")).await;
    assert_eq!(whole.headers["content-type"], "image/jpeg");
    assert!(is_clean(&whole.bytes));
    assert_eq!(image::load_from_memory(&whole.bytes).unwrap().width(), 300);
    node.stop().await;
}

#[tokio::test]
async fn what_is_no_photo_is_refused_beside_its_field_and_the_words_stay() {
    let (_folder, node, group) = founded().await;
    let pages = at_home_with(node.handle.clone());
    let whole = jpeg();
    // A PNG of a few bytes that says it is a hundred million pixels.
    let mut bomb = Vec::new();
    RgbImage::new(1, 1).write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png).unwrap();
    bomb[16..24].copy_from_slice(&[0, 0, 0x2a, 0xf8, 0, 0, 0x2a, 0xf8]);
    let table: [(&str, Vec<u8>, &str, &str); 8] = [
        ("a program", b"MZ\0\x01".to_vec(), "it is no JPEG", "不是 JPEG"),
        ("half a PDF", b"%PDF-1.7 begins".to_vec(), "damaged", "损坏"),
        ("a large text", vec![b'a'; TEXT_FILE_BYTES_MAX + 1], "1 MB", "1 MB"),
        ("half of one", whole[..whole.len() / 2].to_vec(), "damaged", "损坏"),
        ("a bomb", bomb, "This file does not go out", "不能发出"),
        ("too large", vec![0xff; FILE_BYTES_MAX + 1], "20 MB", "20 MB"),
        ("far too large", vec![0xff; 2 * FILE_BYTES_MAX], "20 MB", "20 MB"),
        ("none", Vec::new(), "there is none", "没有照片"),
    ];
    for (what, file, en, zh) in table {
        for (language, words) in [("en", en), ("zh-CN", zh)] {
            let mut li = Browser::new(&pages, language);
            let page = send(&mut li, &group, "三楼漏水", &file).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            page.says(words).says("三楼漏水</textarea>").says(r#"id="wrong-photo""#);
        }
    }
    let mut li = Browser::new(&pages, "en");
    send(&mut li, &group, "  ", &whole).await.says(r#"id="wrong-text""#);
    assert_eq!(said(&node).await, 0, "nothing was written");
    li.token = "0".repeat(64);
    let path = format!("{group}/photo");
    let foreign = li.upload(&path, &[("text", "x")], &[&whole]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    li.get(&path).await;
    li.origin = Some("http://elsewhere.example".into());
    let foreign = li.upload(&path, &[("text", "x")], &[&whole]).await;
    assert_eq!((foreign.status, said(&node).await), (StatusCode::FORBIDDEN, 0));
    node.stop().await;
}

#[tokio::test]
async fn a_request_with_a_photo_shows_it_and_the_whole_of_it_is_a_link_away() {
    let (_folder, node, _) = founded().await;
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    li.get("/ask").await.says("/ask/photo").says("带照片求助");
    li.get("/ask/photo").await.says("手写的字条也可以拍").says("multipart/form-data");
    let none = li.upload("/ask/photo", &[("title", "灯坏了")], &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.says("没有照片").says(r#"value="灯坏了""#);
    let program = li.upload("/ask/photo", &[], &[b"MZ\0\x01"]).await;
    program.says("不是 JPEG");
    let sent = li.upload("/ask/photo", &[("urgent", "yes")], &[&jpeg()]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    let page = li.get(&sent.location).await;
    let (_, rest) = page.html.split_once(r#"<a href="/news/"#).expect("its photo is on the page");
    let link = format!("/news/{}", rest.split('"').next().unwrap());
    let thumbnail = li.get(link.strip_suffix("/whole").unwrap()).await;
    assert_eq!(thumbnail.headers["content-type"], "image/jpeg");
    assert!(is_clean(&thumbnail.bytes));
    li.get(&link).await.says(".jpg");
    let whole = li.get(&format!("{link}.jpg")).await;
    assert_eq!(image::load_from_memory(&whole.bytes).unwrap().width(), 300);
    let other = format!("/news/{}/photos/0", "0".repeat(64));
    assert_eq!(li.get(&other).await.status, StatusCode::NOT_FOUND);
    node.stop().await;
}

#[tokio::test]
async fn a_file_is_added_to_a_request_by_a_plain_form_counts_once_and_is_saved_never_shown() {
    let (_folder, node, _) = founded().await;
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    li.get("/ask").await;
    let asked = li.post("/ask", &[("title", "灯坏了")]).await;
    let request = asked.location.trim_end_matches('/').to_owned();
    assert!(request.starts_with("/requests/"), "{request}");
    let form = format!("{request}/photo");
    li.get(&request).await.says(&form).says("补充照片或文件");
    li.get(&form).await.says("看得到这张求助单的人都看得到").says(r#"name="once""#);
    let once = "ab".repeat(16);
    let pdf = b"%PDF-1.4\n<script>alert(1)</script>\n%%EOF\n";
    for _ in 0..2 {
        let sent = li.upload(&form, &[("once", &once)], &[pdf, "灯在三楼".as_bytes()]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    }
    let page = li.get(&request).await;
    assert_eq!(page.html.matches("a.pdf").count(), 1, "sent twice, there once");
    page.says("a.txt").says("补充了照片或文件");
    let (_, rest) = page.html.split_once(r#"<a href="/news/"#).expect("on the page");
    let link = format!("/news/{}", rest.split('"').next().unwrap().trim_end_matches("/whole"));
    li.get(&format!("{link}/whole")).await.says("保存文件").says("认得是谁发的");
    let saved = li.get(&format!("{link}/file")).await;
    assert_eq!(saved.bytes, pdf);
    assert_eq!(saved.headers["content-type"], "application/octet-stream");
    assert_eq!(saved.headers["content-disposition"], "attachment; filename*=UTF-8''a.pdf");
    assert_eq!(saved.headers["x-content-type-options"], "nosniff");
    assert_eq!(li.get(&link).await.status, StatusCode::NOT_FOUND, "it has no thumbnail");
    assert_eq!(li.get(&format!("{link}/whole.jpg")).await.status, StatusCode::NOT_FOUND);
    let none = li.upload(&form, &[], &[b"MZ\0\x01"]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    none.says("不是 JPEG");
    node.stop().await;
}

/// Need 30: one's own name behind a button, and who read it.
#[tokio::test]
async fn names_have_a_page_and_nothing_real_stands_on_it_before_it_is_asked_for() {
    let (_folder, node, _) = founded().await;
    let Reply::Me(me) = node.handle.ask(Command::Me).await.unwrap() else { panic!("me") };
    let path = format!("/people/{}/name", me.id.to_hex());
    for (language, show, net) in
        [("zh-CN", "看我的真实姓名", "网名"), ("en", "Show my real", "net")]
    {
        let mut li = Browser::new(&at_home_with(node.handle.clone()), language);
        li.get("/me").await.says(&path);
        li.get(&path).await.says(show).says(net).never_says("李秀英");
        let kept = li.post(&path, &[("what", "real"), ("name", "李秀英")]).await;
        assert_eq!(kept.status, StatusCode::OK, "{}", kept.html);
        li.get(&path).await.never_says("李秀英");
        li.post(&path, &[("what", "show")]).await.says("李秀英");
    }
    let mut li = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    li.get(&path).await;
    li.post(&path, &[("what", "net"), ("name", "阳台的花")]).await.says("阳台的花");
    li.post(&path, &[("what", "forget")]).await.never_says("已按本人要求销毁");
    li.post(&path, &[("what", "show")]).await.says("李秀英");
    li.post(&path, &[("what", "forget"), ("sure", "yes")]).await.says("已按本人要求销毁");
    let nonsense = li.post(&path, &[("what", "open"), ("reason", "x")]).await;
    assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    node.stop().await;
}
