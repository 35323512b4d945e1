//! `linli bench`: the project's own measurements, run and told in one way.
//!
//! A benchmark is a function that returns [`Case`]s: what was measured, its runs, its unit, the floor
//! and what is to be reached, where they are known. Median, spread and ratio are worked out here, the
//! same for all. Nodes are real ones: real folders, real links over loopback, commands by the handle.
//!
//! # Rules
//!
//! 1. What cannot be measured here is left out, and a line on stderr says so. No figure is a guess.
//! 2. A run whose nodes do not end up equal is an error, however fast it was.
//!
//! # Deliberately absent
//!
//! Passing and failing. A figure on another machine is no test.

mod cable;
mod catchup;
mod heal;
mod join;
mod page;
mod pair;
mod post;
mod rekey;
mod requests;
mod roster;
mod runyuan;
mod search;
mod start;
mod town;

use std::{fs, io, thread};

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::{args::Json, error::CliError, ui::Ui};

/// Measure this machine with one of the project's benchmarks
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Which one: catchup, idle, join, start, heal, post, requests, page,
    /// search, roster, rekey, runyuan
    name: String,

    /// How often each case is run; the median counts [default: 5; of heal 20]
    #[arg(long, value_name = "N")]
    runs: Option<u32>,

    /// How much history, or how many grants or households, where the benchmark has sizes (can be
    /// repeated)
    #[arg(long, value_name = "COUNT")]
    size: Vec<u64>,

    /// How long `heal` keeps the link cut, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 35)]
    cut_s: u64,

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
    /// How long a link is cut, in seconds.
    pub cut_s: u64,
}

impl Options {
    /// The sizes that were asked for, or the benchmark's own.
    fn sizes_or(&self, own: &[u64]) -> Vec<u64> {
        if self.sizes.is_empty() { own.to_vec() } else { self.sizes.clone() }
    }
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Which case.
    pub case: String,
    /// One value per run.
    pub values: Vec<f64>,
    /// Of the values: `ms`, `bytes`, `/s`, `×`; empty for a plain number.
    pub unit: &'static str,
    /// The best that can be hoped for on this machine, in the same unit, where it is known.
    pub floor: Option<f64>,
    /// What is to be reached, in the same unit, where it is said.
    pub reach: Option<f64>,
}

impl Case {
    /// A case that waits for its values.
    fn new(case: impl Into<String>, unit: &'static str) -> Self {
        Self { case: case.into(), unit, ..Self::default() }
    }

    /// The same with its floor.
    const fn floor(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self
    }

    /// The same with what is to be reached.
    const fn reach(mut self, reach: f64) -> Self {
        self.reach = Some(reach);
        self
    }
}

/// A benchmark.
pub struct Bench {
    /// What it is called.
    pub name: &'static str,
    /// Runs it; how it goes is told to the person who waits.
    pub run: fn(&Options, &mut Ui<'_>) -> Result<Vec<Case>, CliError>,
    /// How often each case is run where nobody says.
    pub runs: u32,
    /// Are messages or requests of a group what it measures?
    pub in_a_group: bool,
}

/// Enough for a median.
const RUNS: u32 = 5;

/// What is to be reached there is that none of so many fails.
const HEAL_RUNS: u32 = 20;

/// Every benchmark.
pub const ALL: &[Bench] = &[
    Bench { name: "catchup", run: catchup::catchup, runs: RUNS, in_a_group: true },
    Bench { name: "idle", run: catchup::idle, runs: RUNS, in_a_group: true },
    Bench { name: "join", run: join::run, runs: RUNS, in_a_group: true },
    Bench { name: "start", run: start::run, runs: RUNS, in_a_group: true },
    Bench { name: "heal", run: heal::run, runs: HEAL_RUNS, in_a_group: true },
    Bench { name: "post", run: post::run, runs: RUNS, in_a_group: true },
    Bench { name: "requests", run: requests::run, runs: RUNS, in_a_group: true },
    Bench { name: "page", run: page::run, runs: RUNS, in_a_group: true },
    Bench { name: "search", run: search::run, runs: RUNS, in_a_group: true },
    Bench { name: "roster", run: roster::run, runs: RUNS, in_a_group: false },
    Bench { name: "rekey", run: rekey::run, runs: RUNS, in_a_group: false },
    Bench { name: "runyuan", run: runyuan::run, runs: RUNS, in_a_group: true },
];

/// The whole report, as JSON has it.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    runs: u32,
    results: Vec<Row>,
    machine: String,
    /// Is what the group says encrypted? Left out where no group says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<bool>,
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
    reach: Option<f64>,
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
    let runs = args.runs.unwrap_or(bench.runs).max(1);
    let options = Options { runs, sizes: args.size.clone(), cut_s: args.cut_s };
    let cases = (bench.run)(&options, ui)?;
    // A fresh town is founded like the one that was measured; what it writes is looked at.
    let sealed = bench.in_a_group.then(|| town::Town::empty()?.is_sealed()).transpose()?;
    let report = Report { sealed, ..Report::of(bench.name, options.runs, cases) };
    if args.json.json {
        return ui.json(&report);
    }
    ui.line(&report.machine)?;
    for row in &report.results {
        let Row { case, median, min, max, unit, .. } = row;
        ui.print(format_args!("{case:<44} {median:>12.2} {unit}  ({min:.2} … {max:.2})"))?;
        if let (Some(floor), Some(ratio)) = (row.floor, row.ratio) {
            ui.print(format_args!("  floor {floor:.2}, ratio {ratio:.2}"))?;
        }
        match row.reach {
            Some(reach) => ui.line(format_args!("  reach {reach}"))?,
            None => ui.line("")?,
        }
    }
    Ok(())
}

