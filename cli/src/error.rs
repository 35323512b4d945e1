//! What can go wrong on the command line, and how it is told.
//!
//! An error has a stable `kind` for programs, a sentence and a hint for people, and an exit code.
//! Refusals by the node bring their own words with them; only what the node knows nothing of stands
//! here: wrong use, files to import, a node that is not there.

use std::io;

use ::node::api::{ApiError, ErrorKind};
use clap::error::{ContextKind, ErrorKind as Misuse};

use crate::{
    records::{Fault, RecordError},
    words::{Speech, Value},
};

/// Why a command line came to nothing.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "fields are the values of the sentence")]
pub enum CliError {
    /// The command line itself is wrong.
    #[error("wrong use: {sentence}")]
    Usage { sentence: String, hint: String },
    /// The node said no.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The running node went away before it answered.
    #[error("the node went away")]
    Lost,
    /// The node of this very command stopped without being told to.
    #[error("the node stopped by itself")]
    Stopped,
    /// Only a running node can do this, and none runs.
    #[error("no node runs")]
    NoNode,
    /// There is no default data folder for this user.
    #[error("no data folder")]
    NoDataFolder,
    /// Too few peers were found equal in time.
    #[error("not equal yet")]
    NotEqual { equal: usize, wanted: u32 },
    /// A check of `doctor` failed; the checks themselves were printed.
    #[error("not healthy")]
    Unhealthy { failed: usize },
    /// A file to import cannot be read.
    #[error("cannot read {path}: {reason}")]
    CannotRead { path: String, reason: String },
    /// A file cannot be written, or is there already.
    #[error("cannot write {path}: {reason}")]
    CannotWrite { path: String, reason: String },
    /// A table without a column named `text`.
    #[error("no column `text`")]
    NoTextColumn { path: String },
    /// One line of a file is not what it must be; all before it is posted.
    #[error("line {line}: {fault}")]
    BadLine { line: u64, fault: Fault },
    /// No benchmark of this name.
    #[error("no benchmark {name}")]
    UnknownBench { name: String, names: String },
    /// The node answered something else; its release is another one.
    #[error("an unexpected reply")]
    Unexpected,
    /// The program's own machinery failed to start.
    #[error("cannot start")]
    Machinery(#[source] io::Error),
    /// Nothing more could be read where a secret was asked for.
    #[error("nothing was typed")]
    NothingTyped,
    /// The passphrase was typed differently the second time.
    #[error("typed differently")]
    TypedDifferently,
    /// Nobody reads what is printed.
    #[error("cannot print")]
    Output(#[from] io::Error),
}

/// An error ready for print.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// For programs.
    pub kind: String,
    /// What is so.
    pub sentence: String,
    /// What to do next; may be empty.
    pub hint: String,
}

impl CliError {
    /// What clap found, as a sentence and a hint.
    pub fn wrong_use(unparsed: &clap::Error, speech: Speech) -> Self {
        let context = |kind| unparsed.get(kind).map(ToString::to_string).unwrap_or_default();
        let (key, what) = match unparsed.kind() {
            Misuse::UnknownArgument => ("usage-unknown-argument", context(ContextKind::InvalidArg)),
            Misuse::InvalidSubcommand => {
                ("usage-unknown-verb", context(ContextKind::InvalidSubcommand))
            }
            Misuse::MissingRequiredArgument
            | Misuse::TooFewValues
            | Misuse::WrongNumberOfValues => {
                ("usage-missing-argument", context(ContextKind::InvalidArg))
            }
            Misuse::InvalidValue | Misuse::ValueValidation => {
                ("usage-bad-value", context(ContextKind::InvalidValue))
            }
            Misuse::ArgumentConflict => ("usage-conflict", context(ContextKind::InvalidArg)),
            Misuse::MissingSubcommand | Misuse::DisplayHelpOnMissingArgumentOrSubcommand => {
                ("usage-missing-verb", String::new())
            }
            _ => ("usage-other", unparsed.kind().to_string()),
        };
        let arg = context(ContextKind::InvalidArg);
        let args: [(&'static str, Value<'_>); 2] = [("what", what.into()), ("arg", arg.into())];
        let mut hint = suggestion(unparsed, speech);
        hint.push_str(&speech.text("usage-hint", &[]));
        Self::Usage { sentence: speech.text(key, &args), hint }
    }

