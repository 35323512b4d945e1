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
    /// Words that are not in the list, by position from 1.
    #[error("not words of the list: number {numbers:?}")]
    Unknown {
        /// Which.
        numbers: Vec<usize>,
    },
    /// Known words, but not together: one is wrong or two are swapped.
    #[error("the words do not belong together: one is wrong or two are swapped")]
    Checksum,
}

/// The words to write down.
pub fn to_words(key: &Secret) -> Vec<&'static str> {
    let words = bip39::Mnemonic::from_entropy(&key.to_seed()).expect("32 bytes give 24 words");
    words.words().collect()
}

/// Reads words that were typed back.
///
/// # Errors
///
/// Says which words look wrong.
pub fn from_words(text: &str) -> Result<Secret, NotPaper> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    if words.len() != WORDS {
        return Err(NotPaper::Count { found: words.len() });
    }
    let list = bip39::Language::English;
    let known = |word: &str| list.find_word(word).is_some();
    let numbers: Vec<usize> = (1..=WORDS).filter(|number| !known(&words[number - 1])).collect();
    if !numbers.is_empty() {
        return Err(NotPaper::Unknown { numbers });
    }
    let words = bip39::Mnemonic::parse_in_normalized(list, &words.join(" "))
        .map_err(|_| NotPaper::Checksum)?;
    let seed: [u8; 32] = words.to_entropy().try_into().map_err(|_| NotPaper::Checksum)?;
    Ok(Secret::from_seed(seed))
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
        typo[4] = "linli";
        assert_eq!(read(&typo), Err(NotPaper::Unknown { numbers: vec![5] }));
        let mut swapped = words.clone();
        swapped[0] = if words[0] == "zoo" { "abandon" } else { "zoo" };
        assert_eq!(read(&swapped), Err(NotPaper::Checksum));
        assert_eq!(read(&words[..23]), Err(NotPaper::Count { found: 23 }));
    }
}
