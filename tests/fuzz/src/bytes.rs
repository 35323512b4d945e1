//! Cuts one input into the parts that a door needs.

/// What is left of an input; whatever is missing is zero.
pub(super) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A part that says its length in two bytes; shorter where the input ends before.
    pub(super) fn part(&mut self) -> &'a [u8] {
        let length = usize::from(u16::from_be_bytes([self.byte(), self.byte()]));
        let (part, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        part
    }

    /// These bytes with some of them changed, as the next part of the input says: each four of it
    /// are a place, what to do there, and a value.
    pub(super) fn changed(&mut self, honest: &[u8]) -> Vec<u8> {
        let mut bytes = honest.to_vec();
        for four in self.part().chunks_exact(4) {
            let at = usize::from(u16::from_be_bytes([four[0], four[1]])) % (bytes.len() + 1);
            match four[2] % 4 {
                0 if at < bytes.len() => bytes[at] = four[3],
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                _ => bytes.insert(at, four[3]),
            }
        }
        bytes
    }
}
