//! Whether a service's target group fits its tasks, and the load balancer leads the app's requests to it.

use super::subject::Subject;
use crate::judgement::Judgement;
use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer, Rule, TargetGroup};
use infra::traffic::{HEALTH_CHECK_PATH, path_patterns};
use infra_aws::Aws;
use infra_aws::clients::Elb;
use infra_aws::kinds::elb;
use infra_ecs::container::PortMapping;
use infra_ecs::service::ServiceLoadBalancer;
use infra_ecs::task_definition::NetworkMode;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

const DEPLOY: &str = "deploy the stack, which puts it right; `cargo xtask drift` shows what differs";

/// How requests reach a service.
pub struct Balancing {
    /// What the service says of it.
    pub of_service: ServiceLoadBalancer,
    /// The target group; none where it is gone.
    pub group: Option<TargetGroup>,
    /// The load balancers that know the group.
    pub balancers: Vec<LoadBalancer>,
    /// The rules of the stack's load balancers.
    pub rules: Vec<Rule>,
}

/// Reads it; nothing where the service has no target group.
///
/// # Errors
/// When it can't be read.
pub async fn read(aws: &Aws, subject: &Subject) -> Result<Option<Balancing>, Failure> {
    let of_service = subject.service.as_ref().and_then(|service| service.load_balancers.first());
    let Some(of_service) = of_service else { return Ok(None) };
    let Some(arn) = &of_service.target_group_arn else { return Ok(None) };
    let client = aws.client::<Elb>();
    let described = client.describe_target_groups().target_group_arns(arn.get()?).send().await;
    let described = described.none_if(&["TargetGroupNotFound"], "describe the target group")?;
    let group = described.and_then(|answer| answer.target_groups?.into_iter().next());
    let arns = group.as_ref().map(|group| group.load_balancer_arns().to_vec()).unwrap_or_default();
    let balancers = elb::load_balancers_of(aws, &aws.stack).await?;
    let behind = elb::listeners_and_rules(aws, &aws.stack).await?;
    Ok(Some(Balancing {
        of_service: of_service.clone(),
        group,
        balancers: balancers
            .into_iter()
            .filter(|it| it.load_balancer_arn().is_some_and(|arn| arns.iter().any(|of| of == arn)))
            .collect(),
        rules: behind.into_iter().flat_map(|it| it.rules).collect(),
    }))
}

impl Balancing {
    /// The port mapping that requests go to.
    pub fn mapping<'a>(&self, subject: &'a Subject) -> Option<&'a PortMapping> {
        let containers = &subject.definition.container_definitions;
        let container = containers.iter().find(|it| it.name == self.of_service.container_name)?;
        container.port_mappings.iter().find(|it| it.container_port == self.of_service.container_port)
    }

    /// Whether the target group fits the tasks.
    pub fn fits(&self, subject: &Subject) -> Judgement {
        let Some(group) = &self.group else {
            let arn = self.of_service.target_group_arn.as_ref().and_then(|arn| arn.get().ok());
            let what = format!("{} is not there", arn.map_or("it", String::as_str));
            return Judgement::failed(what, DEPLOY);
        };
        let name = group.target_group_name().unwrap_or_default();
        let (container, port) = (
            self.of_service.container_name.as_deref().unwrap_or_default(),
            self.of_service.container_port.unwrap_or_default(),
        );
        let Some(mapping) = self.mapping(subject) else {
            let what =
                format!("{name} is for port {port} of container {container}, which has no mapping for it");
            return Judgement::failed(what, DEPLOY);
        };
        let wrong = disagreements(group, mapping, subject.network_mode());
        if wrong.is_empty() {
            return Judgement::ok(format!(
                "{name} takes port {port} of {container} and asks {HEALTH_CHECK_PATH}"
            ));
        }
        Judgement::failed(format!("{name}: {}", wrong.join(", ")), DEPLOY)
    }

    /// Whether the app's requests are led to the target group.
    pub fn is_led_to(&self, path: &str) -> Judgement {
        let patterns = path_patterns(path);
        let arn = self.of_service.target_group_arn.as_ref().and_then(|arn| arn.get().ok());
        let arn = arn.map_or("", String::as_str);
        let meant: Vec<_> = self.rules.iter().filter(|rule| is_for(rule, &patterns)).collect();
        let shown = patterns.join(" and ");
        if meant.iter().any(|rule| leads_to(rule, arn)) {
            return Judgement::ok(format!("requests for {shown} are led to the target group"));
        }
        let what = match meant.as_slice() {
            [] => format!("no rule of the load balancer is for {shown}"),
            _ => format!("the rule for {shown} leads elsewhere than to the service's target group"),
        };
        Judgement::failed(what, DEPLOY)
    }
}

