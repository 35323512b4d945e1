//! How wide each letter is, in thousandths of its size, and where a line may end.
//!
//! Widths of Helvetica: Adobe's font metrics for the 14 standard fonts. Everything else is taken for as wide
//! as it is high, which Chinese letters are.

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
        ('·', Some(byte)) => Some((byte, 278)),
        ('–', _) => Some((0x96, 556)),
        ('—', _) => Some((0x97, 1000)),
        ('‘', _) => Some((0x91, 222)),
        ('’', _) => Some((0x92, 222)),
        ('“', _) => Some((0x93, 333)),
        ('”', _) => Some((0x94, 333)),
        _ => None,
    }
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

/// The words in lines, none wider than `room` at a size of one point; a letter that is wider stands alone.
pub fn wrapped(text: &str, room: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let clean: String = paragraph.chars().filter(|letter| !letter.is_control()).collect();
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
