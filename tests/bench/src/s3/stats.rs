//! What the stand-in was asked, by operation, for the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts since the stand-in was last reset.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Stats {
    /// Calls by the name that AWS gives the operation; the name has a `!` in front where the call was refused.
    pub calls: BTreeMap<String, u64>,
    /// Bytes of objects and parts that came, without the framing of chunks.
    pub bytes_stored: u64,
}

impl Stats {
    /// Counts a call.
    pub fn count(&mut self, operation: &str) {
        match self.calls.get_mut(operation) {
            Some(calls) => *calls += 1,
            None => drop(self.calls.insert(operation.to_owned(), 1)),
        }
    }

    /// What happened since an earlier moment.
    pub fn since(&self, earlier: &Self) -> Self {
        let calls = self.calls.iter().map(|(operation, calls)| {
            (operation.clone(), calls - earlier.calls.get(operation).copied().unwrap_or(0))
        });
        Self {
            calls: calls.filter(|(_, calls)| *calls > 0).collect(),
            bytes_stored: self.bytes_stored - earlier.bytes_stored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_counts() {
        let mut before = Stats::default();
        before.count("GetObject");
        let mut after = before.clone();
        after.count("PutObject");
        after.count("PutObject");
        after.bytes_stored = 7;
        let new = after.since(&before);
        assert_eq!((new.calls, new.bytes_stored), (BTreeMap::from([("PutObject".to_owned(), 2)]), 7));
    }
}
