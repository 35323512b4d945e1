//! The desk and its cases, figures, how far an announcement got: what the made-up node says of them,
//! and what the pages make of it.

use axum::http::StatusCode;
use crdt::time::ClaimedTime;
use node::{
    api::{
        ApiError, CaseCommand, CaseMore, CaseReply, CaseVerb, CutPage, DeskList, DeskPage,
        DeskRows, ErrorKind, Event, Figures, FiguresPage, MeshStrip, MissingHome, NamedFigures,
        NewsCommand, NewsReply, NewsRow, NewsWord, PlaceCount, ReachedPage, Reply, RequestPage,
        Satisfaction, SilentPlace, Spread, VisitRow,
    },
    words::verb_code,
};
use tokio::sync::broadcast;

use crate::{
    actors::{Browser, at_home},
    fake::{Fake, NOW, id},
    long::Long,
    rows::announced,
};

/// Verbs of the small vocabulary, for a node that knows no other.
fn small(verb: CaseVerb) -> Option<node::api::ActVerb> {
    use node::api::ActVerb::{Ack, Cancel, Claim, Confirm, Depart, Done, Reopen, Withdraw};
    [Claim, Withdraw, Depart, Done, Confirm, Reopen, Cancel, Ack]
        .into_iter()
        .find(|small| verb_code(*small) == verb.as_str())
}

/// What of a request the desk sees, and may do.
pub fn with_more(page: &RequestPage) -> RequestPage {
    let mut page = page.clone();
    let verbs = page.may.iter().map(|verb| verb_code(*verb));
    let acts = verbs.filter_map(|code| CaseVerb::ALL.into_iter().find(|it| it.as_str() == code));
    page.more.acts.extend(acts);
    if page.row.id == id(41) {
        let visit = VisitRow {
            by: "赵主任".into(),
            at_ms: NOW.0 - 3_600_000,
            people: vec![],
            outcome: "楼道灯不亮".into(),
            promise: Some("明天换灯".into()),
            follow_up_ms: Some(NOW.0 + 86_400_000),
            photo: None,
        };
        let acts = [CaseVerb::Decline, CaseVerb::Grant, CaseVerb::Duplicate, CaseVerb::Hold];
        page.more.acts.extend(acts);
        page.more = CaseMore {
            kind: "help".into(),
            area: "3号楼".into(),
            needs: vec!["要扶上车".into(), "轮椅".into()],
            message: Some(id(10)),
            visits: vec![visit],
            ..page.more
        };
    }
    page
}

impl Fake {
    /// Acts, visits, and what the desk asks.
    pub fn about_cases(
        &mut self,
        command: CaseCommand,
        events: &broadcast::Sender<Event>,
    ) -> Result<Reply, ApiError> {
        match command {
            CaseCommand::Do(deed) => {
                let lacks = matches!(deed.verb, CaseVerb::Decline) && deed.reason.is_empty();
                let verb = ("verb", deed.verb.as_str().to_owned());
                match small(deed.verb) {
                    _ if lacks => {
                        let args = [verb, ("lacks", "reason".into())];
                        Err(ApiError::new(ErrorKind::SayWhat, args))
                    }
                    Some(verb) => self.act(&deed.id, verb, events),
                    None => Ok(Reply::Done),
                }
            }
            CaseCommand::Desk { .. } if !self.roster.may_admit => {
                Err(ApiError::new(ErrorKind::NotAllowed, [("what", "desk".into())]))
            }
            CaseCommand::Desk { last, .. } => {
                let rows = self.requests.iter().map(|page| page.row.clone());
                let rows: Vec<_> = rows.filter(|row| row.status != "closed").collect();
                let lists = DeskList::ALL.map(|list| DeskRows {
                    list,
                    count: rows.len() as u64,
                    requests: rows.iter().take(last.unwrap_or(9) as usize).cloned().collect(),
                });
                let cut = CutPage { new: 14, conflicts: 2, told: 3, ..CutPage::default() };
                let page = DeskPage { lists: lists.into(), cut: Some(cut) };
                Ok(Reply::Case(Box::new(CaseReply::Desk(page))))
            }
            CaseCommand::Figures { .. } => {
                let page = CaseReply::Figures(self.long.in_figures(figures()));
                Ok(Reply::Case(Box::new(page)))
            }
            CaseCommand::Ask(new) => self.ask(&new.title, &new.details, false),
            _ => Ok(Reply::Done),
        }
    }
}

fn figures() -> FiguresPage {
    let spread = |hours: u64| Spread {
        count: 9,
        median_ms: Some(hours * 1_800_000),
        p90_ms: Some(hours * 7_200_000),
    };
    let of = |hours: u64| Figures {
        asked: 40,
        response: spread(hours),
        resolution: spread(hours * 3),
        unanswered: 2,
        satisfaction: Satisfaction { confirmed: 21, by_default: 4, ..Satisfaction::default() },
        ..Figures::default()
    };
    let named = |name: &str, hours| NamedFigures { name: name.into(), figures: of(hours) };
    FiguresPage {
        all: of(3),
        compounds: vec![named("风尚水郡 <b>", 3), named("百合花园", 7)],
        ..FiguresPage::default()
    }
}

fn alert() -> NewsRow {
    NewsRow {
        author: "赵主任".into(),
        claimed_ms: ClaimedTime(NOW.0 - 600_000),
        area: "3号楼".into(),
        ..announced(90, NewsWord::Alert, "地下车库进水，请挪车")
    }
}

