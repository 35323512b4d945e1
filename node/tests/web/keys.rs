//! The sealed key on the page: opened for a shift, shut, its passphrase set, never over plain http; and chains
//! that forked.

use axum::http::StatusCode;
use node::{
    api::{Command, KeyState, Reply},
    handle::Handle,
    home::{self, Paper, Roots},
    run::{self, Running},
    web,
};
use tempfile::TempDir;

use crate::{
    actors::{self, Browser, at_home, at_home_with},
    fake::{Fake, id},
};

/// Whoever founded a neighbourhood, and so works for its office.
async fn an_office() -> (TempDir, Running) {
    let (folder, node, _) = an_office_and_its_papers().await;
    (folder, node)
}

/// The same, and the words of the neighbourhood's papers.
async fn an_office_and_its_papers() -> (TempDir, Running, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    let made = home::init(&data, "Office", Some("Zhao"), Some("Court"), Roots::TWO_OF_THREE);
    let papers = made.unwrap().paper.into_iter();
    let roots = papers.filter(|key| matches!(key.paper, Paper::Root { .. }));
    let words = roots.map(|key| key.words.join(" ")).collect();
    let node = run::open(&data).await.unwrap();
    (folder, node, words)
}

async fn key(handle: &Handle) -> KeyState {
    let Reply::Key(key) = handle.ask(Command::KeyState).await.unwrap() else { panic!("a key") };
    key
}

