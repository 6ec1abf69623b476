//! Each rule about target groups and load balancers at its edges.

use infra_engine::Resource;
use infra_resources::target_group::TargetType;
use infra_resources::{HealthCheck, LoadBalancer, TargetGroup};

/// The numbers of the rules that a value breaks.
fn numbers(resource: &impl Resource) -> Vec<String> {
    let problems = resource.problems();
    problems.iter().map(|problem| problem.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn target_groups_and_load_balancers_are_within_their_limits() {
    let group =
        |name: &str, port, interval_seconds, timeout_seconds, deregistration_delay_seconds| TargetGroup {
            name: name.to_owned(),
            vpc_id: "vpc-1".into(),
            port,
            target_type: TargetType::Ip,
            health_check: HealthCheck {
                interval_seconds,
                timeout_seconds,
                unhealthy_threshold: 10,
                ..HealthCheck::at("/")
            },
            deregistration_delay_seconds,
        };
    assert!(group("web", 80, 6, 5, 3600).problems().is_empty());
    for (rule, group) in [
        ("L02", group("-web", 80, 6, 5, 0)),
        ("L04", group("web", 80, 6, 5, 3601)),
        ("L05", group("web", 80, 5, 5, 0)),
        ("L05", group("web", 80, 301, 5, 0)),
        ("L08", group("web", 0, 6, 5, 0)),
    ] {
        assert_eq!(numbers(&group), [rule]);
    }
    let balancer = LoadBalancer {
        name: "internal-web".to_owned(),
        subnet_ids: vec!["subnet-1".to_owned()].into(),
        security_group_ids: Vec::new(),
        drop_invalid_header_fields: true,
        idle_timeout_seconds: 60,
        deletion_protection: false,
        access_logs_bucket: None,
        web_acl_arn: None,
    };
    assert_eq!(numbers(&balancer), ["L03"]);
}
