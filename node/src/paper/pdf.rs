//! A laid-out sheet as the bytes of a PDF file: ISO 32000, the predefined fonts and character maps.

use pdf_writer::{
    Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo},
};

use super::{
    Sheet,
    layout::{Page, Placed},
    letters,
};

/// Latin letters.
const LATIN: Name<'_> = Name(b"L");

/// All others.
const CHINESE: Name<'_> = Name(b"C");

/// The Chinese font that readers know by its name.
const SONG: Name<'_> = Name(b"STSong-Light");

/// Objects that every file has; pages and their contents follow.
const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const LATIN_FONT: Ref = Ref::new(4);
const CHINESE_FONT: Ref = Ref::new(5);
const CHINESE_CID: Ref = Ref::new(6);
const CHINESE_LOOK: Ref = Ref::new(7);
const FIRST_PAGE: i32 = 8;

/// Writes the file.
pub fn write(sheet: &Sheet, pages: &[Page]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(TREE);
    catalog.lang(TextStr(sheet.language));
    catalog.finish();
    pdf.document_info(INFO).title(TextStr(&sheet.title));
    write_fonts(&mut pdf);
    let (width, height) = sheet.format.size();
    let mut next = FIRST_PAGE;
    let mut kids = Vec::new();
    for page in pages {
        let (id, content) = (Ref::new(next), Ref::new(next + 1));
        next += 2;
        kids.push(id);
        let mut written = pdf.page(id);
        written.media_box(Rect::new(0.0, 0.0, width, height)).parent(TREE).contents(content);
        let mut resources = written.resources();
        resources.fonts().pair(LATIN, LATIN_FONT).pair(CHINESE, CHINESE_FONT);
        resources.finish();
        written.finish();
        pdf.stream(content, &drawn(page));
    }
    pdf.pages(TREE).count(i32::try_from(kids.len()).unwrap_or(i32::MAX)).kids(kids);
    pdf.finish()
}

fn write_fonts(pdf: &mut Pdf) {
    pdf.type1_font(LATIN_FONT)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.type0_font(CHINESE_FONT)
        .base_font(SONG)
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(CHINESE_CID);
    let collection = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 };
    pdf.cid_font(CHINESE_CID)
        .subtype(CidFontType::Type0)
        .base_font(SONG)
        .system_info(collection)
        .font_descriptor(CHINESE_LOOK)
        .default_width(1_000.0);
    // What a reader chooses another font by, as Adobe's own file describes this one.
    pdf.font_descriptor(CHINESE_LOOK)
        .name(SONG)
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1_000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
}

/// The drawing of one page.
fn drawn(page: &Page) -> Vec<u8> {
    let mut content = Content::new();
    for [x, y, width, height] in &page.bars {
        content.rect(*x, *y, *width, *height);
    }
    if !page.bars.is_empty() {
        content.fill_nonzero();
    }
    for placed in &page.words {
        draw_words(&mut content, placed);
    }
    content.finish().into_vec()
}

/// Words, a run in one font after the other.
fn draw_words(content: &mut Content, placed: &Placed) {
    content.begin_text();
    content.next_line(placed.x, placed.y);
    let letters: Vec<char> = placed.text.chars().collect();
    for run in letters.chunk_by(|one, other| is_latin(*one) == is_latin(*other)) {
        let latin: Vec<u8> =
            run.iter().filter_map(|letter| letters::latin(*letter)).map(|(byte, _)| byte).collect();
        if latin.is_empty() {
            let text: String = run.iter().collect();
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            content.set_font(CHINESE, placed.size).show(Str(&bytes));
        } else {
            content.set_font(LATIN, placed.size).show(Str(&latin));
        }
    }
    content.end_text();
}

fn is_latin(letter: char) -> bool {
    letters::latin(letter).is_some()
}
