//! `start`: how soon this very program shows something, on a home with a history.
//!
//! Whole processes: `log all --last 50` on a stopped home, and `up` until its page answers, with the
//! memory that it then holds.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use super::{
    Case, Options, disk,
    pair::{ms, now},
    town::{Town, failed},
};
use crate::{error::CliError, ui::Ui};

/// How long a fresh node is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(1);

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[10_000]) {
        ui.status(format_args!("writing a history of {size} messages"))?;
        let town = Town::with_messages(size)?;
        let home = town.founder();
        let mut log = Case::new(format!("{size}: log --last 50"), "ms").reach(20.0);
        let mut page = Case::new(format!("{size}: up, page answers"), "ms").reach(100.0);
        let mut memory = Case::new(format!("{size}: up, memory"), "MiB").reach(60.0);
        for run in 1..=options.runs {
            let printed = log_ms(&home)?;
            let (answers, holds) = up(&home)?;
            log.values.push(printed);
            page.values.push(answers);
            memory.values.extend(holds);
            ui.status(format_args!("{run}: log {printed:.1} ms, page {answers:.1} ms"))?;
        }
        if memory.values.is_empty() {
            ui.status("not measured: memory (this system does not tell it)")?;
        }
        all.extend([log, page, memory]);
    }
    Ok(all)
}

fn ourselves(data: &Path) -> Result<Command, CliError> {
    let mut command = Command::new(env::current_exe().map_err(disk)?);
    command.arg("--data").arg(data).stdin(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// Milliseconds until the last 50 messages are printed and the process is gone.
fn log_ms(home: &Path) -> Result<f64, CliError> {
    let start = now();
    let done = ourselves(home)?.args(["log", "all", "--last", "50"]).output().map_err(disk)?;
    let took = ms(start, now());
    if done.status.success() && !done.stdout.is_empty() {
        Ok(took)
    } else {
        Err(failed("`log` did not print"))
    }
}

/// Leaves a fresh node alone for a while.
#[expect(
    clippy::disallowed_methods,
    reason = "idle is the absence of events; there is none for it"
)]
fn settle() {
    thread::sleep(SETTLE);
}

/// A node of this very program that runs until this is dropped.
pub struct Up {
    node: Child,
    /// Kept open: a node whose words nobody reads any more stops.
    words: BufReader<ChildStdout>,
}

impl Up {
    /// Starts it on this home.
    pub fn on(home: &Path) -> Result<Self, CliError> {
        let mut command = ourselves(home)?;
        command.args(["up", "--web", "127.0.0.1:0", "--no-mdns"]);
        command.args(["--listen", "/ip4/127.0.0.1/tcp/0"]).stdout(Stdio::piped());
        let mut node = command.spawn().map_err(disk)?;
        let words = BufReader::new(node.stdout.take().ok_or(CliError::Unexpected)?);
        Ok(Self { node, words })
    }

    /// Waits until it has said where its page is: host and port.
    pub fn address(&mut self) -> Result<String, CliError> {
        for line in self.words.by_ref().lines() {
            if let Some((_, rest)) = line.map_err(disk)?.split_once("http://") {
                return Ok(rest.split('/').next().unwrap_or_default().to_owned());
            }
        }
        Err(failed("`up` did not say where its page is"))
    }

    /// What it holds in memory, in MiB, where the system tells.
    pub fn memory_mib(&self) -> Option<f64> {
        memory_mib(self.node.id())
    }

    /// How long its threads were on a core so far, in milliseconds, where the system tells.
    pub fn on_core_ms(&self) -> Option<f64> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.node.id())).ok()?;
        let of_one = |task: fs::DirEntry| -> Option<f64> {
            let told = fs::read_to_string(task.path().join("schedstat")).ok()?;
            told.split(' ').next()?.parse().ok()
        };
        let nanoseconds: f64 = tasks.filter_map(Result::ok).filter_map(of_one).sum();
        Some(nanoseconds / 1e6)
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // Nothing was written, and the folder is free as soon as the process is gone.
        let _ = self.node.kill().and_then(|()| self.node.wait());
    }
}

/// Milliseconds until the page answers, and the memory held a second later, in MiB.
fn up(home: &Path) -> Result<(f64, Option<f64>), CliError> {
    let start = now();
    let mut up = Up::on(home)?;
    fetch(&up.address()?)?;
    let answered = ms(start, now());
    settle();
    Ok((answered, up.memory_mib()))
}

/// Fetches the first page once.
fn fetch(address: &str) -> Result<(), CliError> {
    let mut page = TcpStream::connect(address).map_err(disk)?;
    write!(page, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").map_err(disk)?;
    let mut answer = String::new();
    page.read_to_string(&mut answer).map_err(disk)?;
    match answer.starts_with("HTTP/1.1 200") {
        true => Ok(()),
        false => Err(failed("the page did not answer 200")),
    }
}

/// What a process holds in memory, in MiB, where the system tells.
fn memory_mib(process: u32) -> Option<f64> {
    let about = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = about.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1_024.0)
}
