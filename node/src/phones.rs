//! The phones of this box: which browsers were let in, whose each is, and what signs their cookies.
//!
//! `phones.json` (mode 0600) lies beside the keys. It never leaves the box: a backup does not have
//! it, so a phone pairs once more with a box that was made again.
//!
//! # Rules
//!
//! 1. A cookie is worth something only as long as its phone stands here: revoking is forgetting.
//! 2. Of a cookie only a hash is kept. Of times only the day, and written only when that changes.
//! 3. At most [`PHONES_MAX`]: another one takes the place of the one that was not seen for longest.
//! 4. A damaged file costs everybody one more pairing and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use crdt::{
    id::{PersonId, from_hex, to_hex},
    time::ClaimedTime,
};
use serde::{Deserialize, Serialize};

use crate::{
    api::{ApiError, ErrorKind, PhoneCommand, PhoneReply, PhoneRow, Reply},
    clock,
    identity::replace,
};

/// The file in a data folder.
const FILE: &str = "phones.json";

/// Phones of one box: those of a large household and of an office's staff, some of them replaced.
pub const PHONES_MAX: usize = 64;

/// Bytes of a cookie's id.
pub const ID_BYTES: usize = 16;

/// All phones of one box; clones are the same book.
#[derive(Clone)]
pub struct Phones(Arc<Book>);

struct Book {
    /// None: nothing is kept longer than this process.
    folder: Option<PathBuf>,
    secret: [u8; 32],
    /// By the hash of the cookie's id.
    known: Mutex<BTreeMap<String, PhoneRow>>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    secret: String,
    phones: BTreeMap<String, PhoneRow>,
}

impl Phones {
    /// A book that ends with the process.
    pub fn in_memory(secret: [u8; 32]) -> Self {
        Self(Arc::new(Book { folder: None, secret, known: Mutex::default() }))
    }

    /// The book of a data folder, begun where there is none.
    ///
    /// # Errors
    ///
    /// Where the disk says no.
    pub fn open(folder: &Path) -> Result<Self, ApiError> {
        let file = folder.join(FILE);
        let kept = if file.exists() {
            fs::read(&file).map_err(|error| ApiError::unwritable(folder, &error))?
        } else {
            Vec::new()
        };
        let book = |secret, phones| Book {
            folder: Some(folder.to_owned()),
            secret,
            known: Mutex::new(phones),
        };
        if let Ok(Saved { secret, phones }) = serde_json::from_slice(&kept)
            && let Ok(secret) = from_hex(&secret)
        {
            return Ok(Self(Arc::new(book(secret, phones))));
        }
        if !kept.is_empty() {
            tracing::warn!("The list of paired phones cannot be read; every phone pairs once more");
        }
        let fresh = Self(Arc::new(book(clock::random(), BTreeMap::new())));
        fresh.0.write(&fresh.0.known())?;
        Ok(fresh)
    }

    /// What signs cookies and tokens.
    pub fn secret(&self) -> &[u8; 32] {
        &self.0.secret
    }

    /// Is the phone with this id let in?
    pub fn knows(&self, id: &[u8; ID_BYTES]) -> bool {
        self.0.known().contains_key(&hash(id))
    }

    /// The phone with this id was let in on this day.
    pub fn pair(&self, id: &[u8; ID_BYTES], name: String, day: ClaimedTime) {
        self.0.change(|known| {
            while known.len() >= PHONES_MAX {
                let longest = known.iter().min_by_key(|(_, row)| row.seen_ms);
                let Some(key) = longest.map(|(key, _)| key.clone()) else { break };
                known.remove(&key);
            }
            let hash = hash(id);
            let row = PhoneRow {
                id: hash[..8].to_owned(),
                name,
                person: None,
                paired_ms: day,
                seen_ms: day,
            };
            known.insert(hash, row);
            true
        });
    }

    /// The phone with this id is here on this day. Whether that is news.
    pub fn see(&self, id: &[u8; ID_BYTES], day: ClaimedTime) -> bool {
        self.0.edit(id, |row| std::mem::replace(&mut row.seen_ms, day) != day)
    }

    /// The phone with this id is that person's from now on.
    pub fn give(&self, id: &[u8; ID_BYTES], person: PersonId) {
        self.0.edit(id, |row| row.person.replace(person) != Some(person));
    }

    /// Eight digits that name the phone with this id in lists.
    pub fn short(id: &[u8; ID_BYTES]) -> String {
        hash(id)[..8].to_owned()
    }

    /// Carries a command out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownPhone`].
    pub fn answer(&self, command: PhoneCommand) -> Result<Reply, ApiError> {
        let phones = match command {
            PhoneCommand::List => self.0.known().values().cloned().collect(),
            PhoneCommand::Revoke { id } => {
                let gone = self.0.forget(|row| row.id == id);
                if gone.is_empty() {
                    return Err(ApiError::new(ErrorKind::UnknownPhone, [("id", id)]));
                }
                gone
            }
            PhoneCommand::RevokeAll => self.0.forget(|_| true),
        };
        let mut phones: Vec<PhoneRow> = phones;
        phones.sort_by(|one, other| {
            other.seen_ms.cmp(&one.seen_ms).then_with(|| one.id.cmp(&other.id))
        });
        Ok(Reply::Phone(PhoneReply::Phones { phones }))
    }
}

impl Book {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, PhoneRow>> {
        self.known.lock().expect("no panic while the lock is held")
    }

