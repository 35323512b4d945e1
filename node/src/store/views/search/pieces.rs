//! How texts are taken apart to be found: what is typed and what is searched go the same way.
//!
//! A text is folded (NFKC, lower case: ＡＢＣ, ABC and abc are one) and falls into *runs*. In scripts
//! that put blanks between words a run is a **word**, and whatever it begins with finds it: *tab*
//! finds *tablets*. Chinese, Japanese, Korean, Thai and their neighbours put none: there a run is a
//! **stretch**, and whatever stands anywhere in it finds it: 电梯 finds 三号楼电梯停了. Signs of
//! feeling (emoji) count as such a script.
//!
//! A text is found where every piece of what was typed is found in it. That is the whole rule, and
//! [`Pieces::are_in`] is it; the index only saves looking at texts in which the rule cannot hold.
//!
//! # What the index holds of a text
//!
//! Each word, and of each stretch every two neighbouring characters and the last one alone. So a
//! single character is the beginning of something in the index, two are in it as they are, and of
//! more all pairs must be there.
//!
//! # Deliberately absent
//!
//! Stems, synonyms, dictionaries: two nodes of different releases must find the same.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

/// Pieces of one question; more are not looked for.
pub const PIECES_MAX: usize = 16;

/// Characters of a word that the index holds; the longest addresses and numbers are told apart by
/// the text itself.
const WORD_CHARS_MAX: usize = 24;

/// A part of a text without a gap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    /// Found by its beginning.
    Word(String),
    /// Found by anything in it.
    Stretch(String),
}

impl Run {
    /// Does this run of a text hold that piece of a question?
    fn answers(&self, piece: &Self) -> bool {
        match (piece, self) {
            (Self::Word(piece), Self::Word(word)) => word.starts_with(piece),
            (Self::Stretch(piece), Self::Stretch(stretch)) => stretch.contains(piece),
            _ => false,
        }
    }
}

/// What was typed, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces(BTreeSet<Run>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Word,
    Stretch,
}

fn class(c: char) -> Class {
    match c {
        '\u{e00}'..='\u{fff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{31ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3ffff}' => Class::Stretch,
        // Marks above and below letters are of their word, in every alphabet.
        '\u{300}'..='\u{1fff}' => Class::Word,
        _ if c.is_alphanumeric() => Class::Word,
        _ => Class::Gap,
    }
}

/// ASCII, or a Chinese character of the common block: NFKC leaves these as they are.
const fn is_plain(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '\u{4e00}'..='\u{9fff}')
}

fn folded(text: &str) -> String {
    if text.chars().all(is_plain) {
        return text.to_ascii_lowercase();
    }
    text.nfkc().flat_map(char::to_lowercase).collect()
}

fn runs(text: &str) -> Vec<Run> {
    let (mut all, mut now, mut kind) = (Vec::new(), String::new(), Class::Gap);
    for c in folded(text).chars().chain([' ']) {
        let next = class(c);
        if next != kind {
            match (kind, std::mem::take(&mut now)) {
                (Class::Gap, _) => (),
                (Class::Word, run) => all.push(Run::Word(run)),
                (Class::Stretch, run) => all.push(Run::Stretch(run)),
            }
            kind = next;
        }
        now.push(c);
    }
    all
}

/// What the index holds of a text, each once.
pub fn grams(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => drop(all.insert(beginning(&word))),
            Run::Stretch(stretch) => {
                all.extend(pairs(&stretch));
                all.extend(stretch.chars().last().map(String::from));
            }
        }
    }
    all
}

/// The words of a question, each once: words as they are, and of each stretch every two neighbouring
/// characters.
pub fn words(question: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for run in runs(question) {
        match run {
            Run::Word(word) => drop(all.insert(beginning(&word))),
            Run::Stretch(one) if one.chars().nth(1).is_none() => drop(all.insert(one)),
            Run::Stretch(stretch) => all.extend(pairs(&stretch)),
        }
    }
    all
}

/// How many of these words stand in a text.
pub fn likeness(words: &BTreeSet<String>, text: &str) -> usize {
    let here = grams(text);
    words.iter().filter(|word| here.contains(*word)).count()
}

fn pairs(stretch: &str) -> impl Iterator<Item = String> {
    stretch.chars().zip(stretch.chars().skip(1)).map(|(one, other)| String::from_iter([one, other]))
}

fn beginning(word: &str) -> String {
    word.chars().take(WORD_CHARS_MAX).collect()
}

impl Pieces {
    /// Takes apart what was typed; none where there is nothing in it to look for.
    pub fn of(typed: &str) -> Option<Self> {
        let pieces: BTreeSet<Run> = runs(typed).into_iter().take(PIECES_MAX).collect();
        (!pieces.is_empty()).then_some(Self(pieces))
    }

    /// The rule: is every piece in this text?
    pub fn are_in(&self, text: &str) -> bool {
        let runs = runs(text);
        self.0.iter().all(|piece| runs.iter().any(|run| run.answers(piece)))
    }

