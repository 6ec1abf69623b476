//! Made-up values of what a load balancer consists of.

use infra_engine::Output;
use infra_resources::listener::{FixedResponse, Otherwise, RedirectToHttps, Tls};
use infra_resources::target_group::TargetType;
use infra_resources::{HealthCheck, Listener, ListenerRule, LoadBalancer, TargetGroup};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub fn load_balancer(
    name: &str,
    subnet_ids: Output<Vec<String>>,
    groups: [Output<String>; 2],
    logs: Output<String>,
    web_acl: Option<&str>,
) -> impl Strategy<Value = LoadBalancer> + use<> {
    let (name, web_acl_arn) = (name.to_owned(), web_acl.map(str::to_owned));
    let groups = subsequence(groups.to_vec(), 1..=2).prop_shuffle();
    (groups, any::<bool>(), 1..4000_u32, any::<bool>(), any::<bool>()).prop_map(
        move |(security_group_ids, drops, idle_timeout_seconds, is_protected, logs_access)| LoadBalancer {
            name: name.clone(),
            subnet_ids: subnet_ids.clone(),
            security_group_ids,
            drop_invalid_header_fields: drops,
            idle_timeout_seconds,
            deletion_protection: is_protected,
            access_logs_bucket: logs_access.then(|| logs.clone()),
            web_acl_arn: web_acl_arn.clone(),
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
    let answer = (select(vec![200, 404, 503]), "[a-zA-Z0-9][a-zA-Z0-9 .]{0,30}[a-z]")
        .prop_map(|(status_code, message)| Otherwise::Answer(FixedResponse { status_code, message }));
    let redirect = select(vec![443, 8443])
        .prop_map(|port| Otherwise::Redirect(RedirectToHttps { redirect_to_https_port: port }));
    prop_oneof![answer, redirect].prop_map(move |otherwise| Listener {
        load_balancer_name: balancer.clone(),
        load_balancer_arn: arn.clone(),
        port: 80,
        tls: None,
        otherwise,
    })
}

/// A listener of HTTPS with this certificate.
pub fn https_listener(
    balancer: &str,
    arn: Output<String>,
    certificate: &str,
) -> impl Strategy<Value = Listener> + use<> {
    let certificate = certificate.to_owned();
    let policy =
        select(vec!["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-2-2021-06"]);
    let header = select(vec!["max-age=0", "max-age=31536000"]);
    (listener(balancer, arn), policy, header).prop_map(move |(listener, policy, header)| Listener {
        port: 443,
        tls: Some(Tls {
            certificate_arn: certificate.as_str().into(),
            security_policy: policy.to_owned(),
            strict_transport_security: header.to_owned(),
        }),
        ..listener
    })
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
            alternate_target_group_arn: None,
            listener_name: listener_name.clone(),
            listener_arn: listener_arn.clone(),
            priority: 100,
            path_patterns: patterns.into_iter().map(str::to_owned).collect(),
            target_group_arn,
        },
    )
}
