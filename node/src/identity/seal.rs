//! The sealed key: the second signature of rank 3 and above, and the key that certifies a fresh
//! writer when this box was restored or copied.
//!
//! Until somebody sets a passphrase it lies open in `identity.json`, as in the first release. With
//! one it is kept shut there; for a duty shift it is opened into memory, and shut again by time, by
//! hand, or by a restart.

use crdt::{id::KeyId, keys::Secret, time::ClaimedTime};

use crate::passphrase::{self, NotOpened, Passphrase};

/// Hours that a key may stay open: a long duty shift; who needs more opens it again.
pub const HOURS_MAX: u32 = 24;

/// One person's sealed key.
#[derive(Clone, Debug)]
pub struct Seal {
    key: KeyId,
    /// The shut form; none where no passphrase is set.
    shut: Option<Vec<u8>>,
    open: Option<Secret>,
    /// Open from when until when, where there is a passphrase.
    shift: Option<(ClaimedTime, ClaimedTime)>,
}

impl Seal {
    /// A key without a passphrase.
    pub fn bare(key: Secret) -> Self {
        Self { key: key.key(), shut: None, open: Some(key), shift: None }
    }

    /// A key as it was kept shut.
    pub fn kept_shut(key: KeyId, shut: Vec<u8>) -> Self {
        Self { key, shut: Some(shut), open: None, shift: None }
    }

    /// The public half.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The shut form, for the key file.
    pub fn shut(&self) -> Option<&[u8]> {
        self.shut.as_deref()
    }

    /// The key, if it is open now.
    pub fn secret(&self) -> Option<&Secret> {
        self.open.as_ref()
    }

    /// Has it a passphrase?
    pub fn has_passphrase(&self) -> bool {
        self.shut.is_some()
    }

    /// Until when it stays open; none where it is shut or has no passphrase.
    pub fn until(&self) -> Option<ClaimedTime> {
        self.shift.filter(|_| self.open.is_some()).map(|(_, until)| until)
    }

    /// Sets or changes the passphrase; it is shut afterwards.
    ///
    /// # Errors
    ///
    /// Where `old` does not open what is shut now.
    pub fn protect(&mut self, old: Option<&Passphrase>, new: &Passphrase) -> Result<(), NotOpened> {
        let key = match (&self.shut, old) {
            (None, _) => self.open.clone().ok_or(NotOpened::Damaged)?,
            (Some(_), None) => return Err(NotOpened::WrongPassphrase),
            (Some(shut), Some(old)) => self.opened(shut, old)?,
        };
        self.shut = Some(passphrase::shut(&key.to_seed(), new)?);
        self.lock();
        Ok(())
    }

    /// Opens it until `until`.
    ///
    /// # Errors
    ///
    /// Where the passphrase is wrong, or the file is damaged.
    pub fn unlock(
        &mut self,
        passphrase: &Passphrase,
        now: ClaimedTime,
        until: ClaimedTime,
    ) -> Result<(), NotOpened> {
        let Some(shut) = &self.shut else { return Ok(()) };
        self.open = Some(self.opened(shut, passphrase)?);
        self.shift = Some((now, until));
        Ok(())
    }

    /// Shuts it, if it has a passphrase.
    pub fn lock(&mut self) {
        if self.shut.is_some() {
            (self.open, self.shift) = (None, None);
        }
    }

    /// Shuts it if its time is over. A clock that was set back before the shift began ends it too.
    pub fn keep_time(&mut self, now: ClaimedTime) {
        if self.shift.is_some_and(|(from, until)| now < from || now >= until) {
            self.lock();
        }
    }

    fn opened(&self, shut: &[u8], passphrase: &Passphrase) -> Result<Secret, NotOpened> {
        let seed = passphrase::open(shut, passphrase)?;
        let key = Secret::from_seed(seed.try_into().map_err(|_| NotOpened::Damaged)?);
        if key.key() == self.key { Ok(key) } else { Err(NotOpened::Damaged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(hour: u64) -> ClaimedTime {
        ClaimedTime(hour * 3_600_000)
    }

    #[test]
    fn a_shift_ends_by_time_by_hand_and_when_the_clock_is_set_back() {
        let (words, others) =
            (Passphrase::typed("on duty tonight"), Passphrase::typed("guessed it"));
        let mut seal = Seal::bare(Secret::from_seed([1; 32]));
        seal.lock();
        assert!(seal.secret().is_some(), "without a passphrase nothing can be shut");
        seal.protect(None, &words).expect("set");
        assert!(seal.secret().is_none(), "shut at once");
        assert!(matches!(seal.unlock(&others, at(8), at(16)), Err(NotOpened::WrongPassphrase)));
        let open = |seal: &mut Seal| seal.unlock(&words, at(8), at(16)).expect("the right one");
        open(&mut seal);
        seal.keep_time(at(15));
        assert_eq!((seal.secret().is_some(), seal.until()), (true, Some(at(16))));
        seal.keep_time(at(16));
        assert!(seal.secret().is_none(), "the shift is over");
        open(&mut seal);
        seal.keep_time(at(7));
        assert!(seal.secret().is_none(), "the clock was set back");
        open(&mut seal);
        seal.lock();
        assert!(seal.secret().is_none());
        assert!(seal.protect(Some(&others), &others).is_err(), "whoever changes it must know it");
    }
}
