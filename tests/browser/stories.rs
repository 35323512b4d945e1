//! What people do with their phones, from the first tap to the last.

use node::{
    api::{Command, RoleWord, RosterCommand},
    demo::{CHEN, LI, OFFICE, ZHANG},
};

use crate::{
    town::Town,
    window::{Driver, Size, Window},
};

/// What a reader of this language sees of a ride that he may take, and what he taps.
const TAKE: [(&str, &str); 2] = [("zh-CN", "抢单"), ("en", "I will help")];

/// Taps from the first page to a request that everybody sees.
const TAPS_TO_ASK: usize = 3;

async fn asks(window: &Window, title: &str) -> String {
    window.go("/").await;
    let before = window.taps();
    window.tap_words("我要求助").await;
    window.types("#title", title).await;
    window.tap(".ask-form button.big").await;
    window.sees(title).await;
    assert!(window.taps() - before <= TAPS_TO_ASK, "{} taps", window.taps() - before);
    window.path().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ride_is_asked_for_claimed_on_both_sides_of_a_cut_told_driven_and_confirmed() {
    let town = Town::raise().await;
    let demo = &town.demo.town;
    let driver = Driver::start();
    let chen = driver.open(town.page(CHEN), Size::Phone, "zh-CN").await;
    let path = asks(&chen, "明早八点去中医院").await;
    chen.go("/").await;
    chen.picture("resident-home").await;
    demo.agreed().await.expect("all four have heard of it");

    demo.cut_in_two();
    demo.apart().await.expect("two halves");
    let mut drivers = Vec::new();
    for (home, (language, take)) in [ZHANG, LI].into_iter().zip(TAKE) {
        let window = driver.open(town.page(home), Size::Phone, language).await;
        window.go(&path).await;
        window.tap_words(take).await;
        window.sees(if language == "en" { "You hold this one" } else { "这单是您的" }).await;
        window.picture(&format!("driver-{language}")).await;
        drivers.push((home, window));
    }

    demo.heal();
    let ride = path.trim_start_matches("/requests/").parse().expect("an id in the address");
    let ending = demo.ending(ride).await.expect("one holder, and the other is told");
    for (home, window) in &drivers {
        window.go("/").await;
        match (*home == ending.loser, *home) {
            (true, LI) => window.sees("Somebody else was drawn").await,
            (true, _) => window.sees("没抢中").await,
            (false, _) => {
                window.go(&path).await;
                window.tap("button[value=depart]").await;
                window.tap("button[value=done]").await;
                window.sees(if *home == LI { "Waiting for confirmation" } else { "待确认" }).await;
            }
        }
        window.picture(&format!("race-{home}")).await;
    }

    demo.agreed().await.expect("all four have heard of the end");
    chen.go("/").await;
    chen.sees("已解决吗").await;
    chen.tap("button[value=confirm]").await;
    chen.sees("已结案").await;
    let office = driver.open(town.page(OFFICE), Size::Desktop, "zh-CN").await;
    demo.agreed().await.expect("all four have heard of the confirmation");
    office.go(&path).await;
    office.sees("已结案").await;
    crate::town::stop(town).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_head_of_a_house_warns_with_a_photo_and_nobody_can_overlook_it() {
    for (head, reader, language, warn) in [
        (Size::Phone, Size::Phone, "zh-CN", "拍照发预警"),
        (Size::Desktop, Size::Desktop, "en", "Warn with a photo"),
    ] {
        let town = Town::raise().await;
        warns_with_a_photo(&town, (head, reader), (language, warn)).await;
        crate::town::stop(town).await;
    }
}

async fn warns_with_a_photo(
    town: &Town,
    (heads, readers): (Size, Size),
    (language, warn): (&str, &str),
) {
    let demo = &town.demo.town;
    let person = town.removed.0.to_hex();
    let grant = RosterCommand::Grant { person, role: RoleWord::Steward, over: None, again: true };
    demo.ask(OFFICE, Command::Roster(grant)).await.expect("Zhang looks after the house");
    demo.agreed().await.expect("all four have heard of it");
    let driver = Driver::start();
    let head = driver.open(town.page(ZHANG), heads, language).await;
    head.go("/").await;
    head.tap_words(warn).await;
    head.types("#text", "三楼水管爆了，别坐电梯").await;
    let photo = std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/pictures/driver-zh-CN.png"
    ));
    head.attaches("#camera", photo).await;
    // It is made small here before it goes up; nothing but pixels is left.
    let small = "const done = arguments[0]; const look = async () => { \
        const [file] = document.querySelector('#camera').files; \
        if (file.name !== 'photo.jpg') return setTimeout(look, 50); \
        const it = await createImageBitmap(file); \
        const bytes = new Uint8Array(await file.arrayBuffer()); \
        done([file.type, Math.max(it.width, it.height) <= 1600, bytes[3] !== 0xe1]); }; look();";
    let made = head.run_and_wait(small, vec![]).await;
    assert_eq!(made, serde_json::json!(["image/jpeg", true, true]));
    head.tap("form[enctype] button.big").await;
    head.sees("三楼水管爆了").await;

    demo.agreed().await.expect("all four have the warning");
    // It stands first on whatever page somebody begins with, with its picture.
    let chen = driver.open(town.page(CHEN), readers, language).await;
    chen.go("/").await;
    chen.sees("三楼水管爆了").await;
    let first = chen.run(
        "const alert = document.querySelector('main section, main article'); \
         return alert.className.includes('alert') && alert.innerText.includes('三楼水管爆了')",
        vec![],
    );
    assert_eq!(first.await, true, "something else stands before it:\n{}", chen.text().await);
    let seen = "const done = arguments[0]; const look = () => { \
        const it = [...document.querySelectorAll('.alert-card')].find((card) => card.innerText.includes('水管'))?.querySelector('img'); \
        it && it.complete && it.naturalWidth > 0 ? done(true) : setTimeout(look, 100); }; look();";
    assert_eq!(chen.run_and_wait(seen, vec![]).await, true);
    chen.picture("alert").await;
}
