//! Hours as people write them, and as a table for a spreadsheet; shared by page and command line.

use crate::api::ShiftRow;
use crdt::time::ClaimedTime;

/// Minutes as hours and tenths where they are tenths, else hours and minutes: "3.5", "1:20".
pub fn in_hours(minutes: u64) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match rest % 6 {
        0 => format!("{hours}.{}", rest / 6),
        _ => format!("{hours}:{rest:02}"),
    }
}

/// A table with a header row, as RFC 4180 has it; `when` writes a time. It begins with the mark by which
/// spreadsheets know that it is UTF-8.
pub fn as_csv(rows: &[ShiftRow], when: &dyn Fn(ClaimedTime) -> String) -> String {
    let mut table = String::from(
        "\u{feff}name,team,activity,code,from,until,minutes,signed_minutes,approved,flags,note\r\n",
    );
    for row in rows {
        let ends = |at: fn(&crate::api::TimeRow) -> ClaimedTime| -> String {
            row.times.iter().map(|time| when(at(time))).collect::<Vec<_>>().join("; ")
        };
        let cells = [
            row.name.clone(),
            row.group_name.clone(),
            row.title.clone(),
            row.code.clone(),
            ends(|time| time.from_ms),
            ends(|time| time.until_ms),
            row.minutes.to_string(),
            row.signed_minutes.to_string(),
            if row.approved { "1" } else { "0" }.to_owned(),
            row.flags.join(" "),
            row.note.clone(),
        ];
        table.push_str(&cells.map(|cell| written(&cell)).join(","));
        table.push_str("\r\n");
    }
    table
}

/// One cell. What a spreadsheet would take for a formula is made text by an apostrophe.
fn written(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{cell}") } else { cell.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_of_hours_are_exact() {
        let table = [(0, "0.0"), (6, "0.1"), (210, "3.5"), (360_000, "6000.0"), (80, "1:20")];
        for (minutes, text) in table {
            assert_eq!(in_hours(minutes), text);
        }
    }

    #[test]
    fn a_cell_is_text_whatever_somebody_is_called() {
        let table = [
            ("Zhang", "Zhang"),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("Li, \"the second\"", "\"Li, \"\"the second\"\"\""),
        ];
        for (cell, text) in table {
            assert_eq!(written(cell), text);
        }
    }
}
