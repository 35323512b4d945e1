//! Opening the file: look first, touch later.
//!
//! A file of a later release, of another community or of another program is left as it is, byte by
//! byte. So everything that can be said no to is read through a connection that cannot write.

use std::path::Path;

use crdt::{
    genesis::Genesis,
    judge::Fate,
    keys::Secret,
    secrets::{BoxSecret, Keyring},
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig};

use super::{Failure, Reading, Truth, daybook::Daybook, memory::Memory, pen::Pen};
use crate::store::error::StoreError;

mod migrations {
    refinery::embed_migrations!("src/store/migrations/truth");
}

/// How long to wait for another connection that holds the file, in milliseconds: a reader's
/// checkpoint or a backup, never another node.
const BUSY_MS: u64 = 5_000;

/// Pages that the writing connection keeps, in KiB: a week of a busy group.
const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// Pages that a reading connection keeps, in KiB.
const READER_CACHE_KIB: i64 = 2 * 1024;

/// Prepared statements kept per connection: all that this module has.
const STATEMENTS_MAX: usize = 96;

impl Truth {
    /// Opens the set of `genesis`'s community in the file at `path`, made where there is none, or in
    /// memory. What is sealed to the boxes `own`, this one first, can be read; without
    /// any, nothing that is sealed. Everything that is written is signed at once.
    ///
    /// # Errors
    ///
    /// Where the file is of a later release, of another community, or cannot be read or written.
    pub fn open(
        path: Option<&Path>,
        genesis: &Genesis,
        own: Vec<BoxSecret>,
    ) -> Result<Self, StoreError> {
        Self::open_with(path, genesis, Keyring::new(genesis.id(), own), &[])
    }

    /// The same with an empty keyring, which says what is read, and the writing keys that the key file has: what their
    /// authors wrote may have to be signed yet.
    ///
    /// # Errors
    ///
    /// As [`Truth::open`].
    pub fn open_with(
        path: Option<&Path>,
        genesis: &Genesis,
        keyring: Keyring,
        authors: &[Secret],
    ) -> Result<Self, StoreError> {
        if let Some(path) = path {
            look(path, genesis)?;
        }
        let mut db = connect(path)?;
        match path {
            Some(_) => migrate(&mut db)?,
            None => make(&db)?,
        }
        found(&db, genesis)?;
        match look_again_at_what_was_newer(&db, keyring.release().vocabulary) {
            // What could not be noted is looked at with the next start.
            Err(error) if error.is_of_the_disk() => (),
            looked => looked?,
        }
        let memory = Memory::read(&db, genesis, keyring)?;
        let mut truth = Self {
            db,
            path: path.map(Path::to_owned),
            genesis: genesis.clone(),
            community: genesis.id(),
            memory,
            pen: Pen::of(authors),
            daybook: Daybook::beside(path, &genesis.id()),
            is_laid: false,
            fresh: Vec::new(),
            is_more_than_envelopes: false,
            defers: false,
            packed: None,
            begun: false,
            savepoints: Vec::new(),
            undone: false,
        };
        match truth.post_the_daybook() {
            // Reading goes on; the next who wants to write tries again.
            Err(error) if error.is_of_the_disk() => truth.undone = true,
            posted => posted?,
        }
        Ok(truth)
    }

    /// Opens the connection anew after a failure and reads everything again.
    pub(super) fn recover(&mut self) -> Result<(), StoreError> {
        if !self.db.is_autocommit() {
            let undone = self.db.execute_batch("ROLLBACK");
            if self.path.is_none() {
                undone?;
            }
        }
        if let Some(path) = &self.path {
            self.db = connect(Some(path))?;
        }
        self.memory = Memory::read(&self.db, &self.genesis, self.memory.keyring.emptied())?;
        self.post_the_daybook()?;
        (self.is_laid, self.undone) = (false, false);
        Ok(())
    }

    /// Reads again what stands in memory, after something of it was rolled back.
    pub(super) fn reload(&mut self) -> Result<(), StoreError> {
        // Until it is read, nothing may be done with it.
        self.undone = true;
        self.memory = Memory::read(&self.db, &self.genesis, self.memory.keyring.emptied())?;
        self.undone = false;
        Ok(())
    }
}

/// A connection of its own that cannot write, for another thread.
pub struct Reader(Connection);

impl Reader {
    /// Opens the file that a [`Truth`] has made.
    ///
    /// # Errors
    ///
    /// Where there is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let db = Connection::open_with_flags(path, read_flags())?;
        db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
        prepare_once(&db)?;
        db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
        db.pragma_update(None, "query_only", true)?;
        Ok(Self(db))
    }

    /// Copies all of it, as it is at this instant, into a new file.
    ///
    /// # Errors
    ///
    /// Where the file is there already, or a disk says no.
    pub fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        let Some(name) = file.to_str() else {
            return Err(StoreError::Unwritable("a name that is not UTF-8".into()));
        };
        // The file itself was opened for reading; the copy counts as a write of this connection.
        self.0.pragma_update(None, "query_only", false)?;
        self.0.execute("VACUUM INTO ?1", [name])?;
        self.0.pragma_update(None, "query_only", true)?;
        Ok(())
    }

    /// Everything that can be looked up.
    pub fn read(&self) -> Reading<'_> {
        Reading::new(&self.0)
    }
}

