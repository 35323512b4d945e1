//! Files as people have them: tables from spreadsheets, exports, and files that broke on the way.

use std::{fs::File, io::BufReader, path::Path};

use super::*;

/// Reads all of `bytes` in pieces of `piece` and writes down what came out.
fn read(bytes: &[u8], shape: Option<Shape>, piece: usize) -> String {
    let input = BufReader::with_capacity(piece, bytes);
    let mut records = match Records::open(input, shape) {
        Ok(records) => records,
        Err(error) => return error.to_string(),
    };
    let mut report = Vec::new();
    loop {
        match records.read() {
            Ok(Some(record)) => report.push(format!("{}={}", record.number, record.text)),
            Ok(None) => return report.join("|"),
            Err(error) => {
                report.push(error.to_string());
                return report.join("|");
            }
        }
    }
}

fn check(file: &str, expected: &str) {
    // However the bytes arrive, the same entries come out.
    for piece in [3, 7, 8192] {
        assert_eq!(read(file.as_bytes(), None, piece), expected, "in pieces of {piece}: {file:?}");
    }
}

#[test]
fn lines_of_json_and_rows_of_a_table() {
    check("{\"text\":\"a\"}\n{\"text\":\"b\",\"x\":1}", "1=a|2=b");
    check("{\"text\":\"a\"}\r\n\r\n{\"text\":\"a\"}\r\n", "1=a|3=a");
    check("id,text\n1,hello\n2,\"a, \"\"b\"\"\"\n", "2=hello|3=a, \"b\"");
    check("id,text\r\n1,hello\r\n\r\n2,world\r\n", "2=hello|4=world");
    check("\"Text \",id\n\"two\nlines\",1\nnext,2", "2=two\nlines|4=next");
    check("text\n楼上漏水\n", "2=楼上漏水");
    check("text\n", "");
}

#[test]
fn a_bad_entry_is_named_by_the_line_where_it_begins_and_ends_the_reading() {
    check(
        "{\"text\":\"a\"}\nnot json\n{\"text\":\"b\"}",
        "1=a|line 2: not JSON: expected ident at line 1 column 2",
    );
    check(
        "{\"text\":\"a\"}\n{\"x\":1}",
        "1=a|line 2: not JSON: missing field `text` at line 1 column 7",
    );
    check("{\"text\":\" \"}", "line 1: no words");
    check("id,text\n1,a\n2,b,c\n3,d\n", "2=a|line 3: 3 columns, 2 wanted");
    check("id,text\n1,a\n2,\n", "2=a|line 3: no words");
    check("id,words\n1,a\n", "no column `text`");
    check("", "no column `text`");
}

#[test]
fn a_quotation_mark_left_open_does_not_swallow_the_rest_of_the_file() {
    let open = "2=a|line 3: a quotation mark left open";
    check("text\na\n\"b\nc\nd\n", open);
    check("text\na\n\"b\nc\nd", open);
    check("text\na\n\"", open);
    check("id,text\n1,a\n2,\"", open);
    // One inside a field that is not quoted is a character, and one that is closed is closed.
    check("text\na\n5\" pipe", "2=a|3=5\" pipe");
    check("text\na\n\"b\nc\"", "2=a|3=b\nc");
}

#[test]
fn what_is_too_long_is_refused_without_being_read_whole() {
    let long = "x".repeat(TEXT_BYTES_MAX + 1);
    let says = format!("2=a|line 3: a text of {} bytes", long.len());
    check(&format!("text\na\n{long}\n"), &says);

    let endless = "x".repeat(3 * RECORD_BYTES_MAX);
    for shape in [Shape::Csv, Shape::Jsonl] {
        let (file, says) = match shape {
            Shape::Csv => (format!("text\na\n\"{endless}\n"), "2=a|line 3: too long"),
            Shape::Jsonl => (format!("{{\"text\":\"a\"}}\n{endless}"), "1=a|line 2: too long"),
        };
        assert_eq!(read(file.as_bytes(), Some(shape), 8192), says);
    }
    let wide = format!("text{}\n", ",x".repeat(COLUMNS_MAX));
    assert_eq!(read(wide.as_bytes(), None, 8192), "line 1: too long");
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(read(b"text\na\n\xff\n", None, 8192), "2=a|line 3: not UTF-8");
    assert_eq!(read(b"{\"text\":\"\xff\"}\n", None, 8192), "line 1: not UTF-8");
}

#[test]
fn a_mark_before_the_first_character_is_no_part_of_it() {
    assert_eq!(read(b"\xef\xbb\xbftext\na\n", None, 8192), "2=a");
    assert_eq!(read(b"\xef\xbb\xbf{\"text\":\"a\"}\n", None, 8192), "1=a");
}

#[test]
fn an_entry_is_named_by_its_raw_bytes_whatever_the_pieces_and_line_ends() {
    let hashes = |file: &str, piece| {
        let input = BufReader::with_capacity(piece, file.as_bytes());
        let mut records = Records::open(input, None).expect("it works on this stage");
        let mut hashes = Vec::new();
        while let Some(record) = records.read().expect("it works on this stage") {
            hashes.push(record.hash);
        }
        hashes
    };
    let expected: Vec<String> = ["1,\"a\n\nb\"", "2,c"]
        .iter()
        .map(|raw| blake3::hash(raw.as_bytes()).to_hex().to_string())
        .collect();
    for piece in [1, 2, 5, 8192] {
        assert_eq!(hashes("id,text\n1,\"a\n\nb\"\n\n2,c", piece), expected);
        assert_eq!(hashes("id,text\r\n1,\"a\n\nb\"\r\n2,c\r\n", piece), expected);
    }
}

/// The real messages that the first release is shown with; they are not part of the project.
#[test]
fn five_thousand_real_messages_are_read() {
    let path =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/help_messages.csv"));
    let Ok(file) = File::open(path) else {
        eprintln!("skipped: {} is not here", path.display());
        return;
    };
    let mut records = Records::open(BufReader::new(file), Shape::of_ending("csv"))
        .expect("it works on this stage");
    let mut numbers = std::collections::BTreeSet::new();
    while let Some(record) = records.read().expect("it works on this stage") {
        assert!(numbers.insert(record.number));
    }
    assert_eq!(numbers.len(), 5_000);
}
