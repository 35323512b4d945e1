//! People walking through the pages without any script: every form leads to the page that shows
//! what came of it.

use axum::http::StatusCode;

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, id},
};

#[tokio::test]
async fn a_request_is_asked_for_claimed_set_off_done_and_confirmed() {
    for (language, steps) in [
        ("en", ["I will help", "I am setting off", "It is done", "Yes, it is solved", "Closed"]),
        ("zh-CN", ["抢单，我来帮", "我出发了", "办好了", "是，解决了", "已结案"]),
    ] {
        let pages = at_home(Fake::new());
        let mut browser = Browser::new(&pages, language);
        browser.get("/ask").await;
        let mut page = browser
            .submit("/ask", &[("title", "扛米上楼"), ("details", "20 斤"), ("group", "")])
            .await;
        let href = page.location.clone();
        page.says("扛米上楼").says("20 斤");
        for (verb, button) in ["claim", "depart", "done", "confirm"].into_iter().zip(steps) {
            page.says(button).says(&format!(r#"value="{verb}""#));
            page = browser.submit(&format!("{href}/act"), &[("verb", verb)]).await;
        }
        page.says(steps[4]);
    }
}

#[tokio::test]
async fn what_was_answered_before_is_shown_above_the_form_and_asked_only_when_wanted() {
    for (language, head, button) in [
        ("en", "The office has answered this before", "ask all the same"),
        ("zh-CN", "居委会以前答过", "继续提问"),
    ] {
        let pages = at_home(Fake::new());
        let mut browser = Browser::new(&pages, language);
        browser.get("/ask").await.never_says(head);
        let typed = [("title", "燃气卡去哪里充"), ("details", ""), ("group", "")];
        let page = browser.post("/ask", &typed).await;
        assert_eq!(page.status, StatusCode::OK, "nothing was asked");
        page.says(head).says("燃气卡在东门充值").says(button).says(r#"value="燃气卡去哪里充""#);
        let anyway = [&typed[..], &[("anyway", "yes")]].concat();
        browser.submit("/ask", &anyway).await.says("燃气卡去哪里充").never_says(head);
        let urgent = [&typed[..], &[("urgent", "yes")]].concat();
        assert_eq!(browser.post("/ask", &urgent).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_message_is_posted_answered_changed_and_withdrawn() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let group = format!("/groups/{}", id(1).to_hex());
    browser.get(&group).await.says("官方").says("以下是新消息").says("已撤回").says("改过");
    let reply = id(12).to_hex();
    browser.get(&format!("{group}?reply={reply}")).await.says("不回复这条");
    let page = browser
        .submit(&format!("{group}/post"), &[("text", "梯子在门口"), ("reply_to", &reply)])
        .await;
    page.says("梯子在门口").says("已存本机").says("Tom Becker：Does anyone");
    let message = format!("{group}/messages/{}", id(101).to_hex());
    browser.get(&message).await.says("修改这条消息");
    browser.submit(&format!("{message}/edit"), &[("text", "梯子在楼下")]).await.says("梯子在楼下");
    browser.submit(&format!("{message}/withdraw"), &[]).await.never_says("梯子在楼下");
}

#[tokio::test]
async fn a_conflict_shows_both_values_until_somebody_chooses() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let request = format!("/requests/{}", id(41).to_hex());
    browser.get(&request).await.says("冲突").says("周四 7:30").says("周四 8:00");
    browser.get(&format!("{request}/facts/time")).await.says("按这个").says("请打电话问清楚");
    let page = browser.submit(&format!("{request}/facts/time"), &[("value", "周四 8:00")]).await;
    page.says("周四 8:00").never_says("周四 7:30").never_says("去核对");
}

#[tokio::test]
async fn a_checklist_grows_and_is_ticked() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    let list = format!("/requests/{}/checklist", id(41).to_hex());
    browser.get(&format!("/requests/{}", id(41).to_hex())).await;
    browser.submit(&list, &[("text", "umbrella")]).await.says("umbrella").says("☐");
    let page = browser.submit(&format!("{list}/tick"), &[("tick", "c2")]).await;
    assert_eq!(page.html.matches('☑').count(), 2);
}

#[tokio::test]
async fn a_lost_claim_is_told_with_the_next_open_request_until_it_was_read() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/groups").await.says("有 1 件事要告诉您");
    let page = browser.get("/").await;
    page.says("没抢中").says("陈师傅").says("还有人在等：Carry rice");
    let page = browser.submit("/notices/seen", &[("id", "n1"), ("back", "/requests")]).await;
    page.says("求助").never_says("要告诉您");
    browser
        .get("/")
        .await
        .never_says("没抢中")
        .says("说“借一张折叠床”办好了，已解决吗")
        .says("您答应了");
}

#[tokio::test]
async fn groups_are_founded_and_entered() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/groups/new").await;
    browser
        .submit("/groups/new", &[("name", "Garden 花园"), ("kind", "open")])
        .await
        .says("Garden 花园");
    let open = format!("/groups/{}", id(4).to_hex());
    browser.get(&open).await.says("You are not in this group yet");
    browser.submit(&format!("{open}/join"), &[]).await.says("Write to the group");
    browser.get(&format!("/groups/{}", id(3).to_hex())).await.says("can invite you");
}

#[tokio::test]
async fn the_board_is_described_pinned_to_and_cleared() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let board = format!("/groups/{}/board", id(1).to_hex());
    browser.get(&board).await.says("停水");
    browser.submit(&format!("{board}/pin"), &[("text", "周六大扫除")]).await.says("周六大扫除");
    browser.submit(&format!("{board}/describe"), &[("text", "大家的群")]).await.says("大家的群");
    browser.submit(&format!("{board}/unpin"), &[("pin", "p1")]).await.never_says("停水");
}

