//! The load balancer: `/php` goes to the PHP app, everything else to the Rust app.

use crate::app::AppOf;
use crate::names::Names;
use crate::network::Network;
use crate::settings::Settings;
use infra_engine::{Handle, ResourceId, Stack};
use infra_resources::ecs::Targets;
use infra_resources::ecs::typed::TargetKind;
use infra_resources::listener::FixedResponse;
use infra_resources::name::short_hash;
use infra_resources::{HealthCheck, Listener, ListenerRule, LoadBalancer, NameError, TargetGroup};

/// The path under which the PHP app is reached.
pub const PHP_PATH: &str = "/php";

/// The load balancer and its port.
pub struct Balancer {
    /// The load balancer.
    pub load_balancer: Handle<LoadBalancer>,
    /// Its port 80.
    pub listener: Handle<Listener>,
}

/// An app's target group.
pub struct AppTargets<T> {
    /// Its name.
    pub name: String,
    /// The group.
    pub targets: Targets<T>,
}

/// One load balancer on port 80 for both apps.
pub fn load_balancer(stack: &mut Stack, names: &Names, settings: &Settings, network: &Network) -> Balancer {
    let load_balancer = stack.add(
        "main",
        LoadBalancer {
            name: names.load_balancer.clone(),
            subnet_ids: network.vpc.subnet_ids.clone(),
            security_group_ids: vec![network.load_balancer_group.group_id.clone()],
            drop_invalid_header_fields: true,
            idle_timeout_seconds: settings.load_balancer.idle_timeout_seconds,
        },
    );
    let listener = stack.add(
        "http",
        Listener {
            load_balancer_name: names.load_balancer.clone(),
            load_balancer_arn: load_balancer.arn.clone(),
            port: 80,
            otherwise: FixedResponse { status_code: 503, message: "The app is being deployed.".to_owned() },
        },
    );
    Balancer { load_balancer, listener }
}

/// Where requests for an app go: its tasks, by their address or by a port of their instance.
///
/// # Errors
/// When its name is too long.
pub fn target_group<T: TargetKind>(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
    app: &AppOf<'_>,
) -> Result<AppTargets<T>, NameError> {
    let port = app.settings.container_port;
    let name = names.target_group(app.logical_name, port, T::TYPE)?;
    let group = TargetGroup {
        name: name.clone(),
        vpc_id: network.vpc.vpc_id.clone(),
        port,
        target_type: T::TYPE,
        health_check: HealthCheck::at("/healthz"),
        deregistration_delay_seconds: settings.load_balancer.deregistration_delay_seconds,
    };
    Ok(AppTargets { name, targets: Targets::add(stack, app.logical_name, group) })
}

/// Makes a target group known to the load balancer by a rule that no request reaches, as those of the apps come first.
///
/// ECS takes a service only when a load balancer knows its target group, and its health is checked only then. So a new
/// group is filled and found healthy beside the old one before [`traffic`] moves to it.
pub fn targets_known<T>(
    stack: &mut Stack,
    names: &Names,
    balancer: &Balancer,
    app: &str,
    targets: &AppTargets<T>,
) -> ResourceId {
    let rule = ListenerRule {
        listener_name: format!("{}:80", names.load_balancer),
        listener_arn: balancer.listener.arn.clone(),
        priority: priority_of_known(app, &targets.name),
        path_patterns: vec![format!("/{}", targets.name)],
        target_group_arn: targets.targets.group.arn.clone(),
    };
    stack.add(&format!("{app}-targets"), rule).id
}

/// Sends an app's requests to its targets, once its service runs there.
pub fn traffic<T>(
    stack: &mut Stack,
    names: &Names,
    balancer: &Balancer,
    app: &AppOf<'_>,
    targets: &AppTargets<T>,
    service: &ResourceId,
) {
    let rule = ListenerRule {
        listener_name: format!("{}:80", names.load_balancer),
        listener_arn: balancer.listener.arn.clone(),
        priority: app.priority,
        path_patterns: app.paths.clone(),
        target_group_arn: targets.targets.group.arn.clone(),
    };
    stack.add_after(app.logical_name, rule, &[service]);
}

/// A priority after those of [`traffic`], one for each target group and never the same for both apps.
fn priority_of_known(app: &str, target_group: &str) -> u16 {
    let of_group = u16::from_str_radix(&short_hash(&[target_group]), 16).unwrap_or_default() % 20_000;
    if app == "web" { 10_000 + of_group } else { 30_000 + of_group }
}
