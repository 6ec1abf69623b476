//! Placement and network of a service: S08, S11, S12, S21.

use crate::cluster_query::{Attribute, Expression};
use crate::rules::{Findings, Path, Rule};
use crate::service::{
    LaunchType, NetworkConfiguration, PlacementConstraint, PlacementConstraintType, PlacementStrategy,
    PlacementStrategyType, Service,
};
use crate::task_definition::volume::Switch;
use infra_engine::Output;

const MOST_CONSTRAINTS: usize = 10;
const MOST_STRATEGIES: usize = 5;
const MOST_SUBNETS: usize = 16;
const MOST_SECURITY_GROUPS: usize = 5;
const ZONE: &str = "attribute:ecs.availability-zone";

pub fn check(service: &Service, findings: &mut Findings) {
    let fargate = service.launch_type == Some(LaunchType::Fargate)
        || service.capacity_provider_strategy.iter().any(|item| item.is_fargate());
    constraints(&service.placement_constraints, fargate, findings);
    strategies(&service.placement_strategy, fargate, findings);
    if service.availability_zone_rebalancing == Some(Switch::Enabled) {
        rebalancing(service, findings);
    }
    network(service.network_configuration.as_ref(), findings);
}

/// Checks the placement constraints of a service or a run-task.
pub fn constraints(constraints: &[PlacementConstraint], fargate: bool, findings: &mut Findings) {
    let path = Path::at("placementConstraints");
    if fargate && !constraints.is_empty() {
        findings.add(Rule::S11, &path, "placement constraints on Fargate");
    }
    if constraints.len() > MOST_CONSTRAINTS {
        findings.add(Rule::S11, &path, format!("{} placement constraints", constraints.len()));
    }
    for (index, constraint) in constraints.iter().enumerate() {
        let item = path.item(index);
        if let Some(problem) = constraint_problem(constraint) {
            findings.add(Rule::S11, &item.member("expression"), problem);
        }
    }
}

fn constraint_problem(constraint: &PlacementConstraint) -> Option<String> {
    match (constraint.constraint_type, constraint.expression.as_deref()) {
        (PlacementConstraintType::DistinctInstance, Some(_)) => {
            Some("distinctInstance with an expression".to_owned())
        }
        (PlacementConstraintType::DistinctInstance, None) => None,
        (PlacementConstraintType::MemberOf, None | Some("")) => {
            Some("memberOf without an expression".to_owned())
        }
        (PlacementConstraintType::MemberOf, Some(text)) => {
            text.parse::<Expression>().err().map(|error| format!("\"{text}\", {error}"))
        }
        (PlacementConstraintType::Unknown(_), _) => None,
    }
}

/// Checks the placement strategies of a service or a run-task.
pub fn strategies(strategies: &[PlacementStrategy], fargate: bool, findings: &mut Findings) {
    let path = Path::at("placementStrategy");
    if fargate && !strategies.is_empty() {
        findings.add(Rule::S12, &path, "placement strategies on Fargate");
    }
    if strategies.len() > MOST_STRATEGIES {
        findings.add(Rule::S12, &path, format!("{} placement strategies", strategies.len()));
    }
    for (index, strategy) in strategies.iter().enumerate() {
        let item: Path<'_> = path.item(index);
        if let Some(problem) = strategy_problem(strategy) {
            findings.add(Rule::S12, &item.member("field"), problem);
        }
    }
}

fn strategy_problem(strategy: &PlacementStrategy) -> Option<String> {
    let field = strategy.field.as_deref();
    match strategy.strategy_type {
        PlacementStrategyType::Random => field.map(|field| format!("random with field {field}")),
        PlacementStrategyType::Spread => field.is_none().then(|| "spread without a field".to_owned()),
        PlacementStrategyType::Binpack => {
            let packs =
                field.is_some_and(|it| it.eq_ignore_ascii_case("cpu") || it.eq_ignore_ascii_case("memory"));
            (!packs).then(|| format!("binpack of {}", field.unwrap_or("nothing")))
        }
        // ECS has rules of its own for it.
        PlacementStrategyType::Unknown(_) => None,
    }
}

fn rebalancing(service: &Service, findings: &mut Findings) {
    let path = Path::at("availabilityZoneRebalancing");
    if service.launch_type == Some(LaunchType::External) {
        findings.add(Rule::S21, &path, "rebalancing on EXTERNAL");
    }
    let first = service.placement_strategy.first();
    let spreads = |it: &PlacementStrategy| {
        it.strategy_type == PlacementStrategyType::Spread && it.field.as_deref() == Some(ZONE)
    };
    if first.is_some_and(|first| !spreads(first)) {
        findings.add(Rule::S21, &path, "the first placement strategy does not spread over zones");
    }
    let on_zone = |constraint: &PlacementConstraint| {
        let expression = constraint.expression.as_deref().and_then(|text| text.parse::<Expression>().ok());
        expression.is_some_and(|it| it.attributes().any(|name| name == Attribute::AVAILABILITY_ZONE.name()))
    };
    if service.placement_constraints.iter().any(on_zone) {
        findings.add(Rule::S21, &path, "a placement constraint on the availability zone");
    }
    let classic = service.load_balancers.iter().any(|balancer| balancer.load_balancer_name.is_some());
    if classic {
        findings.add(Rule::S21, &path, "rebalancing with a Classic Load Balancer");
    }
}

/// Checks the network of a service's tasks, or of a run-task's.
pub fn network(network: Option<&NetworkConfiguration>, findings: &mut Findings) {
    let Some(awsvpc) = network.and_then(|network| network.awsvpc_configuration.as_ref()) else { return };
    let path = Path::at("networkConfiguration");
    let path = path.member("awsvpcConfiguration");
    if let Output::Known(subnets) = &awsvpc.subnets
        && !(1..=MOST_SUBNETS).contains(&subnets.len())
    {
        findings.add(Rule::S08, &path.member("subnets"), format!("{} subnets", subnets.len()));
    }
    let groups = awsvpc.security_groups.len();
    if groups > MOST_SECURITY_GROUPS {
        findings.add(Rule::S08, &path.member("securityGroups"), format!("{groups} security groups"));
    }
}
