//! Paper: the slip of a request, the list of a building, the sheet for the day when nothing works and the
//! certificate of somebody's hours, as PDF files of a few kilobytes.
//!
//! # Rules
//!
//! 1. A sheet is what stands on it and nothing else: the same words are the same bytes, on every box.
//! 2. No font is embedded. Latin letters are Helvetica, which every reader has; all others are the standard's
//!    own Chinese font, which every reader has or has something for (decision 0086).
//! 3. Nothing sticks out: what is too wide is wrapped, what is too long goes on on the next page. What is left
//!    out is said on the paper, and how much.
//! 4. A picture is drawn as dark rectangles.
//!
//! # Deliberately absent
//!
//! Colours, logos, hyphenation: it is read on the worst printer of the house.

mod gb1;
mod layout;
mod letters;
mod pdf;
mod sheets;
#[cfg(test)]
mod tests;

use qrcode::{Color, EcLevel, QrCode};

pub use sheets::{Home, Printer, for_the_wall, homes, may_list_homes};

/// Pages of one sheet: a list of a building has two, a compound's perhaps ten.
pub const PAGES_MAX: usize = 40;

/// The size of the paper, in points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// For lists and certificates.
    A4,
    /// A quarter of it, for what is handed over a counter.
    A6,
}

impl Format {
    const fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.0, 842.0),
            Self::A6 => (298.0, 420.0),
        }
    }

    const fn margin(self) -> f32 {
        match self {
            Self::A4 => 57.0,
            Self::A6 => 28.0,
        }
    }
}

/// One thing on a sheet, below the one before.
#[derive(Clone, Debug, PartialEq)]
enum Block {
    /// Words of this size, wrapped.
    Words(String, f32),
    /// Cells beside one another, each with its share of the width; where wanted a box to be ticked in the last.
    Row(Vec<(String, f32)>, bool),
    /// A QR code of this text, so many points wide with the empty room that readers need around it.
    Picture(String, f32),
    /// Room.
    Gap(f32),
}

/// Something to be printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    format: Format,
    language: &'static str,
    title: String,
    /// What stands at the foot where not all of it had room.
    cut: String,
    blocks: Vec<Block>,
}

impl Sheet {
    /// As a PDF file.
    pub fn to_pdf(&self) -> Vec<u8> {
        pdf::write(self, &layout::lay_out(self))
    }

    /// How many pages it has.
    pub fn pages(&self) -> usize {
        layout::lay_out(self).len()
    }
}

/// Empty modules on each side of a QR code (ISO/IEC 18004).
const QUIET: usize = 4;

/// The dark modules of a QR code.
pub struct Modules {
    /// Modules across; readers need `QUIET` empty ones on each side besides.
    pub side: usize,
    /// Runs of dark ones: column, row, how many.
    pub runs: Vec<(usize, usize, usize)>,
}

/// A text as a QR code; none where it is too long for one.
pub fn modules(text: &str) -> Option<Modules> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let (side, colors) = (code.width(), code.to_colors());
    let mut runs = Vec::new();
    for (y, row) in colors.chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, other| one == other) {
            if run[0] == Color::Dark {
                runs.push((x, y, run.len()));
            }
            x += run.len();
        }
    }
    Some(Modules { side, runs })
}
