//! A folder for a while: made with a name that nobody can guess, gone when it is dropped.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crdt::id::to_hex;

use crate::{api::ApiError, clock};

/// A temporary folder.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new one, in the system's place for such things.
    pub fn make() -> Result<Self, ApiError> {
        let name = format!("linli-demo-{}", to_hex(&clock::random::<8>()));
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).map_err(|error| ApiError::unwritable(&path, &error))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "The demo's folder could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_behind() {
        let scratch = Scratch::make().expect("there is a place for temporary folders");
        let path = scratch.path().to_owned();
        fs::write(path.join("truth.db"), "x").expect("it was just made");
        drop(scratch);
        assert!(!path.exists());
    }
}
