//! Which letters can be shown, how wide each is, in thousandths of its size, and where a line may end.
//!
//! # Rules
//!
//! 1. No letter is left out without a sign: what neither font has stands as the letter that it is built on (Ł as
//!    L, ễ as e), and what is built on none as [`MISSING`]. Only what has no shape of its own goes.
//!
//! Widths of Helvetica: Adobe's font metrics for the 14 standard fonts. Everything else is taken for as wide
//! as it is high, which Chinese letters are.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::gb1;

/// Stands for a letter that no font here has.
pub const MISSING: char = '□';

/// Printable ASCII, from the blank on.
const ASCII: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Western Europe's letters, from À (U+00C0) on.
const ACCENTED: [u16; 64] = [
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778,
    778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556,
    889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 584, 611,
    556, 556, 556, 556, 500, 556, 500,
];

/// The others of `WinAnsiEncoding` that Chinese texts do not write in their own way: letter, byte, width.
const OTHERS: [(char, u8, u16); 48] = [
    ('·', 0xb7, 278),
    ('–', 0x96, 556),
    ('—', 0x97, 1000),
    ('‘', 0x91, 222),
    ('’', 0x92, 222),
    ('“', 0x93, 333),
    ('”', 0x94, 333),
    ('€', 0x80, 556),
    ('‚', 0x82, 222),
    ('ƒ', 0x83, 556),
    ('„', 0x84, 333),
    ('†', 0x86, 556),
    ('‡', 0x87, 556),
    ('Š', 0x8a, 667),
    ('‹', 0x8b, 333),
    ('Œ', 0x8c, 1000),
    ('Ž', 0x8e, 611),
    ('•', 0x95, 350),
    ('˜', 0x98, 333),
    ('™', 0x99, 1000),
    ('š', 0x9a, 500),
    ('›', 0x9b, 333),
    ('œ', 0x9c, 944),
    ('ž', 0x9e, 500),
    ('Ÿ', 0x9f, 667),
    ('¡', 0xa1, 333),
    ('¢', 0xa2, 556),
    ('£', 0xa3, 556),
    ('¥', 0xa5, 556),
    ('¦', 0xa6, 260),
    ('©', 0xa9, 737),
    ('ª', 0xaa, 370),
    ('«', 0xab, 556),
    ('¬', 0xac, 584),
    ('®', 0xae, 737),
    ('²', 0xb2, 333),
    ('³', 0xb3, 333),
    ('´', 0xb4, 333),
    ('µ', 0xb5, 556),
    ('¶', 0xb6, 537),
    ('¸', 0xb8, 333),
    ('¹', 0xb9, 333),
    ('º', 0xba, 365),
    ('»', 0xbb, 556),
    ('¼', 0xbc, 834),
    ('½', 0xbd, 834),
    ('¾', 0xbe, 834),
    ('¿', 0xbf, 611),
];

/// Letters that Unicode does not take apart, and what they are built on.
const STROKED: [(char, char); 10] = [
    ('Ł', 'L'),
    ('ł', 'l'),
    ('Đ', 'D'),
    ('đ', 'd'),
    ('Ħ', 'H'),
    ('ħ', 'h'),
    ('Ŧ', 'T'),
    ('ŧ', 't'),
    ('ı', 'i'),
    ('ə', 'e'),
];

/// What must not begin a line.
const CLOSES: &str = "，。、；：？！）》〉」』】”’…,.;:?!)]%";

/// What must not end one.
const OPENS: &str = "（《〈「『【“‘([";

/// A letter of Helvetica: its byte in the encoding `WinAnsiEncoding`, and its width. None: the Chinese font
/// has it.
pub fn latin(letter: char) -> Option<(u8, u16)> {
    let byte = u8::try_from(letter).ok();
    match (letter, byte) {
        (' '..='~', Some(byte)) => Some((byte, ASCII[usize::from(byte - b' ')])),
        ('\u{c0}'..='\u{ff}', Some(byte)) => Some((byte, ACCENTED[usize::from(byte - 0xc0)])),
        _ => {
            let other = OTHERS.iter().find(|(known, ..)| *known == letter);
            other.map(|(_, byte, width)| (*byte, *width))
        }
    }
}

fn is_shown(letter: char) -> bool {
    latin(letter).is_some() || gb1::has(letter)
}

/// Has it no shape of its own: marks on the letter before, joiners, what steers the direction?
fn is_silent(letter: char) -> bool {
    let steers = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    steers || letter.is_control() || is_combining_mark(letter)
}

/// These words in letters that can be shown (rule 1).
pub fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.nfc() {
        let built_on = || {
            let stroked = STROKED.iter().find(|(known, _)| *known == letter).map(|(_, on)| *on);
            stroked.or_else(|| [letter].into_iter().nfd().next()).filter(|on| is_shown(*on))
        };
        match letter {
            _ if is_shown(letter) => shown.push(letter),
            _ if letter.is_whitespace() => shown.push(' '),
            _ if is_silent(letter) => (),
            _ => shown.push(built_on().unwrap_or(MISSING)),
        }
    }
    shown
}

/// How wide these words are at a size of one point.
pub fn width(text: &str) -> f32 {
    let thousandths = |letter| latin(letter).map_or(1_000, |(_, width)| width);
    text.chars().map(|letter| f32::from(thousandths(letter)) / 1_000.0).sum()
}

/// May a line end between these two? Behind a blank, and beside a letter that stands for itself; never
/// before what closes or behind what opens.
fn may_break(before: char, after: char) -> bool {
    if CLOSES.contains(after) || OPENS.contains(before) || after == ' ' {
        return false;
    }
    before == ' ' || latin(before).is_none() || latin(after).is_none()
}

/// The words as they are shown, in lines, none wider than `room` at a size of one point; a letter that is wider stands alone.
pub fn wrapped(text: &str, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let clean = shown(paragraph);
        let mut line = String::new();
        let fits = |line: &str, more: &str| line.is_empty() || width(line) + width(more) <= room;
        for piece in pieces(&clean) {
            if !fits(&line, piece.trim_end()) {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            if width(piece.trim_end()) <= room {
                line.push_str(piece);
                continue;
            }
            for letter in piece.chars() {
                if !fits(&line, letter.encode_utf8(&mut [0; 4])) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What holds together.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut begin, mut before) = (0, None);
    for (at, letter) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, letter)) {
            pieces.push(&text[begin..at]);
            begin = at;
        }
        before = Some(letter);
    }
    if begin < text.len() {
        pieces.push(&text[begin..]);
    }
    pieces
}
