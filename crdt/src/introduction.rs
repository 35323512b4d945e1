//! The number by which two people who meet know each other for certain.
//!
//! Whoever came in by a link was *introduced*: somebody sent him a link, and nobody knows into whose
//! hands it fell. When two people stand before each other, one reads the other's number from his
//! page, or scans it, and says so ([`Talk::Met`](crate::body::Talk)); from then on he is known.
//!
//! A number is 25 digits of BLAKE3 over the person's key: 83 bits, so that nobody can make a key with
//! a given number. It is no secret.
//!
//! # Deliberately absent
//!
//! Power. That somebody was met gives him nothing and takes nothing: it is a mark for people.

use crate::id::{PersonId, short_hash};

/// Digits of a number.
const DIGITS: usize = 25;

/// Digits that are read in one breath.
const IN_ONE_BREATH: usize = 5;

/// A person's number: five groups of five digits.
pub fn digits(person: &PersonId) -> String {
    let hash = short_hash::<16>("linli/1 person number", &[person.as_bytes()]);
    let digits = format!("{:025}", u128::from_be_bytes(hash) % 10u128.pow(DIGITS as u32));
    let groups: Vec<&str> =
        (0..DIGITS).step_by(IN_ONE_BREATH).map(|at| &digits[at..at + IN_ONE_BREATH]).collect();
    groups.join(" ")
}

/// Is this the person's number, however it was spaced?
pub fn is_number_of(person: &PersonId, typed: &str) -> bool {
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    bare(typed) == bare(&digits(person))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_25_digits_and_is_known_again_however_it_is_spaced() {
        let wang = PersonId::from_bytes([7; 32]);
        let number = digits(&wang);
        assert_eq!(number.len(), 29);
        assert!(
            number.split(' ').all(|it| it.len() == 5 && it.bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(is_number_of(&wang, &number));
        assert!(is_number_of(&wang, &format!("\n{}\t", number.replace(' ', ""))));
        for wrong in ["", "0", &number[1..], &format!("{number}0")] {
            assert!(!is_number_of(&wang, wrong), "{wrong:?}");
        }
        assert!(!is_number_of(&PersonId::from_bytes([8; 32]), &number));
    }
}