    /// A value that clap let through and that means nothing.
    pub fn bad_value(arg: &'static str, value: &str, speech: Speech) -> Self {
        let args = [("what", value.to_owned().into()), ("arg", arg.into())];
        let sentence = speech.text("usage-bad-value", &args);
        Self::Usage { sentence, hint: speech.text("usage-hint", &[]) }
    }

    /// The exit code: 2 for wrong use, 1 for anything else.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::UnknownBench { .. } => 2,
            _ => 1,
        }
    }

    /// The words for it.
    pub fn tell(&self, speech: Speech) -> Told {
        if let Self::Usage { sentence, hint } = self {
            let (sentence, hint) = (sentence.clone(), hint.clone());
            return Told { kind: "usage".into(), sentence, hint };
        }
        if let Self::Refused(refused) = self {
            let (sentence, hint) = speech.refusal(refused);
            return Told { kind: kind_of(refused.kind), sentence, hint };
        }
        let (kind, args) = self.key();
        let args = match self {
            Self::BadLine { line, fault } => {
                let (fault, values) = fault.key();
                vec![("line", (*line).into()), ("reason", speech.text(fault, &values).into())]
            }
            _ => args,
        };
        let key = format!("error-{}", kind.replace('_', "-"));
        let hint = speech.text(&format!("{key}.hint"), &args);
        Told { kind: kind.into(), sentence: speech.text(&key, &args), hint }
    }

    /// The stable kind, which also names the sentence, and what belongs in it.
    fn key(&self) -> (&'static str, Vec<(&'static str, Value<'_>)>) {
        match self {
            Self::Usage { .. } => ("usage", vec![]),
            Self::Refused(_) => ("refused", vec![]),
            Self::Lost => ("lost", vec![]),
            Self::Stopped => ("stopped", vec![]),
            Self::NoNode => ("no_node", vec![]),
            Self::NoDataFolder => ("no_data_folder", vec![]),
            Self::NotEqual { equal, wanted } => {
                ("not_equal", vec![("equal", (*equal).into()), ("wanted", (*wanted).into())])
            }
            Self::Unhealthy { failed } => ("unhealthy", vec![("failed", (*failed).into())]),
            Self::CannotRead { path, reason } => {
                ("cannot_read", vec![("path", path.into()), ("reason", reason.into())])
            }
            Self::CannotWrite { path, reason } => {
                ("cannot_write", vec![("path", path.into()), ("reason", reason.into())])
            }
            Self::NoTextColumn { path } => ("no_text_column", vec![("path", path.into())]),
            Self::BadLine { .. } => ("bad_line", vec![]),
            Self::UnknownBench { name, names } => {
                ("unknown_bench", vec![("name", name.into()), ("names", names.into())])
            }
            Self::NothingTyped => ("nothing_typed", vec![]),
            Self::TypedDifferently => ("typed_differently", vec![]),
            Self::Unexpected => ("unexpected", vec![]),
            Self::Machinery(cause) => ("machinery", vec![("reason", cause.to_string().into())]),
            Self::Output(cause) => ("output", vec![("reason", cause.to_string().into())]),
        }
    }

    /// What was wrong with a file to import.
    pub fn of_file(error: RecordError, path: &std::path::Path) -> Self {
        let path = path.display().to_string();
        match error {
            RecordError::Bad { line, fault } => Self::BadLine { line, fault },
            RecordError::NoTextColumn => Self::NoTextColumn { path },
            RecordError::Io(cause) => Self::CannotRead { path, reason: cause.to_string() },
        }
    }
}

/// A refusal's kind as its JSON says it.
fn kind_of(kind: ErrorKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(kind)) => kind,
        _ => String::new(),
    }
}

/// "Did you mean …?", where clap has a guess.
fn suggestion(unparsed: &clap::Error, speech: Speech) -> String {
    let kinds = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
        ContextKind::ValidValue,
    ];
    let Some(guess) = kinds.into_iter().find_map(|kind| unparsed.get(kind)) else {
        return String::new();
    };
    let guess = guess.to_string();
    if guess.is_empty() {
        return guess;
    }
    speech.text("usage-suggestion", &[("guess", guess.into())]) + " "
}
