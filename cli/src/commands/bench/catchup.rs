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
    pair::{Goal, Pair, Transport, ms, now},
    runtime,
    town::{Town, write},
};
use crate::{error::CliError, ui::Ui};

/// Messages that each side wrote apart.
const APART: u64 = 500;

/// What checking, exchanging and saving 500 messages each way was measured to take at least, in
/// milliseconds, on a machine with two cores; 25 to 40 were seen.
const CATCHUP_FLOOR_MS: f64 = 25.0;

/// Trips of which the median is the floor of `idle`.
const TRIPS: usize = 101;

/// Both wrote 500 apart.
pub fn catchup(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for size in options.sizes_or(&[10_000]) {
        let reach = if size > 10_000 { 130.0 } else { 100.0 };
        for [_, shown, equal] in meetings(options, ui, size, APART)? {
            cases.push(shown.floor(CATCHUP_FLOOR_MS).reach(reach));
            cases.push(equal);
        }
    }
    ui.status("not measured: bytes on the wire (the mesh does not count them yet)")?;
    Ok(cases)
}

/// Nothing is new.
pub fn idle(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let floor = round_trip_ms()?;
    let mut cases = Vec::new();
    for size in options.sizes_or(&[10_000]) {
        for [linked, _, equal] in meetings(options, ui, size, 0)? {
            cases.push(equal.floor(floor).reach(5.0));
            cases.push(linked);
        }
    }
    ui.status("not measured: bytes on our stream (the mesh does not count them yet)")?;
    Ok(cases)
}

/// By transport: until the link is up, until all is shown, until both know that they are equal.
fn meetings(
    options: &Options,
    ui: &mut Ui<'_>,
    size: u64,
    apart: u64,
) -> Result<Vec<[Case; 3]>, CliError> {
    ui.status(format_args!("writing a history of {size} messages"))?;
    let town = Town::with_messages(size)?;
    let (founder, other) = (town.founder(), town.newcomer("other")?);
    let runtime = runtime()?;
    runtime.block_on(async {
        ui.status("sharing it")?;
        let pair = Pair::start(&founder, &other, Transport::Tcp).await?;
        pair.meet(Goal::Messages(size)).await?;
        pair.stop().await;
        let mut all = Vec::new();
        for by in Transport::BOTH {
            let case = |what| Case::new(format!("{} {size}: {what}", by.name()), "ms");
            let mut cases = [case("link up"), case("both show all"), case("both say equal")];
            for run in 1..=options.runs {
                let founder = town.copy(&founder, "founder-copy")?;
                let other = town.copy(&other, "other-copy")?;
                write(&founder, size, apart)?;
                write(&other, size + apart, apart)?;
                let pair = Pair::start(&founder, &other, by).await?;
                let met = pair.meet(Goal::Messages(size + 2 * apart)).await?;
                pair.stop().await;
                let values = [met.linked_ms, met.shown_ms, met.equal_ms];
                cases.iter_mut().zip(values).for_each(|(case, value)| case.values.push(value));
                let [_, shown, equal] = values;
                let name = by.name();
                ui.status(format_args!("{name} {run}: all after {shown:.1} ms, equal {equal:.1}"))?;
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
