//! How many files were checked, and what was passed over.

use std::path::{Path, PathBuf};

use infra_ecs::verdict::Outcome;
use serde_json::json;

use super::report::How;

/// So many files that were passed over are named.
const MOST_NAMES: usize = 10;

/// How the files ended.
#[derive(Debug, Default)]
pub struct Tally {
    taken: usize,
    refused: usize,
    unreadable: usize,
    skipped: Vec<(PathBuf, &'static str)>,
    folders: Vec<PathBuf>,
}

impl Tally {
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Taken => self.taken += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::NoJson => self.unreadable += 1,
        }
    }

    pub fn skip(&mut self, file: &Path, why: &'static str) {
        self.skipped.push((file.to_owned(), why));
    }

    /// A folder was gone through.
    pub fn folder(&mut self, folder: &Path) {
        self.folders.push(folder.to_owned());
    }

    pub fn worst(&self) -> Outcome {
        match (self.refused, self.unreadable) {
            (0, 0) => Outcome::Taken,
            (_, 0) => Outcome::Refused,
            _ => Outcome::NoJson,
        }
    }

    /// Says what became of folders; one file speaks for itself.
    pub fn print(&self, how: &How) -> anyhow::Result<()> {
        if self.folders.is_empty() {
            return Ok(());
        }
        if how.json {
            for (file, why) in &self.skipped {
                infra_options::print(json!({"file": file.display().to_string(), "skipped": why}))?;
            }
            return Ok(());
        }
        let checked = self.taken + self.refused + self.unreadable;
        let counts =
            [(self.taken, "taken"), (self.refused, "refused"), (self.unreadable, "unreadable")].into_iter();
        let counts = counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let counts: Vec<_> = counts.chain([format!("{} skipped", self.skipped.len())]).collect();
        infra_options::print(format!("{checked} checked: {}", counts.join(", ")))?;
        for (file, why) in self.skipped.iter().take(MOST_NAMES) {
            infra_options::print(format!("  skipped {}: {why}", file.display()))?;
        }
        let more = self.skipped.len().saturating_sub(MOST_NAMES);
        if more > 0 {
            infra_options::print(format!("  skipped {more} more; --json names all of them"))
        } else {
            Ok(())
        }
    }
}
