//! What Application Auto Scaling knows: targets with their policies and schedules, and what was done.

use super::decision::{Alarm, LOW, Point, Reason, Situation, Tracked};
use super::policies::Policy;
use super::request::{DIMENSION, NAMESPACE};
use super::scheduled::ScheduledAction;
use crate::ecs::Scalable;
use infra_ecs::rollout::Moment;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So many activities are kept; AWS keeps six weeks.
const KEPT: usize = 1000;
/// A datapoint reaches its alarm a minute after its own minute.
const LATE: usize = 1;

/// All of it.
#[derive(Default)]
pub(super) struct State {
    /// By resource id.
    pub targets: BTreeMap<String, Target>,
    /// The newest first, as DescribeScalingActivities answers them.
    pub activities: VecDeque<Value>,
}

/// A service that is scaled.
pub(super) struct Target {
    pub arn: String,
    /// The part of its policies' and actions' ARNs that they share.
    pub uuid: String,
    pub min: u32,
    pub max: u32,
    pub created: SystemTime,
    /// What is suspended, by the names of its kinds.
    pub suspended: BTreeMap<String, bool>,
    pub tags: BTreeMap<String, String>,
    pub policies: BTreeMap<String, Policy>,
    pub actions: BTreeMap<String, ScheduledAction>,
    pub cooldowns: Cooldowns,
}

/// Until when what was done is given time to take effect.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cooldowns {
    out_until: Moment,
    in_until: Moment,
    /// How many tasks there were to be before the scale-out.
    before: u32,
}

impl State {
    /// Writes down what was to be done, and what else is to be said of it.
    ///
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html>
    fn record(&mut self, resource: &str, description: &str, cause: &str, at: SystemTime, more: Value) {
        let mut activity = json!({
            "ActivityId": uuid(),
            "ServiceNamespace": NAMESPACE,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "Description": description,
            "Cause": cause,
            "StartTime": seconds(at),
        });
        if let (Value::Object(activity), Value::Object(more)) = (&mut activity, more) {
            activity.extend(more);
        }
        self.activities.push_front(activity);
        self.activities.truncate(KEPT);
    }

    /// Writes down whether something was done.
    pub(super) fn record_done(
        &mut self,
        resource: &str,
        description: &str,
        cause: &str,
        at: SystemTime,
        done: Result<String, String>,
    ) {
        let status = if done.is_ok() { "Successful" } else { "Failed" };
        let message = done.unwrap_or_else(|error| error);
        let more = json!({ "EndTime": seconds(at), "StatusCode": status, "StatusMessage": message });
        self.record(resource, description, cause, at, more);
    }

    /// Writes down that an alarm did not change the count; once, however long it lasts.
    pub(super) fn record_not_scaled(
        &mut self,
        resource: &str,
        cause: &str,
        at: SystemTime,
        reason: Reason,
        situation: &Situation,
    ) {
        let (name, value) = match reason {
            Reason::AlreadyAtMaxCapacity => ("MaxCapacity", situation.max),
            Reason::AlreadyAtMinCapacity => ("MinCapacity", situation.min),
            _ => ("CurrentCapacity", situation.desired),
        };
        let reasons = json!([{ "Code": format!("{reason:?}"), name: value }]);
        let last = self.activities.iter().find(|it| it["ResourceId"] == resource);
        if last.is_none_or(|it| it["Cause"] != cause || it["NotScaledReasons"] != reasons) {
            let more = json!({ "StatusCode": "Failed", "NotScaledReasons": reasons });
            self.record(resource, "Attempting to scale due to alarm triggered", cause, at, more);
        }
    }
}

impl Target {
    /// The target as the decision sees it.
    pub(super) fn situation(&self, service: &Scalable, now: Moment) -> Situation {
        Situation {
            desired: service.desired_count,
            min: self.min,
            max: self.max,
            deploying: service.deploying,
            out_suspended: self.suspends("DynamicScalingOutSuspended"),
            in_suspended: self.suspends("DynamicScalingInSuspended"),
            before_scale_out: (now < self.cooldowns.out_until).then_some(self.cooldowns.before),
            in_cooldown: now < self.cooldowns.in_until,
        }
    }

    pub(super) fn suspends(&self, kind: &str) -> bool {
        self.suspended.get(kind) == Some(&true)
    }

    /// Its target tracking policies, and their names in the same order.
    pub(super) fn tracked(&self) -> (Vec<Tracked>, Vec<&String>) {
        let tracking = self.policies.iter().filter_map(|(name, policy)| {
            let points = policy.points.iter().copied();
            let points = points.take(policy.points.len().saturating_sub(LATE)).collect();
            let (target, scales_in) = policy.tracking().map(|it| (it.target(), it.scales_in()))?;
            Some((Tracked { target, scales_in, points }, name))
        });
        tracking.unzip()
    }

    /// A policy has set another count: what else it does waits.
    pub(super) fn cool_down(&mut self, policy: &str, alarm: Alarm, before: u32, now: Moment) {
        let Some((cooldown_in, cooldown_out)) = self.policies.get(policy).map(Policy::cooldowns) else {
            return;
        };
        match alarm {
            // It ends the cooldown of a scale-in. In the cooldown of another, it counts from where that began.
            Alarm::High => {
                let before = if now < self.cooldowns.out_until { self.cooldowns.before } else { before };
                self.cooldowns = Cooldowns { out_until: now + cooldown_out, in_until: now, before };
            }
            Alarm::Low => self.cooldowns.in_until = now + cooldown_in,
        }
    }
}

/// Keeps as many datapoints as the alarms look at.
pub(super) fn keep(points: &mut VecDeque<Option<Point>>, point: Option<Point>) {
    points.push_back(point);
    points.drain(..points.len().saturating_sub(LOW + LATE));
}

/// As AWS writes a time: seconds since 1970, with milliseconds.
pub(super) fn seconds(at: SystemTime) -> f64 {
    at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis() as f64 / 1000.0
}

/// A new random id: `6d8972f3-efc8-437c-92d1-6270f29a66e7`.
pub(super) fn uuid() -> String {
    let digits: String = (0..30).map(|_| fastrand::digit(16)).collect();
    let part = |range| digits.get(range).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0..8), part(8..12), part(12..15), part(15..18), part(18..30))
}
