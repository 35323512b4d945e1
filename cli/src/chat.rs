//! A group chat that was exported from another program: who said what when, as lines of text.
//!
//! ```text
//! 2026-11-20 18:03 张三: 今晚停水吗            [2026/11/20, 18:03:22] Zhang San: is the water off?
//! 2026-11-20 18:03:22 张三                     20/11/2026, 18:03 - Zhang San: is the water off?
//! 今晚停水吗
//! ```
//!
//! # Rules
//!
//! 1. A line that begins with a date and a time begins a message; every other line goes on with the one
//!    before. What stands before the first such line is posted as it is, and told by its number.
//! 2. Text is UTF-8, UTF-16 with its mark, or else GB18030, in which the programs of this country write.
//!    A line with bytes that are none of it is posted with � in their places, and told by its number.
//! 3. Nothing is left out: a message too long for one is posted in pieces.
//! 4. Who said it, and when, stands in the text: it is somebody else's word that he did, and the message is
//!    marked as imported.

use crdt::limits::TEXT_BYTES_MAX;
use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use node::api::ImportLine;

/// Bytes of one export: years of a large group. It is read as a whole, for its encoding shows only so.
pub const CHAT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Letters of a name; what is longer before a colon is no name.
const NAME_CHARS_MAX: usize = 60;

/// An export as messages to be posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chat {
    /// The messages, each named by the number of its first line and a hash of its text.
    pub lines: Vec<ImportLine>,
    /// Numbers of lines that are not as they should be, and were posted all the same.
    pub odd: Vec<u64>,
}

/// A message that is being put together.
struct Open {
    number: u64,
    head: Option<String>,
    text: Vec<String>,
}

/// Reads an export, whatever its bytes.
pub fn read(bytes: &[u8]) -> Chat {
    let (text, odd_bytes) = decoded(bytes);
    let mut chat = Chat::default();
    let mut open: Option<Open> = None;
    for (number, line) in (1_u64..).zip(text.lines()) {
        if odd_bytes && line.contains('\u{fffd}') {
            chat.odd.push(number);
        }
        if let Some((head, said)) = headed(line) {
            chat.close(open.take());
            let text = said.map(str::to_owned).into_iter().collect();
            open = Some(Open { number, head: Some(head), text });
            continue;
        }
        match &mut open {
            Some(message) => message.text.push(line.to_owned()),
            None if line.trim().is_empty() => (),
            None => {
                chat.odd.push(number);
                let text = vec![line.to_owned()];
                chat.close(Some(Open { number, head: None, text }));
            }
        }
    }
    chat.close(open);
    chat.odd.sort_unstable();
    chat.odd.dedup();
    chat
}

impl Chat {
    /// Rules 3 and 4.
    fn close(&mut self, open: Option<Open>) {
        let Some(Open { number, head, text }) = open else { return };
        let said = text.join("\n");
        let whole = match head {
            Some(head) if said.trim().is_empty() => head,
            Some(head) => format!("{head}\n{}", said.trim_end()),
            None => said,
        };
        let mut rest = whole.as_str();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(TEXT_BYTES_MAX));
            rest = after;
            if !piece.trim().is_empty() {
                let hash = blake3::hash(piece.as_bytes()).to_hex().to_string();
                self.lines.push(ImportLine { number, hash, text: piece.to_owned() });
            }
        }
    }
}

/// Rule 2: the text, and whether bytes were none of it.
fn decoded(bytes: &[u8]) -> (String, bool) {
    let marked = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [0xef, 0xbb, 0xbf, ..] => Some(UTF_8),
        _ => None,
    };
    let encoding =
        marked.unwrap_or(if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { GB18030 });
    let (text, _, odd) = encoding.decode(bytes);
    // Of a UTF-8 file one bad line must not turn all others into something else.
    let (utf8, _, _) = UTF_8.decode(bytes);
    let spoilt = |text: &str| text.matches('\u{fffd}').count();
    if odd && marked.is_none() && spoilt(&utf8) <= spoilt(&text) {
        return (utf8.into_owned(), true);
    }
    (text.into_owned(), odd)
}

/// Rule 1: who and when, and what stands behind it on the same line.
fn headed(line: &str) -> Option<(String, Option<&str>)> {
    let line = line.trim_start_matches(['[', '\u{feff}', '\u{200e}']);
    let (date, rest) = taken(line, is_date)?;
    let (time, rest) = taken(rest.trim_start_matches([',', ' ']), is_time)?;
    let rest = rest.trim_start_matches([']', ' ', '-']);
    let colon = rest.char_indices().find(|(_, c)| matches!(c, ':' | '：'));
    let (name, said) = match colon {
        Some((at, c)) => (&rest[..at], Some(rest[at + c.len_utf8()..].trim_start())),
        None => (rest, None),
    };
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    is_name.then(|| (format!("{name} · {date} {time}"), said))
}