#[tokio::test]
async fn an_invitation_is_a_link_and_a_picture_and_never_in_an_address() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/invite").await;
    let page = browser.post("/invite", &[("role", "member"), ("group", "")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, ""));
    page.says("linli:join/").says("<svg class=\"qr\"").says("Whoever has this link can join");
    assert_eq!(page.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn an_invitation_is_a_file_too_and_a_box_in_no_community_takes_all_of_it() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "en");
    browser.get("/invite").await.says("Make a file");
    let page = browser.post("/invite", &[("role", "member"), ("form", "file")]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::OK, ""));
    assert_eq!(page.headers["cache-control"], "no-store");
    let kept = page.headers["content-disposition"].to_str().unwrap();
    assert!(kept.starts_with("attachment") && kept.contains(".txt"), "{kept}");
    assert!(page.html.starts_with("linli-invitation 1\n"), "{}", page.html);
    let refused = browser.post("/invite", &[("role", "admin"), ("form", "file")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("Your role is not above").says(r#"value="admin" selected"#);

    let pages = at_home(Fake { community: false, ..Fake::new() });
    let mut newcomer = Browser::new(&pages, "en");
    newcomer.get("/").await.says("paste the whole text");
    // As a browser sends it, and longer than any other form may be.
    let file = page.html.replace('\n', "\r\n") + &"A".repeat(3 << 20);
    let wrong = newcomer.post("/join", &[("link", &file[1..]), ("home", "3-202")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("3-202").never_says("AAAAAAAA");
    newcomer.post("/join", &[("link", &file), ("home", "3-202")]).await.says("abandon");
}

#[tokio::test]
async fn the_language_is_the_browsers_until_the_reader_chooses() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "de, zh;q=0.8, en;q=0.5");
    browser.get("/people").await.says("邻居").says(r#"lang="zh-CN""#);
    let page = browser.submit("/language", &[("language", "en"), ("back", "/people")]).await;
    page.says("People").says(r#"lang="en""#);
    browser.get("/").await.says("I need help");
}

#[tokio::test]
async fn a_claim_that_came_too_late_is_explained_on_the_request_as_it_is_now() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let request = format!("/requests/{}", id(43).to_hex());
    browser.get(&request).await;
    let page = browser.post(&format!("{request}/act"), &[("verb", "claim")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("现在不能“抢单，我来帮”").says("待确认").says("借一张折叠床");
}

#[tokio::test]
async fn the_homes_are_a_picture_with_words_for_whoever_does_not_see_it() {
    let pages = at_home(Fake::new());
    for (language, sentence) in
        [("zh-CN", "2 家连得上，2 家连不上"), ("en", "2 in reach, 2 not in reach")]
    {
        let page = Browser::new(&pages, language).get("/network").await;
        page.says(r#"<svg viewBox="-180 -180 360 360" role="img""#)
            .says(sentence)
            .never_says("style=");
        let (_, picture) = page.html.split_once(r#"<svg viewBox="-180"#).unwrap();
        let (picture, table) = picture.split_once("</svg>").unwrap();
        // Own home and four others; a line drawn through or dashed, and the table says the same.
        assert_eq!(picture.matches("<circle").count(), 5);
        assert_eq!(picture.matches("<line").count(), 4);
        assert_eq!(picture.matches(r#"class="away""#).count(), 2 * 2, "lines and homes");
        assert_eq!((table.matches('●').count(), table.matches('○').count()), (2, 2));
        assert!(
            picture.contains(">3-201</text>") || picture.contains(">3-201…</text>"),
            "{picture}"
        );
    }
}