impl<'a> Report<'a> {
    fn of(name: &'a str, runs: u32, cases: Vec<Case>) -> Self {
        let results = cases.into_iter().filter_map(Row::of).collect();
        Self { name, runs, results, machine: machine(), sealed: None }
    }
}

impl Row {
    /// None where nothing was measured.
    fn of(case: Case) -> Option<Self> {
        let median = median(&case.values)?;
        let min = case.values.iter().copied().min_by(f64::total_cmp)?;
        let max = case.values.iter().copied().max_by(f64::total_cmp)?;
        let ratio = case.floor.filter(|floor| *floor > 0.0).map(|floor| median / floor);
        let Case { case, unit, floor, reach, .. } = case;
        Some(Self { case, median, min, max, unit, floor, ratio, reach })
    }
}

/// The middle of the values, or of the two that stand there.
fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        even if even % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
        _ => Some(values[middle]),
    }
}

/// Nodes as `linli up` runs them: work for every core.
fn runtime() -> Result<Runtime, CliError> {
    Builder::new_multi_thread().enable_all().build().map_err(CliError::Machinery)
}

/// Where a benchmark's own files cannot be made.
const fn disk(error: io::Error) -> CliError {
    CliError::Machinery(error)
}

/// What the figures were measured on: processor, cores, system, and how the program was built.
fn machine() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let about = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("processor", |(_, name)| name);
    let build = if cfg!(debug_assertions) { "DEBUG BUILD, no figure to keep" } else { "release" };
    format!("{model}, {cores} cores, {} {}, {build}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_runs_counts_and_is_set_against_the_floor() {
        let case = |values: &[f64], floor| {
            let case = Case { values: values.into(), floor, ..Case::new("x", "ms") };
            Row::of(case).map(|row| (row.min, row.median, row.max, row.ratio))
        };
        assert_eq!(case(&[9.0, 1.0, 2.0], Some(4.0)), Some((1.0, 2.0, 9.0, Some(0.5))));
        assert_eq!(case(&[1.0, 2.0], None), Some((1.0, 1.5, 2.0, None)));
        assert_eq!(case(&[3.0], Some(0.0)), Some((3.0, 3.0, 3.0, None)));
        assert_eq!(case(&[], None), None);
    }

    #[test]
    fn a_report_has_the_shape_that_scripts_read() {
        let measured = Case { values: vec![4.0], ..Case::new("x", "ms").floor(2.0).reach(9.0) };
        let report = Report::of("post", 5, vec![measured, Case::new("not measured", "ms")]);
        let mut json = serde_json::to_value(&report).expect("plain values");
        assert!(json["machine"].take().is_string());
        let row = serde_json::json!({
            "case": "x", "median": 4.0, "min": 4.0, "max": 4.0, "unit": "ms",
            "floor": 2.0, "ratio": 2.0, "reach": 9.0,
        });
        let whole = serde_json::json!({
            "name": "post", "runs": 5, "results": [row], "machine": null,
        });
        assert_eq!(json, whole, "of no group nothing is said");
        let json = serde_json::to_value(Report { sealed: Some(false), ..report });
        assert_eq!(json.expect("plain values")["sealed"], false);
    }

    #[test]
    fn heal_is_measured_as_often_and_as_long_as_is_promised_unless_somebody_says_otherwise() {
        use clap::Parser as _;

        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            args: Args,
        }
        let asked = |words: &[&str]| {
            let Args { name, runs, cut_s, .. } =
                Line::parse_from([&["bench"], words].concat()).args;
            let bench = ALL.iter().find(|bench| bench.name == name).expect("there is one");
            (runs.unwrap_or(bench.runs), cut_s)
        };
        assert_eq!(asked(&["heal"]), (20, 35));
        assert_eq!(asked(&["heal", "--runs", "3", "--cut-s", "10"]), (3, 10));
        assert_eq!(asked(&["post"]).0, 5);
    }

    #[test]
    fn every_benchmark_has_its_own_name() {
        let mut names: Vec<&str> = ALL.iter().map(|bench| bench.name).collect();
        names.sort_unstable();
        let all = [
            "catchup", "heal", "idle", "join", "page", "post", "rekey", "requests", "roster",
            "runyuan", "search", "start",
        ];
        assert_eq!(names, all);
    }
}
