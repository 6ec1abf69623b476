//! Scheduled actions: other limits from certain times on.

use super::Scaling;
use super::policies::{present, registered};
use super::request::{DIMENSION, LimitsChange, NAMESPACE, Request, invalid, not_found};
use super::schedule::{Instant, Schedule};
use super::state::{State, seconds};
use super::targets::ordered;
use crate::api_error::ApiError;
use infra_ecs::rollout::Moment;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MOST_ACTIONS: usize = 200;

/// An action.
#[derive(Clone)]
pub(super) struct ScheduledAction {
    arn: String,
    /// As it was given.
    text: String,
    schedule: Schedule,
    timezone: Option<String>,
    zone: TimeZone,
    start: Option<SystemTime>,
    end: Option<SystemTime>,
    limits: LimitsChange,
    created: SystemTime,
    /// From when on a rate runs; not yet before the start.
    began: Option<Moment>,
}

impl Scaling {
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
    pub(super) fn put_action(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, [name]) = request.about([("scheduledActionName", &request.scheduled_action_name)])?;
        let sound = |it: char| !it.is_control() && !":/|".contains(it);
        if name.chars().count() > 256 || name.trim_matches(' ') != name || !name.chars().all(sound) {
            return Err(invalid("ScheduledActionName must have at most 256 characters and none of : / |"));
        }
        let mut state = self.state();
        let target = registered(&mut state, resource)?;
        let known = target.actions.get(&name);
        if known.is_none() && target.actions.len() >= MOST_ACTIONS {
            let message = format!("A scalable target can have at most {MOST_ACTIONS} scheduled actions");
            return Err(ApiError::new("LimitExceededException", message));
        }
        let place = format!(
            "scheduledAction:{}:resource/{NAMESPACE}/{resource}:scheduledActionName/{name}",
            target.uuid
        );
        let arn = self.account.arn("autoscaling", &place);
        let action = changed(known, request, arn, self.instant(self.clock.now()))?;
        target.actions.insert(name, action);
        Ok(json!({}))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScheduledActions.html>
    pub(super) fn describe_actions(&self, request: &Request) -> Result<Value, ApiError> {
        let wanted = request.filter()?;
        let named =
            |name: &String| request.scheduled_action_names.as_ref().is_none_or(|names| names.contains(name));
        let state = self.state();
        let targets = state.targets.iter().filter(|(resource, _)| wanted(resource));
        let actions = targets.flat_map(|(resource, target)| {
            let actions = target.actions.iter().filter(|(name, _)| named(name));
            actions
                .map(move |(name, action)| (format!("{resource}\0{name}"), action.document(resource, name)))
        });
        request.page("ScheduledActions", actions)
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScheduledAction.html>
    pub(super) fn delete_action(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, [name]) = request.about([("scheduledActionName", &request.scheduled_action_name)])?;
        let mut state = self.state();
        let removed = state.targets.get_mut(resource).and_then(|target| target.actions.remove(&name));
        let missing =
            || not_found("scheduled action found", resource, &format!(", scheduled action name: {name}"));
        removed.map(|_| json!({})).ok_or_else(missing)
    }

    /// Does what became due since the last time. What is suspended is not made up for.
    pub(super) fn act_on_schedule(&self, state: &mut State, from: Instant, to: Instant) {
        let mut due = Vec::new();
        for (resource, target) in &mut state.targets {
            let suspended = target.suspended.scheduled_scaling_suspended;
            let actions = target.actions.iter_mut().filter_map(|(name, action)| {
                let due = action.is_due(from, to) && !suspended;
                due.then(|| (resource.clone(), name.clone(), action.limits.clone()))
            });
            due.extend(actions);
        }
        for (resource, name, limits) in due {
            self.set_limits(state, &resource, &name, &limits, to);
        }
    }

