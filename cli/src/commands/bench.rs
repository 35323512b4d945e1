//! `linli bench`: the project's own measurements, run and told in one way.
//!
//! A benchmark is a function that returns [`Case`]s: what was measured, its runs, its unit, and the
//! floor where one is known. Median, spread and ratio are worked out here, the same for all.
//!
//! # Deliberately absent
//!
//! Passing and failing. A figure on another machine is no test.

use std::{fs, thread};

use serde::Serialize;

use crate::{args::Json, error::CliError, ui::Ui};

/// Measure this machine with one of the project's benchmarks
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Which one
    name: String,

    /// How often each case is run; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: u32,

    /// How much history, where the benchmark has sizes (can be repeated)
    #[arg(long, value_name = "MESSAGES")]
    size: Vec<u64>,

    #[command(flatten)]
    json: Json,
}

/// What a benchmark is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How often each case is run.
    pub runs: u32,
    /// Sizes of history; empty: the benchmark's own.
    pub sizes: Vec<u64>,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Case {
    /// Which case.
    pub case: String,
    /// One value per run.
    pub values: Vec<f64>,
    /// Of the values: `ms`, `bytes`, `/s`.
    pub unit: &'static str,
    /// The best that can be hoped for on this machine, in the same unit, where it is known.
    pub floor: Option<f64>,
}

/// A benchmark.
pub struct Bench {
    /// What it is called.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(&Options) -> Result<Vec<Case>, CliError>,
}

/// Every benchmark.
pub const ALL: &[Bench] = &[];

/// The whole report, as JSON has it.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    runs: u32,
    results: Vec<Row>,
    machine: String,
}

#[derive(Serialize)]
struct Row {
    case: String,
    median: f64,
    min: f64,
    max: f64,
    unit: &'static str,
    floor: Option<f64>,
    /// Median over floor.
    ratio: Option<f64>,
}

/// Runs one benchmark of `all` and prints its figures.
///
/// # Errors
///
/// [`CliError::UnknownBench`], or what the benchmark fails with.
pub fn run(ui: &mut Ui<'_>, args: &Args, all: &[Bench]) -> Result<(), CliError> {
    let Some(bench) = all.iter().find(|bench| bench.name == args.name) else {
        let names: Vec<&str> = all.iter().map(|bench| bench.name).collect();
        let names = if names.is_empty() { "—".to_owned() } else { names.join(", ") };
        return Err(CliError::UnknownBench { name: args.name.clone(), names });
    };
    let options = Options { runs: args.runs.max(1), sizes: args.size.clone() };
    let results = (bench.run)(&options)?.into_iter().filter_map(Row::of).collect();
    let report = Report { name: bench.name, runs: options.runs, results, machine: machine() };
    if args.json.json {
        return ui.json(&report);
    }
    ui.line(&report.machine)?;
    for row in &report.results {
        let Row { case, median, min, max, unit, .. } = row;
        ui.print(format_args!("{case:<32} {median:>12.2} {unit}  ({min:.2} … {max:.2})"))?;
        match (row.floor, row.ratio) {
            (Some(floor), Some(ratio)) => {
                ui.line(format_args!("  floor {floor:.2} {unit}, ratio {ratio:.2}"))?;
            }
            _ => ui.line("")?,
        }
    }
    Ok(())
}

impl Row {
    /// None where nothing was measured.
    fn of(case: Case) -> Option<Self> {
        let mut values = case.values;
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            0 => f64::midpoint(values[middle - 1], values[middle]),
            _ => values[middle],
        };
        let ratio = case.floor.filter(|floor| *floor > 0.0).map(|floor| median / floor);
        let Case { case, unit, floor, .. } = case;
        Some(Self { case, median, min, max, unit, floor, ratio })
    }
}

/// What the figures were measured on: processor, cores, system.
fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("processor", |(_, name)| name);
    format!("{model}, {cores} cores, {} {}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_runs_counts_and_is_set_against_the_floor() {
        let case = |values: &[f64], floor| {
            let row = Row::of(Case { case: "x".into(), values: values.into(), unit: "ms", floor });
            row.map(|row| (row.min, row.median, row.max, row.ratio))
        };
        assert_eq!(case(&[9.0, 1.0, 2.0], Some(4.0)), Some((1.0, 2.0, 9.0, Some(0.5))));
        assert_eq!(case(&[1.0, 2.0], None), Some((1.0, 1.5, 2.0, None)));
        assert_eq!(case(&[3.0], Some(0.0)), Some((3.0, 3.0, 3.0, None)));
        assert_eq!(case(&[], None), None);
    }
}
