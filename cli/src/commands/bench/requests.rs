//! `requests`: many request documents in common, some new and some changed on each side.
//!
//! Each request has eight entries in its history: the request itself, its five facts, two items of
//! its checklist. Both sides change other requests, so nothing is in conflict.

use std::path::Path;

use node::api::{Command, Reply};

use super::{
    Case, Options,
    pair::{Goal, Pair, Transport},
    runtime,
    town::{Town, commands, open},
};
use crate::{error::CliError, ui::Ui};

/// Requests that both have.
const COMMON: u64 = 500;

/// Requests that are new on each side, and as many that it changed.
const APART: usize = 25;

/// Requests of one transaction.
const BATCH: u64 = 50;

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for common in options.sizes_or(&[COMMON]) {
        ui.status(format_args!("asking {common} requests"))?;
        let town = Town::empty()?;
        let (founder, other) = (town.founder(), town.newcomer("other")?);
        let (ids, _) = ask(&founder, common)?;
        let runtime = runtime()?;
        let cases: Result<Vec<[Case; 5]>, CliError> = runtime.block_on(async {
            let pair = Pair::start(&founder, &other, Transport::Tcp).await?;
            pair.meet(Goal::Requests(ids.len())).await?;
            pair.stop().await;
            let mut cases = Vec::new();
            for by in Transport::BOTH {
                cases.push(meetings(&town, &other, &ids, by, options, ui).await?);
            }
            Ok(cases)
        });
        all.extend(cases?.into_iter().flatten());
    }
    Ok(all)
}

async fn meetings(
    town: &Town,
    other: &Path,
    ids: &[String],
    by: Transport,
    options: &Options,
    ui: &mut Ui<'_>,
) -> Result<[Case; 5], CliError> {
    let case = |what, unit| Case::new(format!("{} {}: {what}", by.name(), ids.len()), unit);
    let mut shown = case("both list all", "ms").reach(60.0);
    let mut equal = case("both say equal", "ms");
    let mut started = case("both list all, just started", "ms");
    let mut stream = case("on our stream", "bytes");
    let mut share = case("on our stream, of what was missing", "×").reach(1.15);
    for run in 1..=options.runs {
        let founder = town.copy(&town.founder(), "founder-copy")?;
        let other = town.copy(other, "other-copy")?;
        let mut missing = 0;
        for (home, changed) in [
            (&founder, ids.iter().take(APART).collect::<Vec<_>>()),
            (&other, ids.iter().rev().take(APART).collect()),
        ] {
            missing += ask(home, APART as u64)?.1;
            let edits = changed.into_iter().map(|id| fact(id, "place", "东门 east gate"));
            missing += commands(&mut open(home)?, edits.collect())?.1;
        }
        let pair = Pair::start(&founder, &other, by).await?;
        let first = pair.meet(Goal::Requests(ids.len() + 2 * APART)).await?;
        started.values.push(first.shown_ms);
        stream.values.push(first.stream_bytes as f64);
        share.values.push(first.stream_bytes as f64 / missing as f64);
        pair.cut().await?;
        write_apart(&pair, ids).await?;
        let again = pair.meet(Goal::Requests(ids.len() + 4 * APART)).await?;
        pair.stop().await;
        shown.values.push(again.shown_ms);
        equal.values.push(again.equal_ms);
        let (name, all, then) = (by.name(), again.shown_ms, again.equal_ms);
        let cold = first.shown_ms;
        ui.status(format_args!(
            "{name} {run}: all after {all:.1} ms, equal {then:.1}; just started {cold:.1}"
        ))?;
    }
    Ok([shown, equal, started, stream, share])
}

/// While the cut lasts each of two running nodes is asked for help, and changes requests that both have.
async fn write_apart(pair: &Pair, ids: &[String]) -> Result<(), CliError> {
    let middle = ids.len() / 2;
    let (these, those) = (&ids[middle - APART..middle], &ids[middle..middle + APART]);
    for (node, changed) in [(&pair.first, these), (&pair.second, those)] {
        for number in 0..APART as u64 {
            let Reply::Asked { id, .. } = node.running.handle.ask(request(number)).await? else {
                return Err(CliError::Unexpected);
            };
            for entry in entries(&id.to_hex()) {
                node.running.handle.ask(entry).await?;
            }
        }
        for id in changed {
            node.running.handle.ask(fact(id, "place", "西门 west gate")).await?;
        }
    }
    Ok(())
}

/// Has a stopped home ask so many requests, of eight entries each; their ids, and the bytes of the
/// envelopes.
fn ask(home: &Path, count: u64) -> Result<(Vec<String>, u64), CliError> {
    let mut ledger = open(home)?;
    let (mut ids, mut bytes) = (Vec::new(), 0);
    let mut first = 0;
    while first < count {
        let until = (first + BATCH).min(count);
        let (asked, written) = commands(&mut ledger, (first..until).map(request).collect())?;
        bytes += written;
        let mut edits = Vec::new();
        for reply in asked {
            let Reply::Asked { id, .. } = reply else { return Err(CliError::Unexpected) };
            let id = id.to_hex();
            edits.extend(entries(&id));
            ids.push(id);
        }
        bytes += commands(&mut ledger, edits)?.1;
        first = until;
    }
    Ok((ids, bytes))
}

/// One request, before anybody has edited it.
fn request(number: u64) -> Command {
    Command::Ask {
        group: None,
        title: format!("送水 water, please · {number}"),
        details: "两箱水，楼里没有电梯 two boxes, no lift".to_owned(),
        urgent: number.is_multiple_of(5),
        private: node::api::Private::default(),
    }
}

/// Seven entries after the request itself.
fn entries(id: &str) -> Vec<Command> {
    let facts = [
        ("title", "送水 water for two homes"),
        ("place", "三号楼 building three"),
        ("time", "今天下午 this afternoon"),
        ("needs", "两箱 two boxes"),
        ("details", "敲门即可 just knock at the door"),
    ];
    let item = |text: &str| Command::ChecklistAdd { id: id.to_owned(), text: text.to_owned() };
    let mut all: Vec<Command> = facts.iter().map(|(field, value)| fact(id, field, value)).collect();
    all.extend([item("买水 buy water"), item("送到门口 bring it to the door")]);
    all
}

fn fact(id: &str, field: &str, value: &str) -> Command {
    let (id, field, value) = (id.to_owned(), field.to_owned(), value.to_owned());
    Command::EditFact { id, field, value }
}
