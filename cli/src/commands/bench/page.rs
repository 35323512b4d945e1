//! `page`: how soon a page of a full home is there, how many come in a second, and how much is loaded.
//!
//! The whole program with its page on loopback: a history of messages, a tenth as many requests, one
//! browser's connection that is kept open. Each page is asked for many times, one after the other, and
//! the slowest but one in a hundred counts. How many come in a second is told twice: as that browser sees
//! it, who waits for each, and by the time that the node's threads spend on a core.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use node::api::{Command, Private};

use super::{
    Case, Options, disk,
    pair::{ms, now},
    start::Up,
    town::{Town, commands, failed, open},
};
use crate::{error::CliError, ui::Ui};

/// Times that one page is asked for in one run.
const TIMES: usize = 200;

/// Requests that are written together.
const BATCH: u64 = 500;

/// Bytes of a first load, style and script included.
const FIRST_LOAD_BYTES: f64 = 60.0 * 1024.0;

/// The status of a good answer.
const OK: u16 = 200;

/// What a browser fetches beside the first page.
const BESIDE: [&str; 3] = ["/assets/style.css", "/assets/page.js", "/assets/icon.svg"];

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    for size in options.sizes_or(&[100_000]) {
        ui.status(format_args!("writing a history of {size} messages, {} requests", size / 10))?;
        let town = Town::with_messages(size)?;
        ask(&town, size / 10)?;
        let mut up = Up::on(&town.founder())?;
        let mut browser = Browser::open(up.address()?)?;
        all.extend(measured_pages(options, ui, (&up, &mut browser), &format!("{size}: "))?);
    }
    Ok(all)
}

/// The pages of a home that runs; `of` stands before each case's name.
pub fn measured_pages(
    options: &Options,
    ui: &mut Ui<'_>,
    (up, browser): (&Up, &mut Browser),
    of: &str,
) -> Result<Vec<Case>, CliError> {
    let mut all = Vec::new();
    let beside: usize = BESIDE.iter().map(|path| browser.bytes(path)).sum::<Result<_, _>>()?;
    for (name, path) in pages(browser)? {
        ui.status(format_args!("{name}: {path}"))?;
        let case = |what: &str, unit| Case::new(format!("{of}{name}, {what}"), unit);
        let mut slow = case("p99", "ms").reach(25.0);
        let mut rate = case("one after the other", "/s");
        let mut of_core = case("a second of one core", "/s").reach(1_000.0);
        let mut load = case("first load", "bytes").reach(FIRST_LOAD_BYTES);
        for _ in 0..options.runs {
            let before = up.on_core_ms();
            let (p99_ms, whole_ms, bytes) = measured(browser, &path)?;
            let on_core_ms = up.on_core_ms().zip(before).map(|(now, before)| now - before);
            of_core.values.extend(on_core_ms.map(|ms| TIMES as f64 * 1_000.0 / ms));
            slow.values.push(p99_ms);
            rate.values.push(TIMES as f64 * 1_000.0 / whole_ms);
            load.values.push((bytes + beside) as f64);
        }
        all.extend([slow, rate, of_core, load]);
    }
    Ok(all)
}

fn ask(town: &Town, count: u64) -> Result<(), CliError> {
    let mut ledger = open(&town.founder())?;
    let asked = |number| Command::Ask {
        group: None,
        title: format!("送水 water, please · {number}"),
        details: "两箱水，楼里没有电梯 two boxes, no lift".to_owned(),
        urgent: number % 5 == 0,
        private: Private::default(),
    };
    let mut first = 0;
    while first < count {
        let until = (first + BATCH).min(count);
        commands(&mut ledger, (first..until).map(asked).collect())?;
        first = until;
    }
    Ok(())
}

/// The pages, by name: the group's address stands on the page of groups.
fn pages(browser: &mut Browser) -> Result<[(&'static str, String); 3], CliError> {
    let groups = browser.get("/groups")?;
    let (_, rest) = groups.split_once("href=\"/groups/").ok_or_else(|| failed("no group"))?;
    let id: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    Ok([("home", "/".into()), ("group", format!("/groups/{id}")), ("desk", "/desk".into())])
}

/// The slowest but one in a hundred and the sum of all, in milliseconds; bytes of the page.
fn measured(browser: &mut Browser, path: &str) -> Result<(f64, f64, usize), CliError> {
    let (mut took, mut bytes) = (Vec::with_capacity(TIMES), 0);
    for _ in 0..TIMES {
        let start = now();
        bytes = browser.bytes(path)?;
        took.push(ms(start, now()));
    }
    took.sort_by(f64::total_cmp);
    Ok((took[TIMES - 1 - TIMES / 100], took.iter().sum(), bytes))
}

/// One connection that is kept open, with the cookie of its session.
pub struct Browser {
    address: String,
    cookie: String,
    stream: BufReader<TcpStream>,
}

impl Browser {
    /// Opens the first page of a host and port, and keeps its cookie.
    pub fn open(address: String) -> Result<Self, CliError> {
        let stream = TcpStream::connect(&address).map_err(disk)?;
        stream.set_nodelay(true).map_err(disk)?;
        let mut browser = Self { address, cookie: String::new(), stream: BufReader::new(stream) };
        if browser.send("GET", "/", "")?.0 != OK {
            browser.choose_who_acts()?;
        }
        Ok(browser)
    }

    /// Where several people live on a box, a browser is asked first whose it is: the first one's.
    fn choose_who_acts(&mut self) -> Result<(), CliError> {
        let page = self.get("/me")?;
        let value = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
            rest.split('"').next().map(str::to_owned)
        };
        let (token, person) =
            value("token").zip(value("person")).ok_or_else(|| failed("no form"))?;
        self.send("POST", "/me", &format!("token={token}&person={person}")).map(drop)
    }

    fn bytes(&mut self, path: &str) -> Result<usize, CliError> {
        Ok(self.get(path)?.len())
    }

    /// What is at this address; anything but a good answer is an error.
    fn get(&mut self, path: &str) -> Result<String, CliError> {
        match self.send("GET", path, "")? {
            (OK, page) => Ok(page),
            (status, _) => Err(failed(format!("{path} answered {status}"))),
        }
    }

    /// The status and the body of what is answered to a question or a form.
    fn send(&mut self, method: &str, path: &str, form: &str) -> Result<(u16, String), CliError> {
        let (host, cookie) = (&self.address, &self.cookie);
        let of_form = match form.len() {
            0 => String::new(),
            bytes => format!(
                "Content-Type: application/x-www-form-urlencoded\r\nOrigin: http://{host}\r\n\
                 Content-Length: {bytes}\r\n"
            ),
        };
        let asked = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{of_form}\r\n{form}"
        );
        self.stream.get_mut().write_all(asked.as_bytes()).map_err(disk)?;
        let (mut length, mut line, mut status) = (0, String::new(), 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).map_err(disk)?;
            let lower = line.trim_end().to_ascii_lowercase();
            if let Some(said) = lower.strip_prefix("http/1.1 ") {
                status = said.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default();
            }
            if let Some(said) = lower.strip_prefix("content-length: ") {
                length = said.parse().map_err(|_| CliError::Unexpected)?;
            }
            if lower.starts_with("set-cookie: ") {
                let cookie = line["set-cookie: ".len()..].split(';').next().unwrap_or_default();
                cookie.clone_into(&mut self.cookie);
            }
            if lower.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).map_err(disk)?;
        let body = String::from_utf8(body).map_err(|_| CliError::Unexpected)?;
        Ok((status, body))
    }
}
