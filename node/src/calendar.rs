//! Activities as a calendar file (RFC 5545), for people's own calendars; shared by page and command line.
//!
//! # Rules
//!
//! 1. An event's UID is the activity's id: opened again, the event is renewed and not doubled.
//! 2. Times are in UTC, so that no calendar has to know our zone.
//! 3. What does not take place stays in the file as cancelled: a calendar that has it takes it out.
//!
//! Deliberately absent: who comes. A calendar is shown to whoever passes by.

use crdt::time::ClaimedTime;
use jiff::Timestamp;

use crate::api::ActivityRow;

/// A line has at most so many bytes; longer ones go on in the next, after a blank.
const LINE_BYTES_MAX: usize = 75;

/// The calendar file of these activities, made at this time.
pub fn calendar(activities: &[ActivityRow], made: ClaimedTime) -> String {
    let mut file = String::new();
    let mut put = |name: &str, value: &str| fold(&mut file, &format!("{name}:{value}"));
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//Linli//Activities//EN");
    for row in activities {
        put("BEGIN", "VEVENT");
        put("UID", &format!("{}@linli", row.id.to_hex()));
        put("DTSTAMP", &stamp(made));
        put("DTSTART", &stamp(row.from_ms));
        put("DTEND", &stamp(row.until_ms));
        put("SUMMARY", &escaped(&row.title));
        if !row.place.is_empty() {
            put("LOCATION", &escaped(&row.place));
        }
        put("STATUS", if row.called_off { "CANCELLED" } else { "CONFIRMED" });
        put("END", "VEVENT");
    }
    put("END", "VCALENDAR");
    file
}

/// "20261128T130000Z"; a clock that was off by ages is the beginning of 1970.
fn stamp(time: ClaimedTime) -> String {
    let ms = i64::try_from(time.0).unwrap_or_default();
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// What ends a value or begins a parameter is written with a backslash.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => (),
            letter => out.push(letter),
        }
    }
    out
}

/// One content line, folded between letters and never inside one.
fn fold(file: &mut String, line: &str) {
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > LINE_BYTES_MAX {
            file.push_str("\r\n ");
            width = 1;
        }
        file.push(letter);
        width += letter.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use crdt::id::EnvelopeId;

    use super::*;

    fn row(title: &str, called_off: bool) -> ActivityRow {
        ActivityRow {
            id: EnvelopeId::from_bytes([7; 32]),
            code: "1234567".into(),
            title: title.into(),
            group: EnvelopeId::from_bytes([1; 32]),
            group_name: "all".into(),
            place: "北门; 2号".into(),
            from_ms: ClaimedTime(1_795_856_400_000),
            until_ms: ClaimedTime(1_795_863_600_000),
            places: 10,
            taken: 1,
            waiting: 0,
            ready: true,
            called_off,
            over: false,
            mine: None,
            leads: false,
        }
    }

    #[test]
    fn a_calendar_reads_what_an_activity_is() {
        let file = calendar(&[row("Clean-up, north\nEND:VEVENT", false)], ClaimedTime(0));
        let wanted = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "DTSTART:20261128T090000Z",
            "DTEND:20261128T110000Z",
            "DTSTAMP:19700101T000000Z",
            "SUMMARY:Clean-up\\, north\\nEND:VEVENT",
            "LOCATION:北门\\; 2号",
            "STATUS:CONFIRMED",
            "END:VCALENDAR",
        ];
        for line in wanted {
            assert!(file.split("\r\n").any(|it| it == line), "no {line} in {file}");
        }
        assert_eq!(file.matches("\r\nEND:VEVENT\r\n").count(), 1, "a title ends nothing");
    }

    #[test]
    fn long_lines_are_folded_between_letters_and_read_back() {
        let title = "清理河道".repeat(20);
        let file = calendar(&[row(&title, true)], ClaimedTime(0));
        assert!(file.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX), "{file}");
        assert!(file.replace("\r\n ", "").contains(&format!("SUMMARY:{title}\r\n")));
        assert!(file.contains("STATUS:CANCELLED"));
    }
}
