//! A rolling deployment: how many old and new tasks run, step by step.

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

/// A deployment from its first to its last step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rollout {
    /// The service's number of tasks.
    pub desired: u32,
    /// The percentage of them that must stay healthy.
    pub minimum_healthy_percent: u32,
    /// The percentage of them that may run.
    pub maximum_percent: u32,
    /// The two percentages in tasks.
    #[serde(flatten)]
    pub bounds: Bounds,
    /// Whether every old task is replaced in the end. If not, the last step is where the deployment stays
    /// stuck.
    pub completes: bool,
    /// The state before the deployment, then every change.
    pub steps: Vec<Step>,
}

/// The tasks that run after one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// New tasks that this step starts. They are healthy before the next step.
    pub starts: u32,
    /// Old tasks that this step stops.
    pub stops: u32,
    /// Old tasks that now run.
    pub old: u32,
    /// New tasks that now run.
    pub new: u32,
    /// All tasks that now run.
    pub total: u32,
    /// What happens, and the bound that it keeps.
    pub why: String,
}

/// ECS counts a service's tasks in 31 bits. All old and all new ones together then fit in 32.
const MOST_TASKS: u32 = u32::MAX >> 1;

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

/// Deploys new tasks in place of all old ones.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>.
/// It documents the bounds, not the order within them: here new tasks are started first where there is room,
/// they all become healthy, then old ones are stopped. ECS itself may do both at once.
pub fn rolling(desired: u32, minimum_healthy_percent: u32, maximum_percent: u32) -> Rollout {
    let desired = desired.min(MOST_TASKS);
    let bounds = Bounds::new(desired, minimum_healthy_percent, maximum_percent);
    let (mut old, mut new) = (desired, 0);
    let before = Step::new(0, 0, old, new, format!("{} before the deployment", counted(desired, "old")));
    let mut rollout = Rollout {
        desired,
        minimum_healthy_percent,
        maximum_percent,
        bounds,
        completes: false,
        steps: vec![before],
    };
    loop {
        let steps_before = rollout.steps.len();
        let starts = bounds.max_running.saturating_sub(old + new).min(desired - new);
        if starts > 0 {
            new += starts;
            let why = format!("starts {}: {}", counted(starts, "new"), rollout.at_most());
            rollout.steps.push(Step::new(starts, 0, old, new, why));
        }
        let stops = (old + new).saturating_sub(bounds.min_running).min(old);
        if stops > 0 {
            old -= stops;
            let why = format!("stops {}: {}", counted(stops, "old"), rollout.at_least());
            rollout.steps.push(Step::new(0, stops, old, new, why));
        }
        // Every pass but the last starts or stops a task, and there are finitely many to start and to stop.
        if rollout.steps.len() == steps_before {
            rollout.completes = old == 0 && new == desired;
            return rollout;
        }
    }
}

impl Rollout {
    /// The lower bound in words.
    pub fn at_least(&self) -> String {
        let percent = self.minimum_healthy_percent;
        let rounded = if self.is_whole(percent) { "" } else { ", rounded up" };
        format!(
            "at least {} must stay healthy ({percent} % of {}{rounded})",
            self.bounds.min_running, self.desired
        )
    }

    /// The upper bound in words.
    pub fn at_most(&self) -> String {
        let percent = self.maximum_percent;
        let rounded = if self.is_whole(percent) { "" } else { ", rounded down" };
        format!("at most {} may run ({percent} % of {}{rounded})", self.bounds.max_running, self.desired)
    }

    fn is_whole(&self, percent: u32) -> bool {
        (u64::from(self.desired) * u64::from(percent)).is_multiple_of(100)
    }
}

impl Step {
    fn new(starts: u32, stops: u32, old: u32, new: u32, why: String) -> Self {
        Self { starts, stops, old, new, total: old + new, why }
    }
}

