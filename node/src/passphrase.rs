//! What a passphrase keeps shut: the sealed key and backups, as `age` files of the usual form, so
//! that `age` itself opens them should this program ever be lost.
//!
//! Whoever has such a file may try passphrases at his own pace; the work that each try costs is
//! what stands between him and a short one.
//!
//! # What was typed
//!
//! The same passphrase is typed on many keyboards. So letters of full width are ordinary ones, however
//! an accent is put together it is the same letter, and spaces count once, none at the ends (NFKC). A
//! file that was shut before this was so opens as it was typed.
//!
//! Whoever typed a wrong one is told what looks odd about *what he typed* ([`Passphrase::looks`]) and
//! never how near it is: that would help a thief word by word
//! ([why](../../docs/decisions/0119-a-wrong-passphrase.md)).
//!
//! # Bounds
//!
//! A file names the work that opening it takes. More than `WORK_MAX` is refused before any is
//! done, and so is a file whose header does not end where ours do: a crafted file costs little.

use std::{
    fmt,
    io::{self, Read, Write},
};

use age::{Decryptor, Encryptor, secrecy::SecretString};
use crdt::paper;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// Characters of a passphrase at least: below it is a matter of minutes, whatever the work.
pub const CHARS_MIN: usize = 8;

/// Bytes of a passphrase at most: a page of somebody's typing, not a file.
pub const BYTES_MAX: usize = 1_024;

/// Words of a passphrase that is drawn: 66 bits, more than anybody tries at a quarter of a second each.
pub const WORDS_DRAWN: usize = 6;

/// Words from which on something typed is looked at as words of the list.
const WORDS_MIN: usize = 4;

/// Work of one try, as a power of two: 64 MiB and a quarter of a second on a small box.
const WORK: u8 = 16;

/// The most work that opening a file may ask for: 256 MiB, which a small box still has.
const WORK_MAX: u8 = 18;

/// Bytes of a header at most; one made with a passphrase has about 170.
const HEADER_BYTES_MAX: usize = 4 * 1024;

/// How the header ends.
const HEADER_END: &[u8] = b"\n--- ";

/// A passphrase; printing it shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passphrase(String);

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase")
    }
}

impl Passphrase {
    /// What somebody typed, without the line's end.
    pub fn typed(line: &str) -> Self {
        Self(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// One that nobody guesses, of words that are easily written down.
    pub fn drawn(dice: [u8; WORDS_DRAWN * 2]) -> Self {
        Self(paper::drawn_words(&dice).join(" "))
    }

    /// Is it fit to keep something shut?
    pub fn is_fit(&self) -> bool {
        self.plain().chars().count() >= CHARS_MIN && self.0.len() <= BYTES_MAX
    }

    /// What looks odd about it, seen by itself: a code, and which words are in no list.
    pub fn looks(&self) -> (&'static str, String) {
        let plain = self.plain();
        let words: Vec<String> = plain.split(' ').map(str::to_lowercase).collect();
        let wrong = paper::wrong_words(&words);
        let mut letters = plain.chars().filter(|c| c.is_alphabetic()).peekable();
        let has_letters = letters.peek().is_some();
        if plain.chars().count() < CHARS_MIN {
            ("short", CHARS_MIN.to_string())
        } else if has_letters && letters.all(char::is_uppercase) {
            ("capitals", String::new())
        } else if words.len() >= WORDS_MIN && !wrong.is_empty() && wrong.len() * 2 <= words.len() {
            // By number: whoever looks over a shoulder reads none of it.
            let numbers = wrong.iter().map(|word| word.number.to_string());
            ("words", numbers.collect::<Vec<_>>().join(", "))
        } else {
            ("", String::new())
        }
    }

    /// As every keyboard types it.
    fn plain(&self) -> String {
        let plain: String = self.0.nfkc().collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Does the other one open the same?
    pub fn is_same(&self, other: &Self) -> bool {
        self.plain() == other.plain()
    }

    /// What was typed.
    pub fn words(&self) -> &str {
        &self.0
    }

    /// What opens files of today, and where that is something else, those of before.
    fn secrets(&self) -> impl Iterator<Item = SecretString> {
        let plain = self.plain();
        let as_typed = (plain != self.0).then(|| self.0.clone());
        std::iter::once(plain).chain(as_typed).map(SecretString::from)
    }
}

/// Why something stays shut.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The passphrase is another one.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Cut short, changed, or never one of ours.
    #[error("it is damaged, or no such file")]
    Damaged,
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Shuts something small.
pub fn shut(plain: &[u8], passphrase: &Passphrase) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut writer = shutting(&mut out, passphrase)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(out)
}

/// Opens something small.
///
/// # Errors
///
/// Where the passphrase is wrong, or what is there is damaged.
pub fn open(shut: &[u8], passphrase: &Passphrase) -> Result<Vec<u8>, NotOpened> {
    let mut plain = Vec::new();
    opening(shut, passphrase)?.read_to_end(&mut plain).map_err(|_| NotOpened::Damaged)?;
    Ok(plain)
}

/// Shuts whatever is written; `finish` must be called at the end.
pub fn shutting<W: Write>(
    out: W,
    passphrase: &Passphrase,
) -> io::Result<age::stream::StreamWriter<W>> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.plain()));
    recipient.set_work_factor(WORK);
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
    encryptor.wrap_output(out)
}

