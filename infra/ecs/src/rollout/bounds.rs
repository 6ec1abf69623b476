//! How few and how many tasks a rolling deployment leaves running.

use serde::Serialize;

/// How few and how many tasks may run during a deployment.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>.
/// The minimum is rounded up and the maximum down (rules D03 and D04), so that small services have less room
/// than the percentages promise: of 1 task, 50 % must stay healthy, which is the whole task; and 125 % of 3
/// tasks allow no fourth. With 50 and 100 %, or 100 and 125 %, such a service cannot be deployed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bounds {
    /// So many tasks must stay healthy.
    pub min_running: u32,
    /// So many tasks may run or be starting.
    pub max_running: u32,
}

impl Bounds {
    /// The bounds in tasks.
    pub fn new(desired: u32, minimum_healthy_percent: u32, maximum_percent: u32) -> Self {
        let hundredths = |percent| u64::from(desired) * u64::from(percent);
        let tasks = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            min_running: tasks(hundredths(minimum_healthy_percent).div_ceil(100)),
            max_running: tasks(hundredths(maximum_percent) / 100),
        }
    }

    /// Whether one task may be started or stopped, without which a deployment never begins (rule D05).
    pub fn can_progress(self, desired: u32) -> bool {
        desired == 0 || self.max_running > desired || self.min_running < desired
    }
}

/// The smallest maximum percentage that lets a service of this size start one more task.
pub fn least_maximum_percent(desired: u32) -> u32 {
    let desired = u64::from(desired.max(1));
    // At most 200, which is what a service of one task needs.
    ((desired + 1) * 100).div_ceil(desired) as u32
}

/// The largest minimum percentage that lets a service of this size stop one task.
pub fn most_minimum_healthy_percent(desired: u32) -> u32 {
    let desired = u64::from(desired.max(1));
    // Below 100.
    ((desired - 1) * 100 / desired) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_minimum_is_rounded_up_and_the_maximum_down() {
        assert_eq!(Bounds::new(2, 75, 200), Bounds { min_running: 2, max_running: 4 });
        assert_eq!(Bounds::new(3, 100, 125), Bounds { min_running: 3, max_running: 3 });
    }

    #[test]
    fn a_service_without_tasks_is_done_at_once() {
        assert!(Bounds::new(0, 100, 100).can_progress(0));
    }

    proptest! {
        #[test]
        fn the_advice_is_the_nearest_percentage_that_works(desired in 1..=(1_u32 << 31)) {
            let (least, most) = (least_maximum_percent(desired), most_minimum_healthy_percent(desired));
            prop_assert!(Bounds::new(desired, 100, least).can_progress(desired));
            prop_assert!(!Bounds::new(desired, 100, least - 1).can_progress(desired));
            prop_assert!(Bounds::new(desired, most, 100).can_progress(desired));
            prop_assert!(!Bounds::new(desired, most + 1, 100).can_progress(desired));
        }
    }
}
