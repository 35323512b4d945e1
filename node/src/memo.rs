//! An answer that costs a look at everything, kept until what it depends on is different.
//!
//! Whoever asks names a key that differs whenever the answer might. There is one place for one answer:
//! nothing grows, and nothing has to be told that it is old.

use std::cell::RefCell;

/// The last answer and its key.
#[derive(Debug)]
pub struct Memo<K, V>(RefCell<Option<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Clone + PartialEq, V: Clone> Memo<K, V> {
    /// The kept answer if it was for this key, else a new one.
    ///
    /// # Errors
    ///
    /// Those of `make`; nothing is kept then.
    pub fn get_or<E>(&self, key: &K, make: impl FnOnce() -> Result<V, E>) -> Result<V, E> {
        if let Some((kept, answer)) = &*self.0.borrow()
            && kept == key
        {
            return Ok(answer.clone());
        }
        let answer = make()?;
        *self.0.borrow_mut() = Some((key.clone(), answer.clone()));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_once_for_a_key_and_a_failure_is_not_kept() {
        let memo = Memo::<u8, u8>::default();
        let never = || -> Result<u8, &str> { Err("asked again") };
        assert_eq!(memo.get_or(&1, || Err("no")), Err("no"));
        assert_eq!(memo.get_or(&1, || Ok::<_, &str>(10)), Ok(10));
        assert_eq!(memo.get_or(&1, never), Ok(10));
        assert_eq!(memo.get_or(&2, || Ok::<_, &str>(20)), Ok(20));
        assert_eq!(memo.get_or(&1, never), Err("asked again"));
    }
}
