//! What somebody had before him when he began to write: a change that would go over what another wrote
//! meanwhile is told instead of done.

/// Digits of a mark.
const MARK_DIGITS: usize = 16;

/// The mark of what somebody saw, for [`super::Command::IfSeen`]: the first sixteen hexadecimal digits of BLAKE3
/// over the texts, a zero byte behind each.
///
/// Of a fact all its values in their order, of a team's listing what it is for and how many should vouch (nothing where
/// it is not listed), of everything else the one text.
pub fn mark_of<T: AsRef<str>>(texts: &[T]) -> String {
    let mut all = blake3::Hasher::new();
    for text in texts {
        all.update(text.as_ref().as_bytes()).update(&[0]);
    }
    all.finalize().to_hex()[..MARK_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::mark_of;

    #[test]
    fn a_mark_tells_values_apart_and_is_the_same_for_the_same() {
        assert_eq!(mark_of(&["3 门", "5 门"]), mark_of(&["3 门", "5 门"]));
        for other in [&["3 门"][..], &["5 门", "3 门"], &["3 门5 门"], &[], &[""]] {
            assert_ne!(mark_of(&["3 门", "5 门"]), mark_of(other), "{other:?}");
        }
    }
}
