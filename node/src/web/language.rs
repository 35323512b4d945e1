//! Which language a page speaks: what the reader chose, else what the browser asks for.

use axum::{
    Extension, Form,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{frame::Visit, session::find_cookie};
use crate::words::Lang;

/// The cookie of the choice; shared by all nodes on a machine, as it says nothing about any.
const COOKIE: &str = "linli-language";

/// Seconds that the choice is kept: a year.
const COOKIE_SECONDS: u32 = 365 * 24 * 3600;

/// The reader's language.
pub fn wanted(headers: &HeaderMap) -> Lang {
    let chosen = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .find_map(|cookies| find_cookie(cookies, COOKIE).and_then(Lang::from_code));
    chosen.unwrap_or_else(|| {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|asked| asked.to_str().ok());
        asked.map_or_else(Lang::default, Lang::preferred)
    })
}

/// The switch at the head of every page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Chosen {
    language: String,
    back: String,
}

pub async fn switch(Extension(visit): Extension<Visit>, Form(chosen): Form<Chosen>) -> Response {
    let lang = Lang::from_code(&chosen.language).unwrap_or(visit.words.lang());
    ([(header::SET_COOKIE, choice_cookie(lang))], Redirect::to(own_path(&chosen.back)))
        .into_response()
}

/// The cookie that keeps a choice.
pub fn choice_cookie(lang: Lang) -> String {
    let lang = lang.code();
    format!("{COOKIE}={lang}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Strict")
}

/// Only ever back to a page of ours: `//elsewhere` and `/\elsewhere` would be other hosts.
pub fn own_path(back: &str) -> &str {
    let printable = back.bytes().all(|byte| byte.is_ascii_graphic());
    let own = back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    if printable && own { back } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_never_leads_to_another_host() {
        assert_eq!(own_path("/groups?x=1"), "/groups?x=1");
        for bad in ["", "//evil.example", "/\\evil.example", "http://evil.example", "/a\nb", "x"] {
            assert_eq!(own_path(bad), "/", "{bad}");
        }
    }
}
