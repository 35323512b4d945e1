//! Randomness as a value: one seed from the operating system, stretched by BLAKE3.
//!
//! A test gives its own seed and gets the same life again.

/// A stream of random bytes.
pub struct Dice(blake3::OutputReader);

impl Dice {
    /// Starts the stream that belongs to `seed`.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(blake3::Hasher::new_keyed(&seed).finalize_xof())
    }

    /// The next `N` bytes.
    pub fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill(&mut out);
        out
    }
}
