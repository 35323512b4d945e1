//! Two drivers take the same ride during a cut, told step by step.
//!
//! Each half knows only its own driver and goes on working. When the cut heals, every home works
//! out the same one from the same acts, without asking anybody, and the other one is told.

use std::{sync::atomic::Ordering, time::Duration};

use crdt::id::RequestId;
use tokio::time::sleep;

use super::{
    Show, internal,
    town::{CHEN, LI, Town, ZHANG, in_time, look_again},
};
use crate::api::{ApiError, Command, Notice, Private, Reply};

/// The ride that everything is about.
const RIDE: &str = "送陈奶奶去医院 · A ride to the clinic";

/// Where the story is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everybody hears that a ride is wanted.
    Asked,
    /// No cable crosses the middle any more.
    Cut,
    /// One driver on each side has taken it, and each side believes its own.
    BothClaim,
    /// The cables are back and the homes compare.
    Healed,
    /// One holder everywhere, and the other one knows.
    Told,
    /// Something did not come in time.
    Stuck,
}

impl Step {
    /// From 1, of [`Step::COUNT`].
    pub const fn number(self) -> usize {
        match self {
            Self::Asked => 1,
            Self::Cut => 2,
            Self::BothClaim => 3,
            Self::Healed => 4,
            Self::Told | Self::Stuck => Self::COUNT,
        }
    }

    /// How many there are.
    pub const COUNT: usize = 5;
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Who drives, as all four say.
    pub holder: String,
    /// The home of the other driver.
    pub loser: usize,
    /// What the other driver is told.
    pub notice: Notice,
}

/// What the page shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The ride, once it is asked for.
    pub ride: Option<RequestId>,
    /// Where the story is.
    pub step: Step,
    /// How it ended, at [`Step::Told`].
    pub ending: Option<Ending>,
}

impl Town {
    /// Granny Chen asks for a ride, and all four know.
    ///
    /// # Errors
    ///
    /// Where they do not come to agree.
    pub async fn ask_for_a_ride(&self) -> Result<RequestId, ApiError> {
        let (title, details) = (RIDE.to_owned(), "8:30, 5-301".to_owned());
        let id = self.ask_for_help(title, details).await?;
        self.agreed().await?;
        Ok(id)
    }

    /// Granny Chen asks everybody.
    pub(super) async fn ask_for_help(
        &self,
        title: String,
        details: String,
    ) -> Result<RequestId, ApiError> {
        let (group, private, urgent) = (None, Private::default(), false);
        match self.ask(CHEN, Command::Ask { group, title, details, urgent, private }).await? {
            Reply::Asked { id, .. } => Ok(id),
            _ => Err(internal(&"not asked")),
        }
    }

    /// Who drives, where all four say the same, and what the other driver is told.
    ///
    /// # Errors
    ///
    /// Where they do not come to agree, or nobody is told.
    pub async fn ending(&self, ride: RequestId) -> Result<Ending, ApiError> {
        self.agreed().await?;
        let mut holders = Vec::new();
        for at in 0..self.homes.len() {
            holders.push(self.request(at, ride).await.and_then(|page| page.row.holder));
        }
        let holder = holders[0].clone().ok_or_else(|| internal(&"nobody holds it"))?;
        if holders.iter().any(|other| other.as_ref() != Some(&holder)) {
            return Err(internal(&"two holders"));
        }
        let loser = if holder == self.homes[ZHANG].person { LI } else { ZHANG };
        let notice = in_time("notice", async {
            let mut changed = self.changes();
            loop {
                if let Some(notice) = self.notice(loser, ride).await {
                    return Ok(notice);
                }
                look_again(&mut changed).await;
            }
        })
        .await?;
        Ok(Ending { holder, loser, notice })
    }

    async fn notice(&self, at: usize, ride: RequestId) -> Option<Notice> {
        match self.ask(at, Command::Notices).await {
            Ok(Reply::Notices { notices }) => {
                notices.into_iter().find(|notice| notice.request == ride)
            }
            _ => None,
        }
    }
}

/// Tells it once, `pace` for each step; a second call while it is told does nothing.
pub async fn tell(show: &Show, pace: Duration) {
    if show.telling.swap(true, Ordering::SeqCst) {
        return;
    }
    let told = tokio::select! {
        told = steps(show, pace) => told,
        () = show.stop.cancelled() => Ok(()),
    };
    if let Err(error) = told {
        tracing::warn!(%error, "The demo's story got stuck");
        enter(show, Step::Stuck, None, None).await;
    }
    show.telling.store(false, Ordering::SeqCst);
}

async fn steps(show: &Show, pace: Duration) -> Result<(), ApiError> {
    let town = &show.town;
    town.heal();
    enter(show, Step::Asked, None, None).await;
    town.agreed().await?;
    let ride = town.ask_for_a_ride().await?;
    enter(show, Step::Asked, Some(ride), None).await;
    sleep(pace).await;
    town.cut_in_two();
    enter(show, Step::Cut, Some(ride), None).await;
    town.apart().await?;
    sleep(pace).await;
    tokio::try_join!(town.claim(ZHANG, ride), town.claim(LI, ride))?;
    enter(show, Step::BothClaim, Some(ride), None).await;
    sleep(pace + pace / 2).await;
    town.heal();
    enter(show, Step::Healed, Some(ride), None).await;
    let (ending, ()) = tokio::join!(town.ending(ride), sleep(pace));
    enter(show, Step::Told, Some(ride), Some(ending?)).await;
    Ok(())
}

async fn enter(show: &Show, step: Step, ride: Option<RequestId>, ending: Option<Ending>) {
    *show.scene.lock().await = Some(Scene { ride, step, ending });
}
