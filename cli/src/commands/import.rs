//! `linli import`: every line of a file becomes a message, once.
//!
//! Lines go to the node in batches that are durable together. The first line that cannot be taken
//! ends the import; what stands before it is posted, and since an entry remembers its line, running
//! the import again after a repair posts nothing twice.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::PathBuf,
};

use node::api::{Command, ErrorKind, ImportLine, Reply};

use crate::{
    chat::{self, CHAT_BYTES_MAX},
    door::Door,
    error::CliError,
    records::{Record, RecordError, Records, Shape},
    ui::Ui,
};

/// Lines that are sent, and become durable, together.
const BATCH_LINES_MAX: usize = 500;

/// Bytes of text sent together; with the worst escaping a batch stays below
/// [`node::control::COMMAND_BYTES_MAX`].
const BATCH_BYTES_MAX: usize = 1024 * 1024;

/// A message of a chat may be as long as a message can be: so much fewer are sent together.
const CHAT_BATCH_SHARE: usize = 10;

/// Odd lines that are named one by one.
const ODD_SHOWN_MAX: usize = 50;

/// Post every line of a file to a group
///
/// FILE is JSONL, one {"text": …} a line, or CSV with a header row and a column `text`. The same
/// line of the same file shows once, however often and from whichever home it is imported. With `--chat`
/// it is the text that another program exported of a group: lines `DATE TIME NAME: TEXT`, in UTF-8,
/// UTF-16 or GB18030. Who said it and when then stands in each message.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The group's name or id
    group: String,

    /// The file
    file: PathBuf,

    /// The file is the export of a group chat
    #[arg(long)]
    chat: bool,
}

/// How many lines were taken.
#[derive(Default)]
struct Tally {
    new: u64,
    known: u64,
}

/// Imports the file.
///
/// # Errors
///
/// Where the file or one of its lines cannot be read, or the node refuses.
pub async fn run(ui: &mut Ui<'_>, door: &mut Door, args: Args) -> Result<(), CliError> {
    if args.chat {
        return import_chat(ui, door, &args).await;
    }
    let about_file = |error: RecordError| CliError::of_file(error, &args.file);
    let file = File::open(&args.file).map_err(|error| about_file(error.into()))?;
    let size_bytes = file.metadata().map_or(0, |about| about.len());
    let shape = args.file.extension().and_then(|ending| Shape::of_ending(ending.to_str()?));
    let mut records = Records::open(BufReader::new(file), shape).map_err(about_file)?;
    let bar = ui.progress(size_bytes);
    let mut tally = Tally::default();
    let outcome = loop {
        let (batch, fault) = next_batch(&mut records);
        let at_end = batch.is_empty();
        if !at_end && let Err(error) = send(door, &args.group, batch, &mut tally).await {
            break Err(error);
        }
        bar.set_position(records.read_bytes());
        match fault {
            Some(fault) => break Err(about_file(fault)),
            None if at_end => break Ok(()),
            None => (),
        }
    };
    bar.finish_and_clear();
    ui.say("import-done", &[("new", tally.new.into()), ("known", tally.known.into())])?;
    outcome
}

/// The same of an export; lines that are not as they should be are posted and told by their numbers.
async fn import_chat(ui: &mut Ui<'_>, door: &mut Door, args: &Args) -> Result<(), CliError> {
    let about_file = |error: io::Error| CliError::of_file(error.into(), &args.file);
    let file = File::open(&args.file).map_err(about_file)?;
    let mut bytes = Vec::new();
    file.take(CHAT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(about_file)?;
    if bytes.len() as u64 > CHAT_BYTES_MAX {
        return Err(about_file(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    let chat = chat::read(&bytes);
    let bar = ui.progress(chat.lines.len() as u64);
    let mut tally = Tally::default();
    for batch in chat.lines.chunks(BATCH_LINES_MAX / CHAT_BATCH_SHARE) {
        send(door, &args.group, batch.to_vec(), &mut tally).await?;
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    for number in chat.odd.iter().take(ODD_SHOWN_MAX) {
        ui.note("import-odd", &[("line", number.to_string().into())])?;
    }
    let more = chat.odd.len().saturating_sub(ODD_SHOWN_MAX);
    if more > 0 {
        ui.note("import-odd-more", &[("n", more.into())])?;
    }
    ui.say("import-done", &[("new", tally.new.into()), ("known", tally.known.into())])
}

/// The next lines of the file, and why there are no more where one cannot be read.
fn next_batch<R: BufRead>(records: &mut Records<R>) -> (Vec<ImportLine>, Option<RecordError>) {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH_LINES_MAX && bytes < BATCH_BYTES_MAX {
        match records.read() {
            Ok(Some(Record { number, hash, text })) => {
                bytes += text.len();
                batch.push(ImportLine { number, hash, text });
            }
            Ok(None) => break,
            Err(fault) => return (batch, Some(fault)),
        }
    }
    (batch, None)
}

/// Has the node take a batch; where it refuses one line, those before it all the same.
async fn send(
    door: &mut Door,
    group: &str,
    lines: Vec<ImportLine>,
    tally: &mut Tally,
) -> Result<(), CliError> {
    let command = Command::Import { group: group.into(), lines: lines.clone() };
    let refused = match door.ask(command).await {
        Ok(reply) => return tally.add(&reply),
        Err(CliError::Refused(refused)) if refused.kind == ErrorKind::BadLine => refused,
        Err(other) => return Err(other),
    };
    let bad: u64 = refused.args.get("line").and_then(|line| line.parse().ok()).unwrap_or(0);
    let before: Vec<_> = lines.into_iter().take_while(|line| line.number < bad).collect();
    if !before.is_empty() {
        let reply = door.ask(Command::Import { group: group.into(), lines: before }).await?;
        tally.add(&reply)?;
    }
    Err(CliError::Refused(refused))
}

impl Tally {
    fn add(&mut self, reply: &Reply) -> Result<(), CliError> {
        let Reply::Imported { new, known } = reply else { return Err(CliError::Unexpected) };
        self.new += new;
        self.known += known;
        Ok(())
    }
}
