//! Everything that a fuzzer once kept goes through the doors again, in every build.

#[path = "src/lib.rs"]
mod doors;

use std::{fs, path::Path};

/// A door: takes whatever bytes there are.
type Door = fn(&[u8]);

#[test]
fn nothing_that_was_ever_found_gets_through_a_door_again() {
    let doors: [(&str, Door); 6] = [
        ("bundle", doors::bundle),
        ("envelope", doors::envelope),
        ("body", doors::body),
        ("gate", doors::gate),
        ("session", doors::session),
        ("typed", doors::typed),
    ];
    for (name, door) in doors {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let files = fs::read_dir(&folder).expect("each door has a corpus");
        let mut count = 0;
        for file in files.flatten() {
            let bytes = fs::read(file.path()).expect("readable");
            println!("{}", file.path().display());
            door(&bytes);
            count += 1;
        }
        assert!(count > 0, "{name} has nothing to begin with");
    }
}
