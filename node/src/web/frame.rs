//! What stands around every page: language, strip of the connection, things to be told, the way
//! from page to page; and the small helpers that templates speak with.

use askama::Template;
use axum::{
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use crdt::{id::to_hex, time::ClaimedTime};
use jiff::tz::TimeZone;

use super::{
    App, Shared, assets,
    secure::{OverTls, is_private},
    session::Session,
};
use crate::{
    api::{
        ApiError, Command, MeshPicture, MeshStrip, NewsCommand, NewsReply, NewsRow, Notice, Reply,
        RoleWord,
    },
    clock,
    paper::Printer,
    words::{Lang, Words},
};

pub use crate::words::clip;

/// Notices that one page shows; the next ones come when these have been read.
const NOTICES_SHOWN_MAX: usize = 5;

/// Alerts above one page; the next ones come when these have been read.
const ALERTS_SHOWN_MAX: usize = 3;

/// Characters of a title or name that lists show.
pub const TITLE_CHARS_MAX: usize = 80;

/// Who asks, in which language, for which page.
#[derive(Clone)]
pub struct Visit {
    /// The sentences of his language.
    pub words: Words,
    /// His session.
    pub session: Session,
    /// It came over https.
    pub secure: bool,
    /// Nobody on the way can read what is typed: it came over https, or from this very box.
    pub private: bool,
    token: String,
    path: String,
    zone: TimeZone,
    now: ClaimedTime,
}

impl Visit {
    /// One request's.
    pub fn new(app: &Shared, session: Session, words: Words, request: &Request) -> Self {
        let secure = request.extensions().get::<OverTls>().is_some();
        Self {
            words,
            secure,
            private: is_private(app.config.lan, request.extensions()),
            token: app.seal.token(&session),
            session,
            path: request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            zone: app.config.zone.clone(),
            now: (app.config.clock)(),
        }
    }

    /// What this box's clock says; only shown.
    pub const fn now(&self) -> ClaimedTime {
        self.now
    }

    /// "14:05", or with the day where it was not today.
    pub fn moment(&self, time: ClaimedTime) -> String {
        self.words.moment(time, self.now, &self.zone)
    }

    /// "14:05".
    pub fn clock(&self, time: ClaimedTime) -> String {
        self.words.clock(time, &self.zone)
    }

    /// "Sunday, 22 November".
    pub fn day(&self, time: ClaimedTime) -> String {
        self.words.day(time, self.now, &self.zone)
    }

    /// What writes sheets in his language.
    pub const fn printer(&self) -> Printer<'_> {
        Printer { words: self.words, now: self.now, zone: &self.zone }
    }

    /// The moment that a form's field of date and time names, in milliseconds since 1970.
    pub fn moment_typed(&self, text: &str) -> Option<u64> {
        let typed: jiff::civil::DateTime = text.trim().parse().ok()?;
        let zoned = typed.to_zoned(self.zone.clone()).ok()?;
        u64::try_from(zoned.timestamp().as_millisecond()).ok()
    }

    /// The beginning of the day that a form's field names, in milliseconds since 1970.
    pub fn day_begins(&self, text: &str) -> Option<u64> {
        let day: jiff::civil::Date = text.trim().parse().ok()?;
        let begins = day.to_zoned(self.zone.clone()).ok()?;
        u64::try_from(begins.timestamp().as_millisecond()).ok()
    }

    /// The end of the day that a form's field names: what holds "until" a day holds all of it.
    pub fn day_after(&self, text: &str) -> Option<u64> {
        let day: jiff::civil::Date = text.trim().parse().ok()?;
        let next = day.tomorrow().ok()?.to_zoned(self.zone.clone()).ok()?;
        u64::try_from(next.timestamp().as_millisecond()).ok()
    }

    /// As a table has it: "2026-11-22 14:05"; empty where no clock was right.
    pub fn moment_written(&self, time: ClaimedTime) -> String {
        crate::words::time::written(time, &self.zone)
    }

    /// Do both fall on one day?
    pub fn same_day(&self, one: ClaimedTime, other: ClaimedTime) -> bool {
        crate::words::time::same_day(one, other, &self.zone)
    }
}

