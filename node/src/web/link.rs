//! A link that somebody hands on: as text and, where it is short enough, as a picture to scan.

use std::fmt::Write as _;

use crate::paper::modules;

/// Empty modules around the code; readers need four.
const QUIET_MODULES: usize = 4;

/// A link as `link.html` shows it.
pub struct Link {
    /// Itself.
    pub text: String,
    /// None where the link is too long for a picture.
    pub picture: Option<Picture>,
}

impl Link {
    /// With its picture.
    pub fn to(link: String) -> Self {
        Self { picture: picture(&link), text: link }
    }
}

/// A QR code as one SVG path.
pub struct Picture {
    /// Modules across, quiet ones included.
    pub side: usize,
    /// Its dark modules.
    pub path: String,
}

/// Runs of dark modules, row by row, as one path: no style, no script, small.
pub fn picture(link: &str) -> Option<Picture> {
    let found = modules(link)?;
    let mut path = String::new();
    for (x, y, length) in found.runs {
        let (left, top) = (x + QUIET_MODULES, y + QUIET_MODULES);
        let _ = write!(path, "M{left} {top}h{length}v1h-{length}z");
    }
    Some(Picture { side: found.side + 2 * QUIET_MODULES, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_small_picture_and_too_long_a_one_none() {
        let small = picture(&format!("linli:{}", "a".repeat(200))).expect("fits a QR code");
        assert!(small.side > 2 * QUIET_MODULES);
        assert!(small.path.starts_with("M4 4h7v1h-7z"), "the finder pattern's upper edge");
        assert!(small.path.len() < 20 * 1024);
        assert!(picture(&"a".repeat(4_000)).is_none());
    }
}
