//! `post`: messages one by one, each durable before the next, and from eight writers at once.
//!
//! The floor of one by one is a file that takes as many bytes in as many writes, each followed by
//! fdatasync, in the same folder and run. How many bytes a message costs is what the system counted
//! for this process while it posted. Eight writers are set against one.
//!
//! One by one and floor take turns in portions: a disk that is slow for a while is slow for both.
//! Lists catch up behind the answers; what that takes is told in a case of its own, where each
//! portion ends with reading a list.

use std::{
    fs::{self, File},
    io::{Seek as _, SeekFrom, Write as _},
    path::Path,
};

use node::{
    api::{Command, Reply},
    handle::Handle,
};

use super::{
    Case, Options, disk, median,
    pair::{ms, now},
    runtime,
    town::{ALL, Town, texts},
};
use crate::{error::CliError, node::open, ui::Ui};

/// Messages of a run.
const MESSAGES: u64 = 1_000;

/// Writers at once.
const WRITERS: u64 = 8;

/// One by one and floor take turns so many times.
const PORTIONS: u64 = 4;

/// Like the log of a database, the floor's file is written over from the beginning when it is full.
const FILE_BYTES: usize = 4 << 20;

/// What one run has found: messages a second, and bytes.
struct Found {
    alone: f64,
    listed: f64,
    together: f64,
    floor: Option<f64>,
    bytes: Option<u64>,
}

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let town = Town::with_messages(100)?;
    let count = options.sizes.first().copied().unwrap_or(MESSAGES).max(WRITERS);
    let mut runs = Vec::new();
    for run in 1..=options.runs {
        let home = town.copy(&town.founder(), "founder-copy")?;
        let found = runtime()?.block_on(posted(&home, count))?;
        let (alone, together) = (found.alone, found.together);
        ui.status(format_args!("{run}: {alone:.0}/s one by one, {together:.0}/s from {WRITERS}"))?;
        runs.push(found);
    }
    let values = |of: fn(&Found) -> Option<f64>| runs.iter().filter_map(of).collect::<Vec<f64>>();
    let (one, floor) = (values(|run| Some(run.alone)), values(|run| run.floor));
    let alone = median(&one);
    let one = Case { values: one, floor: median(&floor), ..Case::new("one by one", "/s") };
    let one = Case { reach: one.floor.map(|floor| 0.7 * floor), ..one };
    let listed = values(|run| Some(run.listed));
    let listed = Case { values: listed, ..Case::new("one by one, lists included", "/s") };
    let eight = values(|run| Some(run.together));
    let eight = Case { values: eight, floor: alone, ..Case::new("8 at once (floor: one)", "/s") };
    let eight = Case { reach: alone.map(|alone| 4.0 * alone), ..eight };
    let bytes = values(|run| run.bytes.map(|bytes| bytes as f64));
    let bytes = Case { values: bytes, ..Case::new("written per message", "bytes") };
    if bytes.values.is_empty() {
        ui.status("not measured: the floor (this system does not count what a process writes)")?;
    }
    Ok(vec![one, listed, eight, bytes])
}

async fn posted(home: &Path, count: u64) -> Result<Found, CliError> {
    let node = open(home).await?;
    let each = (count / PORTIONS).max(1);
    let (mut alone_ms, mut listed_ms, mut floor_ms, mut bytes) = (0.0, 0.0, 0.0, Some(0));
    for portion in 0..PORTIONS {
        let (before, start) = (bytes_written(), now());
        let writer = tokio::spawn(post(node.handle.clone(), portion * each, each));
        writer.await.map_err(|_| CliError::Stopped)??;
        alone_ms += ms(start, now());
        let written = before.zip(bytes_written()).map(|(before, after)| after - before);
        node.handle.ask(Command::Groups).await?;
        listed_ms += ms(start, now());
        if let Some(written) = written {
            floor_ms += probe(&home.join("floor"), written / each, each)?;
        }
        bytes = bytes.zip(written).map(|(all, more)| all + more);
    }
    let start = now();
    let share = count / WRITERS;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(post(node.handle.clone(), count + writer * share, share)))
        .collect();
    for writer in writers {
        writer.await.map_err(|_| CliError::Stopped)??;
    }
    let together_ms = ms(start, now());
    node.stop().await;
    let (rate, all) = (|count: u64, ms: f64| count as f64 * 1_000.0 / ms, each * PORTIONS);
    Ok(Found {
        alone: rate(all, alone_ms),
        listed: rate(all, listed_ms),
        together: rate(share * WRITERS, together_ms),
        floor: bytes.map(|_| rate(all, floor_ms)),
        bytes: bytes.map(|bytes| bytes / all),
    })
}

async fn post(handle: Handle, first: u64, count: u64) -> Result<(), CliError> {
    for text in texts(first, count) {
        let command = Command::Post { group: ALL.to_owned(), text, reply_to: None };
        let Reply::Posted { .. } = handle.ask(command).await? else {
            return Err(CliError::Unexpected);
        };
    }
    Ok(())
}

/// What this process has handed to the system to write, where the system counts that.
fn bytes_written() -> Option<u64> {
    let counters = fs::read_to_string("/proc/self/io").ok()?;
    let line = counters.lines().find_map(|line| line.strip_prefix("wchar: "))?;
    line.trim().parse().ok()
}

/// How long a plain file takes for so many writes of so many bytes, each synced, in milliseconds.
fn probe(path: &Path, bytes: u64, count: u64) -> Result<f64, CliError> {
    let block = vec![0x5a; usize::try_from(bytes).map_err(|_| CliError::Unexpected)?];
    let mut file = File::create(path).map_err(disk)?;
    file.write_all(&vec![0; FILE_BYTES]).and_then(|()| file.sync_all()).map_err(disk)?;
    let (start, mut at) = (now(), 0);
    for _ in 0..count {
        if at + block.len() > FILE_BYTES {
            at = 0;
        }
        file.seek(SeekFrom::Start(at as u64)).map_err(disk)?;
        file.write_all(&block).and_then(|()| file.sync_data()).map_err(disk)?;
        at += block.len();
    }
    Ok(ms(start, now()))
}
