//! What ECS refuses of a deployment, and what it takes although nothing can move.

use infra_ecs::rollout::{Bounds, Simulation, least_maximum_percent, most_minimum_healthy_percent};
use infra_ecs::rules;
use infra_ecs::service::{DeploymentConfiguration, Service, ServiceLoadBalancer};

use crate::report::UserError;

/// Whether ECS takes it, by the rules that `check` goes by.
pub fn checked(deployment: &DeploymentConfiguration) -> Result<(), UserError> {
    let service = Service {
        deployment_configuration: Some(deployment.clone()),
        load_balancers: vec![ServiceLoadBalancer::default()],
        ..Service::default()
    };
    let mut findings = rules::service(&service);
    // All else of the service is not asked for here.
    findings.errors.retain(|finding| finding.path.starts_with("deploymentConfiguration"));
    if findings.is_ok() {
        return Ok(());
    }
    let hint = "`cargo xtask simulate rollout --help` says which option is which member";
    Err(UserError::new(findings.refusals().join("\n"), hint))
}

/// The percentages let nothing start and nothing stop: with numbers that would.
pub fn blocked(simulation: &Simulation) -> UserError {
    let Simulation { desired_count: desired, minimum_healthy_percent, maximum_percent, .. } = *simulation;
    let Bounds { min_running, max_running } = Bounds::new(desired, minimum_healthy_percent, maximum_percent);
    let (most, least) = (least_maximum_percent(desired), most_minimum_healthy_percent(desired));
    let least = if least == 0 { "--min 0".to_owned() } else { format!("--min {least} or less") };
    UserError::new(
        format!(
            "D05: the deployment is blocked by its percentages: of {desired} tasks, {min_running} must stay \
             healthy ({minimum_healthy_percent} %, rounded up) and at most {max_running} may run \
             ({maximum_percent} %, rounded down); ECS takes these numbers all the same"
        ),
        format!("--max {most} or more lets a new task start first, {least} lets an old one stop first"),
    )
}
