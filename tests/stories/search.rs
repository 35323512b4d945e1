//! Everything that somebody may read is found by its words, on both sides of a cut and after it.

use node::api::{
    CaseCommand, Command, FoundPage, FoundRow, FoundWord, GroupKindWord, ImportLine, NewSeries,
    NewVote, NewsCommand, NewsReply, NewsWord, Reply, RosterCommand, SearchQuery, SeriesCommand,
    Telling, VoteCommand,
};
use tests::world::{BEGIN, Who, World};

fn search(world: &mut World, who: Who, query: SearchQuery) -> FoundPage {
    match world.tell(who, Command::Search(query)) {
        Reply::Found(page) => page,
        other => panic!("searched, and heard {other:?}"),
    }
}

fn words(words: &str) -> SearchQuery {
    SearchQuery { words: words.into(), ..SearchQuery::default() }
}

/// What is found, as kind and text.
fn found(world: &mut World, who: Who, sought: &str) -> Vec<(FoundWord, String)> {
    let page = search(world, who, words(sought));
    assert_eq!(page.more, None);
    page.found.into_iter().map(|row| (row.kind, row.text)).collect()
}

fn message(text: &str) -> (FoundWord, String) {
    (FoundWord::Message, text.to_owned())
}

/// What is found is what is read: edits, withdrawals and take-downs of both sides of a cut hold,
/// what one is not in is not found, and every home that may read the same finds the same.
#[test]
fn words_are_found_as_they_read_now_on_both_sides_of_a_cut() {
    let (mut world, people) = World::court(0x5EA4C4, &["Chen", "Zhao"]);
    let (office, chen, zhao) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let edited = world.post_id(chen, "三号楼电梯停了");
    let taken_back = world.post_id(chen, "电梯里有一只猫");
    let taken_down = world.post_id(zhao, "卖电梯广告");
    let ride = world.request(zhao, "Tablets from the pharmacy");
    world.settle();

    world.chapter("Zhao is cut off; both sides write and change what was written");
    world.cut(&[office, chen], &[zhao]);
    world.tell(chen, Command::EditMessage { id: edited, text: "三号楼电梯修好了".into() });
    world.tell(chen, Command::WithdrawMessage { id: taken_back });
    let down = RosterCommand::TakeDown { id: taken_down, reason: "advertising".into() };
    world.roster(office, down).expect("an owner may");
    world.edit(zhao, ride, "place", "电梯旁边的药店");
    let pin = Command::Pin { group: "all".into(), text: "电梯维修 800 号".into() };
    world.tell(office, pin);
    world.run_for(3_600_000);
    assert_eq!(found(&mut world, zhao, "修好"), [], "it has not come here");
    assert_eq!(found(&mut world, zhao, "电梯 猫"), [message("电梯里有一只猫")]);
    assert_eq!(found(&mut world, chen, "一只猫"), []);
    assert_eq!(found(&mut world, chen, "药店"), []);
    let at_last = [(FoundWord::Request, "电梯旁边的药店".to_owned())];
    assert_eq!(found(&mut world, zhao, "药店"), at_last);

    world.chapter("The line is mended; everybody finds the same");
    world.heal();
    world.settle();
    world.assert_same_sight(&everybody);
    for who in everybody {
        assert_eq!(found(&mut world, who, "修好"), [message("三号楼电梯修好了")]);
        for gone in ["停了", "一只猫"] {
            assert_eq!(found(&mut world, who, gone), [], "{gone}");
        }
        assert_eq!(found(&mut world, who, "药店"), at_last);
        assert_eq!(found(&mut world, who, "TAB pharm").len(), 1);
        let board = SearchQuery { kind: Some(FoundWord::Board), ..words("电梯") };
        assert_eq!(search(&mut world, who, board).found.len(), 1);
        let by = SearchQuery { by: Some("Chen".into()), ..words("电") };
        let by: Vec<FoundRow> = search(&mut world, who, by).found;
        assert_eq!(by.len(), 1);
        assert_eq!(by[0].author.as_deref(), Some("Chen"));
    }
    assert_eq!(found(&mut world, chen, "广告"), [], "taken down");
    assert_eq!(found(&mut world, zhao, "广告"), [message("卖电梯广告")], "its author sees it");
    assert_eq!(found(&mut world, office, "广告").len(), 1, "and so does the owner");
}

/// A closed group's words are found by its members alone: not by whoever carries them, and not by
/// somebody else who lives on a member's box, where they can be read.
#[test]
fn words_of_a_closed_group_are_found_by_its_members_alone() {
    let (mut world, people) = World::court(0x5EA4C5, &["Chen"]);
    let (office, chen) = (world.office(), people[0]);
    world.tell(office, Command::ResidentAdd { name: "Aunt".into(), link: None });
    let name = "车队".to_owned();
    world.tell(
        office,
        Command::GroupNew {
            name,
            kind: GroupKindWord::Invite,
            vouches: 0,
            terms: node::api::GroupTerms::default(),
        },
    );
    let text = "周三透析谁能去".to_owned();
    world.tell(office, Command::Post { group: "车队".into(), text, reply_to: None });
    world.post(office, "周三停水");
    world.settle();
    assert_eq!(found(&mut world, office, "周三").len(), 2);
    assert_eq!(found(&mut world, chen, "周三"), [message("周三停水")]);
    let aunt = Command::Search(words("周三"));
    let aunt = Command::As { person: "Aunt".into(), command: aunt.into() };
    match world.tell(office, aunt) {
        Reply::Found(page) => assert_eq!(page.found.len(), 1, "{page:?}"),
        other => panic!("searched, and heard {other:?}"),
    }
}

