//! `join`: an empty home takes a whole history.
//!
//! Readable and durable is one thing here: the lists are fed after the commit, so what is shown is
//! on the disk. The size on the disk is that of the newcomer's two databases once it has stopped.

use std::{fs, path::Path, time::Instant};

use node::api::{Command, Reply};

use super::{
    Case, Options, disk,
    pair::{Goal, Node, Pair, Transport, changed, ms, now},
    runtime,
    town::{ALL, Town, write},
};
use crate::{error::CliError, ui::Ui};

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[10_000]) {
        ui.status(format_args!("writing a history of {size} messages"))?;
        let town = Town::with_messages(size)?;
        // The newest message of all is the founder's own.
        write(&town.founder(), size, 1)?;
        for by in Transport::BOTH {
            let case = |what, unit| Case::new(format!("{} {size}: {what}", by.name()), unit);
            let mut rate = case("readable and durable", "/s").reach(15_000.0);
            let mut newest = case("newest message readable", "ms").reach(1_000.0);
            let mut disk = case("on disk, per message", "bytes").reach(800.0);
            let mut stream = case("on our stream, per message", "bytes").reach(300.0);
            for run in 1..=options.runs {
                let joined = runtime()?.block_on(one(&town, size + 1, by))?;
                let Joined { per_second, newest_ms, on_disk, on_stream } = joined;
                rate.values.push(per_second);
                newest.values.push(newest_ms);
                disk.values.push(on_disk);
                stream.values.push(on_stream);
                let name = by.name();
                ui.status(format_args!("{name} {run}: {per_second:.0} messages/s"))?;
            }
            all.extend([rate, newest, disk, stream]);
        }
    }
    Ok(all)
}

/// How one home came in.
struct Joined {
    /// Messages a second.
    per_second: f64,
    /// Until the newest message is readable.
    newest_ms: f64,
    /// Bytes per message in its databases.
    on_disk: f64,
    /// Bytes per message on our stream, both ways.
    on_stream: f64,
}

async fn one(town: &Town, size: u64, by: Transport) -> Result<Joined, CliError> {
    let founder = town.copy(&town.founder(), "founder-copy")?;
    let newcomer = town.newcomer("newcomer")?;
    let pair = Pair::start(&founder, &newcomer, by).await?;
    let wanted = newest(&pair.first).await?;
    // Both clocks run on one machine: the link's own time is taken off afterwards.
    let start = now();
    let (met, seen) = tokio::try_join!(
        pair.meet(Goal::Messages(size)),
        readable(&pair.second, wanted.as_deref())
    )?;
    pair.stop().await;
    let bytes = bytes_of(&newcomer)?;
    Ok(Joined {
        per_second: size as f64 / (met.shown_ms / 1_000.0),
        newest_ms: ms(start, seen) - met.linked_ms,
        on_disk: bytes / size as f64,
        on_stream: met.stream_bytes as f64 / size as f64,
    })
}

/// What the newest message says.
async fn newest(node: &Node) -> Result<Option<String>, CliError> {
    let command = Command::Log { group: ALL.to_owned(), last: 1, before: None };
    match node.running.handle.ask(command).await {
        Ok(Reply::Log { mut messages }) => Ok(messages.pop().map(|message| message.text)),
        Ok(_) => Err(CliError::Unexpected),
        // Whoever has just walked in does not know the group yet.
        Err(_) => Ok(None),
    }
}

/// When the newest message is the one that is wanted.
async fn readable(node: &Node, wanted: Option<&str>) -> Result<Instant, CliError> {
    let mut events = node.running.handle.events();
    while newest(node).await?.as_deref() != wanted {
        changed(&mut events).await?;
    }
    Ok(now())
}

/// The two databases of a stopped home, with whatever lies beside them.
fn bytes_of(data: &Path) -> Result<f64, CliError> {
    let mut bytes = 0;
    for entry in fs::read_dir(data).map_err(disk)? {
        let entry = entry.map_err(disk)?;
        if entry.file_name().to_string_lossy().contains(".db") {
            bytes += entry.metadata().map_err(disk)?.len();
        }
    }
    Ok(bytes as f64)
}
