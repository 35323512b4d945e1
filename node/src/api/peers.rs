//! The other homes, as a node tells of them: who is linked, who is equal, what went over the link.

use std::{cmp::Reverse, collections::BTreeMap};

use crdt::id::KeyId;
use serde::{Deserialize, Serialize};

/// One peer in [`super::Status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerRow {
    /// The other box's public key.
    pub id: KeyId,
    /// The other home's name, where known.
    pub home: String,
    /// Is it an office?
    pub office: bool,
    /// Is there a link now?
    pub connected: bool,
    /// `quic`, `tcp`, or empty.
    pub transport: String,
    /// Was it found equal at the last comparison, with nothing new since?
    pub equal: bool,
    /// Envelopes that it has and this node lacks, at the last comparison.
    pub missing_here: u64,
    /// Envelopes that it lacks.
    pub missing_there: u64,
    /// How long ago they compared; none if never.
    pub compared_ms_ago: Option<u64>,
    /// How long ago it was last heard; none if never.
    pub heard_ms_ago: Option<u64>,
    /// How long the link has been up; none without one.
    pub linked_ms: Option<u64>,
    /// Bytes that came over this link's stream since it is up.
    pub bytes_in: u64,
    /// Bytes that were sent over it.
    pub bytes_out: u64,
    /// Messages of the protocol that came over it.
    pub frames_in: u64,
    /// Messages of the protocol that were sent over it.
    pub frames_out: u64,
}

/// How this home is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeshPicture {
    /// This box.
    pub node: Option<KeyId>,
    /// This home's name.
    pub home: String,
    /// Every peer that is known.
    pub peers: Vec<PeerRow>,
    /// How long ago an office was last heard; none if never. 0 where this is one.
    pub office_heard_ms_ago: Option<u64>,
    /// Envelopes written here that no other node is known to hold yet.
    pub unsent: u64,
    /// Where it listens.
    pub addresses: Vec<String>,
}

/// From so many envelopes on people have to wait for what is coming: a moment's worth on a small box.
const ARRIVING_MIN: u64 = 100;

/// Is so much still to come, of (received, total) envelopes, that people are told?
pub const fn people_wait_for((received, total): &(u64, u64)) -> bool {
    *total >= *received + ARRIVING_MIN
}

/// How this home is connected, in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeshStrip {
    /// This home's name.
    pub home: String,
    /// Homes that it has a link to now.
    pub connected: u64,
    /// Is this an office, or one of those?
    pub office_near: bool,
    /// Is there one at all, as far as is known?
    pub office_known: bool,
    /// How long ago an office was last heard; none if never. 0 where this is one.
    pub office_heard_ms_ago: Option<u64>,
    /// Envelopes written here that no other node is known to hold yet.
    pub unsent: u64,
    /// What is coming from homes that have more, envelopes: how many of them are here, and of how many;
    /// 0 of 0 where it is a few.
    pub arriving: (u64, u64),
    /// Homes that were heard before and have been out of reach for an hour.
    pub silent: u64,
    /// Which of these has been for longest, and for how long; none if there is none.
    pub longest_silent: Option<(String, u64)>,
    /// Places of which none answers, longest first; none of them lies within another.
    pub silent_places: Vec<SilentPlace>,
    /// How many more of them there are.
    pub silent_places_more: u64,
}

/// A compound or building of which no home answers that was heard before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilentPlace {
    /// Its name, behind those of what it lies in.
    pub place: Vec<String>,
    /// How many homes of it were heard before.
    pub homes: u64,
    /// How long ago the last one of them was.
    pub heard_ms_ago: u64,
}

/// Silent places that are named.
const SILENT_PLACES_MAX: usize = 12;

/// A home that was not heard for so long is told to the desk, in milliseconds.
const SILENT_MS: u64 = 60 * 60 * 1_000;

/// What the strip asks about one peer.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its name.
    pub home: &'a str,
    /// Is it an office?
    pub office: bool,
    /// Is there a link now?
    pub connected: bool,
    /// How long ago it was last heard; none if never.
    pub heard_ms_ago: Option<u64>,
    /// Where it lies, from the outside in; empty where its card does not say.
    pub place: &'a [String],
}

impl MeshStrip {
    /// Of a home, office or not, that lies `here`, among these peers.
    pub fn of<'a>(
        home: String,
        (is_office, here): (bool, &[String]),
        unsent: u64,
        peers: impl Iterator<Item = Seen<'a>>,
    ) -> Self {
        let mut strip = Self {
            home,
            office_near: is_office,
            office_known: is_office,
            office_heard_ms_ago: is_office.then_some(0),
            unsent,
            ..Self::default()
        };
        let mut longest = None;
        let mut places = BTreeMap::new();
        for peer in peers {
            strip.connected += u64::from(peer.connected);
            strip.office_known |= peer.office;
            strip.office_near |= peer.office && peer.connected;
            if let (true, Some(ms)) = (peer.office, peer.heard_ms_ago) {
                let earlier = strip.office_heard_ms_ago.unwrap_or(u64::MAX);
                strip.office_heard_ms_ago = Some(earlier.min(ms));
            }
            let silent = peer.heard_ms_ago.filter(|ms| !peer.connected && *ms > SILENT_MS);
            strip.silent += u64::from(silent.is_some());
            longest = longest.max(silent.map(|ms| (ms, peer.home)));
            let heard = if peer.connected { Some(0) } else { peer.heard_ms_ago };
            for (ms, depth) in
                heard.into_iter().flat_map(|ms| (1..=peer.place.len()).map(move |it| (ms, it)))
            {
                let (homes, last) = places.entry(&peer.place[..depth]).or_insert((0, u64::MAX));
                (*homes, *last) = (*homes + 1, ms.min(*last));
            }
        }
        strip.longest_silent = longest.map(|(ms, home)| (home.to_owned(), ms));
        let mut silent = silent_places(places, here);
        strip.silent_places_more = silent.len().saturating_sub(SILENT_PLACES_MAX) as u64;
        silent.truncate(SILENT_PLACES_MAX);
        strip.silent_places = silent;
        strip
    }
}

