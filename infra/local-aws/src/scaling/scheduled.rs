//! Scheduled actions: other limits from certain times on.

use super::Scaling;
use super::request::{DIMENSION, Limits, NAMESPACE, Request, invalid, present, refuse_if};
use super::schedule::{Instant, is_due};
use super::state::State;
use super::targets::{DISORDERED, registered};
use crate::api_error::ApiError;
use infra_ecs::rollout::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

const FORMS: &str = "is not valid: it has to be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(minutes hours \
    day-of-month month day-of-week year), with one of the days ?";

/// An action.
pub(super) struct ScheduledAction {
    arn: String,
    schedule: String,
    timezone: Option<String>,
    zone: TimeZone,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    limits: Limits,
    created: Instant,
    /// From when on a rate runs; not yet before the start.
    began: Option<Moment>,
}

impl Scaling {
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
    pub(super) fn put_action(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, name) = request.named("scheduledActionName", &request.scheduled_action_name)?;
        let mut state = self.state();
        let target = registered(&mut state, resource)?;
        let place = format!(
            "scheduledAction:{}:resource/{NAMESPACE}/{resource}:scheduledActionName/{name}",
            target.uuid
        );
        let (arn, now) = (self.account.arn("autoscaling", &place), self.instant(self.clock.now()));
        let action = ScheduledAction::changed(target.actions.get(name), request, arn, now)?;
        target.actions.insert(name.to_owned(), action);
        Ok(json!({}))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScheduledActions.html>
    pub(super) fn describe_actions(&self, request: &Request) -> Result<Value, ApiError> {
        let names = &request.scheduled_action_names;
        let document = ScheduledAction::document;
        self.describe_named(request, "ScheduledActions", names, |it| &it.actions, document)
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScheduledAction.html>
    pub(super) fn delete_action(&self, request: &Request) -> Result<Value, ApiError> {
        let name = ("scheduledActionName", &request.scheduled_action_name);
        self.delete_named(request, name, "scheduled action", |it| &mut it.actions)
    }

    /// Does what became due since the last time. What is suspended is not made up for.
    pub(super) fn act_on_schedule(&self, state: &mut State, from: Instant, to: Instant) {
        let mut due = Vec::new();
        for (resource, target) in &mut state.targets {
            let suspended = target.suspends("ScheduledScalingSuspended");
            for (name, action) in &mut target.actions {
                if action.is_due(from, to) && !suspended {
                    due.push((resource.clone(), name.clone(), action.limits.clone()));
                }
            }
        }
        for (resource, name, limits) in due {
            self.set_limits(state, &resource, &name, &limits, to.moment);
        }
    }

    fn set_limits(&self, state: &mut State, resource: &str, name: &str, limits: &Limits, now: Moment) {
        let Some(target) = state.targets.get_mut(resource) else { return };
        let text = |which: &str, it: Option<i32>| it.map(|it| format!("{which} capacity to {it}"));
        let texts = [text("min", limits.min_capacity), text("max", limits.max_capacity)];
        let what = texts.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let or =
            |given: Option<i32>, known: u32| given.and_then(|it| u32::try_from(it).ok()).unwrap_or(known);
        let (min, max) = (or(limits.min_capacity, target.min), or(limits.max_capacity, target.max));
        let done = match min <= max {
            true => {
                (target.min, target.max) = (min, max);
                Ok(format!("Successfully set {what}"))
            }
            false => Err(format!("Failed to set {what}. Reason: {DISORDERED}")),
        };
        let cause = format!("scheduled action name {name} was triggered");
        state.record_done(resource, &format!("Setting {what}"), &cause, self.clock.real(now), done);
        self.keep_within_limits(state, resource, now);
    }
}

impl ScheduledAction {
    /// The action with what a request changes. Start and end are not kept.
    fn changed(known: Option<&Self>, request: &Request, arn: String, now: Instant) -> Result<Self, ApiError> {
        let schedule = request.schedule.clone().or_else(|| known.map(|it| it.schedule.clone()));
        let schedule = schedule.ok_or_else(|| invalid("Schedule must be specified"))?;
        let timezone = request.timezone.clone().or_else(|| known?.timezone.clone());
        let zone = TimeZone::get(timezone.as_deref().unwrap_or("UTC")).map_err(|_| {
            invalid(format!("Timezone {} is not valid", timezone.as_deref().unwrap_or_default()))
        })?;
        let time = |given: Option<f64>| {
            // `as` saturates.
            let time = given.map(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64));
            time.transpose().map_err(|_| invalid("StartTime and EndTime must be times"))
        };
        let (start, end) = (time(request.start_time)?, time(request.end_time)?);
        let limits = request.scalable_target_action.clone().or_else(|| known.map(|it| it.limits.clone()));
        let limits = limits.unwrap_or_default();
        let (min, max) = (limits.min_capacity, limits.max_capacity);
        refuse_if(&[
            (
                is_due(&schedule, &zone, now, now, now.moment).is_none(),
                &format!("Schedule {schedule} {FORMS}"),
            ),
            (start.zip(end).is_some_and(|(start, end)| start >= end), "EndTime must be later than StartTime"),
            (min.or(max).is_none(), "ScalableTargetAction must have a MinCapacity, a MaxCapacity or both"),
            (min.min(max).or(min).or(max).is_some_and(|it| it < 0), "Capacity cannot be less than 0"),
            (min.zip(max).is_some_and(|(min, max)| min > max), DISORDERED),
        ])?;
        // A rate that stays the same runs on.
        let same = known.filter(|it| it.schedule == schedule && it.start == start);
        let began = same.map_or_else(|| start.is_none().then_some(now.moment), |it| it.began);
        let created = known.map_or(now, |it| it.created);
        Ok(Self { arn, schedule, timezone, zone, start, end, limits, created, began })
    }

    fn is_due(&mut self, from: Instant, to: Instant) -> bool {
        if self.start.is_some_and(|start| to.real < start) || self.end.is_some_and(|end| end < to.real) {
            return false;
        }
        // A rate that has a start begins with it.
        let begins = self.began.is_none() && self.schedule.starts_with("rate");
        let began = *self.began.get_or_insert(to.moment);
        begins || is_due(&self.schedule, &self.zone, from, to, began) == Some(true)
    }

    fn document(&self, name: &str, resource: &str) -> Value {
        let seconds = |time: Timestamp| time.as_millisecond() as f64 / 1000.0;
        present(json!({
            "ScheduledActionName": name,
            "ScheduledActionARN": self.arn,
            "ServiceNamespace": NAMESPACE,
            "Schedule": self.schedule,
            "Timezone": self.timezone,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "StartTime": self.start.map(seconds),
            "EndTime": self.end.map(seconds),
            "ScalableTargetAction": self.limits,
            "CreationTime": seconds(self.created.real),
        }))
    }
}
