//! A ride in words: when it begins, and what is wanting. The page and the command line say the same.

use super::Words;
use crate::api::RideRow;

impl Words {
    /// When it begins and which way, by the wall clock of its zone.
    pub fn ride_begins(self, ride: &RideRow) -> String {
        let key = if ride.leg == "back" { "ride-back" } else { "ride-out" };
        self.text(key, &[("begins", ride.begins.clone().into())])
    }

    /// What whoever looks at it must know, a sentence each; the most pressing last.
    pub fn ride_lines(self, ride: &RideRow) -> Vec<String> {
        let mut lines = Vec::new();
        let so = [
            (ride.moved, "ride-moved"),
            (!ride.ready, "ride-not-ready"),
            (ride.offered, "ride-offered"),
            (ride.late, "ride-late"),
        ];
        for (_, key) in so.into_iter().filter(|(is_so, _)| *is_so) {
            lines.push(self.text(key, &[("date", ride.date.clone().into())]));
        }
        if let Some(backup) = &ride.backup {
            lines.push(self.text("ride-backup", &[("person", backup.clone().into())]));
        }
        lines
    }
}
