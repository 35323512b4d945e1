//! A file on its way out of this home, and on its way to whoever opens it: a photo, a PDF, a plain text.
//!
//! # Rules
//!
//! 1. What a file is, its bytes say, never its name or what a browser calls it. What is neither photo, PDF
//!    nor plain text goes nowhere, and is handed out to nobody who finds it in what a neighbour sent.
//! 2. A photo is made again ([`crate::photo`]); a PDF and a text go as they are, to the byte, with what
//!    their program wrote into them. The page says so.
//! 3. What ends before its end is refused: the last lines of a PDF say that it is over.
//! 4. A file's name is one line without a path, and ends as its bytes say.
//!
//! # Deliberately absent
//!
//! Thumbnails of files, looking into a PDF, and showing one in place: it is saved, and opened by whatever
//! the reader trusts.

use crdt::{body::BlobKey, id::to_hex, limits::NAME_BYTES_MAX, secrets::blob};

use crate::{
    api::PhotoRow,
    photo::{self, NoPhoto},
};

/// A PDF in bytes: a form of some pages, scanned.
pub const PDF_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A plain text in bytes: a thick book.
pub const TEXT_FILE_BYTES_MAX: usize = 1024 * 1024;

/// Bytes at its end in which a PDF must say that it is over.
const PDF_END_BYTES: usize = 2 * 1024;

/// Letters of a name that are kept, without its ending.
const NAME_LETTERS_MAX: usize = 60;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A PDF.
    Pdf,
    /// Words in UTF-8 and nothing else.
    Text,
}

impl Sort {
    /// How its name ends.
    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Text => "txt",
        }
    }
}

/// What a file that is no photo is; rules 1 and 3.
///
/// # Errors
///
/// Why it goes nowhere.
pub fn sort_of(file: &[u8]) -> Result<Sort, NoPhoto> {
    if file.starts_with(b"%PDF-") {
        let end = &file[file.len().saturating_sub(PDF_END_BYTES)..];
        let is_over = end.windows(5).any(|five| five == b"%%EOF");
        return match () {
            () if file.len() > PDF_BYTES_MAX => Err(NoPhoto::FileTooLarge),
            () if !is_over => Err(NoPhoto::Damaged),
            () => Ok(Sort::Pdf),
        };
    }
    let words = match std::str::from_utf8(file) {
        Ok(words) => words,
        // Words that were cut in the middle of a letter.
        Err(error) if error.error_len().is_none() && is_words(&file[..error.valid_up_to()]) => {
            return Err(NoPhoto::Damaged);
        }
        Err(_) => return Err(NoPhoto::WrongType),
    };
    match () {
        () if words.trim().is_empty() || !is_words(file) => Err(NoPhoto::WrongType),
        () if file.len() > TEXT_FILE_BYTES_MAX => Err(NoPhoto::FileTooLarge),
        () => Ok(Sort::Text),
    }
}

fn is_words(bytes: &[u8]) -> bool {
    let controls = |byte: u8| byte < 0x20 && !b"\t\n\r\x0c".contains(&byte) || byte == 0x7f;
    !bytes.is_empty() && !bytes.iter().any(|byte| controls(*byte))
}

/// Rule 4.
pub fn name_of(said: &str, sort: Sort) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_odd = |c: char| c.is_control() || matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*');
    // Marks that turn the direction of writing would let one ending pass for another.
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = last.chars().filter(|c| !is_odd(*c) && !turns(*c)).collect();
    let bare = match name.rsplit_once('.') {
        Some((bare, ending)) if ending.len() <= 5 => bare,
        _ => &name,
    };
    let bare: String = bare.trim_matches(['.', ' ']).chars().take(NAME_LETTERS_MAX).collect();
    let bare = if bare.is_empty() { "file" } else { &bare };
    let name = format!("{bare}.{}", sort.ending());
    debug_assert!(name.len() <= NAME_BYTES_MAX);
    name
}

