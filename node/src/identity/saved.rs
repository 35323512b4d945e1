//! `identity.json` as it stands in the folder. The first release's form is read for ever; whoever
//! keeps it anew writes the present one.

use crdt::{
    id::{KeyId, PersonId, from_hex, to_hex},
    keys::Secret,
    secrets::BoxSecret,
};
use serde::{Deserialize, Serialize};

use super::{Identity, Resident, Seal};
use crate::api::ErrorKind;

/// The present form.
const VERSION: u32 = 2;

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// One person and one open sealed key.
#[derive(Deserialize)]
struct First {
    home: String,
    person_name: String,
    office: bool,
    box_seed: String,
    writer_seed: String,
    sealed_seed: String,
    person: Option<PersonId>,
}

#[derive(Serialize, Deserialize)]
struct Second {
    version: u32,
    home: String,
    office: bool,
    box_seed: String,
    /// What opens the seals of the boxes whose place this one took.
    #[serde(default)]
    earlier: Vec<String>,
    /// The first one is the box's first person.
    residents: Vec<SavedResident>,
}

#[derive(Serialize, Deserialize)]
struct SavedResident {
    name: String,
    person: Option<PersonId>,
    writer_seed: String,
    sealed: SavedSeal,
    #[serde(default)]
    copied: bool,
}

/// A sealed key in a file: open, or shut by a passphrase.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SavedSeal {
    Seed(String),
    Shut { key: KeyId, age: String },
}

impl SavedSeal {
    pub(crate) fn of(seal: &Seal) -> Self {
        match (seal.shut(), seal.secret()) {
            (Some(shut), _) => Self::Shut { key: seal.key(), age: to_hex(shut) },
            (None, Some(key)) => Self::Seed(to_hex(&key.to_seed())),
            (None, None) => Self::Shut { key: seal.key(), age: String::new() },
        }
    }

    pub(crate) fn read(&self) -> Result<Seal, ErrorKind> {
        match self {
            Self::Seed(seed) => Ok(Seal::bare(key(seed)?)),
            Self::Shut { key, age } => Ok(Seal::kept_shut(*key, bytes(age)?)),
        }
    }
}

/// The file's bytes. Whoever is kept must not be in the middle of a job: the first is the first.
pub(super) fn write(identity: &Identity) -> Vec<u8> {
    let seed = |key: &Secret| to_hex(&key.to_seed());
    let first = SavedResident {
        name: identity.person_name.clone(),
        person: identity.person,
        writer_seed: seed(&identity.writer),
        sealed: SavedSeal::of(&identity.sealed),
        copied: identity.copied,
    };
    let others = identity.others.iter().map(|it| SavedResident {
        name: it.name.clone(),
        person: it.person,
        writer_seed: seed(&it.writer),
        sealed: SavedSeal::of(&it.sealed),
        copied: it.copied,
    });
    let saved = Second {
        version: VERSION,
        home: identity.home.clone(),
        office: identity.office,
        box_seed: seed(&identity.box_key),
        earlier: identity.earlier.iter().map(reader_to_hex).collect(),
        residents: std::iter::once(first).chain(others).collect(),
    };
    serde_json::to_vec_pretty(&saved).expect("plain values")
}

/// Reads either form.
pub(super) fn read(bytes: &[u8]) -> Result<Identity, ErrorKind> {
    let foreign = |_| ErrorKind::ForeignFolder;
    let Version { version } = serde_json::from_slice(bytes).map_err(foreign)?;
    match version {
        1 => first(serde_json::from_slice(bytes).map_err(foreign)?),
        VERSION => second(serde_json::from_slice(bytes).map_err(foreign)?),
        _ => Err(ErrorKind::NewerData),
    }
}

fn first(saved: First) -> Result<Identity, ErrorKind> {
    Ok(Identity {
        box_key: key(&saved.box_seed)?,
        writer: key(&saved.writer_seed)?,
        sealed: Seal::bare(key(&saved.sealed_seed)?),
        home: saved.home,
        person_name: saved.person_name,
        office: saved.office,
        person: saved.person,
        earlier: Vec::new(),
        others: Vec::new(),
        copied: false,
    })
}

