//! The autoscaler of an app: who decides how many tasks it has.

use crate::context::{App, Context};
use crate::settings::{ScalingSettings, Schedule};
use crate::traffic::AppTargets;
use infra_engine::{ResourceId, Stack};
use infra_resources::ServiceScaling;
use infra_resources::service_scaling::{Metric, ScheduledAction, TargetTracking};

/// Keeps CPU, memory or requests for each task near the settings' values; nothing where scaling is off.
pub fn scaling<T>(
    stack: &mut Stack,
    app: &App<'_>,
    service_name: &str,
    context: &Context<'_>,
    targets: &AppTargets<T>,
    service: &ResourceId,
) {
    let settings = &app.settings.scaling;
    if !settings.enabled {
        return;
    }
    let requests = Metric::RequestsPerTarget {
        load_balancer: context.balancer.load_balancer.resource_label.clone(),
        target_group: targets.group.resource_label.clone(),
    };
    let policies = [
        tracking("cpu", Metric::Cpu, settings.cpu_percent, settings),
        tracking("memory", Metric::Memory, settings.memory_percent, settings),
        tracking("requests", requests, settings.requests_per_task, settings),
    ];
    let scaling = ServiceScaling {
        cluster_name: context.names.cluster.clone(),
        service_name: service_name.to_owned(),
        min_tasks: settings.min_tasks,
        max_tasks: settings.max_tasks,
        policies: policies.into_iter().flatten().collect(),
        scheduled_actions: settings.schedule.iter().map(scheduled).collect(),
    };
    stack.add_after(app.spec.name, scaling, &[service]);
}

fn tracking(
    name: &str,
    metric: Metric,
    target: Option<u32>,
    settings: &ScalingSettings,
) -> Option<TargetTracking> {
    Some(TargetTracking {
        name: name.to_owned(),
        metric,
        target_value: target?,
        scale_in_cooldown_seconds: settings.scale_in_cooldown_seconds,
        scale_out_cooldown_seconds: settings.scale_out_cooldown_seconds,
    })
}

fn scheduled(schedule: &Schedule) -> ScheduledAction {
    ScheduledAction {
        name: schedule.name.clone(),
        schedule: schedule.at.clone(),
        timezone: schedule.timezone.clone(),
        min_tasks: schedule.min_tasks,
        max_tasks: schedule.max_tasks,
    }
}
