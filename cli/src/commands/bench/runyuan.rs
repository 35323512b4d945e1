//! `runyuan`: a whole neighbourhood in the folder of its office: how long it takes to found, what it
//! takes on the disk and in memory, and how soon its pages are there.
//!
//! `--size` says how many households; the rest of the plan shrinks with them.

use std::{fs, path::Path};

use super::{
    Case, Options, disk,
    page::{Browser, measured_pages},
    pair::{ms, now},
    start::Up,
};
use crate::{
    error::CliError,
    node::{Plan, runyuan},
    ui::Ui,
};

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[Plan::FULL.households as u64]) {
        let plan = Plan::FULL.of_households(usize::try_from(size).unwrap_or(usize::MAX));
        let name = |what: &str| format!("{} households: {what}", plan.households);
        ui.status(format_args!("{} households move in", plan.households))?;
        let scratch = tempfile::Builder::new().prefix("linli-bench-").tempdir().map_err(disk)?;
        let office = scratch.path().join("office");
        let start = now();
        runyuan::found(&office, &plan, &mut |_, _| ())?;
        let mut founded = Case::new(name("founded and moved in"), "s");
        founded.values.push(ms(start, now()) / 1_000.0);
        let mut bytes = Case::new(name("on disk"), "MiB");
        bytes.values.push(bytes_in(&office)? as f64 / f64::from(1 << 20));
        let mut up = Up::on(&office)?;
        let mut browser = Browser::open(up.address()?)?;
        let pages = measured_pages(options, ui, (&up, &mut browser), &name(""))?;
        let mut memory = Case::new(name("up, memory"), "MiB");
        memory.values.extend(up.memory_mib());
        all.extend([founded, bytes, memory]);
        all.extend(pages);
    }
    Ok(all)
}

/// Bytes of all files of a folder.
fn bytes_in(folder: &Path) -> Result<u64, CliError> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).map_err(disk)? {
        sum += entry.and_then(|it| it.metadata()).map_err(disk)?.len();
    }
    Ok(sum)
}
