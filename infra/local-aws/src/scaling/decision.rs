//! What the autoscaler does with what it measured: values in, a decision out.
//!
//! AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html>

use std::cmp::Ordering;

/// So many datapoints over the target make the high alarm.
pub(super) const HIGH: usize = 3;
/// So many datapoints clearly below the target make the low alarm.
pub(super) const LOW: usize = 15;
/// What is clearly below: this share of the target.
const CLEARLY: f64 = 0.9;
/// AWS says of scale-in only that it is gradual: here a tenth of the tasks at a time.
const GRADUALLY: u32 = 10;

/// What a policy's metric was in a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub value: f64,
    /// How many tasks ran.
    pub tasks: u32,
}

/// A policy as the decision sees it.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub target: f64,
    pub scales_in: bool,
    /// Minute for minute, the newest last; none without data.
    pub points: Vec<Option<Point>>,
}

/// A service, and what keeps it from being scaled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Situation {
    pub desired: u32,
    pub min: u32,
    pub max: u32,
    pub deploying: bool,
    pub out_suspended: bool,
    pub in_suspended: bool,
    /// While the cooldown after a scale-out lasts: how many tasks there were to be before it.
    pub before_scale_out: Option<u32>,
    /// Whether the cooldown after a scale-in lasts.
    pub in_cooldown: bool,
}

/// An alarm of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    High,
    Low,
}

/// Why an alarm did not lead to another count.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_NotScaledReason.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    AutoScalingAnticipatedFlapping,
    TargetServicePutResourceAsUnscalable,
    AlreadyAtMaxCapacity,
    AlreadyAtMinCapacity,
    AlreadyAtDesiredCapacity,
}

/// What to do; `policy` is the one that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Stay,
    Set { count: u32, policy: usize, alarm: Alarm },
    NotScaled { reason: Reason, policy: usize, alarm: Alarm },
}

/// Out if any policy wants it, in only if all that scale in do; the largest count wins.
pub(super) fn decide(situation: &Situation, policies: &[Tracked]) -> Decision {
    let wants = |alarm: Alarm| {
        let of_alarm = policies.iter().enumerate().filter(move |(_, it)| it.is_in(alarm));
        of_alarm.filter_map(|(policy, it)| Some((it.needed()?, policy))).max_by_key(|(needed, _)| *needed)
    };
    if let Some((needed, policy)) = wants(Alarm::High) {
        let tasks = policies.get(policy).and_then(Tracked::newest).map_or(0, |point| point.tasks);
        return scale_out(situation, needed, tasks, policy);
    }
    let mut scaling_in = policies.iter().filter(|it| it.scales_in).peekable();
    let all_agree = scaling_in.peek().is_some() && scaling_in.all(|it| it.is_in(Alarm::Low));
    match wants(Alarm::Low).filter(|_| all_agree) {
        Some((needed, policy)) => scale_in(situation, needed, (situation.desired / GRADUALLY).max(1), policy),
        None => Decision::Stay,
    }
}

/// What a step policy's alarm does, which asks for a count.
pub(super) fn decide_step(situation: &Situation, wanted: u32) -> Decision {
    match wanted.cmp(&situation.desired) {
        Ordering::Greater => scale_out(situation, wanted, situation.desired, 0),
        Ordering::Equal => not_scaled(Reason::AlreadyAtDesiredCapacity, 0, Alarm::High),
        Ordering::Less => scale_in(situation, wanted, u32::MAX, 0),
    }
}

fn not_scaled(reason: Reason, policy: usize, alarm: Alarm) -> Decision {
    Decision::NotScaled { reason, policy, alarm }
}

/// `tasks` is what the need was computed from.
fn scale_out(situation: &Situation, needed: u32, tasks: u32, policy: usize) -> Decision {
    let (alarm, Situation { desired, min, max, .. }) = (Alarm::High, *situation);
    if situation.out_suspended {
        return Decision::Stay;
    }
    if desired >= max {
        return not_scaled(Reason::AlreadyAtMaxCapacity, policy, alarm);
    }
    let needed = match situation.before_scale_out {
        // What the scale-out before added counts as part of this one.
        Some(before) => before.saturating_add(needed.saturating_sub(tasks)),
        None => needed,
    };
    match needed.clamp(min, max) {
        count if count > desired => Decision::Set { count, policy, alarm },
        _ => not_scaled(Reason::AlreadyAtDesiredCapacity, policy, alarm),
    }
}

/// `step` is the most that it removes. AWS says nothing of a scale-in in the cooldown of a scale-out: here it waits.
fn scale_in(situation: &Situation, needed: u32, step: u32, policy: usize) -> Decision {
    let (alarm, Situation { desired, min, max, .. }) = (Alarm::Low, *situation);
    if situation.in_suspended || situation.in_cooldown || situation.before_scale_out.is_some() {
        return Decision::Stay;
    }
    let count = needed.max(desired.saturating_sub(step)).clamp(min, max);
    let reason = if desired <= min {
        Reason::AlreadyAtMinCapacity
    } else if situation.deploying {
        Reason::TargetServicePutResourceAsUnscalable
    } else if count < desired {
        return Decision::Set { count, policy, alarm };
    } else if needed == desired {
        // With a task less they would be over the target.
        Reason::AutoScalingAnticipatedFlapping
    } else {
        Reason::AlreadyAtDesiredCapacity
    };
    not_scaled(reason, policy, alarm)
}

impl Tracked {
    fn newest(&self) -> Option<Point> {
        self.points.last().copied().flatten()
    }

    fn is_in(&self, alarm: Alarm) -> bool {
        let all = |count: usize, breaches: &dyn Fn(f64) -> bool| {
            let newest = self.points.iter().rev().take(count);
            newest.clone().count() == count
                && newest.clone().all(|it| it.is_some_and(|point| breaches(point.value)))
        };
        // Without tasks there is nothing to wait for.
        let minutes = if self.newest().is_some_and(|point| point.tasks == 0) { 1 } else { HIGH };
        match alarm {
            Alarm::High => all(minutes, &|value| value > self.target),
            Alarm::Low => self.scales_in && all(LOW, &|value| value < self.target * CLEARLY),
        }
    }

    /// So many tasks would have had the metric at its target.
    fn needed(&self) -> Option<u32> {
        let Point { value, tasks } = self.newest()?;
        if tasks == 0 {
            return Some(u32::from(value > self.target));
        }
        let needed = (f64::from(tasks) * value / self.target).ceil();
        // `as` saturates.
        (self.target > 0.0 && needed.is_finite()).then_some(needed as u32)
    }
}
