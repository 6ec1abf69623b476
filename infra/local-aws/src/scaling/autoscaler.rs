//! The loop: each minute it measures, decides and scales.

use super::Scaling;
use super::decision::{Alarm, Decision, Point, Situation, decide, decide_step};
use super::policies::{Policy, Rule};
use super::request::service_of;
use super::schedule::Instant;
use super::state::{State, keep};
use super::tracking::Metric;
use crate::ecs::Scalable;
use crate::tasks::Usage;
use infra_ecs::rollout::Moment;
use std::collections::{BTreeMap, BTreeSet};

const MINUTE: u64 = 60_000;

impl Scaling {
    /// A service of ECS by its resource id.
    pub(super) fn service(&self, resource: &str) -> Option<Scalable> {
        let (cluster, service) = service_of(resource)?;
        self.services.service(cluster, service)
    }

    pub(super) fn instant(&self, moment: Moment) -> Instant {
        Instant::new(moment, self.clock.real(moment))
    }

    /// Waits for the end of each minute of the clock, and does what is to be done then.
    pub(super) async fn every_minute(&self) {
        let mut last = self.clock.now();
        loop {
            let next = last.millis() / MINUTE + 1;
            self.clock.sleep_until(Moment::from_millis(next * MINUTE)).await;
            let minute = self.clock.now().millis() / MINUTE;
            // A timer may be a little early.
            if minute < next {
                continue;
            }
            // As if on time: a cooldown of a minute lasts a minute and not two.
            let now = Moment::from_millis(minute * MINUTE);
            self.minute(last, now).await;
            last = now;
        }
    }

    async fn minute(&self, last: Moment, now: Moment) {
        let of_tasks = |metric: Metric| matches!(metric, Metric::Cpu | Metric::Memory);
        let uses = |policy: &Policy| policy.tracking().is_some_and(|it| of_tasks(it.metric(&self.account)));
        // It takes a moment to ask all containers.
        let asked = self.state().targets.values().any(|target| target.policies.values().any(uses));
        let usage = if asked { self.services.usage().await } else { BTreeMap::new() };
        let mut state = self.state();
        self.act_on_schedule(&mut state, self.instant(last), self.instant(now));
        let minutes = now.since(last).as_secs_f64() / 60.0;
        let resources: Vec<String> = state.targets.keys().cloned().collect();
        for resource in resources {
            let service = self.service(&resource);
            for policy in state.targets.get_mut(&resource).into_iter().flat_map(|it| it.policies.values_mut())
            {
                let point = service.as_ref().and_then(|it| self.measure(policy, it, &usage, minutes));
                keep(&mut policy.points, point);
            }
            if let Some(service) = service {
                self.scale(&mut state, &resource, &service, now);
            }
        }
    }

    /// What a policy's metric was since the last time, in a minute.
    fn measure(
        &self,
        policy: &mut Policy,
        service: &Scalable,
        usage: &BTreeMap<String, Usage>,
        minutes: f64,
    ) -> Option<Point> {
        let tasks = service.running_count;
        let average = |of: fn(&Usage) -> f64| {
            let all: Vec<f64> = service.tasks.iter().filter_map(|task| usage.get(task)).map(of).collect();
            (!all.is_empty()).then(|| 100.0 * all.iter().sum::<f64>() / all.len() as f64)
        };
        let value = match policy.tracking()?.metric(&self.account) {
            Metric::Cpu => average(|it| it.cpu),
            Metric::Memory => average(|it| it.memory),
            Metric::Requests(group) => {
                let count = self.services.request_count(&group);
                // A smaller count is that of a new target group.
                let before = policy.requests_before.replace(count).filter(|before| *before <= count);
                before.map(|before| (count - before) as f64 / minutes / f64::from(tasks.max(1)))
            }
            Metric::Customized => None,
        };
        value.map(|value| Point { value, tasks })
    }

    fn scale(&self, state: &mut State, resource: &str, service: &Scalable, now: Moment) {
        let Some(target) = state.targets.get(resource) else { return };
        let (situation, (tracked, names)) = (target.situation(service, now), target.tracked());
        let decision = decide(&situation, &tracked);
        let (Decision::Set { policy, alarm, .. } | Decision::NotScaled { policy, alarm, .. }) = decision
        else {
            return;
        };
        let Some(name) = names.into_iter().nth(policy).cloned() else { return };
        let kind = if alarm == Alarm::High { "-AlarmHigh-" } else { "-AlarmLow-" };
        let alarms = target.policies.get(&name).into_iter().flat_map(|policy| &policy.alarms);
        let alarm = alarms.filter(|it| it.contains(kind)).cloned().collect::<String>();
        self.carry_out(state, resource, decision, &situation, (&alarm, &name), now);
    }

    /// The ARNs of the step scaling policies.
    pub fn step_policies(&self) -> BTreeSet<String> {
        let state = self.state();
        let policies = state.targets.values().flat_map(|target| target.policies.values());
        policies.filter(|it| matches!(it.rule, Rule::Step(_))).map(|it| it.arn.clone()).collect()
    }

    /// An alarm of CloudWatch that triggers a step scaling policy, by the policy's ARN: its metric is so far above its
    /// threshold, or below.
    pub fn step_alarm(&self, policy_arn: &str, alarm: &str, distance: f64) {
        let (now, mut state) = (self.clock.now(), self.state());
        let found = state.targets.iter().find_map(|(resource, target)| {
            let (name, policy) = target.policies.iter().find(|(_, policy)| policy.arn == policy_arn)?;
            let Rule::Step(steps) = &policy.rule else { return None };
            let situation = target.situation(&self.service(resource)?, now);
            let decision = decide_step(&situation, steps.adjusted(situation.desired, distance)?);
            Some((resource.clone(), name.clone(), decision, situation))
        });
        if let Some((resource, name, decision, situation)) = found {
            self.carry_out(&mut state, &resource, decision, &situation, (alarm, &name), now);
        }
    }

    fn carry_out(
        &self,
        state: &mut State,
        resource: &str,
        decision: Decision,
        situation: &Situation,
        (alarm_name, policy): (&str, &str),
        now: Moment,
    ) {
        let cause = format!("monitor alarm {alarm_name} in state ALARM triggered policy {policy}");
        match decision {
            Decision::Set { count, alarm, .. } => {
                if self.set_count(state, resource, count, &cause, now)
                    && let Some(target) = state.targets.get_mut(resource)
                {
                    target.cool_down(policy, alarm, situation.desired, now);
                }
            }
            Decision::NotScaled { reason, .. } => {
                state.record_not_scaled(resource, &cause, self.clock.real(now), reason, situation);
            }
            Decision::Stay => {}
        }
    }
}