    fn write(&self, phones: &BTreeMap<String, PhoneRow>) -> Result<(), ApiError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let saved = Saved { secret: to_hex(&self.secret), phones: phones.clone() };
        replace(folder, FILE, &serde_json::to_vec(&saved).expect("plain values"))
    }

    /// Changes the book, and the file where that says so. Whether it did.
    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, PhoneRow>) -> bool) -> bool {
        let mut known = self.known();
        let changed = change(&mut known);
        if changed && let Err(error) = self.write(&known) {
            tracing::error!(reason = %error, "The list of paired phones could not be written");
        }
        changed
    }

    fn edit(&self, id: &[u8; ID_BYTES], edit: impl FnOnce(&mut PhoneRow) -> bool) -> bool {
        self.change(|known| known.get_mut(&hash(id)).is_some_and(edit))
    }

    fn forget(&self, is_gone: impl Fn(&PhoneRow) -> bool) -> Vec<PhoneRow> {
        let mut gone = Vec::new();
        self.change(|known| {
            known.retain(|_, row| {
                let goes = is_gone(row);
                gone.extend(goes.then(|| row.clone()));
                !goes
            });
            !gone.is_empty()
        });
        gone
    }
}

fn hash(id: &[u8; ID_BYTES]) -> String {
    blake3::derive_key("linli/1 paired phone", id).iter().map(|it| format!("{it:02x}")).collect()
}

/// What a browser says it is, in words that need no translation; empty where it says nothing known.
pub fn name_of(user_agent: &str) -> String {
    let says = |word: &&(&str, &'static str)| user_agent.contains(word.0);
    let device = DEVICES.iter().find(says).map(|(_, name)| *name);
    let browser = BROWSERS.iter().find(says).map(|(_, name)| *name);
    device.into_iter().chain(browser).collect::<Vec<_>>().join(" · ")
}

/// The first that is found counts: Android says Linux too.
const DEVICES: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// The first that is found counts: most say Chrome and Safari too.
const BROWSERS: [(&str, &str); 9] = [
    ("MicroMessenger", "微信 WeChat"),
    ("HuaweiBrowser", "Huawei"),
    ("SamsungBrowser", "Samsung"),
    ("MiuiBrowser", "Xiaomi"),
    ("Firefox", "Firefox"),
    ("Edg", "Edge"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const DAY: ClaimedTime = ClaimedTime(86_400_000);

    #[test]
    fn a_phone_is_known_after_a_restart_and_unknown_once_revoked() {
        let folder = tempfile::tempdir().expect("a folder");
        let phones = Phones::open(folder.path()).expect("begun");
        let secret = *phones.secret();
        phones.pair(&[1; ID_BYTES], "iPhone · Safari".into(), DAY);
        phones.pair(&[2; ID_BYTES], String::new(), DAY);
        phones.give(&[1; ID_BYTES], PersonId::from_bytes([9; 32]));
        let mode = folder.path().join(FILE).metadata().expect("kept").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let again = Phones::open(folder.path()).expect("kept");
        assert_eq!(*again.secret(), secret);
        assert!(again.knows(&[1; ID_BYTES]) && again.knows(&[2; ID_BYTES]));
        let id = Phones::short(&[1; ID_BYTES]);
        let Ok(Reply::Phone(PhoneReply::Phones { phones: gone })) =
            again.answer(PhoneCommand::Revoke { id: id.clone() })
        else {
            panic!("revoked")
        };
        assert_eq!((gone.len(), gone[0].person), (1, Some(PersonId::from_bytes([9; 32]))));
        let unknown = again.answer(PhoneCommand::Revoke { id }).expect_err("gone");
        assert_eq!(unknown.kind, ErrorKind::UnknownPhone);
        let last = Phones::open(folder.path()).expect("kept");
        assert!(!last.knows(&[1; ID_BYTES]) && last.knows(&[2; ID_BYTES]));
    }

    #[test]
    fn the_day_is_news_once_and_strangers_never_are() {
        let phones = Phones::in_memory([7; 32]);
        phones.pair(&[1; ID_BYTES], String::new(), DAY);
        let next = ClaimedTime(2 * DAY.0);
        assert!(!phones.see(&[1; ID_BYTES], DAY));
        assert!(phones.see(&[1; ID_BYTES], next));
        assert!(!phones.see(&[1; ID_BYTES], next));
        assert!(!phones.see(&[3; ID_BYTES], next));
    }

    #[test]
    fn one_phone_too_many_takes_the_place_of_the_one_not_seen_for_longest() {
        let phones = Phones::in_memory([7; 32]);
        for number in 0..PHONES_MAX as u8 {
            phones.pair(&[number; ID_BYTES], String::new(), DAY);
            phones.see(&[number; ID_BYTES], ClaimedTime(DAY.0 + u64::from(number != 5)));
        }
        phones.pair(&[200; ID_BYTES], String::new(), DAY);
        assert!(!phones.knows(&[5; ID_BYTES]) && phones.knows(&[200; ID_BYTES]));
        assert!(phones.knows(&[6; ID_BYTES]));
    }

    #[test]
    fn a_damaged_list_begins_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let before = *Phones::open(folder.path()).expect("begun").secret();
        fs::write(folder.path().join(FILE), "{").expect("written");
        assert_ne!(*Phones::open(folder.path()).expect("begun anew").secret(), before);
    }

    #[test]
    fn a_browser_is_named_by_what_it_says() {
        let table = [
            (
                "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
                "Android · Chrome",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1",
                "iPhone · Safari",
            ),
            (
                "Mozilla/5.0 (Linux; Android 12; HMA) Chrome/99 Mobile MicroMessenger/8.0",
                "Android · 微信 WeChat",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
                "Linux · Firefox",
            ),
            ("curl/8", ""),
        ];
        for (agent, name) in table {
            assert_eq!(name_of(agent), name);
        }
    }
}