fn counted(count: u32, age: &str) -> String {
    format!("{count} {age} {}", if count == 1 { "task" } else { "tasks" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// (old, new) after every step.
    fn counts(rollout: &Rollout) -> Vec<(u32, u32)> {
        rollout.steps.iter().map(|step| (step.old, step.new)).collect()
    }

    #[test]
    fn with_room_above_new_tasks_start_first() {
        let rollout = rolling(4, 100, 200);
        assert_eq!(counts(&rollout), [(4, 0), (4, 4), (0, 4)]);
        assert_eq!(rollout.steps[1].why, "starts 4 new tasks: at most 8 may run (200 % of 4)");
        assert_eq!(rollout.steps[2].why, "stops 4 old tasks: at least 4 must stay healthy (100 % of 4)");
        assert!(rollout.completes);
    }

    #[test]
    fn without_room_above_old_tasks_stop_first() {
        let rollout = rolling(4, 50, 100);
        assert_eq!(counts(&rollout), [(4, 0), (2, 0), (2, 2), (0, 2), (0, 4)]);
        assert!(rollout.completes);
    }

    #[test]
    fn with_minimum_0_the_whole_service_may_stop() {
        assert_eq!(counts(&rolling(4, 0, 100)), [(4, 0), (0, 0), (0, 4)]);
    }

    #[test]
    fn the_minimum_is_rounded_up_and_the_maximum_down() {
        assert_eq!(Bounds::new(2, 75, 200), Bounds { min_running: 2, max_running: 4 });
        assert_eq!(Bounds::new(3, 100, 125), Bounds { min_running: 3, max_running: 3 });
        assert_eq!(rolling(3, 50, 134).at_least(), "at least 2 must stay healthy (50 % of 3, rounded up)");
        assert_eq!(rolling(3, 50, 134).at_most(), "at most 4 may run (134 % of 3, rounded down)");
    }

    #[test]
    fn rounding_can_leave_a_small_service_stuck() {
        for (desired, minimum, maximum) in [(1, 50, 100), (3, 100, 125), (1, 1, 199)] {
            let rollout = rolling(desired, minimum, maximum);
            assert_eq!(counts(&rollout), [(desired, 0)]);
            assert!(!rollout.completes);
        }
    }

    #[test]
    fn a_service_without_tasks_is_done_at_once() {
        assert!(Bounds::new(0, 100, 100).can_progress(0));
        assert!(rolling(0, 100, 100).completes);
    }

    #[test]
    fn percentages_that_ecs_refuses_end_too() {
        assert_eq!(counts(&rolling(4, 150, 200)), [(4, 0), (4, 4), (2, 4)], "6 must stay healthy");
        assert_eq!(counts(&rolling(4, 0, 50)), [(4, 0), (0, 0), (0, 2)], "2 may run");
        assert!(rolling(u32::MAX, 0, u32::MAX).completes);
    }

    /// Few tasks, where rounding shows, as well as very many; every pair that ECS takes.
    fn deployments() -> impl Strategy<Value = (u32, u32, u32)> {
        let desired = prop_oneof![0..=300_u32, 0..=10_000_u32, 0..=(1_u32 << 31)];
        (desired, 0..=100_u32, 100..=400_u32)
            .prop_filter("both 100", |(_, minimum, maximum)| minimum < maximum)
    }

    proptest! {
        #[test]
        fn the_bounds_hold_after_every_step((desired, minimum, maximum) in deployments()) {
            let rollout = rolling(desired, minimum, maximum);
            for step in &rollout.steps {
                let healthy = step.total - step.starts;
                prop_assert_eq!(step.total, step.old + step.new);
                prop_assert!(step.total <= rollout.bounds.max_running);
                prop_assert!(healthy >= rollout.bounds.min_running);
                prop_assert!(step.new <= desired);
            }
        }

        #[test]
        fn every_step_follows_from_the_one_before((desired, minimum, maximum) in deployments()) {
            for pair in rolling(desired, minimum, maximum).steps.windows(2) {
                prop_assert_eq!(pair[1].new, pair[0].new + pair[1].starts);
                prop_assert_eq!(pair[1].old, pair[0].old - pair[1].stops);
                prop_assert!((pair[1].starts > 0) != (pair[1].stops > 0));
            }
        }

        #[test]
        fn it_completes_exactly_if_it_can_progress((desired, minimum, maximum) in deployments()) {
            let rollout = rolling(desired, minimum, maximum);
            prop_assert_eq!(rollout.completes, rollout.bounds.can_progress(desired));
        }

        #[test]
        fn the_number_of_steps_is_bounded(desired: u32, minimum in 0..=300_u32, maximum in 0..=300_u32) {
            for desired in [desired, desired >> 1, desired % 10_001, desired % 300] {
                prop_assert!(rolling(desired, minimum, maximum).steps.len() <= 601);
            }
        }

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
