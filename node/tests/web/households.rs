//! Somebody else moves in, duty is handed over, hours are certified, a request's way to the desk: by the
//! forms, with real homes behind them, and as the other home sees it.

use axum::http::StatusCode;
use node::api::{Command, HouseCommand, HouseReply, Reply};

use crate::two::Two;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_moves_in_and_his_paper_key_is_shown_this_once() {
    let two = Two::homes().await;
    let (mut li, _) = two.browsers();
    li.get("/me").await.says("家里再加一个人");
    let empty = li.post("/me/add", &[("name", "  ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    empty.says(r#"id="wrong-name""#);
    let added = li.post("/me/add", &[("name", "李奶奶")]).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.html);
    added.says("李奶奶 也住在这里了").says("paper-words").never_says("/me/paper");
    assert_eq!(added.html.matches("<li>").count(), 24);
    assert_eq!(added.headers["cache-control"], "no-store");
    // The same form once more moves nobody in twice, and gives no key away.
    let again = li.post("/me/add", &[("name", "李奶奶")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    again.says(r#"value="李奶奶""#).never_says("paper-words");
    two.heal().await;
    let Reply::People { people, .. } =
        two.home.handle.ask(Command::People { from: 0, last: None }).await.unwrap()
    else {
        panic!("people")
    };
    let hers: Vec<_> = people.iter().filter(|it| it.name == "李奶奶").collect();
    assert_eq!(hers.len(), 1, "the other home knows");
    // Large type is each one's own: it goes with the person whose phone it is.
    li.get("/me").await;
    li.post("/me/elder", &[("elder", "yes")]).await;
    li.get("/groups").await.says("class=\"elder\"");
    let mine = people.iter().find(|it| it.name == "李梅").expect("who was there before").id;
    for (who, large) in [(hers[0].id, false), (mine, true)] {
        li.get("/me").await;
        li.post("/me", &[("person", &who.to_hex())]).await;
        let page = li.get("/groups").await;
        assert_eq!(page.html.contains("class=\"elder\""), large, "{}", page.html);
    }
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_sets_its_rota_hands_duty_over_and_every_page_has_the_new_phone() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    li.get("/desk").await.says("/desk/duty");
    li.get("/desk/duty").await.says("还没有排值班");
    let rota = [("what", "rota"), ("people", "李梅 5551234\n王强 5550000"), ("hours", "12")];
    let table: [(&str, &str, &str); 4] = [
        ("people", "李梅", "wrong-people"),
        ("people", "张三丰 110", "wrong-people"),
        ("hours", "0", "wrong-hours"),
        ("place", "月球", "wrong-rota-place"),
    ];
    for (field, value, beside) in table {
        let mut fields: Vec<_> = rota.into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let page = li.post("/desk/duty", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", page.location);
        page.says(&format!(r#"id="{beside}""#)).says(value);
    }
    assert_eq!(li.post("/desk/duty", &rota).await.location, "/desk/duty");
    two.heal().await;
    wang.get("/groups").await.says("李梅 5551234");
    let over = [("what", "hand_over"), ("person", "王强"), ("phone", "5559999")];
    assert_eq!(li.post("/desk/duty", &over).await.location, "/desk/duty");
    two.heal().await;
    wang.get("/groups").await.says("王强 5559999").never_says("李梅 5551234");
    li.get("/desk/duty").await.says("王强").says("tel:5559999").says("下一位");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_hours_is_made_out_for_others_and_never_for_oneself() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    li.get("/hours").await.says("/hours/certify");
    wang.get("/hours").await.never_says("/hours/certify");
    let for_wang = [("person", "王强"), ("from", "2026-01-01"), ("until", "2026-12-31")];
    li.get("/hours/certify").await.says("不能给自己开");
    let made = li.post("/hours/certify", &for_wang).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    assert!(made.location.starts_with("/hours/certificate/"), "{}", made.location);
    li.get(&made.location).await.says("王强");
    two.heal().await;
    wang.get("/hours").await.says(&made.location);
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[("person", "李梅"), ("from", "2026-01-01"), ("until", "2026-12-31")], "wrong-person"),
        (&[("person", ""), ("from", "2026-01-01"), ("until", "2026-12-31")], "wrong-person"),
        (&[("person", "王强"), ("from", ""), ("until", "2026-12-31")], "wrong-window"),
        (&[("person", "王强"), ("from", "2026-12-31"), ("until", "2026-01-01")], "wrong-window"),
    ];
    for (fields, beside) in table {
        let page = li.post("/hours/certify", fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        page.says(&format!(r#"id="{beside}""#));
    }
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_request_says_how_far_it_has_come_and_the_network_page_what_is_only_here() {
    let two = Two::homes().await;
    let (mut li, mut wang) = two.browsers();
    wang.get("/ask").await;
    let asked = wang.post("/ask", &[("title", "灯坏了")]).await;
    wang.get(&asked.location).await.says("已存本机，还没传出去");
    wang.get("/network").await.says("还只在本机的").says("求助：灯坏了");
    let Reply::House(HouseReply::OnlyHere(only)) =
        two.home.handle.ask(Command::House(HouseCommand::OnlyHere)).await.unwrap()
    else {
        panic!("what is only here")
    };
    assert!(only.count >= 1 && only.items[0].title == "灯坏了", "{only:?}");
    two.heal().await;
    // It got there on a stick. Nobody says so before the desk has answered it.
    wang.get(&asked.location).await.says("已存本机，还没传出去");
    li.get(&asked.location).await.never_says("已存本机").never_says("已送达值班台");
    let case = asked.location.replace("/requests/", "/desk/cases/");
    li.get(&case).await;
    let answered = li.post(&case, &[("what", "answer"), ("answer", "明天来修")]).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.html);
    two.heal().await;
    wang.get(&asked.location).await.says("已送达值班台").never_says("还没传出去");
    // At the desk itself there is no way to go.
    li.get("/ask").await;
    let own = li.post("/ask", &[("title", "换门锁")]).await;
    li.get(&own.location).await.says("已送达值班台");
    two.stop().await;
}
