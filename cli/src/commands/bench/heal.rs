//! `heal`: the link between two homes is cut, both write, and the link comes back.
//!
//! Real homes: `linli up` in network namespaces, a cable that is pulled, mDNS to find one another.
//! The clock starts when `ip link set … up` has returned. In the second case both homes are started
//! anew while the cable is out. Several pairs run side by side, each on a bridge of its own; they
//! wait together, but are plugged in one after the other, so that no healing disturbs another.
//!
//! Where the machine allows no namespaces the cut is the switch in the transport. Both sides notice
//! that at once, so the cases say `switch`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use node::api::{Command, PeerRow, Reply};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use super::{
    Case, Options,
    cable::{self, Cable, End, Process},
    pair::{Goal, Pair, Transport, ms, now},
    runtime,
    town::{ALL, Town, failed, texts},
};
use crate::{error::CliError, ui::Ui};

/// Messages that each home writes during a cut.
const DURING: u64 = 10;

/// Pairs of homes for each case: two cores carry four times as many homes that wait.
const PAIRS: u32 = 3;

/// How long a home may take to be equal again before the run counts as lost, in milliseconds.
const PATIENCE_MS: u64 = 60_000;

/// What is to be reached: the link, and equality after that, in milliseconds.
const REACH_MS: (f64, f64) = (3_000.0, 1_000.0);

/// Measures it.
pub fn run(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    if cable::inside() {
        return runtime()?.block_on(with_cables(options, ui));
    }
    match cable::allowed() {
        Ok(()) => Err(cable::enter()),
        Err(reason) => {
            ui.status(format_args!("no network namespaces here ({reason}):"))?;
            ui.status("the link is cut by the switch in the transport, not by pulling a cable")?;
            with_switch(options, ui)
        }
    }
}

/// What becomes of the homes while the cable is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meanwhile {
    Running,
    StartedAnew,
}

/// One of the four cases.
#[derive(Clone, Copy)]
struct Kind {
    by: Transport,
    meanwhile: Meanwhile,
}

impl Kind {
    fn name(self, cut_s: u64) -> String {
        let meanwhile = match self.meanwhile {
            Meanwhile::Running => "",
            Meanwhile::StartedAnew => ", both started during it",
        };
        format!("{} cut {cut_s} s{meanwhile}", self.by.name())
    }
}

/// How one healing went, in milliseconds; none where it did not.
type Healed = Option<(f64, f64)>;

/// A pair of homes that is to be cut some times.
struct Task {
    kind: Kind,
    cable: Cable,
    data: [PathBuf; 2],
    runs: u32,
    cut: Duration,
    /// Held by the pair that is being plugged in.
    turn: Arc<Mutex<()>>,
    healed: mpsc::Sender<(Kind, Healed)>,
}

async fn with_cables(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    ui.status("laying cables between network namespaces")?;
    let town = Town::with_messages(100)?;
    let (turn, cut) = (Arc::new(Mutex::new(())), Duration::from_secs(options.cut_s));
    let (healed, mut results) = mpsc::channel(64);
    let mut pairs = JoinSet::new();
    let mut cases = Vec::new();
    for by in Transport::BOTH {
        for meanwhile in [Meanwhile::Running, Meanwhile::StartedAnew] {
            let kind = Kind { by, meanwhile };
            for pair in 0..PAIRS.min(options.runs) {
                let number = pairs.len();
                let first = town.copy(&town.founder(), &format!("first{number}"))?;
                let second = town.newcomer(&format!("second{number}"))?;
                let runs = (options.runs - pair).div_ceil(PAIRS);
                let (turn, healed) = (turn.clone(), healed.clone());
                let (cable, data) = (Cable::lay(number)?, [first, second]);
                pairs.spawn(Task { kind, cable, data, runs, cut, turn, healed }.run());
            }
            cases.push((kind.name(options.cut_s), Vec::new()));
        }
    }
    drop(healed);
    while let Some((kind, healed)) = results.recv().await {
        let name = kind.name(options.cut_s);
        match healed {
            Some((up, then)) => {
                ui.status(format_args!("{name}: reconnected {up:.0} ms, equal {then:.0} ms"))?;
            }
            None => ui.status(format_args!("{name}: not equal after {PATIENCE_MS} ms"))?,
        }
        cases.iter_mut().filter(|(of, _)| *of == name).for_each(|(_, all)| all.push(healed));
    }
    while let Some(ended) = pairs.join_next().await {
        ended.map_err(|_| CliError::Unexpected)??;
    }
    Ok(cases.into_iter().flat_map(|(name, all)| rows(&name, &all)).collect())
}

/// The rows of one case.
fn rows(name: &str, all: &[Healed]) -> [Case; 3] {
    let case = |what, unit| Case::new(format!("{name}: {what}"), unit);
    let mut linked = case("reconnected", "ms").reach(REACH_MS.0);
    let mut equal = case("equal after that", "ms").reach(REACH_MS.1);
    let mut in_time = case("of all, in time", "%").reach(100.0);
    let (up, then): (Vec<f64>, Vec<f64>) = all.iter().flatten().copied().unzip();
    (linked.values, equal.values) = (up, then);
    let good = all.iter().flatten().filter(|(up, then)| *up <= REACH_MS.0 && *then <= REACH_MS.1);
    in_time.values = vec![good.count() as f64 * 100.0 / all.len().max(1) as f64];
    [linked, equal, in_time]
}

