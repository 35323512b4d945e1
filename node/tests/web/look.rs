//! Looking for something together, on its page.

use axum::http::StatusCode;
use node::api::{Command, LookCommand, LookPage, LookRow};

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, id},
};

/// The made-up node's list: two places; found in the second once somebody said so.
pub fn answer(command: &LookCommand) -> LookPage {
    let here = matches!(command, LookCommand::Show { about } if *about == id(42).to_hex());
    let place = |key: &str, text: &str, looked: Option<&str>, found: bool| LookRow {
        key: key.into(),
        text: text.into(),
        looked_by: looked.map(str::to_owned),
        found_by: found.then(|| "王桂兰".into()),
    };
    LookPage {
        request: if here { id(42) } else { id(41) },
        code: "1234567".into(),
        title: "胰岛素 <b>".into(),
        places: vec![
            place("a1", "北门药房", Some("陈师傅"), false),
            place("a2", "Old <i>", None, here),
        ],
        found: if here { vec!["Old <i>".into()] } else { vec![] },
        left: u64::from(!here),
    }
}

#[tokio::test]
async fn people_look_together_place_by_place_until_it_is_found() {
    let words = [
        ("en", ["One place is left to look.", "陈师傅 looked and found nothing", "You can stop"]),
        ("zh-CN", ["还有 1 个地方没找", "陈师傅 找过，没有", "不用再找了"]),
    ];
    for (language, [left, by, stop]) in words {
        let fake = Fake::new();
        let asked = fake.asked.clone();
        let pages = at_home(fake);
        let mut browser = Browser::new(&pages, language);
        let href = format!("/look/{}", id(41).to_hex());
        browser.get(&format!("/requests/{}", id(41).to_hex())).await.says(&href);
        let page = browser.get(&href).await;
        page.says(left).says(by).says("&#60;i&#62;").says(r#"value="found""#).never_says(stop);
        for (verb, found, undo) in
            [("found", true, false), ("nothing", false, false), ("lost", true, true)]
        {
            let page = browser.submit(&href, &[("verb", verb), ("place", "a2")]).await;
            assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, href.as_str()));
            let (about, place) = (id(41).to_hex(), "a2".to_owned());
            let said = Command::Look(LookCommand::Looked { about, place, found, undo });
            assert!(asked.lock().unwrap().contains(&said), "{verb}");
        }
        browser.submit(&href, &[("verb", "add"), ("places", "West\r\n\r\n East ")]).await;
        let (about, places) = (id(41).to_hex(), vec!["West".into(), "East".into()]);
        let said = Command::Look(LookCommand::Add { about, places });
        assert!(asked.lock().unwrap().contains(&said));
        let found = browser.get(&format!("/look/{}", id(42).to_hex())).await;
        found.says(stop).says(r#"value="lost""#).never_says(r#"value="found""#);
    }
}

#[tokio::test]
async fn what_was_found_is_no_box_to_tick_on_the_requests_page() {
    let mut fake = Fake::new();
    let here = fake.requests.iter().position(|page| page.row.id == id(41)).expect("a request");
    let list = &mut fake.requests[here].checklist;
    (list[0].text, list[0].found, list[0].key) = ("北门药房".into(), true, "found-one".into());
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    let page = browser.get(&format!("/requests/{}", id(41).to_hex())).await;
    page.says("北门药房").says("看看是谁找到的").never_says(r#"value="found-one""#);
}
