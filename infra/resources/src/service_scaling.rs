//! Service scaling: who decides how many tasks a service has, and by what.

pub mod schedule;

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A service as a scalable target of Application Auto Scaling, with its policies and scheduled actions.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html>;
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>,
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html> and
/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceScaling {
    /// The cluster's name.
    pub cluster_name: String,
    /// The service's name.
    pub service_name: String,
    /// The fewest tasks.
    pub min_tasks: u32,
    /// The most tasks.
    pub max_tasks: u32,
    /// Each keeps a metric near a value; the one that asks for the most tasks decides.
    pub policies: Vec<TargetTracking>,
    /// Other limits at certain times.
    pub scheduled_actions: Vec<ScheduledAction>,
}

/// Keeps a metric near a value by adding and removing tasks.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetTracking {
    /// The policy's name, unique for the service.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// The value to keep: percent, or requests a minute for each task.
    pub target_value: u32,
    /// Seconds after tasks were removed until more may be.
    pub scale_in_cooldown_seconds: u32,
    /// Seconds after tasks were added until more may be.
    pub scale_out_cooldown_seconds: u32,
}

/// What a policy measures, in the words of `PredefinedMetricSpecification`.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Metric {
    /// The average CPU that its tasks use, in percent of what they have.
    #[serde(rename = "ECSServiceAverageCPUUtilization")]
    Cpu,
    /// The average memory that its tasks use, in percent of what they have.
    #[serde(rename = "ECSServiceAverageMemoryUtilization")]
    Memory,
    /// The requests that the load balancer sends to each of its tasks in a minute.
    #[serde(rename = "ALBRequestCountPerTarget", rename_all = "camelCase")]
    RequestsPerTarget {
        /// The load balancer's part of the resource label: `app/<name>/<id>`.
        load_balancer: Output<String>,
        /// The target group's part: `targetgroup/<name>/<id>`.
        target_group: Output<String>,
    },
}

/// Other limits from a certain time on.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledAction {
    /// Its name, unique for the service.
    pub name: String,
    /// When: `cron(0 8 ? * MON-FRI *)`, `rate(1 day)` or `at(2027-01-01T00:00:00)`.
    pub schedule: String,
    /// The time zone of the schedule, such as `Asia/Kolkata`; UTC if left out.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The fewest tasks from then on.
    pub min_tasks: u32,
    /// The most tasks from then on.
    pub max_tasks: u32,
}

/// The time zone of a schedule that names none.
pub const UTC: &str = "UTC";

outputs! {
    /// What others refer to: nothing does.
    ServiceScalingOutputs {
        /// The scalable target's id.
        resource_id: String,
    }
}

impl ServiceScaling {
    /// What Application Auto Scaling calls the service.
    pub fn resource_id(&self) -> String {
        format!("service/{}/{}", self.cluster_name, self.service_name)
    }

    /// What does not fit into the 32 bits that Application Auto Scaling has for it, and would differ for ever.
    fn too_large(&self) -> Vec<String> {
        let of_policy = |it: &TargetTracking| {
            let name = &it.name;
            [
                (format!("{name}: scaleInCooldownSeconds"), it.scale_in_cooldown_seconds),
                (format!("{name}: scaleOutCooldownSeconds"), it.scale_out_cooldown_seconds),
            ]
        };
        let of_action = |it: &ScheduledAction| {
            let name = &it.name;
            [(format!("{name}: minTasks"), it.min_tasks), (format!("{name}: maxTasks"), it.max_tasks)]
        };
        let own = [("minTasks".to_owned(), self.min_tasks), ("maxTasks".to_owned(), self.max_tasks)];
        let all = own.into_iter();
        let all = all.chain(self.policies.iter().flat_map(of_policy));
        let all = all.chain(self.scheduled_actions.iter().flat_map(of_action));
        let most = i32::MAX;
        all.filter(|(_, value)| i32::try_from(*value).is_err())
            .map(|(what, value)| format!("{what}: {value} is over {most}"))
            .collect()
    }

    /// Whether a scheduled action sets these limits: then they are not a change that somebody made by hand.
    pub fn schedules(&self, min_tasks: u32, max_tasks: u32) -> bool {
        self.scheduled_actions.iter().any(|it| (it.min_tasks, it.max_tasks) == (min_tasks, max_tasks))
    }
}