/// What of a target group does not go together with the port of the tasks.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb.html>
fn disagreements(group: &TargetGroup, mapping: &PortMapping, mode: NetworkMode) -> Vec<String> {
    let mut wrong = Vec::new();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let target_type = text(group.target_type().map(|it| it.as_str()));
    let wanted = if mode == NetworkMode::Awsvpc { "ip" } else { "instance" };
    if target_type != wanted {
        let mode = mode.as_str();
        wrong.push(format!(
            "its targets are of type {target_type}, those of network mode {mode} are of type {wanted}"
        ));
    }
    let protocol = text(group.protocol().map(|it| it.as_str()));
    let is_udp = mapping.protocol().eq_ignore_ascii_case("udp");
    let takes_udp = protocol.contains("UDP");
    if is_udp && !takes_udp || !is_udp && protocol == "UDP" {
        wrong.push(format!("it speaks {protocol}, the container {}", mapping.protocol()));
    }
    let checked = text(group.health_check_protocol().map(|it| it.as_str()));
    let path = group.health_check_path().unwrap_or_default();
    if checked.starts_with("HTTP") && path != HEALTH_CHECK_PATH {
        wrong.push(format!("it asks {path} for the tasks' health, the app answers at {HEALTH_CHECK_PATH}"));
    }
    // Each target has a port of its own; a fixed port of the health check has to be just that.
    let fixed = if mode == NetworkMode::Bridge { mapping.host_port } else { mapping.container_port };
    let checked_port = group.health_check_port().unwrap_or("traffic-port");
    if checked_port != "traffic-port" && Some(checked_port) != fixed.map(|port| port.to_string()).as_deref() {
        wrong.push(format!("it asks for health at port {checked_port}, where the tasks do not listen"));
    }
    wrong
}

fn is_for(rule: &Rule, patterns: &[String]) -> bool {
    rule.conditions().iter().any(|condition| {
        let config = condition.path_pattern_config().map(|config| config.values()).unwrap_or_default();
        let values = if config.is_empty() { condition.values() } else { config };
        condition.field() == Some("path-pattern") && patterns.iter().all(|it| values.contains(it))
    })
}

/// One target group, or several with their weights while a deployment shifts traffic.
fn leads_to(rule: &Rule, target_group: &str) -> bool {
    rule.actions().iter().any(|action| {
        let several = action.forward_config().map(|it| it.target_groups()).unwrap_or_default();
        let weighted = several.iter().any(|it| {
            it.target_group_arn() == Some(target_group) && it.weight().is_none_or(|weight| weight > 0)
        });
        weighted || several.is_empty() && action.target_group_arn() == Some(target_group)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;
    use aws_sdk_elasticloadbalancingv2::types::{
        PathPatternConditionConfig, ProtocolEnum, RuleCondition, TargetTypeEnum,
    };
    use infra_aws::kinds::elb::forward_to;

    fn group(
        target_type: TargetTypeEnum,
    ) -> aws_sdk_elasticloadbalancingv2::types::builders::TargetGroupBuilder {
        let group = TargetGroup::builder().target_group_name("demo-web").target_type(target_type);
        let group = group.protocol(ProtocolEnum::Http).health_check_protocol(ProtocolEnum::Http);
        group.health_check_path(HEALTH_CHECK_PATH).health_check_port("traffic-port")
    }

    #[test]
    fn a_target_group_agrees_with_the_port_of_the_tasks_or_says_in_what_it_does_not() {
        let ip = || group(TargetTypeEnum::Ip);
        let udp = PortMapping { protocol: Some("udp".to_owned()), ..PortMapping::tcp(80) };
        let fixed = PortMapping { host_port: Some(8080), ..PortMapping::tcp(80) };
        let (awsvpc, bridge) = (NetworkMode::Awsvpc, NetworkMode::Bridge);
        for (group, mapping, mode, word) in [
            (ip(), PortMapping::tcp(80), awsvpc, ""),
            (group(TargetTypeEnum::Instance), PortMapping::tcp(80), bridge, ""),
            (ip().health_check_port("80"), PortMapping::tcp(80), awsvpc, ""),
            (group(TargetTypeEnum::Instance).health_check_port("8080"), fixed, bridge, ""),
            (ip(), PortMapping::tcp(80), bridge, "type instance"),
            (group(TargetTypeEnum::Instance), PortMapping::tcp(80), awsvpc, "type ip"),
            (ip(), udp, awsvpc, "speaks HTTP"),
            (ip().health_check_path("/"), PortMapping::tcp(80), awsvpc, HEALTH_CHECK_PATH),
            (ip().health_check_port("81"), PortMapping::tcp(80), awsvpc, "port 81"),
        ] {
            let wrong = disagreements(&group.build(), &mapping, mode);
            assert_eq!(wrong.len(), usize::from(!word.is_empty()), "{word}: {wrong:?}");
            assert!(wrong.join("").contains(word), "{word}: {wrong:?}");
        }
    }

    #[test]
    fn the_rule_for_the_apps_path_leads_to_its_target_group() {
        let rule = |patterns: &[&str], arn: &str| {
            let values = patterns.iter().map(|it| (*it).to_owned()).collect();
            let config = PathPatternConditionConfig::builder().set_values(Some(values)).build();
            let condition = RuleCondition::builder().field("path-pattern").path_pattern_config(config);
            Rule::builder().conditions(condition.build()).actions(forward_to(arn)).build()
        };
        let judged = |rules: Vec<Rule>, path: &str| {
            let of_service = ServiceLoadBalancer {
                target_group_arn: Some("mine".into()),
                ..ServiceLoadBalancer::default()
            };
            Balancing { of_service, group: None, balancers: Vec::new(), rules }.is_led_to(path)
        };
        let known = || rule(&["/demo-web"], "mine");
        assert_eq!(judged(vec![known(), rule(&["*"], "mine")], "").result, CheckResult::Ok);
        assert_eq!(judged(vec![rule(&["/php", "/php/*"], "mine")], "/php").result, CheckResult::Ok);
        assert!(judged(vec![known()], "").what.contains("no rule"));
        assert!(judged(vec![known(), rule(&["*"], "other")], "").what.contains("elsewhere"));
    }
}
