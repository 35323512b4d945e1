//! A box in no community founds one: names, how many keys on paper, and then the keys, shown once.
//!
//! As after joining, the words are the answer to the form itself, never stored or cached.

use askama::Template;
use axum::{Extension, Form, extract::State, response::Response};
use serde::Deserialize;

use super::{
    App,
    error::{Failure, unprocessable},
    frame::{Frame, Visit, show},
    join, recover,
    wrong::Wrong,
};
use crate::api::{Command, ErrorKind, Reply, RootsWord};

/// What the form carries.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    community: String,
    home: String,
    person: String,
    roots: RootsWord,
}

impl Typed {
    /// For a handful of neighbours?
    fn few(&self) -> bool {
        self.roots == RootsWord::OneOfOne
    }
}

#[derive(Template)]
#[template(path = "found.html")]
struct Founding {
    f: Frame,
    typed: Typed,
    wrong: Wrong,
}

pub async fn page(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
) -> Result<Response, Failure> {
    let form = |f| Founding { f, typed: Typed::default(), wrong: Wrong::default() };
    recover::for_an_empty_box(&app, &visit, form).await
}

pub async fn found(
    State(app): State<App>,
    Extension(visit): Extension<Visit>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let asked = Command::Found {
        community: typed.community.clone(),
        home: join::given(&typed.home),
        person: join::given(&typed.person),
        roots: typed.roots,
    };
    let f = Frame::load(&app, &visit).await;
    match app.handle.ask(asked).await {
        Ok(Reply::Founded { community, papers }) => Ok(join::papers(f, community, papers)),
        Ok(_) => Err(Failure::odd_reply()),
        Err(error) if error.kind == ErrorKind::AlreadyInCommunity => Err(error.into()),
        Err(error) => {
            let fields = [("community", "community"), ("home", "home"), ("person", "person")];
            let wrong = Wrong::said(&visit, &error, &fields);
            Ok(unprocessable(show(&Founding { f, typed, wrong })))
        }
    }
}