fn read_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn connect(path: Option<&Path>) -> Result<Connection, StoreError> {
    let db = match path {
        Some(path) => Connection::open(path)?,
        None => Connection::open_in_memory()?,
    };
    prepare_once(&db)?;
    // What was erased out of a vault does not stay behind in free pages.
    db.pragma_update(None, "secure_delete", true)?;
    // Every job stands in a savepoint: what its pages were before it is a copy in memory, not in a file.
    db.pragma_update(None, "temp_store", "memory")?;
    if path.is_some() {
        db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    }
    Ok(db)
}

/// Has statements planned once and kept. Without the stability guarantee SQLite looks at the bound
/// values to see whether a partial index might serve, and plans anew at every execution.
fn prepare_once(db: &Connection) -> Result<(), StoreError> {
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Says no to what is not ours, without touching it.
fn look(path: &Path, genesis: &Genesis) -> Result<(), StoreError> {
    let there = path.metadata().is_ok_and(|file| file.len() > 0);
    if !there {
        return Ok(());
    }
    let db = Connection::open_with_flags(path, read_flags())?;
    db.busy_timeout(std::time::Duration::from_millis(BUSY_MS))?;
    let has = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        db.query_row(sql, [table], |_| Ok(())).optional()
    };
    if has("refinery_schema_history")?.is_none() {
        let empty = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
            Ok(row.get::<_, i64>(0)? == 0)
        })?;
        return if empty { Ok(()) } else { Err(StoreError::ForeignFile) };
    }
    let found = applied(&db)?;
    let known = newest();
    if found > known {
        return Err(StoreError::NewerDatabase { found, known });
    }
    if has("about")?.is_none() {
        // Cut off between making the history and the first migration: nothing is in it yet.
        return if found == 0 { Ok(()) } else { Err(StoreError::ForeignFile) };
    }
    match stored_genesis(&db)? {
        Some(stored) if stored != genesis.encode() => Err(StoreError::ForeignCommunity),
        _ => Ok(()),
    }
}

fn applied(db: &Connection) -> Result<u32, StoreError> {
    let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}

pub(super) fn newest() -> u32 {
    let runner = migrations::migrations::runner();
    let all = runner.get_migrations().iter();
    all.filter_map(|it| u32::try_from(it.version()).ok()).max().unwrap_or(0)
}

fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    migrations::migrations::runner().set_grouped(true).run(db)?;
    Ok(())
}

/// As a release left it whose last version was this.
#[cfg(test)]
pub(super) fn migrate_to(db: &mut Connection, version: u32) -> Result<(), StoreError> {
    let version = version.try_into().expect("versions are few");
    migrations::migrations::runner().set_target(refinery::Target::Version(version)).run(db)?;
    Ok(())
}

/// The same in memory, where there is no history to keep; simulations open thousands of these.
fn make(db: &Connection) -> Result<(), StoreError> {
    let runner = migrations::migrations::runner();
    for step in runner.get_migrations() {
        db.execute_batch(step.sql().unwrap_or_default())?;
    }
    Ok(())
}

fn stored_genesis(db: &Connection) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM about WHERE key = 'genesis'";
    Ok(db.query_row(sql, [], |row| row.get(0)).optional()?)
}

/// Writes whose set this is into a new file.
fn found(db: &Connection, genesis: &Genesis) -> Result<(), StoreError> {
    match stored_genesis(db)? {
        Some(stored) if stored == genesis.encode() => Ok(()),
        Some(_) => Err(StoreError::ForeignCommunity),
        None => {
            let put = "INSERT INTO about (key, value) VALUES ('genesis', ?1)";
            db.execute(put, [genesis.encode()])?;
            Ok(())
        }
    }
}

/// Once in each release, what an earlier one could not read is put down to be judged again: this one may
/// read it. It is worked off a turn at a time, with whatever comes.
fn look_again_at_what_was_newer(db: &Connection, vocabulary: u32) -> Result<(), StoreError> {
    let sql = "SELECT value FROM about WHERE key = 'release'";
    let before: Option<Vec<u8>> = db.query_row(sql, [], |row| row.get(0)).optional()?;
    let release = format!("{} {vocabulary}", env!("CARGO_PKG_VERSION"));
    if before.as_deref() == Some(release.as_bytes()) {
        return Ok(());
    }
    let tx = db.unchecked_transaction()?;
    tx.execute(
        "INSERT OR IGNORE INTO todo (row) SELECT e.row FROM envelopes e
         JOIN reasons r ON r.ref = e.reason WHERE e.fate = ?1 AND r.code = 'newer'",
        [Fate::Sealed as u8],
    )?;
    let put = "INSERT INTO about (key, value) VALUES ('release', ?1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute(put, [release.as_bytes()])?;
    tx.commit()?;
    Ok(())
}