/// How this home is connected, in words. The sign repeats what the words say, never more.
pub struct Strip {
    /// `whole`, `near`, `alone`: the style's class.
    pub class: &'static str,
    /// ● ◐ ○
    pub sign: &'static str,
    /// 已连接 12 户 · 仅本楼 · 单机
    pub reach: String,
    /// When the office was last heard.
    pub office: String,
    /// What is not yet anywhere else.
    pub unsent: String,
    /// How far the history is that is being fetched.
    pub arriving: String,
    /// Who is on duty, with the phone; empty where nobody said so.
    pub duty: String,
}

/// Something that must be told, as a sentence.
pub struct Told {
    /// Names it.
    pub id: String,
    /// What happened.
    pub sentence: String,
    /// Where it happened.
    pub request: String,
    /// The next open one: (address, title).
    pub next: Option<(String, String)>,
}

/// An alert that nobody may overlook, on every page until it is opened.
pub struct Warned {
    /// Where all of it stands.
    pub href: String,
    /// How it begins.
    pub text: String,
}

/// All that `frame.html` shows around a page.
pub struct Frame {
    /// The sentences.
    pub words: Words,
    /// What every form carries.
    pub token: String,
    /// Makes a form of this page count once, however often it is sent.
    pub once: String,
    /// Where the language switch leads back to.
    pub path: String,
    /// This home's name.
    pub home: String,
    /// Whoever has the phone, as drafts on it are told apart; empty where nobody is known.
    pub who: String,
    /// The name of whoever has the phone.
    pub person: String,
    /// His highest role, wherever it holds.
    pub role: RoleWord,
    /// Does he work for the neighbourhood?
    pub desk: bool,
    /// Large type and large targets.
    pub elder: bool,
    /// Every paper of his was typed back, as far as is known.
    pub papers: bool,
    /// None on pages for people who have not paired.
    pub strip: Option<Strip>,
    /// Things to be told.
    pub told: Vec<Told>,
    /// Alerts in force that he has not opened.
    pub warned: Vec<Warned>,
    /// Envelopes written here that nobody else is known to hold.
    pub unsent: u64,
    /// Put behind the names of style and script.
    pub version: &'static str,
}

impl Frame {
    /// For somebody outside: no names, no strip, no ways.
    pub fn bare(visit: &Visit) -> Self {
        let token = visit.token.clone();
        let who = visit.session.person.map(|it| it.to_hex()[..16].to_owned()).unwrap_or_default();
        // A page that was asked for by POST cannot be gone back to.
        Self {
            words: visit.words,
            token,
            once: format!("{who}{}", to_hex(&clock::random::<16>())),
            path: visit.path.clone(),
            home: String::new(),
            who,
            person: String::new(),
            role: RoleWord::Member,
            desk: false,
            elder: false,
            papers: true,
            strip: None,
            told: Vec::new(),
            warned: Vec::new(),
            unsent: 0,
            version: &assets::VERSION,
        }
    }

