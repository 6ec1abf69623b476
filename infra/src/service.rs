//! The services: an app's tasks, kept running behind the load balancer.

use crate::context::{App, Context};
use crate::placement::Placement;
use crate::task::CONTAINER;
use crate::traffic::AppTargets;
use infra_ecs::service::PropagateTags;
use infra_ecs::{Deployment, LoadBalanced, Revision, Rolling, ServiceOf};
use infra_engine::{ResourceId, Stack};
use std::time::Duration;

/// Where requests for an app arrive.
pub struct Backend<'a, T> {
    /// The app's target group.
    pub targets: &'a AppTargets<T>,
    /// ECS takes a service only once the load balancer knows its target group, which is by this rule.
    pub forwarded_by: &'a ResourceId,
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
    let rolling = Rolling::from_settings(settings.minimum_healthy_percent, settings.maximum_percent);
    let network = placement.network(context.network);
    let service = ServiceOf::replica(name, context.cluster, task, settings.desired_count, network)
        .capacity(placement.capacity())
        .load_balancer(&balanced)
        .deployment(Deployment::Rolling(rolling.roll_back_on_failure()))
        .propagate_tags(PropagateTags::Service);
    let service = placement.placed(service, settings);
    let service =
        if settings.availability_zone_rebalancing { service } else { service.without_zone_rebalancing() };
    let service = if settings.scaling.enabled {
        service.scaled_by_an_autoscaler(settings.desired_count)
    } else {
        service
    };
    service.add(stack, app.spec.name).id
}
