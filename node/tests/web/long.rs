//! Lists of ten thousand: every portion of them is a small page, and following "further" skips nothing.

use axum::http::StatusCode;
use node::api::{FiguresPage, NewsRow, NewsWord};

use crate::{
    actors::{Browser, Page, at_home},
    fake::{Fake, id},
    rows::{announced, peer},
};

/// First load of a page, style and script included, in bytes.
const FIRST_LOAD_BYTES_MAX: usize = 60 * 1024;

/// A thumbnail at most.
const THUMBNAIL_BYTES: usize = 12 * 1024;

const MANY: usize = 10_000;

/// More than a few of everything.
#[derive(Default)]
pub struct Long {
    pub news: Vec<NewsRow>,
    /// What every place is called.
    name: String,
    /// Rows of every table; 0: as few as there are.
    rows: usize,
}

impl Long {
    /// So many of these as there shall be.
    pub fn cycled<T: Clone>(&self, few: Vec<T>) -> Vec<T> {
        let rows = self.rows.max(few.len());
        few.into_iter().cycle().take(rows).collect()
    }

    pub fn in_figures(&self, mut page: FiguresPage) -> FiguresPage {
        if self.rows > 0 {
            (page.buildings, page.groups) = (page.compounds.clone(), page.compounds.clone());
        }
        for table in [&mut page.compounds, &mut page.buildings, &mut page.groups] {
            *table = self.cycled(std::mem::take(table));
            if self.rows > 0 {
                table.iter_mut().for_each(|row| row.name.clone_from(&self.name));
            }
        }
        page
    }
}

/// A neighbourhood that has gone on for years, and in which nobody is brief.
fn years() -> Fake {
    let mut fake = Fake::new();
    fake.me.desk = true;
    let long = "今晚大风，请收好阳台上的花盆，别让老人一个人出门。".repeat(60);
    let news = (0..MANY).map(|at| {
        let class = if at < 9 { NewsWord::Alert } else { NewsWord::Notice };
        let mut row = announced(90, class, &format!("第{at}号。{long}"));
        row.photos = 4;
        (row.author, row.home) = (long.clone(), long.clone());
        row
    });
    fake.long.news = news.collect();
    fake.requests = fake.requests.iter().cycle().take(MANY).cloned().collect();
    for (at, request) in fake.requests.iter_mut().enumerate() {
        let row = &mut request.row;
        (row.title, row.requester) = (format!("第{at}件 {long}"), long.clone());
        (row.holder, row.group_name) = (Some(long.clone()), long.clone());
    }
    fake.people = fake.people.iter().cycle().take(MANY).cloned().collect();
    for (at, person) in fake.people.iter_mut().enumerate() {
        (person.name, person.home) = (long.clone(), format!("{}-{at} {long}", at % 90));
    }
    fake.mesh.peers = (0..MANY).map(|_| peer(3, &long, false)).collect();
    for message in &mut fake.messages {
        let mut news = announced(90, NewsWord::Notice, "照片");
        news.photos = 4;
        message.news = Some(news.into());
    }
    fake.groups = fake.groups.iter().cycle().take(MANY).cloned().collect();
    fake.groups.iter_mut().for_each(|group| group.name.clone_from(&long));
    fake.long.name = long;
    fake.long.rows = 300;
    fake
}

async fn around(browser: &mut Browser) -> usize {
    let mut bytes = 0;
    for name in ["style.css", "page.js", "icon.svg"] {
        bytes += browser.get(&format!("/assets/{name}")).await.bytes.len();
    }
    bytes
}

fn next(page: &Page) -> Option<String> {
    let (before, _) = page.html.split_once("再看一些")?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.split('"').next()?.replace("&amp;", "&"))
}

#[tokio::test]
async fn every_portion_of_a_long_list_is_small() {
    let pages = at_home(years());
    let mut browser = Browser::new(&pages, "zh-CN");
    let around = around(&mut browser).await;
    let mut large = Vec::new();
    let group = format!("/groups/{}", id(1).to_hex());
    let reach = format!("/reach/{}", id(90).to_hex());
    for path in [
        "/",
        "/news",
        "/news?all=1&from=9990",
        "/requests?all=1",
        "/requests?all=1&from=9000",
        "/people",
        "/people?from=9000",
        "/groups",
        group.as_str(),
        "/network",
        "/network?from=9000",
        "/desk",
        "/desk?list=unanswered&from=300",
        "/desk/figures",
        "/desk/figures?of=buildings&from=280",
        "/doors",
        "/doors?from=280",
        "/inbox",
        "/print/building",
        "/print/building?from=9000",
        reach.as_str(),
        "/search?words=%E5%A4%A7%E9%A3%8E",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let photos = page.html.matches(r#"class="thumbnail""#).count();
        let bytes = page.bytes.len() + around + photos * THUMBNAIL_BYTES;
        if bytes > FIRST_LOAD_BYTES_MAX {
            large.push(format!("{path} is {bytes} bytes"));
        }
    }
    assert!(large.is_empty(), "{large:?}");
}

#[tokio::test]
async fn further_and_further_skips_no_announcement() {
    let mut fake = years();
    fake.long.news.truncate(100);
    let pages = at_home(fake);
    let mut browser = Browser::new(&pages, "zh-CN");
    let (mut path, mut seen) = (Some("/news".to_owned()), Vec::new());
    while let Some(here) = path {
        let page = browser.get(&here).await;
        seen.extend((0..100).filter(|at| page.html.contains(&format!("第{at}号。"))));
        path = next(&page);
    }
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_long_texts_at_once_are_told_beside_their_fields_and_kept() {
    let pages = at_home(Fake::new());
    let mut browser = Browser::new(&pages, "zh-CN");
    browser.get("/ask").await;
    // As long as the fields take, which is longer than a text may be.
    let long = "长".repeat(crdt::limits::TEXT_BYTES_MAX);
    let form = [("title", "搬家"), ("details", &long), ("sensitive", &long), ("phone", "1390000")];
    let page = browser.post("/ask", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says(r#"id="wrong-details""#).says(r#"id="wrong-sensitive""#).says(r#"value="搬家""#);
    assert_eq!(page.html.matches(&long).count(), 2, "what was typed is kept");
    // As long as a text may be: it goes through.
    let fits = "长".repeat(crdt::limits::TEXT_BYTES_MAX / 3);
    let form = [("title", "搬家"), ("details", &fits), ("sensitive", &fits)];
    assert_eq!(browser.post("/ask", &form).await.status, StatusCode::SEE_OTHER);
}