#[tokio::test]
async fn a_shift_begins_and_ends_on_the_page() {
    let (_folder, node) = an_office().await;
    let mut zhao = Browser::new(&at_home_with(node.handle.clone()), "en");
    let drawn = zhao.get("/me/key").await;
    drawn.says("whoever has this box has it").says("Drawn for you");
    zhao.get("/desk").await.says("href=\"/me/key\"");
    let set = [("what", "set"), ("new", "two wide rivers"), ("again", "two  wide rivers ")];
    zhao.submit("/me/key", &set).await.says("The key is shut.");

    let shut = zhao.post("/invite", &[("role", "member")]).await;
    assert_eq!(shut.status, StatusCode::UNPROCESSABLE_ENTITY);
    shut.says("Open it for your shift on the page “Sealed key”").never_says("linli unlock");

    for (typed, said) in [
        ("TWO WIDE RIVERS", "nothing but capital letters"),
        ("rivers", "fewer than 8 characters"),
        ("two wide bridges", "The passphrase is wrong."),
    ] {
        let form = [("what", "unlock"), ("passphrase", typed), ("hours", "6")];
        let wrong = zhao.post("/me/key", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        wrong.says(said).says(r#"id="wrong-passphrase""#).says(r#"value="6""#).never_says(typed);
    }
    let long = [("what", "unlock"), ("passphrase", "two wide rivers"), ("hours", "25")];
    zhao.post("/me/key", &long).await.says(r#"id="wrong-hours""#).says("from 1 to 24");
    assert!(!key(&node.handle).await.open);

    let open = [("what", "unlock"), ("passphrase", "ｔｗｏ wide rivers"), ("hours", "6")];
    zhao.submit("/me/key", &open).await.says("The key is open until");
    assert_eq!(zhao.post("/invite", &[("role", "member")]).await.status, StatusCode::OK);
    zhao.submit("/me/key", &[("what", "lock")]).await.says("The key is shut.");

    let change = [
        ("what", "set"),
        ("old", "a guess or two"),
        ("new", "night trains"),
        ("again", "night trains"),
    ];
    let wrong = zhao.post("/me/key", &change).await;
    wrong.says(r#"id="wrong-old""#).never_says("night trains").never_says("a guess or two");
    node.stop().await;
}

#[tokio::test]
async fn no_passphrase_is_asked_for_or_looked_at_where_others_could_read_it() {
    let (_folder, node) = an_office().await;
    let (config, codes) = actors::config(true);
    let pages = web::router(node.handle.clone(), config);
    for (language, why) in [("en", "anybody in the same network"), ("zh-CN", "同一个网络里的人")]
    {
        let mut phone = Browser::new(&pages, language);
        phone.host = format!("192.168.1.23:{}", actors::PORT);
        phone.origin = Some(format!("http://{}", phone.host));
        phone.get("/pair").await;
        let code = codes.lock().unwrap().last().cloned().unwrap();
        phone.submit("/pair", &[("code", &code)]).await;
        let page = phone.get("/me/key").await;
        page.says(why).says("href=\"/trust\"");
        for field in ["passphrase", "old", "new", "again", "words"] {
            page.never_says(&format!("name=\"{field}\""));
        }
        for what in ["set", "unlock", "revoke"] {
            let form = [
                ("what", what),
                ("passphrase", "two wide rivers"),
                ("new", "two wide rivers"),
                ("again", "two wide rivers"),
                ("words", "abandon"),
            ];
            let refused = phone.post("/me/key", &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            refused.says(why).never_says("two wide rivers");
        }
        assert!(!key(&node.handle).await.passphrase, "nothing was set");
    }
    node.stop().await;
}

#[tokio::test]
async fn whoever_wrote_twice_chooses_and_the_others_see_that_they_cannot() {
    let mut browser = Browser::new(&at_home(Fake::new()), "en");
    browser.get("/trouble").await.says("href=\"/forks\"");
    let page = browser.get("/forks").await;
    page.says("李梅, in 3号楼").says("I take the ride").says("Only the person whose device it is");
    let (mine, other) = (id(161).to_hex(), id(150).to_hex());
    page.says(&format!("value=\"{mine}\"")).never_says(&format!("value=\"{other}\""));
    browser.submit("/forks", &[("keep", &mine)]).await.says("counts").never_says(&mine);
    let gone = browser.post("/forks", &[("keep", "ffff")]).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    gone.says("Nothing forks at");
}

#[tokio::test]
async fn a_place_is_named_and_a_home_says_where_it_lies_and_a_relay_is_invited() {
    let (_folder, node) = an_office().await;
    let mut zhao = Browser::new(&at_home_with(node.handle.clone()), "zh-CN");
    zhao.get("/places").await.says("还没有人说过这户住在哪里");
    let page = zhao.submit("/places", &[("does", "new"), ("name", "3号楼")]).await;
    let (_, place) = page.html.split_once("<option value=\"").expect("an area to live in");
    let place = place.split('"').next().unwrap().to_owned();
    assert_eq!(place.len(), 64, "an id, not {place}");
    let lives = [("does", "live"), ("place", place.as_str())];
    zhao.submit("/places", &lives).await.says("这户住在：3号楼");
    let relay = zhao.post("/invite", &[("form", "relay")]).await;
    assert_eq!(relay.status, StatusCode::OK);
    relay.says("linli:");
    node.stop().await;
}

#[tokio::test]
async fn enough_papers_together_do_on_the_page_what_no_role_can() {
    let (_folder, node, papers) = an_office_and_its_papers().await;
    let mut zhao = Browser::new(&at_home_with(node.handle.clone()), "en");
    zhao.get("/roots?what=grant&person=Zhao&paper1=secret").await.never_says(">secret<");
    let give = |words: [&str; 3]| {
        let form = [("what", "grant"), ("person", "Zhao"), ("role", "steward")];
        let papers = ["paper1", "paper2", "paper3"].into_iter().zip(words);
        form.into_iter().chain(papers).map(|(name, typed)| (name, typed.to_owned())).collect()
    };
    let send = async |zhao: &mut Browser, form: Vec<(&str, String)>| {
        let form: Vec<_> = form.iter().map(|(name, typed)| (*name, typed.as_str())).collect();
        zhao.post("/roots", &form).await
    };
    let few = send(&mut zhao, give([&papers[0], "", ""])).await;
    assert_eq!(few.status, StatusCode::UNPROCESSABLE_ENTITY);
    few.says("papers are not enough, it takes 2").says(&papers[0]);
    let slip = papers[1].replacen(' ', "x ", 1);
    let wrong = send(&mut zhao, give([&papers[0], "", &slip])).await;
    wrong
        .says(r#"id="wrong-paper3""#)
        .never_says(r#"id="wrong-paper2""#)
        .says("not words of the list");
    let done = send(&mut zhao, give([&papers[0], "", &papers[1]])).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.html);
    done.says("It counts as soon as the others hear of it.").never_says(&papers[0]);

    let (config, codes) = actors::config(true);
    let mut phone = Browser::new(&web::router(node.handle.clone(), config), "en");
    phone.host = format!("192.168.1.23:{}", actors::PORT);
    phone.origin = Some(format!("http://{}", phone.host));
    phone.get("/pair").await;
    let code = codes.lock().unwrap().last().cloned().unwrap();
    phone.submit("/pair", &[("code", &code)]).await;
    phone.get("/roots").await.never_says("<textarea").says("anybody in the same network");
    let refused = send(&mut phone, give([&papers[0], "", &papers[1]])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.never_says(&papers[0]);
    node.stop().await;
}
