//! The first page of each: who drives, heads a house, works at the desk, reads large; and whose phone it is.

use axum::http::StatusCode;
use crdt::id::{KeyId, PersonId};
use node::api::{
    ActVerb, ApiError, Command, DoorLine, ErrorKind, GroupKindWord, HouseCommand, HouseReply,
    Inbox, InboxRow, KnockDoor, KnockFor, MePage, NewsWord, PaperState, Reply, ResidentRow,
    RoleWord,
};

use crate::{
    actors::{Browser, Page, at_home, at_home_with},
    fake::{Fake, NOW, id},
};

fn person(number: u8) -> PersonId {
    PersonId::from_bytes([number; 32])
}

fn resident(number: u8, name: &str) -> ResidentRow {
    ResidentRow { id: person(number), name: name.into() }
}

/// Li Mei, a resident.
pub fn li() -> MePage {
    MePage {
        id: person(1),
        name: "李梅".into(),
        role: RoleWord::Member,
        desk: false,
        lives_in: None,
        elder: false,
        papers: PaperState { own: true, roots_left: 0 },
        residents: vec![resident(1, "李梅")],
    }
}

impl Fake {
    /// Li Mei's father lives with her.
    pub fn of_two() -> Self {
        let mut fake = Self::new();
        fake.me.residents.push(resident(9, "李爷爷"));
        fake
    }

    /// One door that asks for help, one that is well.
    pub fn doors(&self) -> Vec<DoorLine> {
        let door = |home: &str, number, open, urgent| DoorLine {
            home: home.into(),
            people: vec!["王桂兰".into()],
            place: "3号楼".into(),
            open,
            urgent,
            boxes: vec![KeyId::from_bytes([number; 32])],
        };
        let few = vec![door("3-201", 1, 0, false), door("3-502", 4, 1, true)];
        self.long.cycled(few)
    }

    /// The doors, and of the inbox one line of each list.
    pub fn house(&self, command: &HouseCommand) -> HouseReply {
        if *command == HouseCommand::Doors {
            return HouseReply::Doors { doors: self.doors() };
        }
        let door = |home: &str, reached| {
            let people = vec!["王桂兰".to_owned()];
            KnockDoor { home: home.into(), people, reached }
        };
        let row = |title: &str, status: &str, holder: Option<&str>| InboxRow {
            id: id(10),
            code: "482913".into(),
            title: title.into(),
            status: status.into(),
            urgent: holder.is_none(),
            claimed_ms: NOW,
            holder: holder.map(str::to_owned),
            home: "3-502".into(),
            place: "3号楼".into(),
        };
        HouseReply::Inbox(Inbox {
            doors: 48,
            knock: vec![KnockFor {
                id: id(90),
                class: NewsWord::Alert,
                official: true,
                text: "今晚停水".into(),
                claimed_ms: NOW,
                doors: self.long.cycled(vec![door("3-201", false), door("3-502", true)]),
                count: 2,
            }],
            unanswered: self.long.cycled(vec![row("门锁坏了", "open", None)]),
            bring: self.long.cycled(vec![row("送药上门", "assigned", Some("小王"))]),
        })
    }

    fn lives_here(&self, person: &str) -> bool {
        self.me.residents.iter().any(|row| row.id.to_hex() == person)
    }

    /// The command itself, where whoever gives it lives here.
    pub fn in_whose_name(&self, command: Command) -> Result<Command, ApiError> {
        match command {
            Command::As { person, .. } if !self.lives_here(&person) => {
                Err(ApiError::new(ErrorKind::NotHere, [("name", person)]))
            }
            Command::As { command, .. } => Ok(*command),
            command => Ok(command),
        }
    }

    pub fn about_me(&mut self, command: &Command) -> Reply {
        match command {
            Command::Elder { on } => {
                self.me.elder = *on;
                Reply::Done
            }
            _ => Reply::Me(Box::new(self.me.clone())),
        }
    }
}

async fn first_page(fake: Fake) -> Page {
    Browser::new(&at_home(fake), "zh-CN").get("/").await
}

#[tokio::test]
async fn a_resident_has_three_ways_on_and_nobody_elses_work() {
    let page = first_page(Fake::new()).await;
    page.says("我要求助").says("问红管家").says("看公告").says("地下车库进水");
    page.never_says("值班台").never_says("我的楼").never_says("您的下一单");
}

