//! Paper keys, ready to be copied by hand or printed: shown once, stored nowhere.

use std::{
    fmt::Write as _, fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path,
};

use qrcode::{
    QrCode,
    render::{svg, unicode::Dense1x2},
};

use crate::{
    error::CliError,
    node::{Paper, PaperKey},
    ui::Ui,
};

/// Words in one printed line: four lines of six fit any paper.
const WORDS_PER_LINE: usize = 6;

/// Edge of the printed picture in CSS pixels: five centimetres.
const PICTURE_PX: u32 = 190;

/// One key on its paper.
pub struct Sheet {
    paper: Paper,
    words: Vec<String>,
}

impl Sheet {
    /// A person's own.
    pub const fn of_person(words: Vec<String>) -> Self {
        Self { paper: Paper::Person, words }
    }
}

impl From<&PaperKey> for Sheet {
    fn from(key: &PaperKey) -> Self {
        let words = key.words.iter().map(|word| (*word).to_owned()).collect();
        Self { paper: key.paper, words }
    }
}

/// The papers of keys that were just made.
pub fn sheets(keys: &[PaperKey]) -> Vec<Sheet> {
    keys.iter().map(Sheet::from).collect()
}

/// Says what the keys are for, prints each, and writes them as a page where one is wanted.
///
/// # Errors
///
/// Where nobody reads any more, or the page cannot be written: the keys were printed then.
pub fn print_all(ui: &mut Ui<'_>, sheets: &[Sheet], page: Option<&Path>) -> Result<(), CliError> {
    match sheets.len() {
        0 => return Ok(()),
        keys => ui.say("paper-intro", &[("count", keys.into())])?,
    }
    for sheet in sheets {
        print(ui, sheet)?;
    }
    if let Some(file) = page {
        write_page(ui, sheets, file)?;
    }
    ui.note("papers-next", &[])
}

/// One key, its words numbered; for people also as a picture that a phone reads back.
fn print(ui: &mut Ui<'_>, sheet: &Sheet) -> Result<(), CliError> {
    ui.line("")?;
    let heading = sheet.heading(ui);
    ui.line(heading)?;
    for (line, words) in sheet.words.chunks(WORDS_PER_LINE).enumerate() {
        let numbered = words.iter().enumerate().map(|(at, word)| {
            let number = line * WORDS_PER_LINE + at + 1;
            format!("{number:>2} {word:<9}")
        });
        let line: Vec<String> = numbered.collect();
        ui.line(format_args!("  {}", line.join(" ").trim_end()))?;
    }
    match QrCode::new(sheet.words.join(" ")) {
        Ok(code) if ui.is_terminal() => ui.status(code.render::<Dense1x2>().build()),
        _ => Ok(()),
    }
}

impl Sheet {
    fn heading(&self, ui: &Ui<'_>) -> String {
        match self.paper {
            Paper::Person => ui.speech().text("paper-person", &[]),
            Paper::Root { number, of, threshold } => {
                let args =
                    [("number", number.into()), ("of", of.into()), ("threshold", threshold.into())];
                ui.speech().text("paper-root", &args)
            }
        }
    }

    /// Our own words only: nothing on the page was written by anybody else.
    fn html(&self, ui: &Ui<'_>) -> String {
        let words = self.words.iter().fold(String::new(), |mut all, word| {
            write!(all, "<li>{word}</li>").expect("a string grows");
            all
        });
        let picture = QrCode::new(self.words.join(" ")).map(|code| {
            let (edge, paint) = (PICTURE_PX, svg::Color("#000"));
            code.render().min_dimensions(edge, edge).dark_color(paint).build()
        });
        let (heading, picture) = (self.heading(ui), picture.unwrap_or_default());
        format!("<section><h1>{heading}</h1><ol>{words}</ol>{picture}</section>")
    }
}

/// A page for the printer: one sheet of paper per key. Only its owner may read the file.
fn write_page(ui: &mut Ui<'_>, sheets: &[Sheet], file: &Path) -> Result<(), CliError> {
    let title = ui.speech().text("paper-title", &[]);
    let body: String = sheets.iter().map(|sheet| sheet.html(ui)).collect();
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{title}</title><style>\
         section{{break-after:page;font:14pt serif;max-width:17cm;margin:auto}}\
         h1{{font-size:16pt}}ol{{columns:3}}</style>{body}\n"
    );
    let cannot = |error: std::io::Error| CliError::CannotWrite {
        path: file.display().to_string(),
        reason: error.to_string(),
    };
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    open.and_then(|mut open| open.write_all(page.as_bytes())).map_err(cannot)?;
    ui.note("paper-page", &[("file", file.display().to_string().into())])
}
