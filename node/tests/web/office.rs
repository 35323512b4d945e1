//! An office with one of everything, for tables that send each form once.

use node::{
    api::{
        ActivityCommand, ActivityReply, Command, GroupKindWord, GroupTerms, NameCommand,
        NewActivity, NewRole, NewVote, NewsCommand, NewsReply, Private, RealName, Reply,
        TeamCommand, TeamReply, Telling, VoteCommand, VoteReply,
    },
    home::{self, Roots},
    run::{self, Running},
};

/// What stands behind the pages; gone with its folder.
pub struct Home {
    pub node: Running,
    /// `{group}` and the like, as rows name them, and the ids.
    pub names: Vec<(&'static str, String)>,
    pub folder: tempfile::TempDir,
}

async fn told(node: &Running, person: &str, command: Command) -> Reply {
    let command = Command::As { person: person.into(), command: command.into() };
    node.handle.ask(command).await.unwrap()
}

async fn ask(node: &Running, command: Command) -> Reply {
    told(node, "Li", command).await
}

/// An office in which Li founded and decides, with Wang, one of everything.
pub async fn office() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("home");
    home::init(&data, "Office", Some("Li"), Some("Court"), Roots::ONE_OF_ONE).unwrap();
    let node = run::open(&data).await.unwrap();
    ask(&node, Command::ResidentAdd { name: "Wang".into(), link: None }).await;
    let private =
        Private { name: "Chen".into(), details: "bring the file".into(), ..Private::default() };
    let asked = Command::Ask {
        group: None,
        title: "A ride".into(),
        details: String::new(),
        urgent: false,
        private,
    };
    let Reply::Asked { id: request, .. } = told(&node, "Wang", asked).await else {
        panic!("asked")
    };
    let real = NameCommand::Real { person: None, to: RealName("Wang Qiang".into()) };
    told(&node, "Wang", Command::Name(real)).await;
    let post = Command::Post { group: "all".into(), text: "at six".into(), reply_to: None };
    let Reply::Posted { id: theirs } = told(&node, "Wang", post.clone()).await else {
        panic!("posted")
    };
    let Reply::Posted { id: message } = ask(&node, post).await else { panic!("posted") };
    let Reply::Groups { groups } = ask(&node, Command::Groups).await else { panic!("groups") };
    let Reply::Me(me) = ask(&node, Command::Me).await else { panic!("me") };
    let wang = me.residents.iter().find(|it| it.id != me.id).unwrap().id;
    let mut names = vec![
        ("{group}", groups[0].id.to_hex()),
        ("{request}", request.to_hex()),
        ("{message}", message.to_hex()),
        ("{theirs}", theirs.to_hex()),
        ("{me}", me.id.to_hex()),
        ("{person}", wang.to_hex()),
    ];
    names.extend(together(&node).await);
    Home { node, names, folder }
}

/// A team that asks for something, a vote and an activity.
async fn together(node: &Running) -> [(&'static str, String); 6] {
    let notice = Telling { text: "The canteen is open".into(), ..Telling::default() };
    let notice = Command::News(NewsCommand::Tell(Box::new(notice)));
    let Reply::News(NewsReply::Told { id: news, .. }) = ask(node, notice).await else {
        panic!("told")
    };
    let team = Command::GroupNew {
        name: "Drivers".into(),
        kind: GroupKindWord::Vetted,
        vouches: 1,
        terms: GroupTerms::default(),
    };
    let Reply::Group(team) = ask(node, team).await else { panic!("a team") };
    let criterion = TeamCommand::Criterion {
        group: team.id.to_hex(),
        text: "5 years' driving".into(),
        preferred: false,
    };
    ask(node, Command::Team(criterion)).await;
    let desk = Command::Team(TeamCommand::Desk { group: team.id.to_hex() });
    let Reply::Team(TeamReply::Desk(desk)) = ask(node, desk).await else { panic!("a desk") };
    let vote = NewVote {
        title: "A lift".into(),
        choices: vec!["Yes".into(), "No".into()],
        ends_ms: node::clock::claimed().0 + 3_600_000,
        on_paper: 3,
        ..NewVote::default()
    };
    let vote = Command::Vote(VoteCommand::Open(Box::new(vote)));
    let Reply::Vote(VoteReply::Opened { id: vote, .. }) = ask(node, vote).await else {
        panic!("a vote")
    };
    let plan = NewActivity {
        group: "all".into(),
        title: "Flood drill".into(),
        from_ms: 4_000_000_000_000,
        until_ms: 4_000_007_200_000,
        roles: vec![NewRole { name: "Sandbags".into(), places: 2 }],
        ..NewActivity::default()
    };
    let plan = Command::Activity(ActivityCommand::New(Box::new(plan)));
    let Reply::Activity(ActivityReply::Planned { id: activity, .. }) = ask(node, plan).await else {
        panic!("an activity")
    };
    let show = Command::Activity(ActivityCommand::Show { activity: activity.to_hex() });
    let Reply::Activity(ActivityReply::Page(page)) = ask(node, show).await else {
        panic!("an activity")
    };
    [
        ("{news}", news.to_hex()),
        ("{team}", team.id.to_hex()),
        ("{vote}", vote.to_hex()),
        ("{activity}", activity.to_hex()),
        ("{role}", page.roles[0].request.to_hex()),
        ("{criterion}", desk.criteria[0].id.to_hex()),
    ]
}
