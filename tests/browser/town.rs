//! The neighbourhood that the windows look at: the four homes of `linli demo`, each a node exactly as
//! `linli up` runs it, with a little of everything written into them; and a box in no community yet.

use crdt::id::{EnvelopeId, PersonId, RequestId};
use node::{
    api::{
        ActivityCommand, ActivityReply, Command, HoursCommand, HoursReply, NewActivity, NewRole,
        NewSeries, NewVote, NewsCommand, NewsReply, NewsWord, PlaceVerb, Private, Reply, RoleWord,
        RosterCommand, RosterReply, SeriesCommand, SeriesReply, Telling, VoteCommand, VoteReply,
    },
    demo::{CHEN, Demo, OFFICE, ZHANG},
    photo,
    run::{self, Config, Running},
};

/// What stands in for a photo of the storm.
const PICTURE: &[u8] = include_bytes!("../../docs/pictures/slip.png");

/// The four homes, and the names of what is in them.
pub struct Town {
    /// They run until this is stopped.
    pub demo: Demo,
    /// A ride that Granny Chen asked for, with private details.
    pub ride: RequestId,
    /// What stands in an address for everybody's group.
    pub group: String,
    /// A message in it.
    pub message: EnvelopeId,
    /// A ride every Tuesday, Granny Chen and Zhang in turn.
    pub series: EnvelopeId,
    /// The last one of the coming two weeks that is her turn.
    pub turn: RequestId,
    /// A vote that the office opened, on a lift.
    pub vote: EnvelopeId,
    /// An activity, where she has a place.
    pub activity: EnvelopeId,
    /// The number of her certificate.
    pub certificate: String,
    /// An alert of the office's.
    pub alert: EnvelopeId,
    /// Somebody who was removed, and the removal.
    pub removed: (PersonId, EnvelopeId),
    /// What stands in an address for the office's box, as Granny Chen's sees it.
    pub peer: String,
    /// A key of that person's.
    pub key: String,
    /// Where the page of a box in no community is.
    pub before: String,
    /// Where the page of a box is whose visitors must pair first.
    pub outside: String,
    boxes: [Running; 2],
    _folders: [tempfile::TempDir; 2],
}

impl Town {
    /// Raises it and waits until all four show the same.
    pub async fn raise() -> Self {
        let demo = Demo::start(None).await.expect("four homes on loopback");
        demo.town.agreed().await.expect("four homes that agree");
        let ask = async |at: usize, command| {
            demo.town.ask(at, command).await.expect("the node does what it is asked")
        };
        let private = Private {
            name: "陈桂香".into(),
            phone: "138 0000 0000".into(),
            door: "5-301".into(),
            details: "要带病历本".into(),
        };
        let asked = Command::Ask {
            group: None,
            title: "周四早上去医院 · To the hospital on Thursday".into(),
            details: "走路慢，要扶上车".into(),
            urgent: true,
            private,
        };
        let Reply::Asked { id: ride, .. } = ask(CHEN, asked).await else { panic!("not asked") };
        let series = plan(&demo).await;
        let vote = open_vote(&demo).await;
        let (activity, certificate) = together(&demo).await;
        let text = "社区食堂明天照常 · The canteen is open tomorrow".to_owned();
        let post = Command::Post { group: "all".into(), text, reply_to: None };
        let Reply::Posted { id: message } = ask(OFFICE, post).await else { panic!("not said") };
        let Reply::Groups { groups } = ask(OFFICE, Command::Groups).await else {
            panic!("no groups")
        };
        let group = groups[0].id.to_hex();
        demo.town.agreed().await.expect("four homes that agree");
        let alert = alert(&demo).await;
        let removed = remove(&demo).await;
        let of = Some(removed.0.to_hex());
        let devices = ask(OFFICE, Command::Roster(RosterCommand::Devices { person: of })).await;
        let Reply::Roster(RosterReply::Devices { devices }) = devices else { panic!("no keys") };
        let key = devices[0].key.to_hex();
        let status = demo.town.status(OFFICE).await.expect("the office answers");
        let turn = *turns(&demo, CHEN).await.last().expect("one of two weeks is her turn");
        let peer = status.node.expect("a key").to_hex();
        let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let boxes = [
            newcomer(folders[0].path(), "127.0.0.1:0").await,
            newcomer(folders[1].path(), "0.0.0.0:0").await,
        ];
        let page = |at: usize| boxes[at].page.clone().expect("it has a page");
        let (before, outside) = (page(0), page(1).replace("0.0.0.0", "127.0.0.1"));
        let _folders = folders;
        Self {
            demo,
            ride,
            group,
            message,
            series,
            turn,
            vote,
            activity,
            certificate,
            alert,
            removed,
            peer,
            key,
            before,
            outside,
            boxes,
            _folders,
        }
    }

    /// Where a home's page is.
    pub fn page(&self, home: usize) -> &str {
        &self.demo.town.homes[home].page
    }
}

/// The office plans rides that recur.
async fn plan(demo: &Demo) -> EnvelopeId {
    let plan = NewSeries {
        group: "all".into(),
        title: "周二透析接送 · Dialysis on Tuesdays".into(),
        start: "2026-03-03 07:30".into(),
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU".into(),
        rota: [CHEN, ZHANG].map(|at| demo.town.homes[at].person.to_owned()).into(),
        ..NewSeries::default()
    };
    let plan = Command::Series(SeriesCommand::New(Box::new(plan)));
    match demo.town.ask(OFFICE, plan).await {
        Ok(Reply::Series(SeriesReply::Planned { id, .. })) => id,
        other => panic!("not planned: {other:?}"),
    }
}