/// A photo or a file, sealed under this key, as an announcement or a request takes it.
///
/// # Errors
///
/// Why it goes nowhere.
pub fn seal(file: &[u8], said: &str, key: [u8; 32]) -> Result<PhotoRow, NoPhoto> {
    if photo::is_picture(file) {
        return photo::seal(file, key);
    }
    let sort = sort_of(file)?;
    let (blob, sealed) = blob::seal(&BlobKey(key), file);
    Ok(PhotoRow {
        blob,
        key: to_hex(&key),
        bytes: sealed.len() as u64,
        thumbnail: String::new(),
        name: name_of(said, sort),
        sealed: Some(sealed.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf(bytes: usize) -> Vec<u8> {
        let end = b"\nstartxref\n9\n%%EOF\n";
        let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        file.resize(bytes.saturating_sub(end.len()).max(file.len()), b'x');
        [file, end.to_vec()].concat()
    }

    #[test]
    fn what_a_file_is_its_bytes_say_and_what_is_neither_goes_nowhere() {
        let large_text = vec![b'a'; TEXT_FILE_BYTES_MAX + 1];
        let cut_letter = &"通知：今晚停水".as_bytes()[..20];
        let program = [b"MZ".as_slice(), &[0, 1, 2, 3]].concat();
        let table: [(&str, &[u8], Result<Sort, NoPhoto>); 11] = [
            ("a PDF", &pdf(500), Ok(Sort::Pdf)),
            ("the largest PDF", &pdf(PDF_BYTES_MAX), Ok(Sort::Pdf)),
            ("one more", &pdf(PDF_BYTES_MAX + 1), Err(NoPhoto::FileTooLarge)),
            ("half a PDF", &pdf(9_000)[..5_000], Err(NoPhoto::Damaged)),
            ("words", "通知\r\n今晚停水\n".as_bytes(), Ok(Sort::Text)),
            ("a large text", &large_text, Err(NoPhoto::FileTooLarge)),
            ("words cut in a letter", cut_letter, Err(NoPhoto::Damaged)),
            ("nothing", b"", Err(NoPhoto::WrongType)),
            ("blanks", b" \n ", Err(NoPhoto::WrongType)),
            ("a program", &program, Err(NoPhoto::WrongType)),
            ("words in another code", b"\xce\xd2\xba\xc3", Err(NoPhoto::WrongType)),
        ];
        for (what, file, wanted) in table {
            assert_eq!(sort_of(file), wanted, "{what}");
        }
    }

    #[test]
    fn a_name_is_one_line_without_a_path_and_ends_as_the_bytes_say() {
        let table = [
            ("notice.pdf", Sort::Pdf, "notice.pdf"),
            ("C:\\Users\\chen\\水费.PDF", Sort::Pdf, "水费.pdf"),
            ("../../etc/passwd", Sort::Text, "passwd.txt"),
            ("bill.pdf.exe", Sort::Pdf, "bill.pdf.pdf"),
            ("bill\u{202e}fdp.exe", Sort::Text, "billfdp.txt"),
            ("a\r\nb\".txt", Sort::Text, "ab.txt"),
            ("", Sort::Text, "file.txt"),
            ("..", Sort::Pdf, "file.pdf"),
        ];
        for (said, sort, wanted) in table {
            assert_eq!(name_of(said, sort), wanted, "{said:?}");
        }
        assert!(name_of(&"长".repeat(500), Sort::Pdf).len() <= NAME_BYTES_MAX);
    }

    #[test]
    fn a_file_goes_as_it_is_and_a_photo_does_not() {
        let row = seal(&pdf(500), "通知.pdf", [7; 32]).expect("a file");
        assert_eq!((row.name.as_str(), row.thumbnail.as_str()), ("通知.pdf", ""));
        let plain = blob::open(&BlobKey([7; 32]), &row.sealed.expect("sealed"));
        assert_eq!(plain, Some(pdf(500)));
        assert_eq!(seal(b"\xff\xd8\xff\xe0 half a photo", "a.txt", [7; 32]), Err(NoPhoto::Damaged));
    }
}
