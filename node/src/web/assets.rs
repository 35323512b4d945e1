//! Style, script and icon, embedded in the program and named by their content, so that a browser
//! may keep them for ever and still gets the new ones after an update.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use rust_embed::RustEmbed;

use super::error::Failure;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// Eight hexadecimal digits over all of them, put behind each name as `?v=`.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for name in Embedded::iter() {
        if let Some(file) = Embedded::get(&name) {
            hasher.update(&file.data);
        }
    }
    hasher.finalize().to_hex()[..8].to_owned()
});

/// One of them that is text.
pub fn text(name: &str) -> Option<String> {
    Embedded::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())
}

pub async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let file = Embedded::get(&name).ok_or(Failure::NoPage)?;
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "png")) => "image/png",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    // A page has few bytes; what explains our script to its next author stays here.
    let slim = match kind.starts_with("text/") {
        true => std::str::from_utf8(&file.data).map(|text| slim(text).into_bytes()).ok(),
        false => None,
    };
    Ok((headers, slim.map_or(file.data, Into::into)).into_response())
}

/// Without indentation and lines that are nothing but a comment. No text in our files runs over several lines.
fn slim(text: &str) -> String {
    let lines =
        text.lines().map(str::trim_start).filter(|it| !it.is_empty() && !it.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_gets_says_the_same_in_fewer_bytes() {
        let text = "// why\n\n  const at = \"http://x\"; // here\n    // there\nrun(at);\n";
        assert_eq!(slim(text), "const at = \"http://x\"; // here\nrun(at);\n");
        for name in ["page.js", "away.js", "style.css"] {
            let whole = super::text(name).expect("it is embedded");
            assert!(!whole.contains("`\n"), "{name}: a text over several lines would change");
            assert!(slim(&whole).len() < whole.len(), "{name}");
        }
    }
}
