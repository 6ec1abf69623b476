//! Made-up values of what a load balancer consists of.

use infra_engine::Output;
use infra_resources::listener::FixedResponse;
use infra_resources::target_group::TargetType;
use infra_resources::{HealthCheck, Listener, ListenerRule, LoadBalancer, TargetGroup};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub fn load_balancer(
    name: &str,
    subnet_ids: Output<Vec<String>>,
    groups: [Output<String>; 2],
) -> impl Strategy<Value = LoadBalancer> + use<> {
    let name = name.to_owned();
    (subsequence(groups.to_vec(), 1..=2).prop_shuffle(), any::<bool>(), 1..4000_u32).prop_map(
        move |(security_group_ids, drop_invalid_header_fields, idle_timeout_seconds)| LoadBalancer {
            name: name.clone(),
            subnet_ids: subnet_ids.clone(),
            security_group_ids,
            drop_invalid_header_fields,
            idle_timeout_seconds,
        },
    )
}

pub fn target_group(name: &str, vpc_id: Output<String>) -> impl Strategy<Value = TargetGroup> + use<> {
    let name = name.to_owned();
    let check = (
        select(vec!["HTTP", "HTTPS"]),
        select(vec!["traffic-port", "9000"]),
        select(vec!["/", "/healthz"]),
        select(vec!["200", "200-299", "200,301"]),
        (2..=60_i32, 1..=60_i32),
        (2..=10, 2..=10),
    )
        .prop_map(|(protocol, port, path, codes, (timeout, more), (healthy, unhealthy))| HealthCheck {
            protocol: protocol.to_owned(),
            port: port.to_owned(),
            path: path.to_owned(),
            status_codes: codes.to_owned(),
            interval_seconds: (timeout + more).max(5),
            timeout_seconds: timeout,
            healthy_threshold: healthy,
            unhealthy_threshold: unhealthy,
        });
    (check, 0..=3600_u32).prop_map(move |(health_check, deregistration_delay_seconds)| TargetGroup {
        name: name.clone(),
        vpc_id: vpc_id.clone(),
        port: 80,
        target_type: TargetType::Ip,
        health_check,
        deregistration_delay_seconds,
    })
}

pub fn listener(balancer: &str, arn: Output<String>) -> impl Strategy<Value = Listener> + use<> {
    let balancer = balancer.to_owned();
    (select(vec![200, 404, 503]), "[a-zA-Z0-9][a-zA-Z0-9 .]{0,30}[a-z]").prop_map(
        move |(status_code, message)| Listener {
            load_balancer_name: balancer.clone(),
            load_balancer_arn: arn.clone(),
            port: 80,
            otherwise: FixedResponse { status_code, message },
        },
    )
}

pub fn listener_rule(
    balancer: &str,
    listener_arn: Output<String>,
    targets: [Output<String>; 2],
) -> impl Strategy<Value = ListenerRule> + use<> {
    let listener_name = format!("{balancer}:80");
    let patterns = vec!["/php", "/php/*", "/a?c", "/*.png", "*"];
    (subsequence(patterns, 1..=5).prop_shuffle(), select(targets.to_vec())).prop_map(
        move |(patterns, target_group_arn)| ListenerRule {
            listener_name: listener_name.clone(),
            listener_arn: listener_arn.clone(),
            priority: 100,
            path_patterns: patterns.into_iter().map(str::to_owned).collect(),
            target_group_arn,
        },
    )
}