/// Rides until in two weeks that are this home's turn, in their order.
pub async fn turns(demo: &Demo, home: usize) -> Vec<RequestId> {
    let week = Command::Series(SeriesCommand::Week { days: 14 });
    match demo.town.ask(home, week).await {
        Ok(Reply::Series(SeriesReply::Week(week))) => week.mine.iter().map(|row| row.id).collect(),
        other => panic!("no week: {other:?}"),
    }
}

/// The office has everybody vote on a lift.
async fn open_vote(demo: &Demo) -> EnvelopeId {
    let hour_ms = 3_600_000;
    let new = NewVote {
        title: "6 栋装电梯 · A lift for building 6".into(),
        choices: vec!["同意 · Yes".into(), "不同意 · No".into()],
        ends_ms: node::clock::claimed().0 + hour_ms,
        on_paper: 3,
        ..NewVote::default()
    };
    match demo.town.ask(OFFICE, Command::Vote(VoteCommand::Open(Box::new(new)))).await {
        Ok(Reply::Vote(VoteReply::Opened { id, .. })) => id,
        other => panic!("not opened: {other:?}"),
    }
}

/// The office plans an activity, and Chen has a place.
async fn together(demo: &Demo) -> (EnvelopeId, String) {
    let ask = |home, command| demo.town.ask(home, Command::Activity(command));
    let role = NewRole { name: "搬沙袋 · Sandbags".into(), places: 10 };
    let plan = NewActivity {
        group: "all".into(),
        title: "防汛演练 · Flood drill".into(),
        place: "北门 · North gate".into(),
        from_ms: 4_000_000_000_000,
        until_ms: 4_000_007_200_000,
        roles: vec![role],
        checks: vec!["手套 · Gloves".into()],
        ..NewActivity::default()
    };
    let planned = ask(OFFICE, ActivityCommand::New(Box::new(plan))).await;
    let Ok(Reply::Activity(ActivityReply::Planned { id, .. })) = planned else {
        panic!("not planned: {planned:?}")
    };
    demo.town.agreed().await.expect("four homes that agree");
    let (activity, verb) = (id.to_hex(), PlaceVerb::Join);
    let join = ActivityCommand::Place { activity, role: None, verb, person: None };
    ask(CHEN, join).await.expect("a place is free");
    let chen = demo.town.homes[CHEN].person.to_owned();
    let certify =
        HoursCommand::Certify { person: chen, team: None, from_ms: 0, until_ms: 4_000_100_000_000 };
    match demo.town.ask(OFFICE, Command::Hours(certify)).await {
        Ok(Reply::Hours(HoursReply::Certificate(page))) => {
            demo.town.agreed().await.expect("four homes that agree");
            (id, page.number.replace(' ', ""))
        }
        other => panic!("not certified: {other:?}"),
    }
}

/// The office warns, with a picture.
async fn alert(demo: &Demo) -> EnvelopeId {
    let picture = photo::seal(PICTURE, [7; 32]).expect("a picture");
    let alert = Telling {
        class: NewsWord::Alert,
        text: "今晚大风，请收好阳台上的花盆 · Storm tonight".into(),
        photos: vec![picture],
        ..Telling::default()
    };
    match demo.town.ask(OFFICE, Command::News(NewsCommand::Tell(Box::new(alert)))).await {
        Ok(Reply::News(NewsReply::Told { id })) => id,
        other => panic!("not told: {other:?}"),
    }
}

/// The office takes a second role from Zhang again, so that there is a removal to look at.
async fn remove(demo: &Demo) -> (PersonId, EnvelopeId) {
    let Ok(Reply::People { people, .. }) = demo.town.ask(OFFICE, Command::everybody()).await else {
        panic!("nobody lives here")
    };
    let zhang = demo.town.homes[ZHANG].person;
    let person = people.iter().find(|row| row.name == zhang).expect("Zhang lives here").id;
    let named = || person.to_hex();
    let role = RoleWord::Steward;
    let grant = RosterCommand::Grant { person: named(), role, over: None, again: false };
    demo.town.ask(OFFICE, Command::Roster(grant)).await.expect("a role is given");
    let remove = RosterCommand::Remove {
        person: named(),
        role: Some(role),
        over: None,
        keep: node::api::Keep::All,
        anyway: false,
    };
    let done = demo.town.ask(OFFICE, Command::Roster(remove)).await.expect("and taken");
    let Reply::Roster(RosterReply::Removed { removals, .. }) = done else { panic!("not taken") };
    (person, removals[0])
}

/// A box in no community yet, as `linli up` starts it on a new folder.
pub async fn newcomer(folder: &std::path::Path, web: &str) -> Running {
    run::start(Config {
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        web: Some(web.parse().expect("an address")),
        mdns: false,
        ..Config::new(folder)
    })
    .await
    .expect("a box starts on an empty folder")
}

/// Ends it, so that nothing is left of it.
pub async fn stop(town: Town) {
    for one in town.boxes {
        one.stop().await;
    }
    town.demo.stop().await;
}
