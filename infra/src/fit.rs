//! Whether the tasks fit on the instances: computed before any call, so that no service waits for room that never comes.

use crate::settings::{AppSettings, RunsOn, Settings};
use infra_engine::{Resource, ResourceId, Stack};
use infra_resources::ecs::fit::{FitReport, Fleet, ServiceDemand, TaskDemand, check};
use infra_resources::ecs::service::PlacementConstraintType;
use infra_resources::{AutoScalingGroup, InstanceType, TaskDefinition};
use serde::Deserialize;

/// What can't be placed becomes an error of the stack; the rest is for preview to show.
pub fn fit(stack: &mut Stack, settings: &Settings) -> FitReport {
    let apps = [("web", &settings.web), ("php", &settings.php)];
    let on_instances = apps.into_iter().filter(|(_, app)| app.runs_on == RunsOn::Ec2);
    let demands: Vec<_> = on_instances.filter_map(|(name, app)| demand(stack, name, app)).collect();
    if demands.is_empty() {
        return FitReport::default();
    }
    let instance_type = match InstanceType::named(&settings.ec2.instance_type) {
        Ok(instance_type) => instance_type,
        Err(unknown) => {
            let warning = format!("{unknown}: whether the tasks fit on it is not checked");
            return FitReport { warnings: vec![warning], ..FitReport::default() };
        }
    };
    let most = u32::try_from(settings.ec2.max_instances).unwrap_or_default();
    let report = check(&Fleet { instance_type, most }, &demands);
    stack.refuse(&ResourceId::new(AutoScalingGroup::KIND, "ec2"), report.problems.clone());
    report
}

fn demand(stack: &Stack, name: &str, settings: &AppSettings) -> Option<ServiceDemand> {
    let node = &stack.nodes()[stack.index_of(&ResourceId::new(TaskDefinition::KIND, name))?];
    let definition = TaskDefinition::deserialize(&node.desired).ok()?;
    let percent = |percent: i32| u32::try_from(percent).unwrap_or_default();
    let distinct = |it: &PlacementConstraintType| *it == PlacementConstraintType::DistinctInstance;
    let constraints = settings.placement_constraints.iter().map(|setting| &setting.0.constraint_type);
    Some(ServiceDemand {
        name: name.to_owned(),
        demand: TaskDemand::of(&definition),
        tasks: settings.desired_count,
        most_tasks: if settings.scaling.enabled {
            settings.scaled_between().1
        } else {
            settings.desired_count
        },
        minimum_healthy_percent: percent(settings.minimum_healthy_percent),
        maximum_percent: percent(settings.maximum_percent),
        distinct_instance: constraints.into_iter().any(distinct),
    })
}