/// What [`opening`] reads from: the header that was looked at, and the rest.
pub type Opened<R> = age::stream::StreamReader<io::Chain<io::Cursor<Vec<u8>>, R>>;

/// Opens a stream. Every piece is checked before it is handed on, and the last one is known as such:
/// what was cut short or changed is an error of the read, never an end.
///
/// # Errors
///
/// Where the passphrase is wrong, or the header is not one of ours.
pub fn opening<R: Read>(mut from: R, passphrase: &Passphrase) -> Result<Opened<R>, NotOpened> {
    let mut head = Vec::new();
    (&mut from).take(HEADER_BYTES_MAX as u64).read_to_end(&mut head)?;
    if !head.windows(HEADER_END.len()).any(|window| window == HEADER_END) {
        return Err(NotOpened::Damaged);
    }
    let mut secrets = passphrase.secrets();
    let mut secret = secrets.next().expect("there is always one");
    for other in secrets {
        // Tried on the header alone, which is what the passphrase is for.
        match unlock(io::Cursor::new(head.clone()), secret.clone()) {
            Err(NotOpened::WrongPassphrase) => secret = other,
            _ => break,
        }
    }
    unlock(io::Cursor::new(head).chain(from), secret)
}

fn unlock<R: Read>(
    from: R,
    secret: SecretString,
) -> Result<age::stream::StreamReader<R>, NotOpened> {
    let decryptor = Decryptor::new(from).map_err(|_| NotOpened::Damaged)?;
    let mut identity = age::scrypt::Identity::new(secret);
    identity.set_max_work_factor(WORK_MAX);
    decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error
    {
        age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed
        | age::DecryptError::NoMatchingKeys => NotOpened::WrongPassphrase,
        age::DecryptError::Io(error) => NotOpened::Io(error),
        _ => NotOpened::Damaged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_and_every_change_is_noticed() {
        let (right, wrong) = (Passphrase::typed("两只黄鹂鸣翠柳\n"), Passphrase::typed("一行白鹭"));
        let shut_up = shut(b"the sealed key", &right).expect("memory writes");
        assert_eq!(open(&shut_up, &right).expect("it opens"), b"the sealed key");
        assert!(matches!(open(&shut_up, &wrong), Err(NotOpened::WrongPassphrase)));
        for cut in [0, 10, 100, shut_up.len() - 1] {
            assert!(matches!(open(&shut_up[..cut], &right), Err(NotOpened::Damaged)), "{cut}");
        }
        let mut changed = shut_up;
        *changed.last_mut().expect("bytes") ^= 1;
        assert!(matches!(open(&changed, &right), Err(NotOpened::Damaged)));
    }

    #[test]
    fn the_same_passphrase_opens_from_every_keyboard() {
        let typed = |words| Passphrase::typed(words);
        let shut_up = shut(b"key", &typed("café  two rivers")).expect("memory writes");
        for same in ["cafe\u{301} two rivers", " ｃａｆé\u{3000}two rivers "] {
            assert_eq!(open(&shut_up, &typed(same)).expect(same), b"key");
        }
        assert!(open(&shut_up, &typed("Café two rivers")).is_err(), "capitals count");
        // As files were shut before: by what was typed, letter by letter.
        let mut recipient = age::scrypt::Recipient::new(SecretString::from("ｔｗｏ  rivers"));
        recipient.set_work_factor(2);
        let before = age::encrypt(&recipient, b"old").expect("memory writes");
        assert_eq!(open(&before, &typed("ｔｗｏ  rivers")).expect("as typed"), b"old");
        assert!(matches!(open(&before, &typed("ｔｗｏ rivers")), Err(NotOpened::WrongPassphrase)));
    }

    #[test]
    fn what_was_typed_is_looked_at_and_nothing_else() {
        let looks = |words: &str| Passphrase::typed(words).looks();
        let slips = "abandon abillity able about above absnet";
        assert_eq!(looks(slips), ("words", "2, 6".into()));
        assert_eq!(looks("abandon"), ("short", "8".into()));
        assert_eq!(looks("NIGHT TRAINS AT DAWN"), ("capitals", String::new()));
        // A passphrase of one's own is in no list, and nothing is said about it.
        for free in ["the tea is cold by now", "两只黄鹂鸣翠柳，一行白鹭", "12345678"] {
            assert_eq!(looks(free), ("", String::new()), "{free}");
        }
        let drawn = Passphrase::drawn([7; 12]);
        assert_eq!((drawn.words().split(' ').count(), drawn.is_fit()), (WORDS_DRAWN, true));
        assert_eq!(drawn.looks(), ("", String::new()));
    }

    #[test]
    fn a_crafted_header_asks_for_no_work_and_no_memory() {
        let key = Passphrase::typed("long enough");
        let greedy = b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 63\n\
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        assert!(open(greedy, &key).is_err());
        let endless = [b"age-encryption.org/v1\n-> scrypt ".to_vec(), vec![b'A'; 1 << 20]].concat();
        assert!(matches!(open(&endless, &key), Err(NotOpened::Damaged)));
        assert!(!Passphrase::typed("邻里邻里").is_fit(), "four characters");
        assert_eq!(format!("{:?}", Passphrase::typed("secret words")), "Passphrase");
    }
}
