//! A bound on the work that the metadata of one file may cost.

/// The length of an entry of a table.
pub(super) const ENTRY_BYTES: usize = 12;

/// Tables of Exif data may lead in circles and overlap, each in many segments, and a text may be nothing but positions:
/// without a bound, 20 MiB of them keep a processor busy for many seconds. This is far beyond what any camera or editor
/// writes. Metadata that would cost more is overwritten. The PHP app has the same bound, and counts the same steps.
const MOST_STEPS: usize = 100_000;

/// Steps that are left for one file: entries of tables, and names of positions in texts.
pub(super) struct Budget {
    left: usize,
}

/// Nothing is left of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent;

impl Default for Budget {
    fn default() -> Self {
        Self { left: MOST_STEPS }
    }
}

impl Budget {
    /// Pays for looking at one entry or name.
    pub(super) fn step(&mut self) -> Result<(), Spent> {
        self.pay(1)
    }

    /// Pays for moving or overwriting so many bytes, which costs what as many entries do.
    pub(super) fn write(&mut self, bytes: usize) -> Result<(), Spent> {
        self.pay(1 + bytes / ENTRY_BYTES)
    }

    /// What is left of it.
    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.left
    }

    fn pay(&mut self, steps: usize) -> Result<(), Spent> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        left.map(drop).ok_or(Spent)
    }
}
