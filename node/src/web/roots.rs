//! What only the neighbourhood's papers can do, enough of them together: make, remove and save
//! administrators, after a phone was stolen or somebody turned on the others.
//!
//! The words are typed where nobody on the way can read them, as passphrases are
//! ([why](../../../docs/decisions/0120-passphrases-on-a-page.md)); elsewhere there is no field for them, and a form
//! that comes all the same is not looked at. What was typed stays in the form, and nowhere else: of 24 words one is
//! mended. Before anything is taken away all homes in reach are compared with.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, is_about_the_form, unprocessable},
    frame::{Frame, Visit, show},
    groups::areas,
    join::given,
    link::Link,
    people::{ROLES, role_typed},
    removal::{compare, keep_typed, keeps},
    wrong::Wrong,
};
use crate::api::{ApiError, ErrorKind, PaperWords, RoleWord, RootAct, RosterCommand, RosterReply};

/// Papers that there are fields for: as many as a neighbourhood is founded with.
const PAPERS: usize = 3;

/// What can be done: its code, and what the page calls it.
const ACTS: [(&str, &str); 4] = [
    ("revoke", "roots-revoke"),
    ("remove", "roots-remove"),
    ("grant", "roots-grant"),
    ("admit", "roots-admit"),
];

#[derive(Template)]
#[template(path = "roots.html")]
struct Page {
    f: Frame,
    private: bool,
    places: Vec<String>,
    typed: Typed,
    wrong: Wrong,
    wrong_until: Option<String>,
    ask_anyway: bool,
    /// What was done, and the link that brings somebody back.
    done: Option<String>,
    link: Option<Link>,
}

impl Page {
    fn keeps(&self) -> [(&'static str, String, bool); 3] {
        keeps(&self.f, &self.typed.keep)
    }

    /// Value, words, chosen.
    fn acts(&self) -> [(&'static str, String, bool); 4] {
        ACTS.map(|(code, key)| (code, self.f.t(key), self.typed.what == code))
    }

    /// The same of roles; the first one stands for whatever somebody has.
    fn roles(&self) -> [(&'static str, String, bool); 4] {
        ROLES.map(|(code, role)| (code, self.f.words.role(role), self.typed.role == code))
    }

    /// What it is called, id of the field, what was typed there.
    fn papers(&self) -> [(String, String, &str); PAPERS] {
        let typed = self.typed.papers();
        std::array::from_fn(|at| {
            let label = self.f.n("roots-paper", &(at as u64 + 1));
            (label, format!("paper{}", at + 1), typed[at])
        })
    }
}

/// What the form carries; whose page or key led here stands in the address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    what: String,
    person: String,
    role: String,
    over: String,
    again: String,
    /// The key, or the removal.
    which: String,
    keep: String,
    until: String,
    anyway: String,
    paper1: String,
    paper2: String,
    paper3: String,
}

impl Typed {
    fn papers(&self) -> [&str; PAPERS] {
        [&self.paper1, &self.paper2, &self.paper3]
    }
}

async fn load(app: &App, visit: &Visit, typed: Typed) -> Page {
    let (f, places) = tokio::join!(Frame::load(app, visit), areas(app));
    let (wrong, wrong_until) = (Wrong::default(), None);
    let private = visit.private;
    Page {
        f,
        private,
        places,
        typed,
        wrong,
        wrong_until,
        ask_anyway: false,
        done: None,
        link: None,
    }
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Query(typed): Query<Typed>,
) -> Response {
    // Words that came in an address would stay in the browser's history.
    let Typed { what, person, which, .. } = typed;
    show(&load(&app, &visit, Typed { what, person, which, ..Typed::default() }).await)
}

/// What the form asks for; none where its moment cannot be read.
fn act(visit: &Visit, typed: &Typed) -> Option<RootAct> {
    let (person, over) = (typed.person.clone(), given(&typed.over));
    let role = role_typed(&typed.role);
    let keep = || keep_typed(visit, &typed.keep, &typed.until);
    Some(match typed.what.as_str() {
        "grant" => {
            let (role, again) = (role.unwrap_or(RoleWord::Member), !typed.again.is_empty());
            RootAct::Grant { person, role, over, again }
        }
        "remove" => RootAct::Remove { person, role, over, keep: keep()? },
        "admit" => RootAct::Admit { removal: typed.which.trim().to_owned(), writer: None },
        _ => RootAct::RevokeKey { key: typed.which.trim().to_owned(), keep: keep()? },
    })
}

/// Beside which field a refusal stands.
fn refused(visit: &Visit, typed: &Typed, error: &ApiError) -> Wrong {
    let (sentence, hint) = visit.words.error(error);
    let sentence = format!("{sentence} {hint}").trim().to_owned();
    let is_paper = matches!(error.kind, ErrorKind::BadPaper | ErrorKind::ForeignPaper);
    let number = error.args.get("paper").filter(|_| is_paper).and_then(|it| it.parse().ok());
    let given =
        typed.papers().into_iter().enumerate().filter(|(_, words)| !words.trim().is_empty());
    let at = number.and_then(|number: usize| given.map(|(at, _)| at).nth(number.checked_sub(1)?));
    match (at, error.kind) {
        (Some(at), _) => Wrong::beside(&format!("paper{}", at + 1), sentence),
        (_, ErrorKind::UnknownKey | ErrorKind::UnknownRemoval) => Wrong::beside("which", sentence),
        _ => Wrong::said(visit, error, &[("person", "person"), ("place", "over")]),
    }
}

pub async fn send(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    if !visit.private {
        let page = load(&app, &visit, Typed::default()).await;
        return Ok(unprocessable(show(&page)));
    }
    let Some(what) = act(&visit, &typed) else {
        let mut page = load(&app, &visit, typed).await;
        page.wrong_until = Some(visit.words.text("keep-until-wrong", &[]));
        return Ok(unprocessable(show(&page)));
    };
    let compared = match what {
        RootAct::Remove { .. } | RootAct::RevokeKey { .. } => compare(&app, &visit).await?,
        RootAct::Grant { .. } | RootAct::Admit { .. } => String::new(),
    };
    let papers = typed.papers().into_iter().filter(|words| !words.trim().is_empty());
    let papers = papers.map(|words| PaperWords(words.to_owned())).collect();
    let wrong = match app.roster(RosterCommand::Root { what, papers }).await {
        Ok(reply) => {
            let mut page = load(&app, &visit, Typed::default()).await;
            page.done = Some(format!("{} {compared}", visit.words.text("roots-done", &[])));
            if let RosterReply::Granted { link: Some(link), .. } = reply {
                page.link = Some(Link::to(link));
            }
            return Ok(show(&page));
        }
        Err(error) if is_about_the_form(&error) => refused(&visit, &typed, &error),
        Err(error) => return Err(error.into()),
    };
    let page = load(&app, &visit, typed).await;
    Ok(unprocessable(show(&Page { wrong, ..page })))
}