/// One alert, and how far it got.
pub fn news(command: &NewsCommand, long: &Long) -> NewsReply {
    match command {
        NewsCommand::List { .. } if !long.news.is_empty() => {
            NewsReply::List { news: long.news.clone() }
        }
        NewsCommand::List { .. } => NewsReply::List { news: vec![alert()] },
        NewsCommand::Unread => NewsReply::List { news: Vec::new() },
        NewsCommand::Show { .. } => NewsReply::One(Box::new(alert())),
        NewsCommand::Reached { .. } => {
            let count = |place: &str, reached, seen| PlaceCount {
                place: place.into(),
                households: 48,
                reached,
                seen,
            };
            let missing = |home: &str, reached| MissingHome {
                home: home.into(),
                name: "王桂兰".into(),
                place: "3号楼".into(),
                reached,
            };
            NewsReply::Reached(Box::new(ReachedPage {
                id: id(90),
                places: long.cycled(vec![count("", 40, 36), count("3号楼", 38, 32)]),
                missing: long.cycled(vec![missing("3-201", true), missing("3-502", false)]),
                news: alert(),
            }))
        }
        _ => NewsReply::Duty { duty: Vec::new() },
    }
}

#[tokio::test]
async fn the_desk_shows_one_list_and_counts_the_others() {
    let pages = at_home(Fake::new());
    for (language, cut, tab) in [
        ("zh-CN", "新增 14 件，冲突 2 件", "待回访"),
        ("en", "14 new, 2 in conflict", "To call back"),
    ] {
        let mut browser = Browser::new(&pages, language);
        let page = browser.get("/desk?list=call_backs").await;
        page.says(cut).says(&format!(r#"aria-current="true">{tab} <b>4</b>"#)).says("借一张折叠床");
    }
    let mut fake = Fake::new();
    fake.roster.may_admit = false;
    let page = Browser::new(&at_home(fake), "en").get("/desk").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.never_says("借一张折叠床");
}

#[tokio::test]
async fn the_desk_names_the_places_of_which_nobody_answers_and_since_when() {
    const HOUR_MS: u64 = 3_600_000;
    let place = |names: &[&str], homes, hours| SilentPlace {
        place: names.iter().map(|it| (*it).to_owned()).collect(),
        homes,
        heard_ms_ago: hours * HOUR_MS,
    };
    let mut fake = Fake::new();
    fake.strip = Some(MeshStrip {
        silent: 41,
        longest_silent: Some(("3-201".into(), 30 * HOUR_MS)),
        silent_places: vec![place(&["润园"], 40, 29), place(&["和平里", "2 <b>"], 1, 2)],
        silent_places_more: 3,
        ..MeshStrip::default()
    });
    let pages = at_home(fake);
    for (language, lines) in [
        ("zh-CN", ["润园：40 户都联系不上", "和平里 › 2 &#60;b&#62;：1 户都联系不上", "还有 3 处"]),
        (
            "en",
            [
                "润园: none of 40 homes answers",
                "和平里 › 2 &#60;b&#62;: the home there",
                "And 3 more",
            ],
        ),
    ] {
        let page = Browser::new(&pages, language).get("/desk").await;
        lines.iter().for_each(|line| {
            page.says(line);
        });
    }
}

#[tokio::test]
async fn figures_stand_in_a_table_and_a_plot_repeats_them_without_anybodys_words() {
    let pages = at_home(Fake::new());
    let page = Browser::new(&pages, "zh-CN").get("/desk/figures?days=7").await;
    page.says("1.5 小时").says("百合花园").says("<svg width").never_says("<b>3.5");
    let (_, plot) = page.html.split_once("<svg width").unwrap();
    let (plot, _) = plot.split_once("</svg>").unwrap();
    assert!(!plot.contains("百合花园") && !plot.contains("style="), "{plot}");
}

#[tokio::test]
async fn a_case_shows_where_it_came_from_and_every_act_with_the_words_it_needs() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    let case = format!("/desk/cases/{}", id(41).to_hex());
    let page = browser.get(&case).await;
    page.says("来自这条消息").says("晾的被子").says("楼道灯不亮").says("答应：明天换灯");
    page.says(r#"name="person""#).says(r#"name="other""#).says(r#"value="depart""#);
    let page = browser.post(&case, &[("what", "decline")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("data-failed").says("<details open><summary>不予受理");
    let page =
        browser.post(&case, &[("what", "visit"), ("outcome", ""), ("promise", "修灯")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("这里还没有写").says(r#"value="修灯""#);
    let visit = [("what", "visit"), ("outcome", "好了"), ("follow_up", "明天")];
    browser.post(&case, &visit).await.says("这不是一个时间").says("好了</textarea>");
    browser.submit(&case, &[("what", "visit"), ("outcome", "好了")]).await.says("要办的事");
    browser.submit(&case, &[("what", "depart")]).await.says("出发");
    let odd = browser.post(&case, &[("what", "explode")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_building_head_sees_who_has_read_and_whom_to_knock_for() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/news").await.says("地下车库进水").says("预警");
    let page = browser.get(&format!("/reach/{}", id(90).to_hex())).await;
    page.says("32 / 48").says("3-502").says("还没送到").says("已送到，没人看过");
}
