//! Files that are either whole or not there, and digests: the one home of both for every crate above.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// Name of the unfinished twin of a file or folder, beside it.
pub fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}

/// Writes a file under another name beside its place and renames it when it is whole.
///
/// # Errors
/// If the folder is not writable or the disk is full; then nothing is left behind.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = unfinished(path);
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        // The error tells what happened; the remnant would only mislead.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// SHA-256 of the parts one after the other, as 64 hexadecimal digits.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[value as usize]);
    let pair = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_is_whole_and_leaves_no_remnant() {
        let folder = std::env::temp_dir().join(format!("understudy-files-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_whole(&folder.join("a.txt"), b"whole").unwrap();
        let names: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["a.txt"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_digest_is_sha_256_of_the_whole() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest([&b"a"[..], b"bc"]), abc);
    }
}
