//! The mark that a run leaves on its machine for as long as it may hold a lease: an empty file that is named after it. By that a
//! later run knows that the holder of a lease ran here, and not on a machine that was cloned from the same one. Where it can't
//! be left, or is gone, the lease of a run that died is waited for.

use std::collections::hash_map::RandomState;
use std::fs::{self, OpenOptions};
use std::hash::BuildHasher;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::SystemTime;

const PREFIX: &str = "image-app-run-";

static THIS: OnceLock<String> = OnceLock::new();

/// The name of this run: a random text.
pub fn this_run() -> &'static str {
    THIS.get_or_init(random)
}

/// Leaves this run's mark.
pub fn leave() {
    make(this_run());
}

/// Takes a run's mark away: it has given its lease back, or has ended.
pub fn remove(run: &str) {
    if let Some(file) = file(run) {
        // What can't be removed is empty, and in a folder that is emptied.
        fs::remove_file(file).ok();
    }
}

/// Whether a run has left its mark on this machine.
pub fn is_here(run: &str) -> bool {
    file(run).is_some_and(|file| file.symlink_metadata().is_ok())
}

fn make(run: &str) {
    if let Some(file) = file(run) {
        OpenOptions::new().write(true).create_new(true).open(file).ok();
    }
}

/// None for a text that can't be a run's name: it comes from a bucket.
fn file(run: &str) -> Option<PathBuf> {
    let is_name = !run.is_empty() && run.bytes().all(|letter| letter.is_ascii_alphanumeric());
    is_name.then(|| std::env::temp_dir().join(format!("{PREFIX}{run}")))
}

/// 128 bits. The time is among them, as machines that were cloned may have the same random numbers ahead of them.
fn random() -> String {
    let bits = || RandomState::new().hash_one((std::process::id(), SystemTime::now()));
    format!("{:016x}{:016x}", bits(), bits())
}

/// Another run, which has left its mark here.
#[cfg(test)]
pub fn another_run() -> String {
    let run = random();
    make(&run);
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_there_until_it_is_removed() {
        let run = another_run();
        assert!(is_here(&run));
        remove(&run);
        assert!(!is_here(&run));
    }

    #[test]
    fn what_a_lease_names_is_never_another_file() {
        let run = another_run();
        for text in ["", "../x", "a/b", &format!("./{run}"), &format!("{run}\0")] {
            assert!(!is_here(text), "{text:?}");
        }
        remove(&run);
    }
}