/// Far behind the newest messages only the index can answer: it has followed what was said
/// differently and what was taken back.
#[test]
fn the_index_follows_what_is_said_differently() {
    let (mut world, people) = World::court(0x5EA4C6, &["Chen"]);
    let chen = people[0];
    let edited = world.post_id(chen, "三号楼电梯停了");
    let taken_back = world.post_id(chen, "电梯里有一只猫");
    let line = |number: u64| {
        let text = format!("第 {number} 行 of an old log");
        let hash = crdt::id::to_hex(&[number.to_le_bytes(); 4].concat());
        ImportLine { number, hash, text }
    };
    let lines = (1..400).map(line).collect();
    world.tell(chen, Command::Import { group: "all".into(), lines });
    world.settle();
    assert_eq!(found(&mut world, chen, "电梯").len(), 2);
    world.tell(chen, Command::EditMessage { id: edited, text: "三号楼电梯修好了".into() });
    world.tell(chen, Command::WithdrawMessage { id: taken_back });
    world.settle();
    for who in world.everybody() {
        assert_eq!(found(&mut world, who, "修好"), [message("三号楼电梯修好了")]);
        assert_eq!(found(&mut world, who, "停了"), []);
        assert_eq!(found(&mut world, who, "一只猫"), []);
    }
}

/// Votes, rides that recur, questions that the office has answered and what came of visits are found,
/// too; an answer that was taken back is not, on whichever side of a cut that was.
#[test]
fn votes_rides_answers_and_visits_are_found() {
    let (mut world, people) = World::court(0x5EA4C5, &["Chen", "Zhao"]);
    let (office, chen, zhao) = (world.office(), people[0], people[1]);
    let everybody = world.everybody();
    world.lan(&everybody);
    let leak = world.request(zhao, "水管漏了");
    world.settle();

    world.chapter("Zhao is cut off; the office plans, asks, answers and visits");
    world.cut(&[office, chen], &[zhao]);
    let choices = ["赞成", "再等一年"].map(str::to_owned).to_vec();
    let ends_ms = BEGIN.0 + 100 * 3_600_000;
    let vote = NewVote { title: "加装电梯".into(), choices, ends_ms, ..NewVote::default() };
    world.tell(office, Command::Vote(VoteCommand::Open(Box::new(vote))));
    let rides = NewSeries {
        group: "all".into(),
        title: "透析接送".into(),
        start: "2026-11-24 07:30".into(),
        zone: "Asia/Shanghai".into(),
        rule: "FREQ=WEEKLY;BYDAY=TU;COUNT=4".into(),
        ..NewSeries::default()
    };
    world.tell(office, Command::Series(SeriesCommand::New(Box::new(rides))));
    let answer = Telling {
        class: NewsWord::Answer,
        text: "东门物业一楼".into(),
        question: Some("燃气卡在哪里充值".into()),
        ..Telling::default()
    };
    let told = world.tell(office, Command::News(NewsCommand::Tell(Box::new(answer))));
    let Reply::News(NewsReply::Told { id }) = told else { panic!("told, and heard {told:?}") };
    let visit = CaseCommand::Visit {
        id: leak.to_hex(),
        at_ms: Some(BEGIN.0 + 1),
        people: vec!["李师傅".into()],
        outcome: "换了阀门".into(),
        promise: None,
        follow_up_ms: None,
        photo: None,
        photos: Vec::new(),
    };
    world.tell(office, Command::Case(visit));
    world.run_for(60_000);
    let sought = [
        ("再等一年", FoundWord::Vote),
        ("透析", FoundWord::Series),
        ("燃气卡", FoundWord::Question),
        ("阀门", FoundWord::Request),
    ];
    for (words, kind) in sought {
        let kinds = |rows: Vec<(FoundWord, String)>| -> Vec<FoundWord> {
            rows.into_iter().map(|row| row.0).collect()
        };
        assert_eq!(kinds(found(&mut world, chen, words)), [kind], "{words}");
        assert_eq!(kinds(found(&mut world, zhao, words)), [], "{words} has not come here");
    }

    world.chapter("The answer is taken back; after the heal both sides find the same");
    let (id, reason) = (id.to_hex(), "moved".to_owned());
    world.tell(office, Command::News(NewsCommand::Withdraw { id, reason }));
    world.heal();
    world.settle();
    for who in [office, chen, zhao] {
        for (words, kind) in sought {
            let rows = found(&mut world, who, words);
            let there: Vec<_> = rows.iter().filter(|row| row.0 == kind).collect();
            let expected = usize::from(kind != FoundWord::Question);
            assert_eq!(there.len(), expected, "{words}: {rows:?}");
        }
    }
}
