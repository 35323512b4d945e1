//! The columns of an Automerge change, read with a bound on what they may expand to.
//!
//! A column is a list of runs: `n > 0` and a value (so many times), `n < 0` and so many values, `0`
//! and a count of nulls; an empty column is all nulls. Integers in the fewest bytes. A run may claim
//! any length, so nothing is expanded before it is compared with the bound: that is the whole point
//! of this file. Source: <https://automerge.org/automerge-binary-format-spec/>, and Automerge 0.12
//! `columnar/encoding/rle.rs`, against which the tests compare.

use super::Poison;
use crate::wire::Reader;

impl From<crate::wire::Ended> for Poison {
    fn from(_: crate::wire::Ended) -> Self {
        Self::Malformed
    }
}

/// A signed LEB128 integer in the fewest bytes.
pub(super) fn signed(reader: &mut Reader<'_>) -> Result<i64, Poison> {
    let mut value = 0i64;
    let mut before = None::<u8>;
    for shift in (0..64).step_by(7) {
        let [byte] = reader.array()?;
        value |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 != 0 {
            before = Some(byte);
            continue;
        }
        let padded = before.is_some_and(|before| {
            (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0)
        });
        let too_large = shift == 63 && byte != 0 && byte != 0x7f;
        if padded || too_large {
            return Err(Poison::Malformed);
        }
        if byte & 0x40 != 0 && shift < 57 {
            value |= -1 << (shift + 7);
        }
        return Ok(value);
    }
    Err(Poison::Malformed)
}

/// Expands a column to at most `most` entries; `beyond` is the verdict on one that claims more.
pub(super) fn runs<'a, T: Clone>(
    bytes: &'a [u8],
    most: usize,
    beyond: Poison,
    mut value: impl FnMut(&mut Reader<'a>) -> Result<T, Poison>,
) -> Result<Vec<Option<T>>, Poison> {
    let mut reader = Reader::new(bytes);
    let mut out = Vec::new();
    while !reader.is_empty() {
        let run = signed(&mut reader)?;
        let claimed = if run == 0 { reader.varint()? } else { run.unsigned_abs() };
        let count = usize::try_from(claimed).map_err(|_| beyond)?;
        if count == 0 {
            return Err(Poison::Malformed);
        }
        if count > most - out.len() {
            return Err(beyond);
        }
        match run {
            0 => out.resize(out.len() + count, None),
            1.. => {
                let value = value(&mut reader)?;
                out.resize(out.len() + count, Some(value));
            }
            _ => {
                for _ in 0..count {
                    out.push(Some(value(&mut reader)?));
                }
            }
        }
    }
    Ok(out)
}

/// A column of exactly `count` entries; an empty one is all nulls.
pub(super) fn nullable<'a, T: Clone>(
    bytes: &'a [u8],
    count: usize,
    value: impl FnMut(&mut Reader<'a>) -> Result<T, Poison>,
) -> Result<Vec<Option<T>>, Poison> {
    if bytes.is_empty() {
        return Ok(vec![None; count]);
    }
    let out = runs(bytes, count, Poison::Malformed, value)?;
    if out.len() == count { Ok(out) } else { Err(Poison::Malformed) }
}

/// A column of exactly `count` entries, none of them null.
pub(super) fn full<'a, T: Clone>(
    bytes: &'a [u8],
    count: usize,
    value: impl FnMut(&mut Reader<'a>) -> Result<T, Poison>,
) -> Result<Vec<T>, Poison> {
    nullable(bytes, count, value)?.into_iter().collect::<Option<_>>().ok_or(Poison::Malformed)
}

/// A column of differences, summed up: exactly `count` numbers, none negative.
pub(super) fn sums(bytes: &[u8], count: usize) -> Result<Vec<u64>, Poison> {
    let mut sum = 0i64;
    full(bytes, count, signed)?
        .into_iter()
        .map(|step| {
            sum = sum.checked_add(step).ok_or(Poison::Malformed)?;
            u64::try_from(sum).map_err(|_| Poison::Malformed)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_integers_have_one_form() {
        for (bytes, value) in [
            (vec![0x00], 0),
            (vec![0x7f], -1),
            (vec![0x3f], 63),
            (vec![0x40], -64),
            (vec![0xc0, 0x00], 64),
            (vec![0x80, 0x7f], -128),
            (vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00], i64::MAX),
            (vec![0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], i64::MIN),
        ] {
            assert_eq!(signed(&mut Reader::new(&bytes)), Ok(value), "{bytes:x?}");
        }
        for bytes in [vec![], vec![0x80], vec![0x80, 0x00], vec![0xff, 0x7f], vec![0xff; 11]] {
            assert_eq!(signed(&mut Reader::new(&bytes)), Err(Poison::Malformed), "{bytes:x?}");
        }
    }

    #[test]
    fn a_run_is_compared_with_the_bound_before_it_is_expanded() {
        let unsigned = |reader: &mut Reader<'_>| Ok(reader.varint()?);
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0x01];
        assert_eq!(runs(&huge, 5_000, Poison::OpCount, unsigned), Err(Poison::OpCount));
        assert_eq!(nullable(&[2, 7, 0, 1], 3, unsigned), Ok(vec![Some(7), Some(7), None]));
        assert_eq!(nullable(&[2, 7], 3, unsigned), Err(Poison::Malformed), "too short");
        assert_eq!(full(&[2, 7, 0, 1], 3, unsigned), Err(Poison::Malformed), "a null");
        assert_eq!(nullable(&[0, 0], 0, unsigned), Err(Poison::Malformed), "a run of nothing");
        assert_eq!(sums(&[0x7d, 5, 1, 0x7f], 3), Ok(vec![5, 6, 5]));
        assert_eq!(sums(&[1, 0x7f], 1), Err(Poison::Malformed), "negative");
    }
}
