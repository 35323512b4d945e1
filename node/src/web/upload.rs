//! A form with files in it, as browsers send it (RFC 7578): read whole within a bound, then looked at.
//!
//! # Rules
//!
//! 1. What is longer than the bound is read no further into memory; what came before is still looked at,
//!    so that the words that somebody typed are not lost with a file that is too large.
//! 2. Any bytes give parts; nothing is believed of a part but its name.
//!
//! # Deliberately absent
//!
//! Types of files: what a file is, its bytes say. Its name is kept to be shown, never to be believed.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use tokio::sync::OwnedSemaphorePermit;

use super::error::Failure;
use crate::photo::FILE_BYTES_MAX;

/// Bytes of such a form: one file of the largest size, or several that are smaller, and the words.
pub const UPLOAD_BYTES_MAX: usize = FILE_BYTES_MAX + 256 * 1024;

/// Parts of a form: more are not looked at.
const PARTS_MAX: usize = 16;

/// Characters between two parts (RFC 2046).
const BOUNDARY_BYTES_MAX: usize = 70;

/// Bytes of what stands above a part.
const HEAD_BYTES_MAX: usize = 4 * 1024;

/// A form as it came.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    body: Bytes,
    boundary: Vec<u8>,
    /// Was there more than [`UPLOAD_BYTES_MAX`]?
    pub is_cut: bool,
}

/// Such a form and the turn to unpack what is in it, as the guard handed them on. The turn is given
/// back when this is gone: few pictures are unpacked at a time.
pub struct Unpacking {
    /// The form.
    pub form: Upload,
    /// Kept by whoever unpacks.
    pub turn: Arc<OwnedSemaphorePermit>,
}

impl<S: Send + Sync> FromRequestParts<S> for Unpacking {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match (parts.extensions.remove(), parts.extensions.remove()) {
            (Some(form), Some(turn)) => Ok(Self { form, turn }),
            _ => Err(Failure::ForeignForm),
        }
    }
}

/// One field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part<'a> {
    name: &'a str,
    /// What the file was called; empty where nothing is said.
    file: &'a str,
    bytes: &'a [u8],
}

/// The addresses that take such forms.
pub fn takes_files(path: &str) -> bool {
    let of_one = ["/groups/", "/requests/"].iter().any(|it| path.starts_with(it));
    ["/ask/photo", "/news/new", "/join/picture"].contains(&path)
        || of_one && path.ends_with("/photo")
}

/// What stands between the parts, where the form is of this kind.
pub fn boundary_of(headers: &HeaderMap) -> Option<Vec<u8>> {
    let said = headers.get(axum::http::header::CONTENT_TYPE)?.to_str().ok()?;
    let rest = said.strip_prefix("multipart/form-data;")?;
    let boundary = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    let boundary = boundary.trim_matches('"').as_bytes();
    (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len()).then(|| boundary.to_vec())
}

impl Upload {
    /// A form of this body; `is_cut` where there was more.
    pub fn new(body: Bytes, boundary: Vec<u8>, is_cut: bool) -> Self {
        Self { body, boundary, is_cut }
    }

    /// The words of a field, if it is there and is words.
    pub fn text(&self, name: &str) -> Option<&str> {
        let part = self.parts().into_iter().find(|part| part.name == name)?;
        std::str::from_utf8(part.bytes).ok()
    }

    /// The files of a field that are not empty, with what they were called.
    pub fn files(&self, name: &str) -> Vec<(&str, &[u8])> {
        let parts = self.parts().into_iter();
        let full = parts.filter(|it| it.name == name && !it.bytes.is_empty());
        full.map(|it| (it.file, it.bytes)).collect()
    }

    /// What makes the form count once; empty where it carries nothing of the kind.
    pub fn once(&self) -> &str {
        self.text("once").unwrap_or_default()
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let between = [b"\r\n--", self.boundary.as_slice()].concat();
        let mut parts = Vec::new();
        let Some(mut rest) = self.body.strip_prefix(&between[2..]) else { return parts };
        while let Some(part) = rest.strip_prefix(b"\r\n") {
            // What ends without a boundary was cut off, and is no part.
            let Some(end) = find(part, &between) else { break };
            if parts.len() < PARTS_MAX {
                parts.extend(read(&part[..end]));
            }
            rest = &part[end + between.len()..];
        }
        parts
    }
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    let end = find(&part[..part.len().min(HEAD_BYTES_MAX)], b"\r\n\r\n")?;
    let head = std::str::from_utf8(&part[..end]).ok()?;
    let (_, said) = head.split_once("form-data;")?;
    let (_, name) = said.split_once(" name=\"")?;
    let (name, rest) = name.split_once('"')?;
    let file = rest.split_once(" filename=\"").and_then(|(_, it)| it.split_once('"'));
    let file = file.map_or("", |(file, _)| file);
    Some(Part { name, file, bytes: &part[end + 4..] })
}

fn find(all: &[u8], wanted: &[u8]) -> Option<usize> {
    all.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use proptest::prelude::*;

    use super::*;

    const FORM: &[u8] = b"--xyz\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\
        Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--xy\r\n--xyz\r\n\
        Content-Disposition: form-data; name=\"photo\"; filename=\"\"\r\n\r\n\r\n--xyz--\r\n";

    fn form(bytes: &[u8]) -> Upload {
        Upload::new(Bytes::copy_from_slice(bytes), b"xyz".to_vec(), false)
    }

    #[test]
    fn words_and_files_are_found_and_what_was_cut_off_is_not() {
        let whole = form(FORM);
        assert_eq!(whole.text("token"), Some("abc"));
        assert_eq!(whole.files("photo"), [("a.jpg", b"\xff\xd8\r\n--xy".as_slice())]);
        assert_eq!((whole.text("text"), whole.text("photo")), (None, None));
        let end = FORM.len() - 130;
        let cut = form(&FORM[..end]);
        assert_eq!(cut.text("token"), Some("abc"));
        assert!(cut.files("photo").is_empty(), "half a file is none");
    }

    #[test]
    fn only_forms_with_files_have_a_boundary() {
        let table = [
            ("multipart/form-data; boundary=xyz", Some("xyz")),
            ("multipart/form-data; charset=utf-8; boundary=\"a b\"", Some("a b")),
            ("application/x-www-form-urlencoded", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/mixed; boundary=xyz", None),
        ];
        for (said, wanted) in table {
            let headers =
                HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(said))]);
            let wanted = wanted.map(|it| it.as_bytes().to_vec());
            assert_eq!(boundary_of(&headers), wanted, "{said}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_parts(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0..FORM.len()) {
            let mixed = [&FORM[..at], &bytes, &FORM[at..]].concat();
            for bytes in [bytes, mixed] {
                let form = form(&bytes);
                let taken: usize = form.parts().iter().map(|part| part.bytes.len()).sum();
                prop_assert!(taken <= bytes.len());
            }
        }
    }
}
