//! Which old revisions of a task definition may go.

use std::collections::BTreeSet;

/// The running one and the one before it, to which one may want to go back.
const KEPT_AT_LEAST: usize = 2;

/// The revisions that are more than are kept, oldest first: never the newest ones, nor one that is in use or the one before it.
pub fn superfluous(active: &BTreeSet<u32>, in_use: &BTreeSet<u32>, kept: usize) -> Vec<u32> {
    let before = |revision: &u32| active.range(..revision).next_back();
    let protected: BTreeSet<u32> =
        in_use.iter().flat_map(|used| before(used).into_iter().chain([used])).copied().collect();
    let old = active.len().saturating_sub(kept.max(KEPT_AT_LEAST));
    active.iter().take(old).filter(|revision| !protected.contains(revision)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    fn revisions() -> impl Strategy<Value = BTreeSet<u32>> {
        btree_set(1_u32..60, 0..40)
    }

    #[test]
    fn those_beyond_the_number_go_oldest_first() {
        assert_eq!(superfluous(&(1..=5).collect(), &BTreeSet::from([5]), 3), [1, 2]);
    }

    #[test]
    fn the_running_one_and_its_predecessor_stay_whatever_the_number() {
        assert_eq!(superfluous(&(1..=5).collect(), &BTreeSet::from([5]), 0), [1, 2, 3]);
        assert_eq!(superfluous(&BTreeSet::from([1, 3, 8, 9]), &BTreeSet::from([3]), 1), [] as [u32; 0]);
    }

    proptest! {
        #[test]
        fn exactly_the_old_ones_that_nobody_needs_go(active in revisions(), in_use in revisions(), kept in 0_usize..20) {
            let goes = superfluous(&active, &in_use, kept);
            for revision in &active {
                let newer = active.range(revision + 1..).count();
                let next = active.range(revision + 1..).next().copied().unwrap_or(u32::MAX);
                let precedes_one_in_use = in_use.range(revision + 1..=next).next().is_some();
                let is_needed = newer < kept.max(2) || in_use.contains(revision) || precedes_one_in_use;
                prop_assert_eq!(goes.contains(revision), !is_needed, "{}", revision);
            }
            prop_assert!(goes.iter().all(|revision| active.contains(revision)) && goes.is_sorted());
        }
    }
}
