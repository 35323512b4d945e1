//! Paper: files beside the pages, who may have which, and what hangs on no wall.

use axum::http::StatusCode;
use node::api::{NewsRow, NewsWord};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, id},
    rows::announced,
};

fn files() -> [String; 3] {
    let slip = format!("/requests/{}/slip.pdf", id(41).to_hex());
    [slip, "/print/building.pdf?door=3-".into(), "/print/emergency.pdf".into()]
}

#[tokio::test]
async fn whoever_works_for_the_neighbourhood_has_every_sheet_as_a_file() {
    let mut fake = Fake::new();
    fake.me.desk = true;
    let pages = at_home(fake);
    for language in ["en", "zh-CN"] {
        let mut browser = Browser::new(&pages, language);
        for path in files() {
            let file = browser.get(&path).await;
            assert_eq!(file.status, StatusCode::OK, "{path}");
            assert_eq!(file.headers["content-type"], "application/pdf", "{path}");
            assert!(file.bytes.starts_with(b"%PDF-") && file.bytes.len() > 1_000, "{path}");
        }
    }
}

#[tokio::test]
async fn a_plain_member_has_no_list_of_homes_neither_as_a_page_nor_as_a_file() {
    let mut fake = Fake::new();
    fake.me.desk = false;
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "en");
    for path in ["/print/building", "/print/building.pdf", "/print/building.pdf?door=3-"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.never_says("%PDF").never_says("张阿姨");
    }
    let [slip, _, emergency] = files();
    for path in [slip, emergency] {
        assert_eq!(browser.get(&path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn what_was_said_to_one_group_hangs_on_no_wall() {
    let private =
        NewsRow { for_all: false, ..announced(62, NewsWord::Notice, "彩排改到周六") };
    let public = announced(63, NewsWord::Notice, "周三停水");
    let mut fake = Fake::new();
    fake.long.news = vec![private, public];
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/print/emergency").await.says("周三停水").never_says("彩排");
}
