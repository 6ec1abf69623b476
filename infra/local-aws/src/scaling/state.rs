//! What Application Auto Scaling knows: targets with their policies and schedules, and what was done.

use super::decision::{Alarm, LOW, Point, Reason, Situation, Tracked};
use super::policies::Policy;
use super::request::{DIMENSION, NAMESPACE};
use super::scheduled::ScheduledAction;
use crate::ecs::Scalable;
use infra_ecs::rollout::Moment;
use serde::Serialize;
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
    /// The newest first.
    pub activities: VecDeque<Activity>,
    recorded: u64,
}

/// A service that is scaled.
pub(super) struct Target {
    pub arn: String,
    /// The part of its policies' and actions' ARNs that they share.
    pub uuid: String,
    pub min: u32,
    pub max: u32,
    pub role: String,
    pub created: SystemTime,
    pub suspended: SuspendedState,
    pub tags: BTreeMap<String, String>,
    pub policies: BTreeMap<String, Policy>,
    pub actions: BTreeMap<String, ScheduledAction>,
    pub cooldowns: Cooldowns,
}

/// What is suspended.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_SuspendedState.html>
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SuspendedState {
    pub dynamic_scaling_in_suspended: bool,
    pub dynamic_scaling_out_suspended: bool,
    pub scheduled_scaling_suspended: bool,
}

/// Until when what was done is given time to take effect.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cooldowns {
    out_until: Moment,
    in_until: Moment,
    /// How many tasks there were to be before the scale-out.
    before: u32,
}

/// Something that was done, or not.
#[derive(Clone, Debug)]
pub(super) struct Activity {
    /// Newer ones have smaller keys.
    key: String,
    id: String,
    resource: String,
    description: String,
    cause: String,
    /// When it began and ended; one that did not scale has no end.
    began: SystemTime,
    ended: Option<SystemTime>,
    status: &'static str,
    message: Option<String>,
    not_scaled: Option<Value>,
}

impl State {
    /// Writes an activity down: what was to be done, and whether it was.
    pub(super) fn record(
        &mut self,
        resource: &str,
        description: &str,
        cause: &str,
        done: Result<String, String>,
        at: SystemTime,
    ) {
        let status = if done.is_ok() { "Successful" } else { "Failed" };
        let (message, ended) = (Some(done.unwrap_or_else(|error| error)), Some(at));
        self.push(resource, description, cause, at, |it| Activity { status, message, ended, ..it });
    }

    /// Writes down that an alarm did not change the count; once, however long it lasts.
    pub(super) fn record_not_scaled(
        &mut self,
        resource: &str,
        cause: &str,
        reason: Reason,
        situation: &Situation,
        at: SystemTime,
    ) {
        let reason = not_scaled_reason(reason, situation);
        let last = self.activities.iter().find(|it| it.resource == resource);
        if last.is_some_and(|it| it.cause == cause && it.not_scaled.as_ref() == Some(&reason)) {
            return;
        }
        let description = "Attempting to scale due to alarm triggered";
        self.push(resource, description, cause, at, |it| Activity { not_scaled: Some(reason), ..it });
    }

    fn push(
        &mut self,
        resource: &str,
        description: &str,
        cause: &str,
        began: SystemTime,
        more: impl FnOnce(Activity) -> Activity,
    ) {
        self.recorded += 1;
        let activity = Activity {
            key: format!("{:016x}", u64::MAX - self.recorded),
            id: uuid(),
            resource: resource.to_owned(),
            description: description.to_owned(),
            cause: cause.to_owned(),
            began,
            ended: None,
            status: "Failed",
            message: None,
            not_scaled: None,
        };
        self.activities.push_front(more(activity));
        self.activities.truncate(KEPT);
    }
}

impl Activity {
    /// Whose it is, and whether it scaled.
    pub(super) fn of(&self) -> (&str, bool) {
        (&self.resource, self.not_scaled.is_none())
    }

    /// As DescribeScalingActivities answers it, with its key.
    ///
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html>
    pub(super) fn document(&self) -> (String, Value) {
        let mut document = json!({
            "ActivityId": self.id,
            "ServiceNamespace": NAMESPACE,
            "ResourceId": self.resource,
            "ScalableDimension": DIMENSION,
            "Description": self.description,
            "Cause": self.cause,
            "StartTime": seconds(self.began),
            "StatusCode": self.status,
        });
        let more = [
            ("EndTime", self.ended.map(|at| json!(seconds(at)))),
            ("StatusMessage", self.message.clone().map(Value::from)),
            ("NotScaledReasons", self.not_scaled.as_ref().map(|reason| json!([reason]))),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                document[name] = value;
            }
        }
        (self.key.clone(), document)
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
            out_suspended: self.suspended.dynamic_scaling_out_suspended,
            in_suspended: self.suspended.dynamic_scaling_in_suspended,
            before_scale_out: (now < self.cooldowns.out_until).then_some(self.cooldowns.before),
            in_cooldown: now < self.cooldowns.in_until,
        }
    }

    /// Its target tracking policies, and their names in the same order.
    pub(super) fn tracked(&self) -> (Vec<Tracked>, Vec<String>) {
        let tracking = self.policies.iter().filter_map(|(name, policy)| {
            let points = policy.points.iter().copied();
            let points = points.take(policy.points.len().saturating_sub(LATE)).collect();
            let (target, scales_in) = (policy.tracking()?.target(), policy.tracking()?.scales_in());
            Some((Tracked { target, scales_in, points }, name.clone()))
        });
        tracking.unzip()
    }

    /// A policy has set another count: what else it does waits.
    pub(super) fn cool_down(&mut self, policy: &str, alarm: Alarm, before: u32, now: Moment) {
        let Some((cooldown_in, cooldown_out)) = self.policies.get(policy).map(Policy::cooldowns) else {
            return;
        };
        match alarm {
            // A scale-out ends the cooldown of a scale-in.
            Alarm::High => {
                // One in a cooldown still counts from where the first began.
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
    while points.len() > LOW + LATE {
        points.pop_front();
    }
}

/// As AWS writes a time: seconds since 1970, with milliseconds.
pub(super) fn seconds(at: SystemTime) -> f64 {
    let millis = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
    // Exact until the year 287396.
    millis as f64 / 1000.0
}

/// A new random id: `6d8972f3-efc8-437c-92d1-6270f29a66e7`.
pub(super) fn uuid() -> String {
    let [a, b] = [fastrand::u64(..), fastrand::u64(..)];
    let (version, variant) = ((a & 0xfff) | 0x4000, (b >> 48 & 0x3fff) | 0x8000);
    format!(
        "{:08x}-{:04x}-{version:04x}-{variant:04x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        b & 0xffff_ffff_ffff
    )
}

fn not_scaled_reason(reason: Reason, situation: &Situation) -> Value {
    let (name, value) = match reason {
        Reason::AlreadyAtMaxCapacity => ("MaxCapacity", situation.max),
        Reason::AlreadyAtMinCapacity => ("MinCapacity", situation.min),
        _ => ("CurrentCapacity", situation.desired),
    };
    json!({ "Code": format!("{reason:?}"), name: value })
}
