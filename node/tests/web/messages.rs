//! What can be done with a message on its page, with real homes behind it: what each may do, and what
//! the other home sees.

use axum::http::StatusCode;
use node::{
    api::{Command, GroupKindWord, GroupTerms, Reply},
    run::Running,
};

use crate::{
    actors::{Browser, Page},
    two::Two,
};

async fn says(browser: &mut Browser, group: &str, text: &str) {
    browser.get(group).await;
    let sent = browser.post(&format!("{group}/post"), &[("text", text)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
}

/// The page of the message that says this, as its group links there.
async fn open(browser: &mut Browser, group: &str, text: &str) -> (String, Page) {
    let page = browser.get(group).await;
    let (_, rest) = page.html.split_once(text).unwrap_or_else(|| panic!("{text} is not there"));
    let (_, rest) = rest.split_once(&format!("href=\"{group}/messages/")).unwrap();
    let path = format!("{group}/messages/{}", rest.split('"').next().unwrap());
    let page = browser.get(&path).await;
    (path, page)
}

/// One of the acts of its page, as its form sends it, twice: nobody knows whether the first tap counted.
async fn act(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let key = format!("{:032x}", fields.iter().map(|(_, it)| it.len()).sum::<usize>());
    let fields = [fields, &[("once", key.as_str())]].concat();
    let path = format!("{path}/act");
    browser.post(&path, &fields).await;
    browser.post(&path, &fields).await
}

async fn requests(node: &Running) -> usize {
    match node.handle.ask(Command::Requests { all: true }).await.unwrap() {
        Reply::Requests { requests } => requests.len(),
        other => panic!("requests, and heard {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_a_request_with_two_taps_and_each_leads_to_the_other() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let group = two.everybody().await;
    says(&mut wang, &group, "三楼漏水，谁能来看看").await;
    two.heal().await;
    let (path, page) = open(&mut li, &group, "三楼漏水").await;
    page.says("变成求助").says("举报").says("隐藏").says("撤下");
    let sent = act(&mut li, &path, &[("what", "request")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    assert!(sent.location.starts_with("/requests/"), "{}", sent.location);
    li.get(&sent.location).await.says("三楼漏水");
    li.get(&path).await.says("已变成求助单").never_says("变成求助</button>");
    two.heal().await;
    assert_eq!((requests(&two.office).await, requests(&two.home).await), (1, 1));
    // Its author finds his own message as a request, and may not take anything down.
    let (_, page) = open(&mut wang, &group, "三楼漏水").await;
    page.says("已变成求助单").says(&sent.location).never_says("撤下").never_says("举报");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reported_is_taken_down_by_the_owner_and_put_back() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let group = two.everybody().await;
    says(&mut li, &group, "今晚停水").await;
    says(&mut li, &group, "卖大米，加我").await;
    two.heal().await;
    let (path, page) = open(&mut wang, &group, "卖大米").await;
    page.says("举报").never_says("撤下").never_says("放回");
    let empty = act(&mut wang, &path, &[("what", "report"), ("report", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.says(r#"id="wrong-report""#).says("<details open>");
    let sent = act(&mut wang, &path, &[("what", "report"), ("report", "是广告")]).await;
    wang.get(&sent.location).await.says("已经告诉群主");
    assert_eq!(
        wang.get(&format!("{group}/reports")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    two.heal().await;
    li.get(&format!("{group}/reports")).await.says("卖大米").says("王强: 是广告").says(&path);
    // Somebody who is no owner posts the owner's form.
    let refused = act(&mut wang, &path, &[("what", "take_down"), ("reason", "我不喜欢")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    act(&mut li, &path, &[("what", "take_down"), ("reason", "广告")]).await;
    li.get(&path).await.says("放回").says("卖大米");
    two.heal().await;
    wang.get(&group).await.says("群主撤下了这条消息").never_says("卖大米").says("今晚停水");
    act(&mut li, &path, &[("what", "put_back")]).await;
    two.heal().await;
    wang.get(&group).await.says("卖大米").never_says("群主撤下了");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_hidden_on_one_box_alone_and_can_be_shown_again() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let group = two.everybody().await;
    says(&mut li, &group, "讲个鬼故事").await;
    two.heal().await;
    let (path, _) = open(&mut wang, &group, "鬼故事").await;
    let hidden = act(&mut wang, &path, &[("what", "hide")]).await;
    wang.get(&hidden.location).await.says("已在本机隐藏").never_says("鬼故事");
    li.get(&group).await.says("鬼故事");
    act(&mut wang, &path, &[("what", "show")]).await;
    wang.get(&group).await.says("鬼故事");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_shown_in_another_group_with_who_said_it_first() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    let group = two.everybody().await;
    says(&mut wang, &group, "周六义诊").await;
    two.heal().await;
    let (path, page) = open(&mut li, &group, "周六义诊").await;
    page.never_says("转到哪个群");
    let choir = Command::GroupNew {
        name: "合唱队".into(),
        kind: GroupKindWord::Open,
        vouches: 0,
        terms: GroupTerms::default(),
    };
    let Reply::Group(choir) = two.office.handle.ask(choir).await.unwrap() else {
        panic!("a group")
    };
    let into = choir.id.to_hex();
    li.get(&path).await.says("转到哪个群").says(&into);
    let forward = [("what", "forward"), ("into", into.as_str()), ("note", "请大家去")];
    let sent = act(&mut li, &path, &forward).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.html);
    li.get(&format!("/groups/{into}")).await.says("周六义诊").says("王强").says("请大家去");
    // Shown there already: it is not offered a second time.
    li.get(&path).await.never_says("转到哪个群");
    wang.get(&path).await;
    let wrong = act(&mut wang, &path, &[("what", "forward"), ("into", "nowhere")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    two.stop().await;
}
