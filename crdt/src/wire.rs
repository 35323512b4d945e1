//! Reading and writing bytes one field at a time, never past the end.

/// The bytes ended before the field did, or an integer was not in its shortest form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bytes end too early or are not canonical")]
pub struct Ended;

/// A cursor over bytes from outside.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    ///
    /// Where fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Ended> {
        let (head, left) = self.left.split_first_chunk::<N>().ok_or(Ended)?;
        self.left = left;
        Ok(*head)
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    ///
    /// Where fewer are left.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Ended> {
        let (head, left) = self.left.split_at_checked(count).ok_or(Ended)?;
        self.left = left;
        Ok(head)
    }

    /// An unsigned LEB128 integer in the fewest bytes, at most 64 bits.
    ///
    /// # Errors
    ///
    /// Where it is cut short, padded, or too large.
    pub fn varint(&mut self) -> Result<u64, Ended> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return Err(Ended);
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                let padded = byte == 0 && shift > 0;
                return if padded { Err(Ended) } else { Ok(value) };
            }
        }
        Err(Ended)
    }

    /// A length and so many bytes.
    ///
    /// # Errors
    ///
    /// Where fewer are left than the length says.
    pub fn bytes(&mut self) -> Result<&'a [u8], Ended> {
        let count = usize::try_from(self.varint()?).map_err(|_| Ended)?;
        self.take(count)
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.left)
    }

    /// Is nothing left?
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }
}

/// Appends an unsigned LEB128 integer in the fewest bytes.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a length and the bytes.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_form() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            assert_eq!(Reader::new(&bytes).varint(), Ok(value));
        }
        assert_eq!(Reader::new(&[0x80, 0x00]).varint(), Err(Ended), "padded");
        assert_eq!(Reader::new(&[0xff; 10]).varint(), Err(Ended), "too large");
        assert_eq!(Reader::new(&[0x80]).varint(), Err(Ended), "cut short");
    }
}
