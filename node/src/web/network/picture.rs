//! The homes as a picture: one's own in the middle, those that were met around it, drawn on the server.
//!
//! The table below is its words: nothing stands in the picture alone. A line that is drawn through and ●
//! is a home in reach, a dashed one and ○ one that is not: never the colour alone. Letters and lines take
//! their colours from the style, so that the dark page and large letters read as well.

use std::f64::consts::TAU;

use super::Row;
use crate::words::{Words, clip};

/// Homes on the inner ring; the others stand on two outer ones by turns, so that names do not meet.
const INNER_MAX: usize = 8;

/// Characters of a name in it: a door.
const NAME_CHARS_MAX: usize = 5;

/// Half of the picture's width and height, and how far its rings are from the middle as parts of that.
struct Size {
    half: f64,
    inner: f64,
    outer: [f64; 2],
}

/// As wide as a phone, and as wide as the page, at the size of letters that somebody reads.
const FEW: Size = Size { half: 180.0, inner: 0.62, outer: [0.0, 0.0] };
const MANY: Size = Size { half: 390.0, inner: 0.42, outer: [0.74, 0.9] };

/// One home.
pub struct Spot {
    pub x: i64,
    pub y: i64,
    /// Where its name stands, above or below.
    pub name_y: i64,
    pub name: String,
    pub connected: bool,
    pub office: bool,
}

/// The picture.
pub struct Picture {
    /// What it shows, in a sentence.
    pub label: String,
    pub home: String,
    pub spots: Vec<Spot>,
    /// What of the plane it shows: `-180 -180 360 360`.
    pub view: String,
    /// More homes than a phone's width has room for: then it is moved sideways.
    pub many: bool,
}

/// Of these homes; none where there is none.
pub fn picture(words: Words, home: &str, rows: &[Row]) -> Option<Picture> {
    if rows.is_empty() {
        return None;
    }
    let near = rows.iter().filter(|row| row.connected).count();
    let counts = [("n", (near as u64).into()), ("away", ((rows.len() - near) as u64).into())];
    let label = words.text("mesh-picture", &counts);
    let inner = rows.len().min(INNER_MAX);
    let size = if rows.len() > inner { MANY } else { FEW };
    let spot = |(at, row): (usize, &Row)| {
        let (turn, far) = match at.checked_sub(inner) {
            // The first stands at the top.
            None => (at as f64 / inner as f64, size.inner),
            Some(nth) => {
                let turn = (nth as f64 + 0.5) / (rows.len() - inner) as f64;
                (turn, size.outer[nth % 2])
            }
        };
        let (sine, cosine) = (TAU * turn).sin_cos();
        let (x, y) = (sine * far * size.half, -cosine * far * size.half);
        Spot {
            x: x.round() as i64,
            y: y.round() as i64,
            name_y: (y + if y < 0.0 { -16.0 } else { 30.0 }).round() as i64,
            name: clip(if row.home.is_empty() { &row.id } else { &row.home }, NAME_CHARS_MAX),
            connected: row.connected,
            office: row.office,
        }
    };
    let (from, whole) = (-size.half, 2.0 * size.half);
    Some(Picture {
        label,
        home: clip(home, NAME_CHARS_MAX),
        spots: rows.iter().enumerate().map(spot).collect(),
        view: format!("{from} {from} {whole} {whole}"),
        many: rows.len() > inner,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn row(number: usize, connected: bool) -> Row {
        Row {
            href: String::new(),
            home: format!("3-{number}"),
            id: String::new(),
            office: number == 0,
            connected,
            transport: String::new(),
            state: String::new(),
            heard: String::new(),
        }
    }

    #[test]
    fn every_home_has_a_place_of_its_own_within_the_picture() {
        for count in 1..=30 {
            let rows: Vec<Row> = (0..count).map(|it| row(it, it % 2 == 0)).collect();
            let picture = picture(Words::of(Lang::ZhCn), "我家", &rows).expect("there are homes");
            assert_eq!(picture.spots.len(), count);
            for (at, spot) in picture.spots.iter().enumerate() {
                let half = if count > INNER_MAX { 390 } else { 180 };
                assert!(spot.x.abs() < half - 25 && spot.name_y.abs() < half - 5, "{count}, {at}");
                let apart = |other: &Spot| (spot.x - other.x).pow(2) + (spot.y - other.y).pow(2);
                assert!(apart(&Spot { x: 0, y: 0, name: String::new(), ..*spot }) > 60 * 60);
                let near = picture.spots[..at].iter().map(apart).min();
                assert!(near.is_none_or(|it| it > 45 * 45), "{count} homes, {at}: {near:?}");
            }
        }
    }

    #[test]
    fn nobody_met_no_picture() {
        assert!(picture(Words::of(Lang::En), "home", &[]).is_none());
    }
}
