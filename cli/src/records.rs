//! The entries of a file to import, one after the other, whatever the file's size.
//!
//! Two shapes: JSONL (`{"text": …}`, one object a line) and CSV (a header row, of which the column
//! `text` counts). An entry is named by the number of the line where it begins and by BLAKE3 of its
//! raw bytes without the line end, so that the same line of the same file is the same entry on
//! every node and at every run, and equal texts on different lines stay apart.
//!
//! # Rules
//!
//! 1. Memory is bounded by [`RECORD_BYTES_MAX`], not by the file: an unclosed quote ends as an
//!    error about the line where it was opened.
//! 2. The first entry that cannot be read ends the reading; what came before it stands.
//! 3. Empty lines are no entries, but they count as lines.
//!
//! # Considered and rejected
//!
//! The crate `csv`: it keeps a whole record however long, and no longer has its raw bytes. Its
//! inner machine `csv-core` reads piece by piece and is used directly.

use std::io::{self, BufRead};

use crdt::limits::TEXT_BYTES_MAX;
use csv_core::ReadRecordResult;
use serde::Deserialize;

use crate::words::Value;

/// Raw bytes of one entry: a text of the longest kind with every character escaped, and room for
/// other columns.
pub const RECORD_BYTES_MAX: usize = 256 * 1024;

/// Columns of a table. Spreadsheets have a few dozen.
pub const COLUMNS_MAX: usize = 1024;

/// One entry of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line where it begins, from 1.
    pub number: u64,
    /// BLAKE3 of its raw bytes, in hexadecimal.
    pub hash: String,
    /// What it says.
    pub text: String,
}

/// Why an entry cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "fields are the values of the sentence")]
pub enum Fault {
    /// More raw bytes than an entry may have.
    #[error("too long")]
    TooLong,
    /// A text longer than a message may be.
    #[error("a text of {bytes} bytes")]
    TextTooLong { bytes: usize },
    /// Nothing to post.
    #[error("no words")]
    Empty,
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Not an object with a `text`.
    #[error("not JSON: {reason}")]
    NotJson { reason: String },
    /// A quoted field that goes on to the end of the file.
    #[error("a quotation mark left open")]
    OpenQuote,
    /// Another number of columns than the header has.
    #[error("{found} columns, {wanted} wanted")]
    Ragged { found: usize, wanted: usize },
}

impl Fault {
    /// Its sentence and what belongs in it.
    pub fn key(&self) -> (&'static str, Vec<(&'static str, Value<'_>)>) {
        match self {
            Self::TooLong => ("line-too-long", vec![("limit", RECORD_BYTES_MAX.into())]),
            Self::TextTooLong { bytes } => (
                "line-text-too-long",
                vec![("bytes", (*bytes).into()), ("limit", TEXT_BYTES_MAX.into())],
            ),
            Self::Empty => ("line-empty", vec![]),
            Self::NotUtf8 => ("line-not-utf8", vec![]),
            Self::NotJson { reason } => ("line-not-json", vec![("reason", reason.into())]),
            Self::OpenQuote => ("line-open-quote", vec![]),
            Self::Ragged { found, wanted } => {
                ("line-ragged", vec![("found", (*found).into()), ("wanted", (*wanted).into())])
            }
        }
    }
}

/// Why the reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// An entry cannot be taken.
    #[error("line {line}: {fault}")]
    Bad {
        /// Where it begins, from 1.
        line: u64,
        /// Why.
        fault: Fault,
    },
    /// A table whose header names no `text`.
    #[error("no column `text`")]
    NoTextColumn,
    /// The disk said no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One JSON object a line.
    Jsonl,
    /// A table with a header row.
    Csv,
}

impl Shape {
    /// What a file's ending says; none where it says nothing.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            _ => None,
        }
    }

    fn of_beginning(beginning: &[u8]) -> Self {
        let mut bytes = without_mark(beginning).iter();
        match bytes.find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Self::Jsonl,
            _ => Self::Csv,
        }
    }
}

/// Reads entries one by one.
pub struct Records<R> {
    input: R,
    read_bytes: u64,
    /// Line ends seen so far, and one.
    line: u64,
    table: Option<Table>,
}

/// The state of a table's reading.
struct Table {
    parser: Box<csv_core::Reader>,
    fields: Vec<u8>,
    ends: Vec<usize>,
    columns: usize,
    text: usize,
}

impl<R: BufRead> Records<R> {
    /// Begins to read; of a table the header row.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or is a table without a column `text`.
    pub fn open(mut input: R, shape: Option<Shape>) -> Result<Self, RecordError> {
        let shape = match shape {
            Some(shape) => shape,
            None => Shape::of_beginning(input.fill_buf()?),
        };
        let mut records = Self { input, read_bytes: 0, line: 1, table: None };
        if shape == Shape::Csv {
            records.open_table()?;
        }
        Ok(records)
    }

    /// How many bytes of the file are behind us.
    pub const fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    /// The next entry; none at the end of the file.
    ///
    /// # Errors
    ///
    /// Where it cannot be taken or the file cannot be read; there is nothing after an error.
    pub fn read(&mut self) -> Result<Option<Record>, RecordError> {
        let (number, hash, text) = match self.table.take() {
            None => {
                let Some((number, raw)) = self.next_line()? else { return Ok(None) };
                let text = text_of_json(&raw);
                (number, blake3::hash(&raw), text)
            }
            Some(mut table) => {
                let row = self.next_row(&mut table)?;
                let Some((number, raw, columns)) = row else { return Ok(None) };
                let text = table.text(columns);
                self.table = Some(table);
                (number, raw.hasher.finalize(), text)
            }
        };
        match text.and_then(postable) {
            Ok(text) => Ok(Some(Record { number, hash: hash.to_hex().to_string(), text })),
            Err(fault) => Err(RecordError::Bad { line: number, fault }),
        }
    }