impl Task {
    async fn run(self) -> Result<(), CliError> {
        let mut homes = self.start().await?;
        wait(&homes[1]).await?.ok_or_else(|| failed("two homes on one cable never met"))?;
        let mut messages = messages(&homes[0]).await?;
        for _ in 0..self.runs {
            self.cable.cut()?;
            if self.kind.meanwhile == Meanwhile::StartedAnew {
                drop(homes);
                homes = self.start().await?;
            }
            for (home, first) in homes.iter().zip([messages, messages + DURING]) {
                write(home, first).await?;
            }
            messages += 2 * DURING;
            tokio::time::sleep(self.cut).await;
            let healed = {
                let _turn = self.turn.lock().await;
                self.heal(&homes, messages).await?
            };
            // Whoever counts has failed already if nobody takes it.
            let _ = self.healed.send((self.kind, healed)).await;
        }
        Ok(())
    }

    async fn start(&self) -> Result<[Process; 2], CliError> {
        let [first, second] = &self.data;
        let first = self.cable.start(End::First, first, self.kind.by).await?;
        Ok([first, self.cable.start(End::Second, second, self.kind.by).await?])
    }

    /// Plugs the cable in, and waits until both show everything and say that they are equal.
    async fn heal(&self, homes: &[Process; 2], messages: u64) -> Result<Healed, CliError> {
        let mend = async {
            // Answered behind the two questions: they are registered now.
            homes[0].ask(Command::Progress).await?;
            homes[1].ask(Command::Progress).await?;
            self.cable.mend()
        };
        let (first, second) = (all_of(&homes[0], messages), all_of(&homes[1], messages));
        let (mended, first, second) = tokio::try_join!(mend, first, second)?;
        let Some((first, second)) = first.zip(second) else { return Ok(None) };
        let linked = first.0.max(second.0);
        let equal = first.1.max(second.1);
        Ok(Some((ms(mended, linked), ms(linked, equal))))
    }
}

type Moments = Option<(std::time::Instant, std::time::Instant)>;

/// When a home had its link, and when it showed so many messages and was equal.
async fn all_of(home: &Process, wanted: u64) -> Result<Moments, CliError> {
    let Some(peer) = wait(home).await? else { return Ok(None) };
    let linked = now() - Duration::from_millis(peer.linked_ms.unwrap_or_default());
    while messages(home).await? < wanted {
        tokio::task::yield_now().await;
    }
    Ok(Some((linked, now())))
}

/// The other home, once this one has found itself equal with it; none where it does not.
async fn wait(home: &Process) -> Result<Option<PeerRow>, CliError> {
    let command = Command::Wait { peers: 1, peer: None, timeout_ms: PATIENCE_MS };
    match home.ask(command).await? {
        Reply::Waited { mut equal, .. } => Ok(equal.pop()),
        _ => Err(CliError::Unexpected),
    }
}

async fn messages(home: &Process) -> Result<u64, CliError> {
    match home.ask(Command::Groups).await? {
        Reply::Groups { groups } => {
            let all = groups.into_iter().find(|group| group.name == ALL);
            Ok(all.map(|group| group.messages).unwrap_or_default())
        }
        _ => Err(CliError::Unexpected),
    }
}

async fn write(home: &Process, first: u64) -> Result<(), CliError> {
    for text in texts(first, DURING) {
        let post = Command::Post { group: ALL.to_owned(), text, reply_to: None };
        home.ask(post).await?;
    }
    Ok(())
}

fn with_switch(options: &Options, ui: &mut Ui<'_>) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for by in Transport::BOTH {
        let town = Town::with_messages(100)?;
        let name = format!("{} switch {} s", by.name(), options.cut_s);
        let all = runtime()?.block_on(switched(&town, by, options))?;
        cases.extend(rows(&name, &all));
        ui.status(format_args!("{name}: done"))?;
    }
    Ok(cases)
}

/// One link, cut as often as there are runs.
async fn switched(town: &Town, by: Transport, options: &Options) -> Result<Vec<Healed>, CliError> {
    let pair = Pair::start(&town.founder(), &town.newcomer("other")?, by).await?;
    let mut messages = pair.first.messages().await?;
    pair.meet(Goal::Messages(messages)).await?;
    let mut all = Vec::new();
    for _ in 0..options.runs {
        pair.cut().await?;
        pair.first.write(messages, DURING).await?;
        pair.second.write(messages + DURING, DURING).await?;
        tokio::time::sleep(Duration::from_secs(options.cut_s)).await;
        messages += 2 * DURING;
        let met = pair.meet(Goal::Messages(messages)).await?;
        all.push(Some((met.linked_ms, met.shown_ms.max(met.equal_ms))));
    }
    pair.stop().await;
    Ok(all)
}
