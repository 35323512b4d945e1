//! Keys on paper: 24 words of BIP 39 that stand for 32 secret bytes, with a checksum inside.

use crate::keys::Secret;

/// Words of a paper key.
pub const WORDS: usize = 24;

/// Why words are not a paper key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPaper {
    /// Not 24 of them.
    #[error("{found} words, a paper key has {WORDS}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Words that are not in the list.
    #[error("not words of the list: {}", list(wrong))]
    Unknown {
        /// Which.
        wrong: Vec<WrongWord>,
    },
    /// Known words, but not together: one is wrong or two are swapped.
    #[error("the words do not belong together: one is wrong or two are swapped")]
    Checksum,
}

/// A word that stands in no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongWord {
    /// Its place on the paper, from 1.
    pub number: usize,
    /// What was typed.
    pub typed: String,
    /// Words of the list that look like it, the nearest first; often the one that was meant.
    pub near: Vec<&'static str>,
}

fn list(wrong: &[WrongWord]) -> String {
    let one = |it: &WrongWord| format!("{} \"{}\"", it.number, it.typed);
    wrong.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Words that are offered for one that is wrong.
const NEAR_MAX: usize = 3;

/// Slips of the pen between a word and one that is offered for it, at most.
const SLIPS_MAX: usize = 2;

/// A typed word that is longer is cut off for comparing; the list's longest has eight letters.
const LETTERS_MAX: usize = 12;

/// The words to write down.
pub fn to_words(key: &Secret) -> Vec<&'static str> {
    let words = bip39::Mnemonic::from_entropy(&key.to_seed()).expect("32 bytes give 24 words");
    words.words().collect()
}

/// Reads words that were typed back. Numbers between them, as they are printed, are left out.
///
/// # Errors
///
/// Says which words look wrong, and what they may have been.
pub fn from_words(text: &str) -> Result<Secret, NotPaper> {
    let is_number = |word: &&str| word.chars().all(|c| c.is_ascii_digit() || c == '.');
    let words: Vec<String> =
        text.split_whitespace().filter(|word| !is_number(word)).map(str::to_lowercase).collect();
    if words.len() != WORDS {
        return Err(NotPaper::Count { found: words.len() });
    }
    let list = bip39::Language::English;
    let wrong = wrong_words(&words);
    if !wrong.is_empty() {
        return Err(NotPaper::Unknown { wrong });
    }
    let words = bip39::Mnemonic::parse_in_normalized(list, &words.join(" "))
        .map_err(|_| NotPaper::Checksum)?;
    let seed: [u8; 32] = words.to_entropy().try_into().map_err(|_| NotPaper::Checksum)?;
    Ok(Secret::from_seed(seed))
}

/// Those that are not in the list, and what they may have been.
pub fn wrong_words(words: &[String]) -> Vec<WrongWord> {
    let is_wrong =
        |(_, word): &(usize, &String)| bip39::Language::English.find_word(word).is_none();
    let wrong = words.iter().enumerate().filter(is_wrong);
    wrong
        .map(|(at, word)| WrongWord { number: at + 1, typed: word.clone(), near: near(word) })
        .collect()
}

/// Words of the list, one for each pair of random bytes: a passphrase that nobody guesses.
pub fn drawn_words(dice: &[u8]) -> Vec<&'static str> {
    let list = bip39::Language::English.word_list();
    // The list has 2,048 words, so every one is as likely as any other.
    let pick = |pair: &[u8; 2]| list[usize::from(u16::from_le_bytes(*pair)) % list.len()];
    dice.as_chunks::<2>().0.iter().map(pick).collect()
}

/// The words of the list that are at most [`SLIPS_MAX`] slips away.
fn near(typed: &str) -> Vec<&'static str> {
    let typed: Vec<char> = typed.chars().take(LETTERS_MAX).collect();
    let all = bip39::Language::English.word_list().iter();
    let mut near: Vec<(usize, &'static str)> = all
        .map(|word| (slips(&typed, &word.chars().collect::<Vec<_>>()), *word))
        .filter(|(slips, _)| *slips <= SLIPS_MAX)
        .collect();
    near.sort_unstable();
    near.into_iter().take(NEAR_MAX).map(|(_, word)| word).collect()
}

/// Letters to add, leave out, change or swap with the next until one word is the other.
fn slips(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let change = last[j] + usize::from(a != b);
            let mut least = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && one[i - 1] == *b && other[j - 1] == *a {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_a_wrong_one_is_named() {
        let key = Secret::from_seed([7; 32]);
        let words = to_words(&key);
        assert_eq!(words.len(), WORDS);
        let read = |words: &[&str]| from_words(&words.join("  ")).map(|key| key.key());
        assert_eq!(read(&words), Ok(key.key()));
        let mut typo = words.clone();
        typo[4] = "linli-linli";
        let wrong = |near: Vec<&'static str>, typed: &str| NotPaper::Unknown {
            wrong: vec![WrongWord { number: 5, typed: typed.to_owned(), near }],
        };
        assert_eq!(read(&typo), Err(wrong(vec![], "linli-linli")));
        let mut swapped = words.clone();
        swapped[0] = if words[0] == "zoo" { "abandon" } else { "zoo" };
        assert_eq!(read(&swapped), Err(NotPaper::Checksum));
        assert_eq!(read(&words[..23]), Err(NotPaper::Count { found: 23 }));
        let numbered: Vec<String> =
            words.iter().enumerate().map(|(at, word)| format!("{} {word}", at + 1)).collect();
        assert_eq!(from_words(&numbered.join(" ")).map(|key| key.key()), Ok(key.key()));
    }

    #[test]
    fn slips_of_the_pen_find_the_word_that_was_meant() {
        for (typed, meant) in
            [("abandn", "abandon"), ("ablity", "ability"), ("baord", "board"), ("zooo", "zoo")]
        {
            let found = near(typed);
            assert_eq!(found.first(), Some(&meant), "{typed}: {found:?}");
            assert!(found.len() <= NEAR_MAX);
        }
        assert!(near("邻里邻里").is_empty());
        assert!(near(&"a".repeat(10_000)).is_empty(), "however much is typed");
    }
}
