//! Whether the tasks fit on the instances: computed before any call, so that no service waits for room that never comes.

use crate::app::DeployedApp;
use crate::settings::{Compute, Settings};
use infra_ecs::InstanceType;
use infra_ecs::fit::{FitReport, Fleet, ServiceDemand, TaskDemand, check};
use infra_ecs::service::PlacementConstraintType;
use infra_engine::{Resource, ResourceId, Stack};
use infra_resources::AutoScalingGroup;

/// What can't be placed becomes an error of the stack; the rest is for preview to show.
pub fn fit(stack: &mut Stack, settings: &Settings, apps: &[DeployedApp<'_>]) -> FitReport {
    let on_instances = apps.iter().filter(|app| app.settings.runs_on == Compute::Ec2);
    let demands: Vec<_> = on_instances.map(demand).collect();
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

fn demand(app: &DeployedApp<'_>) -> ServiceDemand {
    let settings = app.settings;
    // Where traffic moves, all new tasks start beside the old ones.
    let shifts = settings.deployment.shifts_traffic();
    let (least, most) =
        if shifts { (100, 200) } else { (settings.minimum_healthy_percent, settings.maximum_percent) };
    let percent = |percent: i32| u32::try_from(percent).unwrap_or_default();
    let distinct = |it: &PlacementConstraintType| *it == PlacementConstraintType::DistinctInstance;
    let constraints = settings.placement_constraints.iter().map(|setting| &setting.0.constraint_type);
    ServiceDemand {
        name: app.spec.name.to_owned(),
        demand: TaskDemand::of(&app.task),
        tasks: settings.desired_count,
        most_tasks: if settings.scaling.enabled {
            settings.scaling.max_tasks
        } else {
            settings.desired_count
        },
        minimum_healthy_percent: percent(least),
        maximum_percent: percent(most),
        distinct_instance: constraints.into_iter().any(distinct),
    }
}