    /// About `chars_max` characters of a text in which one of the pieces stands.
    pub fn excerpt(&self, text: &str, chars_max: usize) -> String {
        let shows = |part: &str| {
            let runs = runs(part);
            self.0.iter().any(|piece| runs.iter().any(|run| run.answers(piece)))
        };
        let line = text.lines().find(|line| shows(line));
        let line = line.or_else(|| text.lines().next()).unwrap_or_default();
        let chars: Vec<char> = line.chars().collect();
        let part = |from: usize| -> String { chars[from..].iter().take(chars_max).collect() };
        // Half of each part stands in the next, so that no short piece falls between two.
        let starts = (0..chars.len().max(1)).step_by((chars_max / 2).max(1));
        let from = starts.into_iter().find(|from| shows(&part(*from))).unwrap_or_default();
        let before = if from > 0 { "…" } else { "" };
        let after = if from + chars_max < chars.len() { "…" } else { "" };
        format!("{before}{}{after}", part(from))
    }

    /// The question to the index, in its own language: all of these, some of them as beginnings.
    /// Whatever the rule finds, this finds too.
    pub fn asked(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for piece in &self.0 {
            match piece {
                Run::Word(word) => drop(all.insert(format!("\"{}\" *", beginning(word)))),
                Run::Stretch(one) if one.chars().nth(1).is_none() => {
                    all.insert(format!("\"{one}\" *"));
                }
                Run::Stretch(stretch) => all.extend(pairs(stretch).map(|it| format!("\"{it}\""))),
            }
        }
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_folds_to_what_it_folds_to_in_full() {
        let plain = ('\0'..=char::MAX).filter(|c| is_plain(*c));
        for one in plain {
            let text = format!("Ae{one}Z\u{4e8c}{one}");
            let full: String = text.nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(folded(&text), full, "{one:?}");
        }
    }

    #[test]
    fn what_finds_what() {
        let table = [
            ("电梯", "三号楼电梯停了", true),
            ("梯", "三号楼电梯停了", true),
            ("梯电", "三号楼电梯停了", false),
            ("电梯停了吗", "三号楼电梯停了", false),
            ("号楼 停了", "三号楼电梯停了", true),
            ("tab", "Blood pressure TABLETS", true),
            ("lets", "Blood pressure tablets", false),
            ("ＡＢＣ", "abc-def", true),
            ("cafe\u{301}", "Café", true),
            ("ß", "Straße", false),
            ("Straß", "straße", true),
            ("лек", "Нужны Лекарства", true),
            ("नमस्", "नमस्ते", true),
            ("ข้าว", "กินข้าวแล้ว", true),
            ("김치", "맛있는김치찌개", true),
            ("🚑", "快来🚑🚑", true),
            ("4纸", "A4纸", false),
            ("a4纸", "带A4纸来", true),
            ("5-2-301", "送到5-2-301", true),
        ];
        for (typed, text, found) in table {
            let pieces = Pieces::of(typed).expect("something to look for");
            assert_eq!(pieces.are_in(text), found, "{typed} in {text}");
        }
    }

    #[test]
    fn questions_are_cut_into_words_in_any_script() {
        let table: [(&str, &[&str]); 4] = [
            ("燃气卡怎么充值?", &["么充", "充值", "卡怎", "怎么", "气卡", "燃气"]),
            ("When is the GAS office open", &["gas", "is", "office", "open", "the", "when"]),
            ("5号楼 WiFi", &["5", "wifi", "号楼"]),
            ("水", &["水"]),
        ];
        for (text, wanted) in table {
            let found: Vec<String> = words(text).into_iter().collect();
            assert_eq!(found, wanted, "{text}");
        }
        assert_eq!(likeness(&words("燃气充值"), "燃气卡在东门充值"), 2);
        assert_eq!(likeness(&words("停水"), "东门充值"), 0);
    }

    #[test]
    fn there_may_be_nothing_to_look_for() {
        for nothing in ["", "  \t", "，。！？", "-- ** ''", "\u{e000}"] {
            assert_eq!(Pieces::of(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn nothing_that_is_typed_is_anything_to_the_index_but_words() {
        for typed in ["a\"b", "NEAR(a b)", "a AND b OR c", "grams:x", "a*", "^a", "\u{e000}g1"] {
            for asked in Pieces::of(typed).expect("a word").asked() {
                let inner = asked.trim_end_matches(" *").trim_matches('"');
                assert!(inner.chars().all(|c| class(c) != Class::Gap), "{typed}: {asked}");
            }
        }
    }

    #[test]
    fn an_excerpt_shows_where_it_stands() {
        let pieces = Pieces::of("电梯").expect("a word");
        assert_eq!(pieces.excerpt("停水\n三号楼电梯停了\n谢谢", 20), "三号楼电梯停了");
        let long = format!("{}电梯{}", "好".repeat(95), "好".repeat(95));
        let excerpt = pieces.excerpt(&long, 20);
        assert!(excerpt.contains("电梯"), "{excerpt}");
        assert!(excerpt.starts_with('…') && excerpt.ends_with('…'), "{excerpt}");
        assert_eq!(pieces.excerpt("", 20), "");
    }
}
