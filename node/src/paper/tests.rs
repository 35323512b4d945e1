//! Sheets, read back as a reader of PDF files reads them.

use crdt::{
    id::{EnvelopeId, PersonId},
    time::ClaimedTime,
};
use hayro_syntax::{Pdf, content::ops::TypedInstruction};
use jiff::tz::TimeZone;

use super::{Block, Format, Printer, Sheet, letters};
use crate::{
    api::{CertificatePage, DutyRow, PersonRow, RoleWord},
    words::{Lang, Words},
};

const NOW: ClaimedTime = ClaimedTime(1_795_429_800_000);

/// A line as it was read: where it begins, how wide it is, what it says.
struct Line {
    x: f32,
    y: f32,
    wide: f32,
    text: String,
}

fn decoded(font: &str, bytes: &[u8]) -> String {
    if font == "C" {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        return String::from_utf16(&units).expect("UTF-16");
    }
    let special = [(0x91, '‘'), (0x92, '’'), (0x93, '“'), (0x94, '”'), (0x96, '–'), (0x97, '—')];
    let letter = |byte: &u8| {
        let found = special.iter().find(|(code, _)| code == byte);
        found.map_or(char::from(*byte), |(_, letter)| *letter)
    };
    bytes.iter().map(letter).collect()
}

/// The lines of each page, and how many rectangles it has.
fn read(file: &[u8]) -> Vec<(Vec<Line>, usize)> {
    let pdf = Pdf::new(file.to_vec()).expect("a PDF file");
    let mut pages = Vec::new();
    for page in pdf.pages().iter() {
        let (mut lines, mut bars) = (Vec::new(), 0);
        let (mut font, mut size) = (String::new(), 0.0);
        let mut ops = page.typed_operations();
        while let Some(op) = ops.next() {
            match op {
                TypedInstruction::RectPath(_) => bars += 1,
                TypedInstruction::NextLine(to) => {
                    let (x, y) = (to.0.as_f32(), to.1.as_f32());
                    lines.push(Line { x, y, wide: 0.0, text: String::new() });
                }
                TypedInstruction::TextFont(set) => {
                    (font, size) = (set.0.as_str().to_owned(), set.1.as_f32());
                }
                TypedInstruction::ShowText(shown) => {
                    let text = decoded(&font, shown.0.as_bytes());
                    let line = lines.last_mut().expect("it was put somewhere");
                    line.wide += letters::width(&text) * size;
                    line.text += &text;
                }
                _ => (),
            }
        }
        pages.push((lines, bars));
    }
    pages
}