/// The first word of a line, where it is what is wanted, and the rest.
fn taken(line: &str, is: fn(&str) -> bool) -> Option<(&str, &str)> {
    let end = line.find([' ', ',', ']', '\t']).unwrap_or(line.len());
    let (word, rest) = line.split_at(end);
    is(word).then_some((word, rest))
}

fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.trim_end_matches('日').split(['-', '/', '.', '年', '月']).collect();
    let numbers = parts
        .iter()
        .all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    parts.len() == 3 && numbers && parts.iter().filter(|part| part.len() == 4).count() == 1
}

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    let numbers = parts
        .iter()
        .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    (2..=3).contains(&parts.len()) && numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> (Vec<(u64, String)>, Vec<u64>) {
        let chat = read(bytes);
        (chat.lines.into_iter().map(|it| (it.number, it.text)).collect(), chat.odd)
    }

    #[test]
    fn messages_are_read_as_programs_export_them() {
        let table = [
            ("2026-11-20 18:03 张三: 今晚停水吗", "张三 · 2026-11-20 18:03\n今晚停水吗"),
            ("2026-11-20 18:03:22 张三：停", "张三 · 2026-11-20 18:03:22\n停"),
            ("[2026/11/20, 18:03:22] Zhang: off?", "Zhang · 2026/11/20 18:03:22\noff?"),
            ("20/11/2026, 18:03 - Zhang San: off?", "Zhang San · 20/11/2026 18:03\noff?"),
            ("2026年11月20日 18:03 张三: 停", "张三 · 2026年11月20日 18:03\n停"),
            ("2026-11-20 18:03:22 张三\n停水\n到几点", "张三 · 2026-11-20 18:03:22\n停水\n到几点"),
        ];
        for (line, wanted) in table {
            assert_eq!(texts(line.as_bytes()), (vec![(1, wanted.into())], vec![]), "{line}");
        }
    }

    #[test]
    fn what_is_no_message_is_told_by_its_number_and_not_lost() {
        let file = "导出的聊天记录\n\n2026-11-20 18:03 张三: 一\n还有一行\n18:04 李四: 二\n";
        let (lines, odd) = texts(file.as_bytes());
        assert_eq!(odd, [1]);
        let wanted = "张三 · 2026-11-20 18:03\n一\n还有一行\n18:04 李四: 二";
        assert_eq!(lines, [(1, "导出的聊天记录".to_owned()), (3, wanted.to_owned())]);
    }

    #[test]
    fn foreign_encodings_are_read_and_what_is_none_is_told() {
        let line = "2026-11-20 18:03 张三: 今晚停水吗\n";
        let wanted = (vec![(1, "张三 · 2026-11-20 18:03\n今晚停水吗".to_owned())], vec![]);
        let (gb, ..) = GB18030.encode(line);
        assert_eq!(texts(&gb), wanted);
        let mut utf16 = vec![0xff, 0xfe];
        utf16.extend(line.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(texts(&utf16), wanted);
        assert_eq!(texts(&[b"\xef\xbb\xbf", line.as_bytes()].concat()), wanted);
        let bad = [line.as_bytes(), b"2026-11-20 18:04 Li: \xff\xfe!\n", line.as_bytes()].concat();
        let (lines, odd) = texts(&bad);
        assert_eq!((lines.len(), odd), (3, vec![2]));
        assert!(lines[1].1.starts_with("Li · ") && lines[1].1.ends_with('!'), "{lines:?}");
    }

    #[test]
    fn a_long_message_comes_in_pieces_and_any_bytes_give_something() {
        let long = format!("2026-11-20 18:03 张三: {}", "长".repeat(TEXT_BYTES_MAX));
        let (lines, _) = texts(long.as_bytes());
        assert!(lines.len() > 2 && lines.iter().all(|it| it.1.len() <= TEXT_BYTES_MAX));
        let letters: usize = lines.iter().map(|it| it.1.matches('长').count()).sum();
        assert_eq!(letters, TEXT_BYTES_MAX);
        for bytes in [&b""[..], b"\xff", b"\xff\xfe\xff", b"[[[", b"2026-11-20", b"\n\n"] {
            let _ = read(bytes);
        }
    }
}