fn second(saved: Second) -> Result<Identity, ErrorKind> {
    let mut residents = Vec::new();
    for it in saved.residents {
        residents.push(Resident {
            writer: key(&it.writer_seed)?,
            sealed: it.sealed.read()?,
            name: it.name,
            person: it.person,
            copied: it.copied,
        });
    }
    if residents.is_empty() {
        return Err(ErrorKind::ForeignFolder);
    }
    let me = residents.remove(0);
    Ok(Identity {
        home: saved.home,
        office: saved.office,
        box_key: key(&saved.box_seed)?,
        earlier: saved.earlier.iter().map(|hex| reader_of_hex(hex)).collect::<Result<_, _>>()?,
        person_name: me.name,
        person: me.person,
        writer: me.writer,
        sealed: me.sealed,
        others: residents,
        copied: me.copied,
    })
}

/// What opens the seals of one box, for a file.
pub(crate) fn reader_to_hex(reader: &BoxSecret) -> String {
    to_hex(&reader.to_bytes())
}

/// The same, read back.
pub(crate) fn reader_of_hex(hex: &str) -> Result<BoxSecret, ErrorKind> {
    let bytes = bytes(hex)?.try_into().map_err(|_| ErrorKind::ForeignFolder)?;
    Ok(BoxSecret::from_bytes(&bytes))
}

fn key(seed: &str) -> Result<Secret, ErrorKind> {
    from_hex(seed).map(Secret::from_seed).map_err(|_| ErrorKind::ForeignFolder)
}

fn bytes(hex: &str) -> Result<Vec<u8>, ErrorKind> {
    data_encoding::HEXLOWER.decode(hex.as_bytes()).map_err(|_| ErrorKind::ForeignFolder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passphrase::Passphrase;

    /// As `linli init` of the first release wrote it.
    const OF_THE_FIRST_RELEASE: &str = include_str!("saved/identity-v1.json");

    #[test]
    fn the_first_releases_file_is_read_and_written_anew() {
        let read_first = read(OF_THE_FIRST_RELEASE.as_bytes()).expect("read");
        assert_eq!((read_first.home.as_str(), read_first.person_name.as_str()), ("5-2-301", "王"));
        assert!(read_first.sealed.secret().is_some() && !read_first.sealed.has_passphrase());
        let again = read(&write(&read_first)).expect("read again");
        let seeds = |it: &Identity| {
            [it.box_key.to_seed(), it.writer.to_seed(), *it.sealed.key().as_bytes()]
        };
        assert_eq!(seeds(&again), seeds(&read_first));
        assert_eq!(again.person, read_first.person);
    }

    #[test]
    fn a_key_that_was_shut_stays_shut_on_the_disk() {
        let mut identity = read(OF_THE_FIRST_RELEASE.as_bytes()).expect("read");
        let seed = identity.sealed.secret().map(|key| to_hex(&key.to_seed())).expect("open");
        let words = Passphrase::typed("三更灯火五更鸡x");
        identity.sealed.protect(None, &words).expect("set");
        let file = write(&identity);
        assert!(!String::from_utf8_lossy(&file).contains(&seed));
        let mut again = read(&file).expect("read again");
        assert!(again.sealed.secret().is_none());
        let (from, until) = (crdt::time::ClaimedTime(0), crdt::time::ClaimedTime(1));
        again.sealed.unlock(&words, from, until).expect("the right words");
        assert_eq!(again.sealed.secret().map(|key| to_hex(&key.to_seed())), Some(seed));
    }

    #[test]
    fn later_damaged_and_empty_files_are_left_alone() {
        for (file, kind) in [
            ("{\"version\":3}", ErrorKind::NewerData),
            ("not json", ErrorKind::ForeignFolder),
            ("{\"version\":2}", ErrorKind::ForeignFolder),
            (
                "{\"version\":2,\"home\":\"\",\"office\":false,\"box_seed\":\"\",\"residents\":[]}",
                ErrorKind::ForeignFolder,
            ),
        ] {
            assert_eq!(read(file.as_bytes()).expect_err(file), kind);
        }
    }
}
