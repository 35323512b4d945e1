//! Sheets, read back as a reader of PDF files reads them.

use crdt::{
    id::{EnvelopeId, PersonId},
    time::ClaimedTime,
};
use hayro_syntax::{Pdf, content::ops::TypedInstruction};
use jiff::tz::TimeZone;

use super::{Block, Format, PAGES_MAX, Printer, QUIET, Sheet, gb1, homes, letters, may_list_homes};
use crate::{
    api::{
        CertificatePage, DutyRow, ErrorKind, MePage, NewsRow, NewsState, NewsWord, PersonRow,
        RoleWord,
    },
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

/// The letters 0x80 to 0x9f of Windows' code page 1252, which `WinAnsiEncoding` is.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// What is seen: a font draws nothing for a letter that it has not.
fn decoded(font: &str, bytes: &[u8]) -> String {
    if font == "C" {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).expect("UTF-16");
        return text.chars().filter(|letter| gb1::has(*letter)).collect();
    }
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS.chars().nth(usize::from(byte - 0x80)).expect("32 letters"),
        _ => char::from(*byte),
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
    let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    for format in [Format::A4, Format::A6] {
        for text in &texts {
            let words = vec![Block::Words(text.clone(), 12.0)];
            assert_eq!(solid(&whole(&check_fits(&sheet(format, words)))), solid(text));

            let cells = vec![(text.clone(), 0.3), (text.clone(), 0.5), (String::new(), 0.2)];
            let pages = check_fits(&sheet(format, vec![Block::Row(cells, true)]));
            let (width, margin) = (format.size().0, format.margin());
            for share in [0.0, 0.3] {
                let x = margin + (width - 2.0 * margin) * share;
                let lines = pages.iter().flat_map(|(lines, _)| lines);
                let cell = lines.filter(|line| (line.x - x).abs() < 0.1 && line.y >= margin - 0.1);
                let said: String = cell.map(|line| line.text.as_str()).collect();
                assert_eq!(solid(&said), solid(text), "the cell at {share}");
            }
        }
    }
}

fn sheet(format: Format, blocks: Vec<Block>) -> Sheet {
    Sheet { format, language: "en", title: "t".into(), cut: "cut".into(), blocks }
}

#[test]
fn a_letter_that_no_font_has_is_seen_as_its_base_or_as_a_sign() {
    for (text, seen) in [
        ("Łukasz Đặng Văn Sơn", "Lukasz Dang Van Son"),
        ("Nguyễn Čapek Şahin Žižka Erdős", "Nguyen Capek Sahin Žižka Erdos"),
        ("10 £ 5 € ½ «a» ©", "10 £ 5 € ½ «a» ©"),
        ("Šárka Müller-Œuvre", "Šárka Müller-Œuvre"),
        ("e\u{301}te\u{301} a\u{200b}b\tc", "été ab c"),
        ("김민준", "□□□"),
        ("𠮷野家", "□野家"),
        ("王👨\u{200d}👩\u{200d}👧 👍🏽", "王□□□ □"),
        ("陈桂香、Ёж あア ①℃", "陈桂香、Ёж あア ①℃"),
    ] {
        let said = whole(&check_fits(&sheet(Format::A4, vec![Block::Words(text.into(), 12.0)])));
        assert_eq!(said, seen, "{text}");
    }
}

