//! `heal`: the link between two homes is cut, both write, and the link comes back.
//!
//! The cut is the switch in the transport; the script `tests/lan/cut.sh` does it with a cable
//! between network namespaces.

use std::time::Duration;

use super::{
    Case, Options,
    pair::{Goal, Pair, Transport},
    runtime,
    town::Town,
};
use crate::{error::CliError, ui::Ui};

/// Messages that each home writes during a cut.
const DURING: u64 = 10;

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for by in Transport::BOTH {
        let town = Town::with_messages(100)?;
        cases.extend(runtime()?.block_on(one(&town, by, options, ui))?);
    }
    Ok(cases)
}

/// One link, cut as often as there are runs.
async fn one(
    town: &Town,
    by: Transport,
    options: &Options,
    ui: &mut Ui<'_>,
) -> Result<[Case; 2], CliError> {
    let case = |what| Case::new(format!("{} cut {} s: {what}", by.name(), options.cut_s), "ms");
    let mut linked = case("reconnected").reach(3_000.0);
    let mut equal = case("equal after that").reach(1_000.0);
    let pair = Pair::start(&town.founder(), &town.newcomer("other")?, by).await?;
    let mut messages = pair.first.messages().await?;
    pair.meet(Goal::Messages(messages)).await?;
    for run in 1..=options.runs {
        pair.cut().await?;
        pair.first.write(messages, DURING).await?;
        pair.second.write(messages + DURING, DURING).await?;
        tokio::time::sleep(Duration::from_secs(options.cut_s)).await;
        messages += 2 * DURING;
        let met = pair.meet(Goal::Messages(messages)).await?;
        linked.values.push(met.linked_ms);
        equal.values.push(met.equal_ms);
        let (name, up, then) = (by.name(), met.linked_ms, met.equal_ms);
        ui.status(format_args!("{name} {run}: reconnected {up:.0} ms, equal {then:.0} ms"))?;
    }
    pair.stop().await;
    Ok([linked, equal])
}
