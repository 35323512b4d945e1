//! An answer that costs a look at everything, kept until what it depends on is different.
//!
//! Whoever asks names a key that differs whenever the answer might. There is one place for one answer:
//! nothing grows, and nothing has to be told that it is old.

use std::{cell::RefCell, collections::BTreeMap};

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

/// Answers to several questions, all of one version of what they depend on.
#[derive(Debug)]
pub struct Shelf<K, V>(RefCell<(u64, BTreeMap<K, V>)>);

/// Answers on one shelf; beyond, it is emptied.
const ANSWERS_MAX: usize = 1_000;

impl<K, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Self(RefCell::new((0, BTreeMap::new())))
    }
}

impl<K: Ord, V: Clone> Shelf<K, V> {
    /// The kept answer to this question if it was for this version, else a new one.
    ///
    /// # Errors
    ///
    /// Those of `make`; nothing is kept then.
    pub fn get_or<E>(
        &self,
        version: u64,
        question: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        if let (kept, answers) = &*self.0.borrow()
            && *kept == version
            && let Some(answer) = answers.get(&question)
        {
            return Ok(answer.clone());
        }
        let answer = make()?;
        let (kept, answers) = &mut *self.0.borrow_mut();
        if *kept != version || answers.len() >= ANSWERS_MAX {
            answers.clear();
            *kept = version;
        }
        answers.insert(question, answer.clone());
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

    #[test]
    fn a_shelf_keeps_answers_of_one_version_only() {
        let shelf = Shelf::<u8, u8>::default();
        let never = || -> Result<u8, &str> { Err("asked again") };
        assert_eq!(shelf.get_or(1, 5, || Ok::<_, &str>(50)), Ok(50));
        assert_eq!(shelf.get_or(1, 6, || Ok::<_, &str>(60)), Ok(60));
        assert_eq!(shelf.get_or(1, 5, never), Ok(50));
        assert_eq!(shelf.get_or(2, 6, never), Err("asked again"));
        assert_eq!(shelf.get_or(1, 6, never), Ok(60), "a failure changes nothing");
        assert_eq!(shelf.get_or(2, 6, || Ok::<_, &str>(61)), Ok(61));
        assert_eq!(shelf.get_or(1, 5, never), Err("asked again"));
    }
}
