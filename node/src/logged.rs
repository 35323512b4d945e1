//! What was logged while a test ran: a line for each event, for tests that count reasons.

use std::{
    fmt::{self, Write as _},
    sync::Mutex,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// What was logged as it is unless somebody asks for more, a line for each event: its fields by name.
#[derive(Default)]
pub struct Logged(Mutex<Vec<String>>);

impl Logged {
    /// The lines that say anything of this.
    pub fn about(&self, word: &str) -> Vec<String> {
        let lines = self.0.lock().expect("nobody panics");
        lines.iter().filter(|line| line.contains(word)).cloned().collect()
    }
}

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{}={value:?} ", field.name()).expect("a string grows");
    }
}

impl Subscriber for Logged {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = String::new();
        event.record(&mut Words(&mut line));
        self.0.lock().expect("nobody panics").push(line);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