#[tokio::test]
async fn a_driver_has_one_card_and_one_button_that_becomes_the_next_step() {
    let mut fake = Fake::new();
    for group in &mut fake.groups {
        group.kind = GroupKindWord::Vetted;
    }
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    let ride = format!("/requests/{}/act", id(41).to_hex());
    browser.get("/").await.says("您的下一单").says(r#"name="verb" value="depart""#);
    let back = [("verb", "depart"), ("back", "/")];
    let page = browser.submit(&ride, &back).await;
    assert_eq!(page.location, "/");
    page.says(r#"name="verb" value="done""#);
    // Nowhere but on this box.
    let page = browser.post(&ride, &[("verb", "done"), ("back", "//elsewhere.example")]).await;
    assert_eq!(page.location, "/");
}

#[tokio::test]
async fn one_big_button_leads_a_driver_from_the_door_to_the_way_back() {
    use node::api::CaseVerb::{Arrive, Pickup};
    let table: [(&str, ActVerb, &[node::api::CaseVerb], &str); 5] = [
        ("out", ActVerb::Depart, &[], r#"value="depart">我出发了"#),
        ("out", ActVerb::Done, &[Pickup, Arrive], r#"value="arrive">我到了"#),
        ("out", ActVerb::Done, &[Pickup], r#"value="pickup">接到了"#),
        ("out", ActVerb::Done, &[], r#"value="done">送到了"#),
        ("back", ActVerb::Depart, &[], r#"value="depart">返程出发"#),
    ];
    for (leg, may, acts, button) in table {
        let mut fake = Fake::new();
        for group in &mut fake.groups {
            group.kind = GroupKindWord::Vetted;
        }
        let ride = &mut fake.requests[1];
        (ride.may, ride.more.acts) = (vec![may], acts.to_vec());
        ride.row.ride = crate::series::ride(40, leg, Some("王强")).ride;
        first_page(fake).await.says(button);
    }
}

#[tokio::test]
async fn before_it_is_time_to_set_off_nobody_is_led_to_arrive() {
    use node::api::CaseVerb::{Arrive, Pickup};
    let mut fake = Fake::new();
    for group in &mut fake.groups {
        group.kind = GroupKindWord::Vetted;
    }
    let ride = &mut fake.requests[1];
    (ride.may, ride.more.acts) = (vec![ActVerb::Done], vec![Pickup, Arrive]);
    (ride.more.early, ride.row.status) = (true, "assigned".into());
    ride.row.ride = crate::series::ride(40, "out", Some("王强")).ride;
    let id = ride.row.id.to_hex();
    let mut browser = Browser::new(&at_home(fake), "zh-CN");
    let page = browser.get("/").await;
    page.says("您的下一单").never_says(r#"value="arrive""#).never_says(r#"value="done""#);
    browser.get(&format!("/requests/{id}")).await.says("开始前两小时起可以点“出发”");
}

#[tokio::test]
async fn the_head_of_a_house_sees_its_doors_and_the_desk_its_lists() {
    let mut fake = Fake::new();
    (fake.me.role, fake.me.desk) = (RoleWord::Steward, true);
    let page = first_page(fake).await;
    page.says("我的楼").says("48 户里 32 户已读").says("3-502").says("还没送到");
    page.says("待受理 <b>4</b>").says("新增 14 件").says("替居民登记");
}

#[tokio::test]
async fn the_inbox_says_whom_to_knock_for_who_waits_and_whom_to_bring_word() {
    let mut fake = Fake::new();
    fake.me.role = RoleWord::Steward;
    let mut browser = Browser::new(&at_home(fake), "zh-CN");
    browser.get("/").await.says(r#"href="/inbox""#).says("转送箱");
    let page = browser.get("/inbox").await;
    page.says("要去敲门的").says("今晚停水").says("还有 2 户没看到").says("3-201").says("还没送到");
    page.says("还没人回应的")
        .says("门锁坏了")
        .says("482913")
        .says("要捎的话")
        .says("来帮忙的：小王");
}

#[tokio::test]
async fn the_doors_of_a_house_stand_in_a_grid_with_a_sign_and_words_beside_each_colour() {
    let mut fake = Fake::new();
    fake.me.role = RoleWord::Steward;
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/").await.says(r#"href="/doors""#).says("photo?alert=yes");
    let page = browser.get("/doors").await;
    page.says("共 2 户").says(r#"class="card well""#).says("●").says("现在连着");
    page.says(r#"class="card urgent""#).says("⚠").says("有急事：1 件没办完");
    browser.get("/doors?door=3-5").await.says("3-502").never_says("3-201");
    let form = browser.get(&format!("/groups/{}/photo?alert=yes", id(1).to_hex())).await;
    form.says(r#"name="alert" value="yes" checked"#);
}

#[tokio::test]
async fn somebody_is_taken_down_in_four_fields_and_gets_a_slip_without_anything_private() {
    // With a space in it, so that it stands in no token by chance.
    const PHONE: &str = "139 0013";
    let mut fake = Fake::new();
    fake.me.desk = true;
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/desk/intake").await.says("四项就够");
    let form = [("title", ""), ("name", "王桂兰"), ("phone", PHONE), ("door", "3-201")];
    let page = browser.post("/desk/intake", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("这里还没有写").says(r#"value="王桂兰""#);
    let form = [("title", "陪去医院"), ("name", "王桂兰"), ("phone", PHONE), ("door", "3-201")];
    let page = browser.submit("/desk/intake", &form).await;
    page.says("陪去医院").says("<svg class=\"qr").says("400 1").never_says(PHONE);
    page.never_says("3-201");
}

#[tokio::test]
async fn a_phone_is_somebodys_and_he_reads_as_large_as_he_likes() {
    let pages = at_home(Fake::of_two());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/me").await.says("李爷爷");
    browser.submit("/me", &[("person", &person(1).to_hex())]).await;
    browser.get("/me").await.says("李爷爷").never_says("class=\"elder\"");
    let page = browser.submit("/me/elder", &[("elder", "yes")]).await;
    page.says("class=\"elder\"").says("普通字");
    let stranger = person(7).to_hex();
    let page = browser.post("/me", &[("person", &stranger)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.submit("/me", &[("person", &person(9).to_hex())]).await.says("我要求助");
}

#[tokio::test]
async fn whose_phone_it_was_and_who_moved_out_is_asked_anew() {
    let (pages, fake) = (at_home(Fake::of_two()), Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/me").await;
    browser.submit("/me", &[("person", &person(9).to_hex())]).await;
    let mut later = Browser::new(&at_home(fake), "zh-CN");
    later.cookies = browser.cookies;
    let page = later.get("/groups").await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/me"));
    later.get("/groups").await.says("3号楼");
}

#[tokio::test]
async fn why_a_home_is_not_equal_is_said_with_what_to_try_and_compared_when_asked() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/network").await.says("还只在这台机器上：2 件").says("已经全部送到 1 户");
    let away = format!("/network/homes/{}", "03".repeat(32));
    browser.get(&away).await.says("居委会").says("对方的机器开着吗").says("我们缺");
    browser.post(&away, &[]).await.says("刚刚核对过：两边一样");
    let nobody = browser.get(&format!("/network/homes/{}", "ee".repeat(32))).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_question_goes_to_the_desk_and_what_is_for_the_desk_alone_says_so() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    // Neighbours are no desk: nothing urgent, nothing private is asked for here.
    browser.get("/ask?kind=question").await.says("您的问题").never_says(r#"name="urgent""#);
    let wrong = browser.post("/ask", &[("kind", "question"), ("title", "")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("您的问题").says("这里还没有写");
    let form = [("kind", "question"), ("title", "公证处几点开门"), ("to_desk", "yes")];
    browser.submit("/ask", &form).await.says("公证处几点开门");
}

/// Li asks for her mother, whom nobody here knows: when, where about, what whoever drives must be able to do and how
/// many are needed stands in the request; the name is for the few who may read it.
#[tokio::test]
async fn whoever_asks_says_when_where_for_whom_and_how_many_and_the_driver_reads_it() {
    let office = crate::office::office().await;
    let mut li = Browser::new(&at_home_with(office.node.handle.clone()), "zh-CN");
    let Reply::Me(me) = office.node.handle.ask(Command::Me).await.unwrap() else { panic!("me") };
    li.get("/me").await;
    li.submit("/me", &[("person", &me.id.to_hex())]).await;
    li.get("/ask").await.says("时间、地点、人数、为谁求助");
    let form = [
        ("title", "送老人去透析"),
        ("from", "2030-05-01T08:00"),
        ("until", "2030-05-01T08:30"),
        ("area", "东门"),
        ("needs", "扶上车\r\n车上放得下轮椅\r\n"),
        ("places", "2"),
        ("subject", "周阿婆"),
        ("consent", "guardian"),
    ];
    let page = li.submit("/ask", &form).await;
    page.says("东门")
        .says("扶上车、车上放得下轮椅")
        .says("需要几人")
        .says("2030")
        .never_says("周阿婆");
    let id = page.location.trim_start_matches("/requests/").to_owned();
    let Reply::Request(asked) = office.node.handle.ask(Command::Request { id }).await.unwrap()
    else {
        panic!("a request")
    };
    let more = &asked.more;
    assert_eq!((more.places, more.consent), (2, Some(node::api::ConsentWord::Guardian)));
    assert_eq!(more.until_ms.unwrap() - more.from_ms.unwrap(), 30 * 60_000);
    // A neighbour who is known here is named in the request.
    let known = [("title", "送他去医院"), ("subject", "Wang")];
    li.submit("/ask", &known).await.says("为谁").says("Wang");
    office.node.stop().await;
}
