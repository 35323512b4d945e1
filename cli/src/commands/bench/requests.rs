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
        let cases: Result<Vec<[Case; 4]>, CliError> = runtime.block_on(async {
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
) -> Result<[Case; 4], CliError> {
    let case = |what, unit| Case::new(format!("{} {}: {what}", by.name(), ids.len()), unit);
    let mut shown = case("both list all", "ms").reach(60.0);
    let mut equal = case("both say equal", "ms");
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
        let met = pair.meet(Goal::Requests(ids.len() + 2 * APART)).await?;
        pair.stop().await;
        shown.values.push(met.shown_ms);
        equal.values.push(met.equal_ms);
        stream.values.push(met.stream_bytes as f64);
        share.values.push(met.stream_bytes as f64 / missing as f64);
        let (name, all, then) = (by.name(), met.shown_ms, met.equal_ms);
        ui.status(format_args!("{name} {run}: all after {all:.1} ms, equal {then:.1}"))?;
    }
    Ok([shown, equal, stream, share])
}

/// Has a stopped home ask so many requests, of eight entries each; their ids, and the bytes of the
/// envelopes.
fn ask(home: &Path, count: u64) -> Result<(Vec<String>, u64), CliError> {
    let mut ledger = open(home)?;
    let (mut ids, mut bytes) = (Vec::new(), 0);
    let mut first = 0;
    while first < count {
        let until = (first + BATCH).min(count);
        let asks = (first..until).map(|number| Command::Ask {
            group: None,
            title: format!("送水 water, please · {number}"),
            details: "两箱水，楼里没有电梯 two boxes, no lift".to_owned(),
            urgent: number % 5 == 0,
            private: node::api::Private::default(),
        });
        let (asked, written) = commands(&mut ledger, asks.collect())?;
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