impl Resource for ServiceScaling {
    const KIND: &'static str = "service-scaling";
    const IDENTITY: &'static [&'static str] = &["clusterName", "serviceName"];
    type Outputs = ServiceScalingOutputs;

    fn physical_name(&self) -> String {
        self.resource_id()
    }

    fn normalise(&mut self) {
        self.policies.sort_by(|a, b| a.name.cmp(&b.name));
        self.scheduled_actions.sort_by(|a, b| a.name.cmp(&b.name));
        for action in &mut self.scheduled_actions {
            // Fields are separated by any white space.
            action.schedule = action.schedule.split_whitespace().collect::<Vec<_>>().join(" ");
            action.timezone = action.timezone.take().filter(|zone| zone != UTC);
        }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        limits("", self.min_tasks, self.max_tasks, &mut problems);
        problems.extend(self.too_large());
        for policy in &self.policies {
            let most = match policy.metric {
                Metric::Cpu | Metric::Memory => 100,
                Metric::RequestsPerTarget { .. } => u32::MAX,
            };
            if !(1..=most).contains(&policy.target_value) {
                problems.push(format!(
                    "{}: a target value of {} can't be kept",
                    policy.name, policy.target_value
                ));
            }
        }
        for action in &self.scheduled_actions {
            limits(&format!("{}: ", action.name), action.min_tasks, action.max_tasks, &mut problems);
            if let Some(why) = schedule::problem(&action.schedule) {
                problems
                    .push(format!("{}: `{}` is not a valid schedule: {why}", action.name, action.schedule));
            }
            if let Some((zone, why)) =
                action.timezone.as_deref().and_then(|zone| Some((zone, schedule::zone_problem(zone)?)))
            {
                problems.push(format!("{}: `{zone}` is not a valid time zone: {why}", action.name));
            }
        }
        let mut names = BTreeSet::new();
        let all =
            self.policies.iter().map(|it| &it.name).chain(self.scheduled_actions.iter().map(|it| &it.name));
        problems.extend(
            all.filter(|name| !names.insert(*name)).map(|name| format!("{name}: there are two of that name")),
        );
        problems
    }
}

fn limits(whose: &str, least: u32, most: u32, problems: &mut Vec<String>) {
    if least > most {
        problems.push(format!("{whose}at least {least} and at most {most} tasks"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaling(min_tasks: u32, max_tasks: u32) -> ServiceScaling {
        ServiceScaling {
            cluster_name: "c".to_owned(),
            service_name: "s".to_owned(),
            min_tasks,
            max_tasks,
            policies: Vec::new(),
            scheduled_actions: Vec::new(),
        }
    }

    fn action(schedule: &str) -> ScheduledAction {
        ScheduledAction {
            name: "night".to_owned(),
            schedule: schedule.to_owned(),
            timezone: None,
            min_tasks: 0,
            max_tasks: 1,
        }
    }

    fn cpu(target_value: u32) -> TargetTracking {
        TargetTracking {
            name: "cpu".to_owned(),
            metric: Metric::Cpu,
            target_value,
            scale_in_cooldown_seconds: 300,
            scale_out_cooldown_seconds: 60,
        }
    }

    #[test]
    fn limits_are_in_order() {
        assert!(scaling(2, 2).problems().is_empty());
        assert_eq!(scaling(3, 2).problems(), ["at least 3 and at most 2 tasks"]);
    }

    #[test]
    fn a_percentage_has_a_limit() {
        for (target, accepted) in [(0, false), (1, true), (100, true), (101, false)] {
            let scaling = ServiceScaling { policies: vec![cpu(target)], ..scaling(1, 2) };
            assert_eq!(scaling.problems().is_empty(), accepted, "{target}");
        }
    }

    #[test]
    fn a_schedule_is_one_of_three_forms() {
        for (schedule, accepted) in [
            ("cron(0 8 * * ? *)", true),
            ("rate(1 day)", true),
            ("at(2027-01-01T00:00:00)", true),
            ("0 8 * * *", false),
        ] {
            let scaling = ServiceScaling { scheduled_actions: vec![action(schedule)], ..scaling(1, 2) };
            assert_eq!(scaling.problems().is_empty(), accepted, "{schedule}");
        }
    }

    #[test]
    fn numbers_fit_into_what_is_sent() {
        let edge = u32::try_from(i32::MAX).unwrap();
        assert_eq!(scaling(0, edge).problems(), [""; 0]);
        assert_eq!(scaling(0, edge + 1).problems(), ["maxTasks: 2147483648 is over 2147483647"]);
        let slow = TargetTracking { scale_in_cooldown_seconds: edge + 1, ..cpu(50) };
        let scaling = ServiceScaling { policies: vec![slow], ..scaling(1, 2) };
        assert_eq!(scaling.problems(), ["cpu: scaleInCooldownSeconds: 2147483648 is over 2147483647"]);
    }

    #[test]
    fn names_are_unique() {
        let scaling = ServiceScaling { policies: vec![cpu(50), cpu(60)], ..scaling(1, 2) };
        assert_eq!(scaling.problems(), ["cpu: there are two of that name"]);
    }
}
