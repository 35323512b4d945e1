//! The code of a request that can be said on the phone: six digits and a check digit.
//!
//! It is computed from the request's id, so both sides of a cut say the same number and nobody
//! hands numbers out. The check digit is H. M. Damm's (*Total anti-symmetrische Quasigruppen*,
//! Marburg 2004): it notices every single wrong digit and every swap of two neighbours, the two
//! mistakes people make when they repeat a number.
//!
//! # Deliberately absent
//!
//! Uniqueness. A million codes are enough to tell today's requests apart, not those of ten years:
//! where two requests share a code, whoever looks one up shows both.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::id::{RequestId, short_hash};

/// Digits before the check digit.
const DIGITS: usize = 6;

/// Damm's table of order 10: anti-symmetric, zeros on the diagonal.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// A request's spoken code: six digits and the check digit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Code([u8; DIGITS + 1]);

/// Text that is not a spoken code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    /// It may be an id or a name.
    #[error("a code has another number of digits")]
    OtherShape,
    /// Ask again.
    #[error("a digit of the code was misheard: the check digit does not fit")]
    Misheard,
}

impl Code {
    /// The code of this request.
    pub fn of(request: &RequestId) -> Self {
        let bytes = short_hash::<8>("linli/1 request code", &[request.as_bytes()]);
        Self(digits_of(u64::from_be_bytes(bytes)))
    }
}

/// The last digits of a number, and the check digit behind them.
pub(crate) fn digits_of<const N: usize>(number: u64) -> [u8; N] {
    let (mut rest, mut digits) = (number, [0; N]);
    let (last, others) = digits.split_last_mut().expect("a code has digits");
    for digit in others.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).expect("a remainder of ten is one digit");
        rest /= 10;
    }
    *last = check(others);
    digits
}

/// Reads what people write of such digits: blanks and hyphens between them are nothing, and a Chinese
/// keyboard's full-width digits are digits.
pub(crate) fn read<const N: usize>(text: &str) -> Result<[u8; N], NotACode> {
    let (mut digits, mut count) = ([0; N], 0);
    for letter in text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
        let plain = match letter {
            '０'..='９' => u32::from(letter) - u32::from('０'),
            _ => letter.to_digit(10).ok_or(NotACode::OtherShape)?,
        };
        let place = digits.get_mut(count).ok_or(NotACode::OtherShape)?;
        *place = u8::try_from(plain).map_err(|_| NotACode::OtherShape)?;
        count += 1;
    }
    match count == N {
        true if check(&digits) == 0 => Ok(digits),
        true => Err(NotACode::Misheard),
        false => Err(NotACode::OtherShape),
    }
}

/// The digit that makes the whole come to zero.
fn check(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from(*digit)])
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code-{self}")
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        read(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damms_own_example() {
        assert_eq!(check(&[5, 7, 2]), 4);
    }

    #[test]
    fn a_code_reads_back_however_it_is_written() {
        let code = Code::of(&RequestId::from_bytes([7; 32]));
        let text = code.to_string();
        assert_eq!(text.len(), 7);
        assert_eq!(text.parse(), Ok(code));
        assert_eq!(format!(" {}-{} ", &text[..3], &text[3..]).parse(), Ok(code));
        let wide: String = text
            .chars()
            .map(|digit| char::from_u32(digit as u32 + 0xfee0).expect("a digit"))
            .collect();
        assert_eq!(wide.parse(), Ok(code));
        assert_eq!("12345".parse::<Code>(), Err(NotACode::OtherShape));
        assert_eq!("ride to the clinic".parse::<Code>(), Err(NotACode::OtherShape));
    }

    #[test]
    fn a_misheard_digit_and_a_swap_of_neighbours_are_noticed() {
        for seed in 0..40 {
            let code = Code::of(&RequestId::from_bytes([seed; 32]));
            for at in 0..=DIGITS {
                for other in (0..10).filter(|digit| *digit != code.0[at]) {
                    let mut wrong = code;
                    wrong.0[at] = other;
                    assert_eq!(wrong.to_string().parse::<Code>(), Err(NotACode::Misheard));
                }
                let mut swapped = code;
                if at > 0 && code.0[at - 1] != code.0[at] {
                    swapped.0.swap(at - 1, at);
                    assert_eq!(swapped.to_string().parse::<Code>(), Err(NotACode::Misheard));
                }
            }
        }
    }
}