    /// For somebody of this home. A node too busy to answer still gets its page.
    pub async fn load(app: &App, visit: &Visit) -> Self {
        let on_duty = Command::News(NewsCommand::Duty { unanswered: false });
        let (mesh, notices, duty, me, alerts) = tokio::join!(
            app.handle.ask(Command::Strip),
            app.handle.ask(Command::Notices),
            app.handle.ask(on_duty),
            app.handle.ask(Command::Me),
            app.handle.ask(Command::News(NewsCommand::Unread)),
        );
        let mesh = match mesh {
            Ok(Reply::Strip(mesh)) => mesh,
            _ => MeshStrip::default(),
        };
        let mut frame = Self::bare(visit);
        if let Ok(Reply::Notices { notices }) = notices {
            let shown = notices.iter().take(NOTICES_SHOWN_MAX);
            frame.told = shown.map(|notice| told(visit.words, notice)).collect();
        }
        if let Ok(Reply::Me(me)) = me {
            (frame.role, frame.desk, frame.elder) = (me.role, me.desk, me.elder);
            frame.papers = me.papers.is_whole();
            frame.person = clip(&me.name, TITLE_CHARS_MAX);
        }
        if let Ok(Reply::News(NewsReply::List { news })) = alerts {
            frame.warned = news.iter().take(ALERTS_SHOWN_MAX).map(warned).collect();
        }
        let duty = match duty {
            Ok(Reply::News(NewsReply::Duty { duty })) => visit.words.on_duty(&duty),
            _ => String::new(),
        };
        frame.strip = Some(Strip { duty, ..strip(visit.words, &mesh) });
        frame.unsent = mesh.unsent;
        frame.home = mesh.home;
        frame
    }

    /// A sentence.
    pub fn t(&self, key: &str) -> String {
        self.words.text(key, &[])
    }

    /// A sentence with a number `n` in it.
    pub fn n(&self, key: &str, n: &u64) -> String {
        self.words.text(key, &[("n", (*n).into())])
    }

    /// A sentence with a `name` in it.
    pub fn with(&self, key: &str, name: &str) -> String {
        self.words.text(key, &[("name", name.into())])
    }

    /// How many things are to be told.
    pub fn told_count(&self) -> u64 {
        self.told.len() as u64
    }

    /// The language of the page, for `lang=`.
    pub fn code(&self) -> &'static str {
        self.words.lang().code()
    }

    /// The languages of the switch: code, own name, is it this one?
    pub fn languages(&self) -> [(&'static str, &'static str, bool); 2] {
        Lang::ALL.map(|lang| (lang.code(), lang.own_name(), lang == self.words.lang()))
    }

    /// Does this page lie under `section`? For the mark in the navigation.
    pub fn is_at(&self, section: &str) -> bool {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        path == section || (section != "/" && path.starts_with(section))
    }
}

fn strip(words: Words, mesh: &MeshStrip) -> Strip {
    let MeshStrip { office_near, office_known, .. } = *mesh;
    let is_office = mesh.office_heard_ms_ago == Some(0);
    let homes = [("n", mesh.connected.into())];
    let (class, sign, reach) = match mesh.connected {
        0 => ("alone", "○", words.text("strip-alone", &[])),
        _ if office_near || !office_known => ("whole", "●", words.text("strip-whole", &homes)),
        _ => ("near", "◐", words.text("strip-near", &homes)),
    };
    let office = match mesh.office_heard_ms_ago {
        _ if is_office => words.text("strip-is-office", &[]),
        _ if office_near => words.text("strip-office-here", &[]),
        Some(ms) => words.text("strip-office-heard", &[("ago", words.ago(ms).into())]),
        None => words.text("strip-office-never", &[]),
    };
    let unsent = match mesh.unsent {
        0 => String::new(),
        n => words.text("strip-unsent", &[("n", n.into())]),
    };
    let arriving = match mesh.arriving {
        (_, 0) => String::new(),
        (n, all) => words.text("strip-arriving", &[("n", n.into()), ("all", all.into())]),
    };
    Strip { class, sign, reach, office, unsent, arriving, duty: String::new() }
}

fn warned(row: &NewsRow) -> Warned {
    let text = clip(&row.text, TITLE_CHARS_MAX);
    Warned { href: format!("/news/{}", row.id.to_hex()), text }
}

fn told(words: Words, notice: &Notice) -> Told {
    let title = clip(&notice.title, TITLE_CHARS_MAX);
    let holder = notice.holder.as_ref().map(|it| clip(it, TITLE_CHARS_MAX));
    Told {
        id: notice.id.clone(),
        sentence: words.told(&notice.reason, &title, holder.as_deref()),
        request: match &notice.credential {
            Some(it) => format!("/groups/{}/team", it.group.to_hex()),
            None => format!("/requests/{}", notice.request.to_hex()),
        },
        next: notice.next_open.as_ref().map(|row| {
            (format!("/requests/{}", row.id.to_hex()), clip(&row.title, TITLE_CHARS_MAX))
        }),
    }
}