fn whole(pages: &[(Vec<Line>, usize)]) -> String {
    let lines = pages.iter().flat_map(|(lines, _)| lines);
    lines.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Nothing sticks out, on any side.
fn check_fits(sheet: &Sheet) -> Vec<(Vec<Line>, usize)> {
    let pages = read(&sheet.to_pdf());
    let ((width, height), margin) = (sheet.format.size(), sheet.format.margin());
    for line in pages.iter().flat_map(|(lines, _)| lines) {
        let right = line.x + line.wide;
        assert!(line.x >= margin - 0.1, "{}", line.text);
        assert!(right <= width - margin + 0.1, "{} ends at {right}", line.text);
        assert!((margin / 2.0 - 0.1..=height - margin).contains(&line.y), "{}", line.text);
    }
    pages
}

fn both(check: impl Fn(Printer<'_>)) {
    for lang in [Lang::ZhCn, Lang::En] {
        check(Printer { words: Words::of(lang), now: NOW, zone: &TimeZone::UTC });
    }
}

#[test]
fn long_words_of_both_languages_fit_and_none_is_lost() {
    let texts = [
        "王桂兰老人需要有人陪同去医院做透析，要带轮椅，走路慢，视力不好，请在北门等，不要按喇叭。"
            .repeat(4),
        "Somebody who can lift a wheelchair into a car is wanted for Thursday morning. ".repeat(6),
        "混排 mixed: 3-201 的 Tom Becker（英语）“急”！".repeat(5),
        "Donaudampfschifffahrtsgesellschaftskapitänsmütze".repeat(5),
        "好".repeat(300),
        "第一行\nsecond line\n\n第四行".to_owned(),
        String::new(),
    ];
    for format in [Format::A4, Format::A6] {
        for text in &texts {
            let blocks = vec![
                Block::Words(text.clone(), 12.0),
                Block::Row(vec![(text.clone(), 0.3), (text.clone(), 0.7)], true),
            ];
            let sheet = Sheet { format, language: "en", title: "t".into(), blocks };
            let said = whole(&check_fits(&sheet));
            let letters =
                |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert!(letters(&said).contains(&letters(text)), "{text}\n{said}");
        }
    }
}

#[test]
fn no_line_begins_with_what_closes() {
    for room in 4..30_u8 {
        for line in
            letters::wrapped("早，晚。（好）“行”！abc, de. 一二三四五六七，", f32::from(room))
        {
            let first = line.chars().next().expect("no line is empty here");
            assert!(!"，。）”！,.".contains(first), "{room}: {line}");
        }
    }
}

fn person(number: u8, name: &str, home: &str) -> PersonRow {
    PersonRow {
        id: PersonId::from_bytes([number; 32]),
        name: name.into(),
        home: home.into(),
        role: RoleWord::Member,
        me: false,
        roles: vec![],
        devices: 1,
        met: 0,
        met_by_me: false,
    }
}

#[test]
fn a_buildings_list_has_every_door_once_on_as_many_pages_as_it_needs() {
    let mut people: Vec<PersonRow> =
        (0..120).map(|n| person(n, &format!("住户{n}"), &format!("3-{n:03}"))).collect();
    people.push(person(200, "Tom Becker", "4-101"));
    both(|printer| {
        let sheet = printer.building(&people, "3-");
        let pages = check_fits(&sheet);
        assert_eq!((pages.len(), sheet.pages()), (4, 4));
        let said = whole(&pages);
        for n in 0..120 {
            let door = format!("3-{n:03}");
            assert_eq!(said.lines().filter(|line| **line == door).count(), 1, "{door}");
        }
        assert!(said.contains("住户7") && !said.contains("Tom"), "{said}");
        assert!(said.contains("4/4"));
        assert_eq!(sheet.to_pdf(), printer.building(&people, "3-").to_pdf());
    });
}

#[test]
fn a_certificate_says_hours_number_and_issuer_in_both_languages() {
    let page = CertificatePage {
        number: "1234 5678 9012".into(),
        id: EnvelopeId::from_bytes([1; 32]),
        person: PersonId::from_bytes([2; 32]),
        name: "陈桂香".into(),
        from_ms: ClaimedTime(NOW.0 - 86_400_000),
        until_ms: NOW,
        minutes: 210,
        activities: 2,
        team: None,
        team_name: Some("all".into()),
        issuer: "Li Mei".into(),
        issued_ms: NOW,
        valid: true,
        minutes_here: 210,
        file: String::new(),
    };
    both(|printer| {
        let sheet = printer.certificate(&page);
        let pages = check_fits(&sheet);
        let said = whole(&pages);
        let hours = if printer.words.lang() == Lang::En { "3.5 hours" } else { "3.5 小时" };
        for word in [hours, "陈桂香", "1234 5678 9012", "Li Mei"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert_eq!(pages.len(), 1);
        assert!(pages[0].1 > 60, "the picture is drawn");
        assert!(sheet.to_pdf().len() < 20 * 1024);
    });
}

#[test]
fn the_sheet_for_the_wall_says_whom_to_call_in_both_languages() {
    let duty = DutyRow {
        place: String::new(),
        person: PersonId::from_bytes([2; 32]),
        name: "李梅".into(),
        phone: "010 0000 0000".into(),
        until_ms: None,
        me: false,
        next: None,
        unanswered: vec![],
    };
    both(|printer| {
        let said = whole(&check_fits(&printer.emergency(std::slice::from_ref(&duty), &[])));
        for word in ["110", "119", "120", "李梅 010 0000 0000", "linli bundle export"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        let nobody = whole(&check_fits(&printer.emergency(&[], &[])));
        assert!(nobody.contains(&printer.words.text("sheet-nobody", &[])), "{nobody}");
    });
}