    fn set_limits(&self, state: &mut State, resource: &str, name: &str, limits: &LimitsChange, at: Instant) {
        let Some(target) = state.targets.get_mut(resource) else { return };
        let of = |given: Option<i32>| given.and_then(|it| u32::try_from(it).ok());
        let (min, max) = (of(limits.min_capacity), of(limits.max_capacity));
        let what = match (min, max) {
            (Some(min), Some(max)) => format!("min capacity to {min} and max capacity to {max}"),
            (Some(min), None) => format!("min capacity to {min}"),
            (None, max) => format!("max capacity to {}", max.unwrap_or_default()),
        };
        let (min, max) = (min.unwrap_or(target.min), max.unwrap_or(target.max));
        let done = ordered(min, max);
        if done.is_ok() {
            (target.min, target.max) = (min, max);
        }
        let set = done.is_ok();
        let done = done.map(|()| format!("Successfully set {what}"));
        let done = done.map_err(|error| format!("Failed to set {what}. Reason: {}", error.message));
        let cause = format!("scheduled action name {name} was triggered");
        state.record(resource, &format!("Setting {what}"), &cause, done, at.real);
        if set {
            self.keep_within_limits(state, resource, at.moment);
        }
    }
}

/// The action with what the request changes. Start and end are not kept.
fn changed(
    known: Option<&ScheduledAction>,
    request: &Request,
    arn: String,
    now: Instant,
) -> Result<ScheduledAction, ApiError> {
    let text = request.schedule.clone().or_else(|| known.map(|it| it.text.clone()));
    let text = text.ok_or_else(|| invalid("Schedule must be specified"))?;
    let schedule = Schedule::read(&text)
        .map_err(|why| invalid(format!("Schedule expression {text} is not valid: {why}")))?;
    let timezone = request.timezone.clone().or_else(|| known.and_then(|it| it.timezone.clone()));
    let zone = TimeZone::get(timezone.as_deref().unwrap_or("UTC"))
        .map_err(|_| invalid(format!("Timezone {} is not valid", timezone.clone().unwrap_or_default())))?;
    let (start, end) = (time_of(request.start_time)?, time_of(request.end_time)?);
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        return Err(invalid("EndTime must be later than StartTime"));
    }
    let limits = request.scalable_target_action.clone().or_else(|| known.map(|it| it.limits.clone()));
    let limits = limits.unwrap_or_default();
    let given = [limits.min_capacity, limits.max_capacity];
    if given.iter().all(Option::is_none) || given.iter().flatten().any(|it| *it < 0) {
        return Err(invalid(
            "ScalableTargetAction must have a MinCapacity or a MaxCapacity of at least 0, or both",
        ));
    }
    if let [Some(min), Some(max)] = given.map(|it| it.and_then(|it| u32::try_from(it).ok())) {
        ordered(min, max)?;
    }
    let created = known.map_or(now.real, |it| it.created);
    // A rate that stays the same runs on.
    let same = known.filter(|it| it.schedule == schedule && it.start == start);
    let began = same.map_or_else(|| start.is_none().then_some(now.moment), |it| it.began);
    Ok(ScheduledAction { arn, text, schedule, timezone, zone, start, end, limits, created, began })
}

fn time_of(given: Option<f64>) -> Result<Option<SystemTime>, ApiError> {
    let time = |seconds: f64| {
        let since_1970 = Duration::try_from_secs_f64(seconds).ok()?;
        UNIX_EPOCH.checked_add(since_1970)
    };
    given.map(|seconds| time(seconds).ok_or_else(|| invalid(format!("{seconds} is not a time")))).transpose()
}

impl ScheduledAction {
    fn is_due(&mut self, from: Instant, to: Instant) -> bool {
        if self.start.is_some_and(|start| to.real < start) || self.end.is_some_and(|end| end < to.real) {
            return false;
        }
        match (self.began, &self.schedule) {
            (Some(began), schedule) => schedule.is_due(&self.zone, from, to, began),
            (None, schedule) => {
                self.began = Some(to.moment);
                // A rate that has a start begins with it.
                matches!(schedule, Schedule::Rate(_)) || schedule.is_due(&self.zone, from, to, to.moment)
            }
        }
    }

    fn document(&self, resource: &str, name: &str) -> Value {
        present(json!({
            "ScheduledActionName": name,
            "ScheduledActionARN": self.arn,
            "ServiceNamespace": NAMESPACE,
            "Schedule": self.text,
            "Timezone": self.timezone,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "StartTime": self.start.map(seconds),
            "EndTime": self.end.map(seconds),
            "ScalableTargetAction": self.limits,
            "CreationTime": seconds(self.created),
        }))
    }
}
