//! Rings: runs a command of the owner's choosing when an alert or an urgent request comes.
//!
//! A page on a LAN cannot wake anybody; a loudspeaker, a lamp or a modem can. The command gets the
//! item's id and class in its surroundings (`LINLI_ID`, `LINLI_CLASS`), never a word of it.
//!
//! # Rules
//!
//! 1. The node never waits for a ring: what comes while [`WAITING_MAX`] wait is left out, and logged.
//! 2. One ring at a time. One that takes longer than [`RING_MAX`] is ended.
//! 3. A command that fails is logged and changes nothing.

use std::{process::Stdio, time::Duration};

use crdt::id::EnvelopeId;
use tokio::{
    process::Command,
    sync::{broadcast, broadcast::error::RecvError, mpsc},
};

use crate::api::{Event, RingClass};

/// Rings that wait for the one before them.
pub const WAITING_MAX: usize = 16;

/// How long one may take.
pub const RING_MAX: Duration = Duration::from_secs(60);

/// How a ring ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rang {
    /// The command ran to its end.
    Well,
    /// It ended with another code than 0, or could not be begun.
    Failed,
    /// It took too long and was ended.
    Ended,
}

/// Rings for every event that asks for it, for as long as the node lives.
pub async fn keep_ringing(mut events: broadcast::Receiver<Event>, command: String) {
    let (put, mut take) = mpsc::channel::<(EnvelopeId, RingClass)>(WAITING_MAX);
    let ringing = tokio::spawn(async move {
        while let Some((id, class)) = take.recv().await {
            match ring(&command, id, class, RING_MAX).await {
                Rang::Well => (),
                Rang::Failed => tracing::warn!(%id, "The command for alerts failed"),
                Rang::Ended => tracing::warn!(%id, "The command for alerts took too long"),
            }
        }
    });
    loop {
        match events.recv().await {
            Ok(Event::Ring { id, class }) => {
                if put.try_send((id, class)).is_err() {
                    tracing::warn!(%id, "Too many alerts wait to be rung for; one was left out");
                }
            }
            Ok(_) => (),
            Err(RecvError::Lagged(_)) => tracing::warn!("Events came too fast to ring for all"),
            Err(RecvError::Closed) => break,
        }
    }
    drop(put);
    // What waits is still rung for; nobody else is kept from stopping by it.
    let _ = ringing.await;
}

/// Runs the command once, for so long at most.
pub async fn ring(command: &str, id: EnvelopeId, class: RingClass, at_most: Duration) -> Rang {
    let child = Command::new("/bin/sh")
        .args(["-c", command])
        .env("LINLI_ID", id.to_hex())
        .env("LINLI_CLASS", class.code())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let Ok(mut child) = child else { return Rang::Failed };
    match tokio::time::timeout(at_most, child.wait()).await {
        Ok(Ok(status)) if status.success() => Rang::Well,
        Ok(_) => Rang::Failed,
        Err(_) => Rang::Ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_command_learns_id_and_class_and_cannot_hold_the_node() {
        let id = EnvelopeId::from_bytes([7; 32]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rung");
        let note = format!("echo \"$LINLI_CLASS $LINLI_ID\" >> '{}'", file.display());
        assert_eq!(ring(&note, id, RingClass::Alert, RING_MAX).await, Rang::Well);
        let rung = std::fs::read_to_string(&file).expect("it rang");
        assert_eq!(rung, format!("alert {}\n", id.to_hex()));
        assert_eq!(ring("exit 3", id, RingClass::Alert, RING_MAX).await, Rang::Failed);
        let endless = "while :; do :; done";
        assert_eq!(ring(endless, id, RingClass::Request, Duration::ZERO).await, Rang::Ended);
    }

    #[tokio::test]
    async fn only_what_asks_for_it_rings_and_what_waits_is_rung_before_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rung");
        let (events, _) = broadcast::channel(8);
        let heard = events.subscribe();
        for event in [
            Event::Mesh,
            Event::Ring { id: EnvelopeId::from_bytes([1; 32]), class: RingClass::Request },
            Event::Notice,
        ] {
            events.send(event).expect("somebody listens");
        }
        drop(events);
        keep_ringing(heard, format!("echo $LINLI_CLASS >> '{}'", file.display())).await;
        assert_eq!(std::fs::read_to_string(&file).expect("it rang"), "request\n");
    }
}
