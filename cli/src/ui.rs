//! Where words go: results to stdout, everything else to stderr, both through here.
//!
//! # Rules
//!
//! 1. Text that somebody else wrote is made harmless first ([`plain`]).
//! 2. With `--json`, stdout carries JSON only and an error is one JSON object on stderr.
//! 3. Progress bars show on a terminal only; a log file gets no control characters.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

use ::node::{
    api::{MessageRow, NewsState},
    paper::Printer,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::Serialize;

use crate::{
    error::CliError,
    words::{Speech, Value},
};

/// What a person sees of one command.
pub struct Ui<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    speech: Speech,
    json: bool,
    terminal: bool,
    zone: TimeZone,
}

impl<'a> Ui<'a> {
    /// Words to these two places; `terminal`: is the second one watched by a person?
    pub fn new(
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
        speech: Speech,
        terminal: bool,
    ) -> Self {
        Self { out, err, speech, json: false, terminal, zone: TimeZone::system() }
    }

    /// Shows times in `zone` instead of the system's own.
    #[must_use]
    pub fn in_zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// What writes sheets in this language, for this time zone.
    pub fn printer(&self) -> Printer<'_> {
        let now = ::node::clock::claimed();
        Printer { words: self.speech.shared(), now, zone: &self.zone }
    }

    /// From now on errors are JSON.
    pub const fn speak_json(&mut self, json: bool) {
        self.json = json;
    }

    /// The language in use.
    pub const fn speech(&self) -> Speech {
        self.speech
    }

    /// Does a person watch?
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// A line of result.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn line(&mut self, line: impl Display) -> Result<(), CliError> {
        Ok(writeln!(self.out, "{line}")?)
    }

    /// A result that brings its own line ends.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn print(&mut self, text: impl Display) -> Result<(), CliError> {
        Ok(write!(self.out, "{text}")?)
    }

    /// A sentence of our own as a result.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn say(&mut self, key: &str, args: &[(&'static str, Value<'_>)]) -> Result<(), CliError> {
        let sentence = self.speech.text(key, args);
        self.line(sentence)
    }

    /// A sentence of our own about how things go.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn note(&mut self, key: &str, args: &[(&'static str, Value<'_>)]) -> Result<(), CliError> {
        let sentence = self.speech.text(key, args);
        self.status(sentence)
    }

    /// A line about how things go.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn status(&mut self, line: impl Display) -> Result<(), CliError> {
        Ok(writeln!(self.err, "{line}")?)
    }

    /// One JSON object.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        let json = serde_json::to_string(value).map_err(io::Error::from)?;
        self.line(json)
    }

    /// One JSON object per line.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn json_lines<T: Serialize>(&mut self, values: &[T]) -> Result<(), CliError> {
        values.iter().try_for_each(|value| self.json(value))
    }

    /// Hands over what is printed so far: whoever waits for a line gets it now.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more.
    pub fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.out.flush()?)
    }

    /// Tells an error and returns the exit code.
    pub fn report(&mut self, error: &CliError) -> u8 {
        if let CliError::Output(cause) = error
            && cause.kind() == ErrorKind::BrokenPipe
        {
            return error.exit_code(); // `linli log | head` is no fault of anybody.
        }
        let told = error.tell(self.speech);
        let words = if self.json {
            let (error, hint, kind) = (&told.sentence, &told.hint, &told.kind);
            format!("{}\n", serde_json::json!({ "error": error, "hint": hint, "kind": kind }))
        } else {
            let label = |key| self.speech.text(key, &[]);
            let mut words = format!("{} {}\n", label("label-error"), plain(&told.sentence));
            if !told.hint.is_empty() {
                words += &format!("{} {}\n", label("label-hint"), plain(&told.hint));
            }
            words
        };
        // Where stderr is closed there is nobody left to tell; the exit code still says it.
        let _ = self.err.write_all(words.as_bytes());
        error.exit_code()
    }

    /// A bar over `total` steps, for people only.
    pub fn progress(&self, total: u64) -> ProgressBar {
        let target =
            if self.terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {elapsed}");
        let style = style.expect("the template above is well-formed");
        ProgressBar::with_draw_target(Some(total), target).with_style(style)
    }

    /// What somebody's clock claimed, in this place's time.
    pub fn time(&self, claimed_ms: u64) -> String {
        let at = i64::try_from(claimed_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        at.map_or_else(
            || "????-??-?? ??:??".to_owned(),
            |at| at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        )
    }

    /// A time as people type it, in this place's time: `2026-11-24 18:00`, or with a zone of its own.
    pub fn moment(&self, text: &str) -> Option<u64> {
        let typed = text.trim();
        let at = typed.parse::<Timestamp>().ok().or_else(|| {
            let local: DateTime = typed.parse().ok()?;
            Some(local.to_zoned(self.zone.clone()).ok()?.timestamp())
        });
        at.and_then(|at| u64::try_from(at.as_millisecond()).ok())
    }

    /// One message of a log, for people.
    pub fn message(&self, row: &MessageRow) -> String {
        let label = |key| self.speech.text(key, &[]);
        let mut line = format!("{}  {}", self.time(row.claimed_ms.0), plain(&row.author));
        if !row.home.is_empty() {
            line += &format!(" ({})", plain(&row.home));
        }
        let marks = [
            (row.official, "mark-official"),
            (row.edited, "mark-edited"),
            (row.flagged, "mark-removed"),
        ];
        if let Some(news) = &row.news {
            line += &format!(" [{}]", self.speech.code("news", news.class.code()));
            if news.state != NewsState::Holds {
                line += &format!(" [{}]", self.speech.code("news-state", news.state.code()));
            }
        }
        for (is_so, key) in marks {
            if is_so {
                line += &format!(" [{}]", label(key));
            }
        }
        let text = match (row.withdrawn, row.taken_down) {
            (true, _) => label("mark-withdrawn"),
            (false, true) if row.text.is_empty() => label("mark-taken-down"),
            (false, true) => format!("{} {}", label("mark-taken-down"), plain(&row.text)),
            (false, false) => plain(&said(row)),
        };
        format!("{line}\n    {}", text.replace('\n', "\n    "))
    }
}

