//! `catchup` and `idle`: two homes with a common history meet again.
//!
//! In `catchup` each wrote 500 messages apart, with both nodes stopped; in `idle` nobody wrote
//! anything. Each run starts from copies of the same two folders, so that the history is the same.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Instant,
};

use super::{
    Case, Options, disk, median,
    pair::{Goal, Meeting, Pair, Transport, ms, now},
    runtime,
    town::{Town, fill_scopes, write},
};
use crate::{error::CliError, ui::Ui};

/// Messages that each side wrote apart.
const APART: u64 = 500;

/// What checking, exchanging and saving 500 messages each way was measured to take at least, in
/// milliseconds, on a machine with two cores; 25 to 40 were seen.
const CATCHUP_FLOOR_MS: f64 = 25.0;

/// All bytes on our stream that catching up may take.
const CATCHUP_BYTES: f64 = 350_000.0;

/// And for each byte of the envelopes that are missing.
const CATCHUP_SHARE: f64 = 1.15;

/// Bytes on our stream that it may take to find out that nothing is new.
const IDLE_BYTES: f64 = 1_024.0;

/// Scopes of the second case of `idle`, with one envelope each.
const SCOPES: u64 = 10_000;

/// Trips of which the median is the floor of `idle`.
const TRIPS: usize = 101;

/// Both wrote 500 apart.
pub fn catchup(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for size in options.sizes_or(&[10_000]) {
        let reach = if size > 10_000 { 130.0 } else { 100.0 };
        for met in meetings(options, ui, &size.to_string(), size, 0, APART)? {
            cases.push(met.shown.floor(CATCHUP_FLOOR_MS).reach(reach));
            cases.push(met.equal);
            cases.push(met.stream.reach(CATCHUP_BYTES));
            cases.push(met.share.reach(CATCHUP_SHARE));
            cases.push(met.loopback);
        }
    }
    Ok(cases)
}

/// Nothing is new.
pub fn idle(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let floor = round_trip_ms()?;
    let mut cases = Vec::new();
    let plain = options.sizes_or(&[10_000]).into_iter().map(|size| (size.to_string(), size, 0));
    let crowded = (format!("{SCOPES} case scopes"), 100, SCOPES);
    for (name, size, scopes) in plain.chain([crowded]) {
        for met in meetings(options, ui, &name, size, scopes, 0)? {
            cases.push(met.equal.floor(floor).reach(5.0));
            cases.push(met.linked);
            cases.push(met.stream.reach(IDLE_BYTES));
            cases.push(met.trips.reach(1.0));
            cases.push(met.loopback);
        }
    }
    Ok(cases)
}

/// What was seen of one transport's meetings.
struct Meetings {
    /// Until the link is up.
    linked: Case,
    /// Until all is shown.
    shown: Case,
    /// Until both know that they are equal.
    equal: Case,
    /// Bytes on our stream, both ways.
    stream: Case,
    /// Of these, for each byte of the envelopes that were missing.
    share: Case,
    /// Bytes on the loopback interface.
    loopback: Case,
    /// Round trips until equal.
    trips: Case,
}

impl Meetings {
    fn new(name: &str, by: Transport) -> Self {
        let case = |what, unit| Case::new(format!("{} {name}: {what}", by.name()), unit);
        Self {
            linked: case("link up", "ms"),
            shown: case("both show all", "ms"),
            equal: case("both say equal", "ms"),
            stream: case("on our stream", "bytes"),
            share: case("on our stream, of what was missing", "×"),
            loopback: case("on loopback, packets and all", "bytes"),
            trips: case("round trips", ""),
        }
    }

    fn add(&mut self, met: &Meeting, missing_bytes: u64) {
        self.linked.values.push(met.linked_ms);
        self.shown.values.push(met.shown_ms);
        self.equal.values.push(met.equal_ms);
        self.stream.values.push(met.stream_bytes as f64);
        if missing_bytes > 0 {
            self.share.values.push(met.stream_bytes as f64 / missing_bytes as f64);
        }
        self.loopback.values.extend(met.loopback_bytes.map(|bytes| bytes as f64));
        self.trips.values.push(met.answers as f64);
    }
}

/// By transport: two homes with `size` messages and `scopes` sealed cases in common meet again after
/// each wrote `apart` more.
fn meetings(
    options: &Options,
    ui: &mut Ui<'_>,
    name: &str,
    size: u64,
    scopes: u64,
    apart: u64,
) -> Result<Vec<Meetings>, CliError> {
    ui.status(format_args!("writing a history: {name}"))?;
    let town = Town::with_messages(size)?;
    fill_scopes(&town.founder(), scopes)?;
    let (founder, other) = (town.founder(), town.newcomer("other")?);
    let runtime = runtime()?;
    runtime.block_on(async {
        ui.status("sharing it")?;
        let pair = Pair::start(&founder, &other, Transport::Tcp).await?;
        pair.meet(Goal::Messages(size)).await?;
        pair.stop().await;
        let mut all = Vec::new();
        for by in Transport::BOTH {
            let mut cases = Meetings::new(name, by);
            for run in 1..=options.runs {
                let founder = town.copy(&founder, "founder-copy")?;
                let other = town.copy(&other, "other-copy")?;
                let missing = write(&founder, size, apart)? + write(&other, size + apart, apart)?;
                let pair = Pair::start(&founder, &other, by).await?;
                let met = pair.meet(Goal::Messages(size + 2 * apart)).await?;
                pair.stop().await;
                cases.add(&met, missing);
                let (by, shown, equal) = (by.name(), met.shown_ms, met.equal_ms);
                let bytes = met.stream_bytes;
                ui.status(format_args!(
                    "{by} {run}: all after {shown:.1} ms, equal {equal:.1}, {bytes} bytes"
                ))?;
            }
            all.push(cases);
        }
        Ok(all)
    })
}

/// Sixty-four bytes there and back over TCP on loopback, in milliseconds.
fn round_trip_ms() -> Result<f64, CliError> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(disk)?;
    let mut stream = TcpStream::connect(listener.local_addr().map_err(disk)?).map_err(disk)?;
    let (mut there, _) = listener.accept().map_err(disk)?;
    stream.set_nodelay(true).and_then(|()| there.set_nodelay(true)).map_err(disk)?;
    let echo = thread::spawn(move || {
        let mut bytes = [0; 64];
        while there.read_exact(&mut bytes).is_ok() && there.write_all(&bytes).is_ok() {}
    });
    let mut trips = Vec::with_capacity(TRIPS);
    for _ in 0..TRIPS {
        let start: Instant = now();
        let mut bytes = [0; 64];
        stream.write_all(&bytes).and_then(|()| stream.read_exact(&mut bytes)).map_err(disk)?;
        trips.push(ms(start, now()));
    }
    drop(stream);
    let _ = echo.join(); // Nothing in it can fail.
    median(&trips).ok_or(CliError::Unexpected)
}
