//! Where everything stands on the pages of a sheet, in points from the lower left corner.

use super::{Block, PAGES_MAX, QUIET, Sheet, letters, modules};

/// From line to line, in sizes.
const LEADING: f32 = 1.4;

/// The size of what stands in rows and at the foot.
const ROW_SIZE: f32 = 11.0;
const FOOT_SIZE: f32 = 9.0;

/// Between two cells.
const GUTTER: f32 = 8.0;

/// Edge of a box to be ticked.
const TICK: f32 = 9.0;

/// Thickness of a line.
const LINE: f32 = 0.6;

/// Words in one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub x: f32,
    pub y: f32,
    pub size: f32,
    pub text: String,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub words: Vec<Placed>,
    /// Filled rectangles: left, bottom, width, height.
    pub bars: Vec<[f32; 4]>,
}

struct Pen<'a> {
    sheet: &'a Sheet,
    pages: Vec<Page>,
    /// How far down this page is full.
    y: f32,
}

/// The pages of a sheet, at least one and at most [`PAGES_MAX`].
pub fn lay_out(sheet: &Sheet) -> Vec<Page> {
    let (_, height) = sheet.format.size();
    let top = height - sheet.format.margin();
    let mut pen = Pen { sheet, pages: vec![Page::default()], y: top };
    for block in &sheet.blocks {
        pen.put(block);
    }
    let Pen { mut pages, .. } = pen;
    let is_cut = pages.len() > PAGES_MAX;
    pages.truncate(PAGES_MAX);
    let count = pages.len();
    if count > 1 {
        for (at, page) in pages.iter_mut().enumerate() {
            let cut =
                if is_cut { format!("  {}", letters::shown(&sheet.cut)) } else { String::new() };
            let text = format!("{}/{count}{cut}", at + 1);
            let (x, y) = (sheet.format.margin(), sheet.format.margin() / 2.0);
            page.words.push(Placed { x, y, size: FOOT_SIZE, text });
        }
    }
    pages
}

impl Pen<'_> {
    fn left(&self) -> f32 {
        self.sheet.format.margin()
    }

    fn room(&self) -> f32 {
        self.sheet.format.size().0 - 2.0 * self.left()
    }

    fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("there is a first page from the beginning")
    }

    /// Goes down by so much, to the next page where this one is full. Says where the bottom of it is.
    fn down(&mut self, height: f32) -> f32 {
        let margin = self.sheet.format.margin();
        let top = self.sheet.format.size().1 - margin;
        if self.y - height < margin && self.y < top {
            self.pages.push(Page::default());
            self.y = top;
        }
        self.y -= height;
        self.y
    }

    fn put(&mut self, block: &Block) {
        if self.pages.len() > PAGES_MAX {
            return;
        }
        match block {
            Block::Gap(height) => self.y -= height,
            Block::Words(text, size) => {
                for line in letters::wrapped(text, self.room() / size) {
                    let (x, y) = (self.left(), self.down(size * LEADING));
                    let y = y + size * (LEADING - 1.0);
                    self.page().words.push(Placed { x, y, size: *size, text: line });
                }
            }
            Block::Row(cells, tick) => self.put_row(cells, *tick),
            Block::Picture(text, edge) => self.put_picture(text, *edge),
        }
    }

    /// The cells' lines side by side, and a line below them.
    fn put_row(&mut self, cells: &[(String, f32)], tick: bool) {
        let room = self.room();
        let lines: Vec<(Vec<String>, f32)> = cells
            .iter()
            .map(|(text, share)| {
                let wide = (room * share - GUTTER).max(ROW_SIZE);
                (letters::wrapped(text, wide / ROW_SIZE), room * share)
            })
            .collect();
        let step = ROW_SIZE * LEADING;
        let most = lines.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
        let (left, whole) = (self.left(), self.room());
        for at in 0..most {
            let y = self.down(step) + step - ROW_SIZE;
            let mut x = left;
            for (texts, wide) in &lines {
                if let Some(text) = texts.get(at) {
                    let text = text.clone();
                    self.page().words.push(Placed { x, y, size: ROW_SIZE, text });
                }
                x += wide;
            }
            if tick && at == 0 {
                self.put_tick(x - lines.last().map_or(0.0, |(_, wide)| *wide), y);
            }
        }
        self.y -= GUTTER;
        let y = self.y + GUTTER / 2.0;
        self.page().bars.push([left, y, whole, LINE]);
    }

    fn put_tick(&mut self, x: f32, y: f32) {
        let far = TICK - LINE;
        self.page().bars.extend([
            [x, y, TICK, LINE],
            [x, y + far, TICK, LINE],
            [x, y, LINE, TICK],
            [x + far, y, LINE, TICK],
        ]);
    }

    fn put_picture(&mut self, text: &str, edge: f32) {
        let Some(found) = modules(text) else { return };
        let bottom = self.down(edge);
        let points = |modules: usize| f32::from(u16::try_from(modules).unwrap_or(u16::MAX));
        let one = edge / points(found.side + 2 * QUIET);
        let left = self.left();
        for (column, row, run) in found.runs {
            let x = left + points(QUIET + column) * one;
            let y = bottom + edge - points(QUIET + row + 1) * one;
            self.page().bars.push([x, y, points(run) * one, one]);
        }
    }
}
