//! The load balancer: `/php` goes to the PHP app, everything else to the Rust app.

use crate::names::Names;
use crate::network::Network;
use crate::settings::{AppSettings, Settings};
use infra_engine::{Handle, ResourceId, Stack};
use infra_resources::ecs::{Ip, Targets};
use infra_resources::target_group::TargetType;
use infra_resources::{HealthCheck, Listener, ListenerRule, LoadBalancer, NameError, TargetGroup};

/// The path under which the PHP app is reached.
pub const PHP_PATH: &str = "/php";

/// What the load balancer consists of.
pub struct LoadBalancing {
    /// The load balancer.
    pub load_balancer: Handle<LoadBalancer>,
    /// Where requests for the Rust app go.
    pub web: Backend,
    /// Where requests for the PHP app go.
    pub php: Backend,
}

/// Where requests for one app go.
pub struct Backend {
    /// The app's target group: tasks on Fargate are targets by their address.
    pub targets: Targets<Ip>,
    /// ECS takes a service only once the load balancer forwards to its target group, which this does.
    pub forwarded_by: ResourceId,
}

/// One load balancer on port 80 for both apps.
///
/// # Errors
/// When the name of a target group is too long.
pub fn load_balancer(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
) -> Result<LoadBalancing, NameError> {
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
    let web = target_group(stack, names, settings, network, "web", &settings.web)?;
    let php = target_group(stack, names, settings, network, "php", &settings.php)?;
    let listener = stack.add(
        "http",
        Listener {
            load_balancer_name: names.load_balancer.clone(),
            load_balancer_arn: load_balancer.arn.clone(),
            port: 80,
            default_target_group_arn: web.group.arn.clone(),
        },
    );
    let php_rule = stack.add(
        "php",
        ListenerRule {
            listener_name: format!("{}:80", names.load_balancer),
            listener_arn: listener.arn.clone(),
            priority: 100,
            path_patterns: vec![PHP_PATH.to_owned(), format!("{PHP_PATH}/*")],
            target_group_arn: php.group.arn.clone(),
        },
    );
    Ok(LoadBalancing {
        load_balancer,
        web: Backend { targets: web, forwarded_by: listener.id },
        php: Backend { targets: php, forwarded_by: php_rule.id },
    })
}

fn target_group(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    network: &Network,
    app: &str,
    app_settings: &AppSettings,
) -> Result<Targets<Ip>, NameError> {
    let (port, target_type) = (app_settings.container_port, TargetType::Ip);
    let group = TargetGroup {
        name: names.target_group(app, port, target_type)?,
        vpc_id: network.vpc.vpc_id.clone(),
        port,
        target_type,
        health_check: HealthCheck {
            path: "/healthz".to_owned(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        },
        deregistration_delay_seconds: settings.load_balancer.deregistration_delay_seconds,
    };
    Ok(Targets::add(stack, app, group))
}
