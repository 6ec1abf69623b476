//! Load balancers and registries of a service: S14 to S19, L09, D13.

use crate::rules::{Findings, Path, Rule};
use crate::service::{
    DeploymentControllerType, DeploymentStrategy, LaunchType, Service, ServiceLoadBalancer,
};

pub fn check(service: &Service, findings: &mut Findings) {
    let balancers = Path::at("loadBalancers");
    let awsvpc = service.network_configuration.is_some();
    for (index, balancer) in service.load_balancers.iter().enumerate() {
        let path = balancers.item(index);
        target(balancer, &path, findings);
        if balancer.load_balancer_name.is_some()
            && (awsvpc || service.launch_type == Some(LaunchType::Fargate))
        {
            findings.add(Rule::S15, &path.member("loadBalancerName"), "a Classic Load Balancer with awsvpc");
        }
        advanced(service, balancer, &path, findings);
    }
    role(service, awsvpc, findings);
    controller(service, findings);
    if let Some(seconds) = service.health_check_grace_period_seconds {
        let path = Path::at("healthCheckGracePeriodSeconds");
        if seconds < 0 {
            findings.add(Rule::S18, &path, format!("{seconds} seconds"));
        } else if seconds > 0 && service.load_balancers.is_empty() {
            findings.add(Rule::S18, &path, "a grace period without a load balancer");
        }
    }
    if service.service_registries.len() > 1 {
        let problem = format!("{} service registries", service.service_registries.len());
        findings.add(Rule::S19, &Path::at("serviceRegistries"), problem);
    }
}

fn target(balancer: &ServiceLoadBalancer, path: &Path<'_>, findings: &mut Findings) {
    if balancer.target_group_arn.is_some() == balancer.load_balancer_name.is_some() {
        findings.add(Rule::S14, path, "both or neither of target group and Classic Load Balancer");
    }
    if balancer.container_name.is_none() || balancer.container_port.is_none() {
        findings.add(Rule::S14, path, "no container and port for the load balancer");
    }
}

/// Blue/green, linear and canary move traffic between two target groups.
fn advanced(service: &Service, balancer: &ServiceLoadBalancer, path: &Path<'_>, findings: &mut Findings) {
    let strategy = service.deployment_configuration.as_ref().and_then(|it| it.strategy);
    let shifts = strategy.is_some_and(|strategy| strategy != DeploymentStrategy::Rolling);
    let path = path.member("advancedConfiguration");
    match &balancer.advanced_configuration {
        None if shifts => findings.add(Rule::L09, &path, "no second target group to move traffic to"),
        Some(advanced) => {
            let given = [
                ("alternateTargetGroupArn", advanced.alternate_target_group_arn.is_some()),
                ("productionListenerRule", advanced.production_listener_rule.is_some()),
                ("roleArn", advanced.role_arn.is_some()),
            ];
            for (member, _) in given.iter().filter(|(_, given)| !given) {
                findings.add(Rule::D13, &path.member(member), format!("no {member}"));
            }
            let uses = |other: &ServiceLoadBalancer| {
                let alternate = other
                    .advanced_configuration
                    .as_ref()
                    .and_then(|it| it.alternate_target_group_arn.as_ref());
                alternate.is_some() && alternate == advanced.alternate_target_group_arn.as_ref()
            };
            let same = balancer.target_group_arn.is_some()
                && balancer.target_group_arn == advanced.alternate_target_group_arn;
            if same || service.load_balancers.iter().filter(|other| uses(other)).count() > 1 {
                let path = path.member("alternateTargetGroupArn");
                findings.add(Rule::D13, &path, "a target group that is used already");
            }
        }
        None => {}
    }
}

fn role(service: &Service, awsvpc: bool, findings: &mut Findings) {
    if service.role.is_some() && (awsvpc || service.load_balancers.is_empty()) {
        findings.add(Rule::S16, &Path::at("role"), "a role with awsvpc or without a load balancer");
    }
}

fn controller(service: &Service, findings: &mut Findings) {
    let balanced = !service.load_balancers.is_empty();
    match service.deployment_controller.map(|it| it.controller_type) {
        Some(DeploymentControllerType::CodeDeploy) if !balanced => {
            findings.add(Rule::S17, &Path::at("loadBalancers"), "CODE_DEPLOY without a load balancer");
        }
        Some(DeploymentControllerType::External) if balanced => {
            findings.add(Rule::S17, &Path::at("loadBalancers"), "a load balancer with EXTERNAL");
        }
        _ => {}
    }
}