/// A forward says what it shows, beneath whatever was added to it.
fn said(row: &MessageRow) -> String {
    let first = match (row.news.as_ref().filter(|_| row.forwarded), &row.shows) {
        (Some(news), _) => format!("{} ({}): {}", news.author, news.group, news.text),
        (None, Some(it)) => format!("{} ({}): {}", it.message.author, it.group, it.message.text),
        (None, None) => return row.text.clone(),
    };
    format!("{}\n{first}", row.text).trim().to_owned()
}

/// Text that cannot steer a terminal: control characters are shown as such, line ends stay.
pub fn plain(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' => '\n',
        // Bidirectional overrides reorder what stands around them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

/// Like [`plain`], on one line.
pub fn one_line(text: &str) -> String {
    plain(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let speech = Speech::of(crate::words::Lang::En);
        let ui = Ui::new(&mut out, &mut err, speech, false).in_zone(TimeZone::UTC);
        assert_eq!(ui.moment("2026-11-24 18:00"), Some(1_795_543_200_000));
        assert_eq!(ui.moment("2026-11-24T18:00:00+08:00"), Some(1_795_514_400_000));
        assert_eq!(ui.moment("yesterday"), None);
        assert_eq!(ui.moment("abcdef"), None);
    }

    #[test]
    fn no_message_can_steer_a_terminal() {
        assert_eq!(
            plain("a\x1b[2Jb\r\u{9b}\nc\u{202e}d"),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}\nc\u{fffd}d"
        );
        assert_eq!(one_line("楼\n上"), "楼 上");
    }
}
