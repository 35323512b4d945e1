//! Before there is a community: what an invitation is, a place to paste it, and after joining the
//! paper key, shown once.
//!
//! The key's words are the answer to the form itself and never stored or cached: whoever leaves the
//! page without writing them down has lost them.

use askama::Template;
use axum::{Extension, Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, Visit, show},
    group::one_line,
    link::{Picture, picture},
    recover,
    upload::{Unpacking, Upload},
    wrong::Wrong,
};
use crate::{
    api::{Command, ErrorKind, PaperSheet, Reply, RootPaper},
    photo::{self, NoPhoto},
};

/// Bytes of what was typed that come back with a mistake: a link does, a whole file need not, since
/// it is still where it came from.
const TYPED_BYTES_MAX: usize = 8 * 1024;

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    link: String,
    home: String,
    person: String,
}

#[derive(Template)]
#[template(path = "lobby.html")]
struct Lobby {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

#[derive(Template)]
#[template(path = "joined.html")]
struct Joined {
    f: Frame,
    community: String,
    sheets: Vec<Sheet>,
    /// Somebody else who moved in; empty where it is the reader himself.
    resident: String,
    /// Root keys among them: what they are for is said.
    roots: Option<RootPaper>,
}

/// One key to be written on paper.
struct Sheet {
    /// Which of the community's keys; none where it is the person's own.
    root: Option<RootPaper>,
    words: Vec<String>,
    /// The same words, for the printer alone: no camera should see them on a screen.
    picture: Option<Picture>,
}

/// The answer to whoever has come in: the words, this once.
pub fn joined(f: Frame, community: String, words: Vec<String>) -> Response {
    let own = PaperSheet { root: None, words };
    papers(f, community, if own.words.is_empty() { Vec::new() } else { vec![own] })
}

/// The answer to whoever has founded a community: each key's words, this once.
pub fn papers(f: Frame, community: String, papers: Vec<PaperSheet>) -> Response {
    show(&sheets(f, community, papers))
}

/// The answer to whoever has let somebody else of his home in: that one's words, this once.
pub fn resident(f: Frame, resident: String, words: Vec<String>) -> Response {
    let paper = PaperSheet { root: None, words };
    show(&Joined { resident, ..sheets(f, String::new(), vec![paper]) })
}

fn sheets(f: Frame, community: String, papers: Vec<PaperSheet>) -> Joined {
    let roots = papers.iter().find_map(|paper| paper.root);
    let sheet = |PaperSheet { root, words }: PaperSheet| {
        let picture = picture(&words.join(" "));
        Sheet { root, words, picture }
    };
    let sheets = papers.into_iter().map(sheet).collect();
    Joined { f, community, sheets, resident: String::new(), roots }
}

/// What was typed into a field that may be left empty.
pub fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What every page shows while the node is in no community.
pub fn lobby(f: Frame) -> Response {
    show(&Lobby { f, typed: Typed::default(), wrong: Wrong::default() })
}

pub async fn join(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Failure> {
    let f = Frame::load(&app, &visit).await;
    let Some(link) = given(&typed.link) else {
        let wrong = Wrong::beside("link", visit.words.text("field-empty", &[]));
        return Ok(unprocessable(show(&Lobby { f, typed, wrong })));
    };
    if typed.link.len() > TYPED_BYTES_MAX {
        typed.link.clear();
    }
    let asked = Command::Join { link, home: given(&typed.home), person: given(&typed.person) };
    match app.handle.ask(asked).await {
        Ok(Reply::Joined { community, words }) => Ok(joined(f, community, words)),
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Err(error.into()),
        Err(error) => {
            let fields = [("link", "link"), ("home", "home"), ("person", "person")];
            let wrong = Wrong::said(&visit, &error, &fields);
            Ok(unprocessable(show(&Lobby { f, typed, wrong })))
        }
    }
}

/// A photo of an invitation's code: what it says stands in the field then, to be looked at and joined with.
pub async fn photographed(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Unpacking { form, turn: _turn }: Unpacking,
) -> Result<Response, Failure> {
    let refused = |why| one_line(&visit, &photo::refusal(why));
    let read = match tokio::task::spawn_blocking(move || code_in(&form)).await {
        Ok(Ok(Some(link))) => Ok(link),
        Ok(Ok(None)) => Err(visit.words.text("lobby-no-code", &[])),
        Ok(Err(why)) => Err(refused(why)),
        Err(_) => Err(refused(NoPhoto::Damaged)),
    };
    let (link, wrong) = match read {
        Ok(link) => (link, Wrong::default()),
        Err(said) => (String::new(), Wrong::beside("picture", said)),
    };
    let (typed, is_wrong) = (Typed { link, ..Typed::default() }, wrong.is_some());
    let page = recover::for_an_empty_box(&app, &visit, |f| Lobby { f, typed, wrong }).await?;
    Ok(if is_wrong { unprocessable(page) } else { page })
}

fn code_in(form: &Upload) -> Result<Option<String>, NoPhoto> {
    if form.is_cut {
        return Err(NoPhoto::TooLarge);
    }
    match form.files("photo").first() {
        Some((_, file)) => photo::read_code(file),
        None => Ok(None),
    }
}
