//! `post`: messages one by one, each durable before the next, and from eight writers at once.
//!
//! The floor of one by one is a file that takes as many bytes in as many writes, each followed by
//! fdatasync, in the same folder and run. How many bytes a message costs is what the system counted
//! for this process while it posted. Eight writers are set against one.

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

/// Like the log of a database, the floor's file is written over from the beginning when it is full.
const FILE_BYTES: usize = 4 << 20;

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let town = Town::with_messages(100)?;
    let count = options.sizes.first().copied().unwrap_or(MESSAGES).max(WRITERS);
    let (mut one, mut floor, mut eight) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = Case::new("written per message", "bytes");
    for run in 1..=options.runs {
        let home = town.copy(&town.founder(), "founder-copy")?;
        let (alone, together, written) = runtime()?.block_on(posted(&home, count))?;
        let per_message = written.map(|written| written / count);
        if let Some(per_message) = per_message {
            floor.push(probe(&home.join("floor"), per_message, count)?);
            bytes.values.push(per_message as f64);
        }
        ui.status(format_args!("{run}: {alone:.0}/s one by one, {together:.0}/s from {WRITERS}"))?;
        one.push(alone);
        eight.push(together);
    }
    let alone = median(&one);
    let one = Case { values: one, floor: median(&floor), ..Case::new("one by one", "/s") };
    let one = Case { reach: one.floor.map(|floor| 0.7 * floor), ..one };
    let eight = Case { values: eight, floor: alone, ..Case::new("8 at once (floor: one)", "/s") };
    let eight = Case { reach: alone.map(|alone| 4.0 * alone), ..eight };
    if bytes.values.is_empty() {
        ui.status("not measured: the floor (this system does not count what a process writes)")?;
    }
    Ok(vec![one, eight, bytes])
}

/// Messages a second from one writer and from eight, and the bytes that the first wrote.
async fn posted(home: &Path, count: u64) -> Result<(f64, f64, Option<u64>), CliError> {
    let node = open(home).await?;
    let (before, start) = (bytes_written(), now());
    post(node.handle.clone(), 0, count).await?;
    let alone = ms(start, now());
    let written = before.zip(bytes_written()).map(|(before, after)| after - before);
    let start = now();
    let each = count / WRITERS;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(post(node.handle.clone(), count + writer * each, each)))
        .collect();
    for writer in writers {
        writer.await.map_err(|_| CliError::Stopped)??;
    }
    let together = ms(start, now());
    node.stop().await;
    let rate = |count: u64, ms: f64| count as f64 * 1_000.0 / ms;
    Ok((rate(count, alone), rate(each * WRITERS, together), written))
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

/// Writes of so many bytes a second that a plain file takes, each synced.
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
    Ok(count as f64 * 1_000.0 / ms(start, now()))
}