    /// The next line that is not empty, without its end.
    fn next_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, RecordError> {
        loop {
            let number = self.line;
            let mut line = Vec::new();
            let mut limited = io::Read::take(&mut self.input, RECORD_BYTES_MAX as u64 + 2);
            let read = limited.read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.read_bytes += read as u64;
            self.line += 1;
            let end = line.strip_suffix(b"\n").unwrap_or(&line);
            let length = end.strip_suffix(b"\r").unwrap_or(end).len();
            line.truncate(length);
            if length > RECORD_BYTES_MAX {
                return Err(RecordError::Bad { line: number, fault: Fault::TooLong });
            }
            if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return Ok(Some((number, line)));
            }
        }
    }

    fn open_table(&mut self) -> Result<(), RecordError> {
        let mut table = Table {
            parser: Box::new(csv_core::Reader::new()),
            fields: vec![0; RECORD_BYTES_MAX],
            ends: vec![0; COLUMNS_MAX],
            columns: 0,
            text: 0,
        };
        let header = self.next_row(&mut table)?;
        let columns = header.map_or(0, |(_, _, columns)| columns);
        let is_text =
            |column: &usize| table.field(*column).trim_ascii().eq_ignore_ascii_case(b"text");
        table.text = (0..columns).find(is_text).ok_or(RecordError::NoTextColumn)?;
        table.columns = columns;
        self.table = Some(table);
        Ok(())
    }

    /// The next row's line, raw bytes and number of columns; its fields stand in `table`.
    fn next_row(&mut self, table: &mut Table) -> Result<Option<(u64, Raw, usize)>, RecordError> {
        let mut raw = Raw::default();
        let mut number = self.line;
        let (mut bytes, mut columns) = (0, 0);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() && raw.length > 0 {
                return match table.end_row(bytes, columns) {
                    Some(ended) => Ok(Some((number, raw, columns + ended))),
                    None => Err(RecordError::Bad { line: number, fault: Fault::OpenQuote }),
                };
            }
            let (result, taken, put, ended) = table.parser.read_record(
                chunk,
                &mut table.fields[bytes..],
                &mut table.ends[columns..],
            );
            let before = raw.take(&chunk[..taken]);
            number += before;
            self.line += chunk[..taken].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.input.consume(taken);
            self.read_bytes += taken as u64;
            (bytes, columns) = (bytes + put, columns + ended);
            match result {
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => return Ok(Some((number, raw, columns))),
                ReadRecordResult::InputEmpty if raw.length <= RECORD_BYTES_MAX => (),
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {
                    return Err(RecordError::Bad { line: number, fault: Fault::TooLong });
                }
            }
        }
    }
}

impl Table {
    /// Ends the last row of a file; none where it is in the middle of a quoted field, as the one
    /// row that a line end does not end.
    fn end_row(&mut self, bytes: usize, columns: usize) -> Option<usize> {
        let (fields, ends) = (&mut self.fields[bytes..], &mut self.ends[columns..]);
        let (result, _, _, ended) = self.parser.read_record(b"\n", fields, ends);
        (result == ReadRecordResult::Record).then_some(ended)
    }

    fn field(&self, column: usize) -> &[u8] {
        let from = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.fields[from..self.ends[column]]
    }

    /// The text of a row with so many columns.
    fn text(&self, columns: usize) -> Result<String, Fault> {
        if columns != self.columns {
            return Err(Fault::Ragged { found: columns, wanted: self.columns });
        }
        let text = str::from_utf8(self.field(self.text)).map_err(|_| Fault::NotUtf8)?;
        Ok(text.to_owned())
    }
}

/// A row's raw bytes as they pass by: hashed, without line ends before and after.
#[derive(Default)]
struct Raw {
    hasher: blake3::Hasher,
    length: usize,
    /// Line ends that belong to the row only if more of it follows.
    held: Vec<u8>,
}

impl Raw {
    /// Takes the next piece, and says how many lines ended before the row began.
    fn take(&mut self, piece: &[u8]) -> u64 {
        let is_end = |byte: &u8| matches!(*byte, b'\n' | b'\r');
        let mut piece = piece;
        let mut before = 0;
        if self.length == 0 {
            let begin = piece.iter().position(|byte| !is_end(byte)).unwrap_or(piece.len());
            before = piece[..begin].iter().filter(|byte| **byte == b'\n').count() as u64;
            piece = &piece[begin..];
        }
        self.length += piece.len();
        let end = piece.iter().rposition(|byte| !is_end(byte)).map_or(0, |last| last + 1);
        if end > 0 {
            self.hasher.update(&self.held);
            self.held.clear();
            self.hasher.update(&piece[..end]);
        }
        self.held.extend_from_slice(&piece[end..]);
        before
    }
}

fn text_of_json(line: &[u8]) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Entry {
        text: String,
    }
    let line = str::from_utf8(without_mark(line)).map_err(|_| Fault::NotUtf8)?;
    let entry: Entry =
        serde_json::from_str(line).map_err(|error| Fault::NotJson { reason: error.to_string() })?;
    Ok(entry.text)
}

/// A text that the node will take.
fn postable(text: String) -> Result<String, Fault> {
    match text.len() {
        bytes if bytes > TEXT_BYTES_MAX => Err(Fault::TextTooLong { bytes }),
        _ if text.trim().is_empty() => Err(Fault::Empty),
        _ => Ok(text),
    }
}

/// Without the mark that some programs put before UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

#[cfg(test)]
mod tests;
