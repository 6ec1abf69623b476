//! The services: an app's tasks, kept running behind the load balancer.

use crate::context::{App, Context};
use crate::placement::Placement;
use crate::settings::AppSettings;
use crate::shifting::{Shifting, deployment};
use crate::task::CONTAINER;
use crate::traffic::AppTargets;
use infra_ecs::service::{CircuitBreaker, CircuitBreakerThreshold, PropagateTags, ThresholdType};
use infra_ecs::{Deployment, LoadBalanced, Revision, Rolling, ServiceOf};
use infra_engine::{ResourceId, Stack};
use std::time::Duration;

/// Where requests for an app arrive.
pub struct Backend<'a, T> {
    /// The app's target group.
    pub targets: &'a AppTargets<T>,
    /// ECS takes a service only once the load balancer knows its target group, which is by this rule.
    pub forwarded_by: &'a ResourceId,
    /// What ECS moves the traffic with, unless tasks are replaced in batches.
    pub shifting: Option<&'a Shifting<T>>,
}

/// An app's service behind its part of the load balancer.
pub fn service<P: Placement>(
    stack: &mut Stack,
    app: &App<'_>,
    name: &str,
    placement: &P,
    context: &Context<'_>,
    task: &Revision<P::On>,
    backend: &Backend<'_, P::Target>,
) -> ResourceId {
    let settings = app.settings;
    let balanced = LoadBalanced {
        targets: &backend.targets.targets,
        forwarded_by: backend.forwarded_by,
        container: CONTAINER,
        port: settings.container_port,
        grace_period: Duration::from_secs(settings.health_check_grace_period_seconds.into()),
    };
    let deployment = match backend.shifting {
        Some(shifting) => deployment(settings, shifting),
        None => Deployment::Rolling(rolling(settings)),
    };
    let network = placement.network(context.network);
    let service = ServiceOf::replica(name, context.cluster, task, settings.desired_count, network)
        .capacity(placement.capacity())
        .load_balancer(&balanced)
        .deployment(deployment)
        .propagate_tags(PropagateTags::Service);
    let service = placement.placed(service, settings);
    let service =
        if settings.availability_zone_rebalancing { service } else { service.without_zone_rebalancing() };
    let service = if settings.scaling.enabled {
        service.scaled_by_an_autoscaler(settings.desired_count)
    } else {
        service
    };
    let service = if settings.execute_command { service.execute_command() } else { service };
    service.add(stack, app.spec.name).id
}

/// Tasks are replaced in batches, until too many fail or an alarm goes off.
fn rolling(settings: &AppSettings) -> Rolling {
    let deployment = &settings.deployment;
    let rolling = Rolling::from_settings(settings.minimum_healthy_percent, settings.maximum_percent);
    let rolling = match deployment.circuit_breaker_threshold {
        None => rolling.roll_back_on_failure(),
        Some(tasks) => rolling.circuit_breaker(CircuitBreaker {
            enable: true,
            rollback: true,
            threshold_configuration: Some(CircuitBreakerThreshold {
                threshold_type: ThresholdType::Count,
                value: i32::try_from(tasks).unwrap_or(i32::MAX),
            }),
            ..CircuitBreaker::default()
        }),
    };
    let rolling = match deployment.early_success_percent {
        Some(percent) => rolling.succeed_at(percent.into()),
        None => rolling,
    };
    let alarms = deployment.alarm_names();
    if alarms.is_empty() { rolling } else { rolling.roll_back_on_alarm(&alarms) }
}