#[test]
fn a_picture_has_the_empty_room_that_readers_need() {
    let found = super::modules("1234567").expect("it fits");
    let picture = sheet(Format::A6, vec![Block::Picture("1234567".into(), 90.0)]);
    let [page] = super::layout::lay_out(&picture).try_into().expect("one page");
    let one = 90.0 / f32::from(u16::try_from(found.side + 2 * QUIET).expect("small"));
    let quiet = one * 4.0 - 0.01;
    let (left, top) = (Format::A6.margin(), Format::A6.size().1 - Format::A6.margin());
    assert_eq!(page.bars.len(), found.runs.len());
    for [x, y, wide, high] in page.bars {
        assert!(x - left >= quiet && left + 90.0 - (x + wide) >= quiet, "{x}");
        assert!(top - (y + high) >= quiet && y - (top - 90.0) >= quiet, "{y}");
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
fn nobody_is_left_out_of_a_buildings_list_without_a_word() {
    let many =
        |n: usize, home: &'static str| (0..n).map(move |at| (format!("N{at}"), home.to_owned()));
    let doors = (0..805).map(|n| ("A".to_owned(), format!("3-{n:04}")));
    let people: Vec<PersonRow> = many(15, "3-0000")
        .chain(many(20, ""))
        .chain(doors.skip(1))
        .map(|(name, home)| person(1, &name, &home))
        .collect();
    both(|printer| {
        let some = &people[..15 + 20 + 2];
        let said = whole(&check_fits(&printer.building(some, "")));
        assert!(said.replace('\n', " ").contains("N11 +3"), "{said}");
        assert_eq!(said.matches("N12").count(), 1, "the one without a door");
        assert_eq!(said.lines().filter(|line| *line == "–").count(), 20, "each by himself");
        assert!(said.contains("N19"));
        assert!(said.contains(&printer.words.text("building-note", &[])), "the boxes' heading");
        assert!(!said.contains("…") && !said.contains("more"), "{said}");

        let sheet = printer.building(&people, "");
        let said = whole(&check_fits(&sheet));
        let more = printer.words.text("building-more", &[("n", 25.into())]);
        assert!(said.contains(&more), "{more}");
        assert!(!said.contains(&printer.words.text("paper-cut", &[])));
    });
    assert_eq!(homes(&people, "3-0000")[0].more, 3);
}

#[test]
fn where_pages_were_cut_the_last_one_says_so() {
    both(|printer| {
        let name = "名".repeat(80);
        let homes = (0..800).flat_map(|n| (0..12).map(move |_| format!("3-{n:03}")));
        let people: Vec<PersonRow> = homes.map(|home| person(1, &name, &home)).collect();
        let pages = check_fits(&printer.building(&people, "3-"));
        assert_eq!(pages.len(), PAGES_MAX);
        let cut = printer.words.text("paper-cut", &[]);
        for (at, (lines, _)) in pages.iter().enumerate() {
            let foot = &lines.last().expect("a foot").text;
            assert_eq!(*foot, format!("{}/{PAGES_MAX}  {cut}", at + 1));
        }
    });
}

#[test]
fn only_whoever_works_for_the_neighbourhood_has_names_and_doors_on_paper() {
    let me = |desk| MePage {
        id: PersonId::from_bytes([2; 32]),
        name: "陈".into(),
        role: RoleWord::Member,
        desk,
        lives_in: None,
        elder: false,
        papers: Default::default(),
        residents: vec![],
    };
    assert!(may_list_homes(&me(true)).is_ok());
    let refused = may_list_homes(&me(false)).map_err(|error| error.kind);
    assert_eq!(refused, Err(ErrorKind::NotAllowed));
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

fn told(text: &str) -> NewsRow {
    NewsRow {
        id: EnvelopeId::from_bytes([3; 32]),
        class: NewsWord::Notice,
        text: text.into(),
        author: "王".into(),
        home: String::new(),
        official: false,
        claimed_ms: NOW,
        group: "all".into(),
        also_in: vec![],
        area: String::new(),
        from_ms: None,
        until_ms: None,
        state: NewsState::Holds,
        corrected: false,
        reason: String::new(),
        withdrawn_by: None,
        settled_by: None,
        answers: None,
        question: None,
        forwardable: false,
        may_change: false,
        photos: 0,
        originals: vec![],
        files: vec![],
        for_all: true,
    }
}

#[test]
fn no_announcement_pushes_the_instructions_off_the_sheet() {
    let long = format!("Water{}", "\n".repeat(315));
    let news: Vec<NewsRow> = (0..9).map(|_| told(&long)).collect();
    both(|printer| {
        let pages = check_fits(&printer.emergency(&[], &news));
        assert_eq!(pages.len(), 1);
        let first = whole(&pages);
        let at = |word: &str| first.find(word).expect("it stands there");
        assert!(at("linli bundle export") < at("Water"), "{first}");
    });
}

#[test]
fn what_does_not_hold_yet_says_so_and_what_is_not_for_all_stays_off_the_wall() {
    let early = NewsRow { state: NewsState::NotYet, ..told("Water off") };
    let private = NewsRow { for_all: false, ..told("Our rehearsal") };
    both(|printer| {
        let not_yet = printer.words.code("news-state", NewsState::NotYet.code());
        let said = whole(&check_fits(&printer.emergency(&[], &[private.clone(), early.clone()])));
        assert!(said.contains("Water off") && said.contains(&not_yet), "{said}");
        assert!(!said.contains("rehearsal"), "{said}");
        let said = whole(&check_fits(&printer.emergency(&[], &[private.clone(), told("Gas")])));
        assert!(said.contains("Gas") && !said.contains(&not_yet), "{said}");
        let said = whole(&check_fits(&printer.emergency(&[], std::slice::from_ref(&private))));
        assert!(!said.lines().any(|line| line == printer.words.text("news", &[])), "{said}");
    });
}
