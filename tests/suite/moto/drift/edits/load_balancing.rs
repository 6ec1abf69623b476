//! Changes by hand of how requests reach the apps.

use e2e::aws_api::QueryService::LoadBalancing;

use super::{Edit, Hand};
use crate::moto::drift::places::Places;

/// The load balancer, and what hangs on it.
pub fn load_balancing(at: &Places) -> Vec<Edit> {
    let group = format!("target-group {}", at.target_group_name);
    let (balancer, listener) = (format!("load-balancer {}-alb", at.stack), format!("{}-alb:80", at.stack));
    let of_balancer = format!("LoadBalancerArn={}", at.load_balancer);
    let of_group = format!("TargetGroupArn={}", at.target_group);
    let call = |action, parameters: String| Hand::Query(LoadBalancing, action, parameters);
    let checks = [
        ("path", "HealthCheckPath=/other"),
        ("intervalSeconds", "HealthCheckIntervalSeconds=77"),
        ("timeoutSeconds", "HealthCheckTimeoutSeconds=7"),
        ("healthyThreshold", "HealthyThresholdCount=7"),
        ("unhealthyThreshold", "UnhealthyThresholdCount=7"),
        ("port", "HealthCheckPort=9999"),
        ("statusCodes", "Matcher.HttpCode=200-499"),
        ("protocol", "HealthCheckProtocol=HTTPS"),
    ];
    let mut edits: Vec<Edit> = checks
        .iter()
        .map(|(property, parameter)| {
            let parameters = format!("{of_group}&{parameter}");
            Edit::new(&group, &[&format!("healthCheck.{property}")], call("ModifyTargetGroup", parameters))
        })
        .collect();
    let attribute = |number: u8, key: &str, value: &str| {
        format!("&Attributes.member.{number}.Key={key}&Attributes.member.{number}.Value={value}")
    };
    let delay = attribute(1, "deregistration_delay.timeout_seconds", "299");
    let idle = attribute(1, "idle_timeout.timeout_seconds", "11");
    let headers = attribute(2, "routing.http.drop_invalid_header_fields.enabled", "false");
    let protection = attribute(1, "deletion_protection.enabled", "true");
    let host = "&Conditions.member.2.Field=host-header&Conditions.member.2.HostHeaderConfig.Values.member.1=a.example";
    let paths = "Conditions.member.1.Field=path-pattern&Conditions.member.1.PathPatternConfig.Values.member.1=/by-hand";
    edits.extend([
        Edit::new(
            group,
            &["deregistrationDelaySeconds"],
            call("ModifyTargetGroupAttributes", format!("{of_group}{delay}")),
        ),
        Edit::new(
            &balancer,
            &["idleTimeoutSeconds", "dropInvalidHeaderFields"],
            call("ModifyLoadBalancerAttributes", format!("{of_balancer}{idle}{headers}")),
        ),
        Edit::new(
            &balancer,
            &["deletionProtection"],
            call("ModifyLoadBalancerAttributes", format!("{of_balancer}{protection}")),
        ),
        Edit::new(
            &balancer,
            &["securityGroupIds[0]"],
            call("SetSecurityGroups", format!("{of_balancer}&SecurityGroups.member.1={}", at.task_group)),
        ),
        Edit::new(
            balancer,
            &["subnetIds"],
            call(
                "SetSubnets",
                format!(
                    "{of_balancer}&Subnets.member.1={}&Subnets.member.2={}",
                    at.subnets[0], at.subnets[1]
                ),
            ),
        ),
        Edit::new(
            format!("listener {listener}"),
            &["otherwise.message", "otherwise.statusCode"],
            call(
                "ModifyListener",
                format!(
                    "ListenerArn={}&DefaultActions.member.1.Type=forward&DefaultActions.member.1.{of_group}",
                    at.listener
                ),
            ),
        ),
        Edit::new(
            format!("listener-rule {listener}/100"),
            &["pathPatterns[0]", "pathPatterns[1]", "targetGroupArn"],
            call(
                "ModifyRule",
                format!(
                    "RuleArn={}&{paths}{host}&Actions.member.1.Type=forward&Actions.member.1.{of_group}",
                    at.rule
                ),
            ),
        ),
    ]);
    edits
}
