//! How many of a service's tasks each provider of a capacity provider strategy gets.

use std::cmp::Reverse;

use serde::Serialize;

use crate::CapacityProviderStrategyItem;

/// One capacity provider's part in a strategy.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// The provider's name.
    pub capacity_provider: String,
    /// So many tasks go to it before anything is divided.
    pub base: u32,
    /// Its part of what is left, relative to the other weights.
    pub weight: u32,
}

impl From<&CapacityProviderStrategyItem> for Share {
    /// What ECS refuses, such as a negative weight, counts as 0.
    fn from(item: &CapacityProviderStrategyItem) -> Self {
        let number = |value: Option<i32>| u32::try_from(value.unwrap_or_default()).unwrap_or_default();
        Self {
            capacity_provider: item.capacity_provider.clone(),
            base: number(item.base),
            weight: number(item.weight),
        }
    }
}

/// The number of tasks that each share gets, in the same order (rule C08).
///
/// The base comes first, the rest is divided in the ratio of the weights. Less than `desired` is placed only
/// where several shares have no weight at all and their bases do not cover it, which ECS refuses (rule C05).
pub fn place(desired: u32, shares: &[Share]) -> Vec<u32> {
    // AWS does not say what a single provider with weight 0 gets. Everything: nobody else could take it.
    if shares.len() == 1 {
        return vec![desired];
    }
    let mut tasks = bases(desired, shares);
    let rest = desired - tasks.iter().sum::<u32>();
    for (tasks, more) in tasks.iter_mut().zip(divide(rest, shares)) {
        *tasks += more;
    }
    tasks
}

/// Gives out the bases. Only one share may have one (rule C04); of several, the first are served first.
fn bases(desired: u32, shares: &[Share]) -> Vec<u32> {
    let mut left = desired;
    let mut serve = |share: &Share| {
        let given = share.base.min(left);
        left -= given;
        given
    };
    shares.iter().map(&mut serve).collect()
}

/// Divides tasks in the ratio of the weights.
///
/// AWS does not document the rounding (rule C09). This is the method of largest remainders: everybody gets
/// the whole part of an exact share, and the tasks left over go to those who lost the most, of equals to the
/// one listed first.
fn divide(rest: u32, shares: &[Share]) -> Vec<u32> {
    let weights: u64 = shares.iter().map(|share| u64::from(share.weight)).sum();
    if weights == 0 {
        return vec![0; shares.len()];
    }
    let exact = |share: &Share| u64::from(rest) * u64::from(share.weight);
    // The whole part of a share is never more than `rest`, so it fits.
    let mut tasks: Vec<u32> = shares.iter().map(|share| (exact(share) / weights) as u32).collect();
    let left_over = rest - tasks.iter().sum::<u32>();

    let mut by_loss: Vec<usize> = (0..shares.len()).collect();
    by_loss.sort_by_key(|&index| Reverse(exact(&shares[index]) % weights));
    for index in by_loss.into_iter().take(left_over as usize) {
        tasks[index] += 1;
    }
    tasks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Places tasks on shares of (base, weight).
    fn placed(desired: u32, shares: &[(u32, u32)]) -> Vec<u32> {
        let share =
            |&(base, weight): &(u32, u32)| Share { capacity_provider: "any".to_owned(), base, weight };
        place(desired, &shares.iter().map(share).collect::<Vec<_>>())
    }

    #[test]
    fn the_base_comes_first_and_the_rest_is_divided_by_weight() {
        assert_eq!(placed(10, &[(2, 1), (0, 3)]), [4, 6]);
        assert_eq!(placed(10, &[(0, 1), (0, 1)]), [5, 5]);
    }

    #[test]
    fn without_weight_there_is_only_the_base() {
        assert_eq!(placed(10, &[(3, 0), (0, 1)]), [3, 7]);
        assert_eq!(placed(10, &[(0, 0), (0, 1)]), [0, 10]);
    }

    #[test]
    fn a_base_above_desired_takes_everything() {
        assert_eq!(placed(3, &[(5, 1), (0, 9)]), [3, 0]);
        assert_eq!(placed(0, &[(5, 1), (0, 9)]), [0, 0]);
    }

    #[test]
    fn several_bases_never_give_out_more_than_desired() {
        assert_eq!(placed(7, &[(5, 1), (5, 1), (5, 1)]), [5, 2, 0]);
    }

    #[test]
    fn a_single_provider_gets_everything_whatever_its_weight() {
        assert_eq!(placed(4, &[(0, 0)]), [4]);
        assert_eq!(placed(4, &[(1, 7)]), [4]);
    }

    #[test]
    fn several_providers_without_weight_get_only_their_bases() {
        assert_eq!(placed(4, &[(1, 0), (0, 0)]), [1, 0]);
        assert_eq!(placed(4, &[]), [0; 0]);
    }

    #[test]
    fn left_over_tasks_go_to_the_largest_remainder_then_to_the_first() {
        assert_eq!(placed(5, &[(0, 1), (0, 2)]), [2, 3], "exactly 1.67 and 3.33");
        assert_eq!(placed(1, &[(0, 1), (0, 1), (0, 1)]), [1, 0, 0]);
    }

    #[test]
    fn the_largest_strategy_does_not_overflow() {
        let tasks = placed(u32::MAX, &[(100_000, u32::MAX); 20]);
        assert_eq!(tasks.iter().map(|tasks| u64::from(*tasks)).sum::<u64>(), u64::from(u32::MAX));
    }

    prop_compose! {
        /// A strategy as ECS takes it: one base at most, a weight somewhere.
        fn valid_strategy()(
            weights in prop::collection::vec(0..=1000_u32, 2..=20),
            weighted in any::<prop::sample::Index>(),
            based in any::<prop::sample::Index>(),
            base in 0..=100_000_u32,
        ) -> Vec<(u32, u32)> {
            let mut shares: Vec<_> = weights.into_iter().map(|weight| (0, weight)).collect();
            let (weighted, based) = (weighted.index(shares.len()), based.index(shares.len()));
            shares[weighted].1 = shares[weighted].1.max(1);
            shares[based].0 = base;
            shares
        }
    }

    /// Few tasks, where rounding shows, as well as very many.
    fn desired() -> impl Strategy<Value = u32> {
        prop_oneof![0..=50_u32, 0..=(1_u32 << 31)]
    }

    proptest! {
        #[test]
        fn every_task_is_placed(desired in desired(), shares in valid_strategy()) {
            prop_assert_eq!(placed(desired, &shares).iter().sum::<u32>(), desired);
        }

        #[test]
        fn every_count_is_the_exact_share_rounded(desired in desired(), shares in valid_strategy()) {
            let base = |share: &(u32, u32)| share.0.min(desired);
            let rest = u64::from(desired - shares.iter().map(base).sum::<u32>());
            let weights: u64 = shares.iter().map(|share| u64::from(share.1)).sum();
            for (share, tasks) in shares.iter().zip(placed(desired, &shares)) {
                let exact = rest * u64::from(share.1);
                let weighted = u64::from(tasks - base(share));
                prop_assert!((exact / weights..=exact.div_ceil(weights)).contains(&weighted));
            }
        }
    }
}