/// Of places, with how many homes were heard there and how long ago the last: those of which none answers.
fn silent_places(places: BTreeMap<&[String], (u64, u64)>, here: &[String]) -> Vec<SilentPlace> {
    let mut silent: Vec<SilentPlace> = Vec::new();
    // What lies within a place comes right behind it.
    for (place, (homes, heard_ms_ago)) in places {
        let is_named = silent.last().is_some_and(|it| place.starts_with(&it.place));
        if heard_ms_ago > SILENT_MS && !here.starts_with(place) && !is_named {
            silent.push(SilentPlace { place: place.to_vec(), homes, heard_ms_ago });
        }
    }
    silent.sort_by_key(|it| Reverse(it.heard_ms_ago));
    silent
}

impl PeerRow {
    fn seen(&self) -> Seen<'_> {
        let Self { home, office, connected, heard_ms_ago, .. } = self;
        let (office, connected, heard_ms_ago) = (*office, *connected, *heard_ms_ago);
        Seen { home, office, connected, heard_ms_ago, place: &[] }
    }
}

impl From<&MeshPicture> for MeshStrip {
    fn from(mesh: &MeshPicture) -> Self {
        let is_office = mesh.office_heard_ms_ago == Some(0);
        let peers = mesh.peers.iter().map(PeerRow::seen);
        let mut strip = Self::of(mesh.home.clone(), (is_office, &[]), mesh.unsent, peers);
        strip.office_known |= mesh.office_heard_ms_ago.is_some();
        strip.office_heard_ms_ago = mesh.office_heard_ms_ago;
        strip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 60 * 60 * 1_000;

    #[test]
    fn the_strip_counts_who_is_linked_and_who_was_silent_for_an_hour() {
        let seen = |home, office, connected, heard_ms_ago| {
            let place = &[];
            Seen { home, office, connected, heard_ms_ago, place }
        };
        let peers = [
            seen("Zhao", false, true, Some(2 * HOUR_MS)),
            seen("Qian", false, false, Some(3 * HOUR_MS)),
            seen("Sun", false, false, Some(HOUR_MS + 1)),
            seen("Li", false, false, Some(HOUR_MS)),
            seen("Zhou", false, false, None),
            seen("the office", true, false, Some(1_000)),
        ];
        let strip = MeshStrip::of("Wu".to_owned(), (false, &[]), 7, peers.into_iter());
        assert_eq!(
            strip,
            MeshStrip {
                home: "Wu".to_owned(),
                connected: 1,
                office_near: false,
                office_known: true,
                office_heard_ms_ago: Some(1_000),
                unsent: 7,
                arriving: (0, 0),
                silent: 2,
                longest_silent: Some(("Qian".to_owned(), 3 * HOUR_MS)),
                ..MeshStrip::default()
            }
        );
        let alone = MeshStrip::of("the office".to_owned(), (true, &[]), 0, peers.into_iter());
        assert_eq!((alone.office_near, alone.office_heard_ms_ago), (true, Some(0)));
    }

    /// Where homes lie, how long ago they were heard (linked: `None`), and which places are told as silent.
    fn silent_of(homes: &[(&str, Option<u64>)], here: &str) -> (Vec<(String, u64, u64)>, u64) {
        let path = |text: &str| -> Vec<String> {
            text.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect()
        };
        let homes: Vec<_> = homes.iter().map(|(place, heard)| (path(place), *heard)).collect();
        let seen = homes.iter().map(|(place, heard)| Seen {
            home: "",
            office: false,
            connected: heard.is_none(),
            heard_ms_ago: heard.map(|hours| hours * HOUR_MS),
            place,
        });
        let strip = MeshStrip::of(String::new(), (true, &path(here)), 0, seen);
        let told = |it: &SilentPlace| (it.place.join("/"), it.homes, it.heard_ms_ago / HOUR_MS);
        (strip.silent_places.iter().map(told).collect(), strip.silent_places_more)
    }

    #[test]
    fn places_of_which_none_answers_are_told_longest_first_and_the_outermost_alone() {
        let (silent, more) = silent_of(
            &[
                ("East/1", None),
                ("East/2", Some(3)),
                ("East/2", Some(5)),
                ("West/1", Some(9)),
                ("West/2", Some(7)),
                ("North/1", Some(1)),
                ("", Some(30)),
            ],
            "",
        );
        let expected = [("West".to_owned(), 2, 7), ("East/2".to_owned(), 2, 3)];
        assert_eq!((silent.as_slice(), more), (&expected[..], 0));
    }

    #[test]
    fn where_this_home_lies_somebody_answers() {
        let (silent, _) = silent_of(&[("East/1", Some(3)), ("East/2", Some(4))], "East/1");
        assert_eq!(silent, [("East/2".to_owned(), 1, 4)]);
    }

    #[test]
    fn a_long_list_of_silent_places_says_how_many_more_there_are() {
        let places: Vec<String> = (0..SILENT_PLACES_MAX + 3).map(|it| format!("{it}")).collect();
        let homes: Vec<_> = places.iter().map(|it| (it.as_str(), Some(2))).collect();
        let (silent, more) = silent_of(&homes, "");
        assert_eq!((silent.len(), more), (SILENT_PLACES_MAX, 3));
    }
}