/// One portion of a long list, and where the next one begins.
pub fn portion<T>(list: Vec<T>, from: usize, size: usize) -> (Vec<T>, Option<usize>) {
    let next = from.saturating_add(size);
    let more = list.len() > next;
    (list.into_iter().skip(from).take(size).collect(), more.then_some(next))
}

/// What is wrong with a text that somebody typed, before the node is asked.
pub fn wrong_text(words: Words, text: &str, bytes_max: usize) -> Option<String> {
    if text.trim().is_empty() {
        return Some(words.text("field-empty", &[]));
    }
    (text.len() > bytes_max).then(|| {
        // A Chinese character is three bytes; whoever counts counts characters.
        words.text("field-too-long", &[("n", (bytes_max as u64 / 3).into())])
    })
}

/// The mesh as it was told; nothing of it where the node was too busy to tell.
pub fn mesh_of(told: Result<Reply, ApiError>) -> MeshPicture {
    match told {
        Ok(Reply::Mesh(mesh)) => mesh,
        _ => MeshPicture::default(),
    }
}

/// The page as an answer.
pub fn show(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::PeerRow;
    use crdt::id::KeyId;

    fn peer(office: bool, connected: bool) -> PeerRow {
        PeerRow {
            id: KeyId::from_bytes([1; 32]),
            home: "3-201".into(),
            office,
            connected,
            transport: String::new(),
            equal: false,
            missing_here: 0,
            missing_there: 0,
            compared_ms_ago: None,
            heard_ms_ago: None,
            linked_ms: None,
            bytes_in: 0,
            bytes_out: 0,
            frames_in: 0,
            frames_out: 0,
        }
    }

    #[test]
    fn the_strip_says_whole_near_or_alone() {
        let words = Words::of(Lang::ZhCn);
        let table = [
            (vec![], None, "alone", "单机"),
            (vec![peer(true, false)], Some(300_000), "alone", "单机"),
            (vec![peer(false, true), peer(true, false)], Some(300_000), "near", "仅本楼"),
            (vec![peer(false, true), peer(true, true)], Some(5), "whole", "已连接 2 户"),
            // A community without an office misses nothing.
            (vec![peer(false, true)], None, "whole", "已连接 1 户"),
            (vec![peer(false, true)], Some(0), "whole", "已连接 1 户"),
        ];
        for (peers, office_heard_ms_ago, class, reach) in table {
            let mesh = MeshPicture { peers, office_heard_ms_ago, ..MeshPicture::default() };
            let strip = strip(words, &MeshStrip::from(&mesh));
            assert_eq!(strip.class, class);
            assert!(strip.reach.contains(reach), "{} / {reach}", strip.reach);
        }
    }

    #[test]
    fn the_strip_says_how_much_of_the_history_is_here() {
        let words = Words::of(Lang::En);
        let arriving = |arriving| MeshStrip { arriving, ..MeshStrip::default() };
        assert_eq!(strip(words, &arriving((0, 0))).arriving, "");
        let said = strip(words, &arriving((3_200, 10_000))).arriving;
        assert!(said.contains("3200 of 10000") || said.contains("3,200 of 10,000"), "{said}");
    }

    #[test]
    fn clipping_counts_characters_not_bytes() {
        assert_eq!(clip("求助单", 2), "求助…");
        assert_eq!(clip("求助单", 3), "求助单");
    }

    #[test]
    fn a_long_list_comes_in_portions() {
        assert_eq!(portion(vec![1, 2, 3], 0, 2), (vec![1, 2], Some(2)));
        assert_eq!(portion(vec![1, 2, 3], 2, 2), (vec![3], None));
        assert_eq!(portion(vec![1], usize::MAX, 2), (vec![], None));
    }
}
