//! Operations on target groups.

use super::{Call, check_name, shown};
use crate::api_error::ApiError;
use crate::load_balancer::attributes::TARGET_GROUP;
use crate::load_balancer::form::invalid;
use crate::load_balancer::probe::codes;
use crate::load_balancer::state::{Group, HealthCheck, random_hex};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const TRAFFIC_PORT: &str = "traffic-port";
const MAX_PATH: usize = 1024;

pub fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let name = call.form.required("Name")?.to_owned();
    check_name("Target group", &name)?;
    let target_type = call.form.text("TargetType").unwrap_or("instance");
    if !["instance", "ip"].contains(&target_type) {
        return Err(invalid(format!("target groups of type '{target_type}' are not there in the local AWS")));
    }
    let protocol = call.form.text("Protocol").ok_or_else(|| invalid("A protocol must be specified"))?;
    let version = call.form.text("ProtocolVersion").unwrap_or("HTTP1");
    if protocol != "HTTP" || version != "HTTP1" {
        let text = format!("target groups of protocol '{protocol}' {version} are not there in the local AWS");
        return Err(ApiError::new("UnsupportedProtocol", text));
    }
    let port = call.form.number("Port", 1..=u16::MAX)?.ok_or_else(|| invalid("A port must be specified"))?;
    let vpc = call.form.text("VpcId").ok_or_else(|| invalid("A VPC ID must be specified"))?;
    let group = Group {
        arn: call.here.account.arn("elasticloadbalancing", &format!("targetgroup/{name}/{}", random_hex(8))),
        protocol: protocol.to_owned(),
        protocol_version: version.to_owned(),
        port,
        vpc_id: vpc.to_owned(),
        target_type: target_type.to_owned(),
        ip_address_type: call.form.text("IpAddressType").unwrap_or("ipv4").to_owned(),
        check: changed_check(call, &default_check())?,
        attributes: TARGET_GROUP.initial(),
        targets: BTreeMap::new(),
        live: Arc::default(),
        name,
    };
    let tags = super::tags::given(call)?;
    if let Some(found) = call.state.groups.values().find(|it| it.name == group.name) {
        let same = shown(&Group { arn: found.arn.clone(), ..group.clone() })? == shown(found)?
            && call.state.tags.get(&found.arn) == Some(&tags);
        return match same {
            // AWS answers the same call again with what it made the first time.
            true => Ok(json!({"TargetGroups": [described(call, found)?]})),
            false => Err(ApiError::new(
                "DuplicateTargetGroupName",
                format!(
                    "A target group with the same name '{}' exists, but with different settings",
                    group.name
                ),
            )),
        };
    }
    let answer = json!({"TargetGroups": [described(call, &group)?]});
    call.state.tags.insert(group.arn.clone(), tags);
    call.state.groups.insert(group.arn.clone(), group);
    Ok(answer)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arns = call.asked("TargetGroupArns", &call.state.groups, "TargetGroup", "target groups")?;
    let names: Vec<String> = call.form.list("Names")?;
    let all = || call.state.groups.values();
    if names.iter().any(|name| !all().any(|it| it.name == *name)) {
        return Err(ApiError::new("TargetGroupNotFound", "One or more target groups not found"));
    }
    let (balancer, used) = (call.form.text("LoadBalancerArn"), call.state.used());
    if let Some(balancer) = balancer {
        call.state
            .balancers
            .get(balancer)
            .ok_or_else(|| crate::load_balancer::state::not_found("LoadBalancer", balancer))?;
    }
    let wanted = |it: &&Group| {
        let asked =
            (arns.is_empty() && names.is_empty()) || arns.contains(&it.arn) || names.contains(&it.name);
        asked && balancer.is_none_or(|balancer| used.get(&it.arn).is_some_and(|by| by.contains(balancer)))
    };
    call.page("TargetGroups", all().filter(wanted).map(|it| described(call, it)).collect::<Result<_, _>>()?)
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("TargetGroupArn", "targetgroup")?;
    let now = call.state.group_mut(&arn)?.check.clone();
    let check = changed_check(call, &now)?;
    let group = call.state.group_mut(&arn)?;
    group.check = check;
    // Checks begin anew, with what they know.
    for target in group.targets.values_mut() {
        target.checker.take().inspect(|checker| checker.abort());
    }
    let group = group.clone();
    Ok(json!({"TargetGroups": [described(call, &group)?]}))
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("TargetGroupArn", "targetgroup")?;
    if call.state.used().contains_key(&arn) {
        let text = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(ApiError::new("ResourceInUse", text));
    }
    call.state.tags.remove(&arn);
    if let Some(group) = call.state.groups.remove(&arn) {
        for target in group.targets.values() {
            call.here.forget_target(&arn, target);
        }
    }
    Ok(json!({}))
}

fn described(call: &Call<'_>, group: &Group) -> Result<Value, ApiError> {
    let mut described = shown(group)?;
    described["LoadBalancerArns"] = json!(call.state.used().remove(&group.arn).unwrap_or_default());
    Ok(described)
}

/// What AWS does unless it is set otherwise.
fn default_check() -> HealthCheck {
    HealthCheck {
        health_check_protocol: "HTTP".to_owned(),
        health_check_port: TRAFFIC_PORT.to_owned(),
        health_check_enabled: true,
        health_check_path: "/".to_owned(),
        health_check_interval_seconds: 30,
        health_check_timeout_seconds: 5,
        healthy_threshold_count: 5,
        unhealthy_threshold_count: 2,
        matcher: json!({"HttpCode": "200"}),
    }
}

fn changed_check(call: &Call<'_>, now: &HealthCheck) -> Result<HealthCheck, ApiError> {
    let form = call.form;
    let text = |name: &str, now: &str| form.text(name).unwrap_or(now).to_owned();
    let check = HealthCheck {
        health_check_protocol: text("HealthCheckProtocol", &now.health_check_protocol),
        health_check_port: text("HealthCheckPort", &now.health_check_port),
        health_check_enabled: form.text("HealthCheckEnabled") != Some("false"),
        health_check_path: text("HealthCheckPath", &now.health_check_path),
        health_check_interval_seconds: form
            .number("HealthCheckIntervalSeconds", 5..=300)?
            .unwrap_or(now.health_check_interval_seconds),
        health_check_timeout_seconds: form
            .number("HealthCheckTimeoutSeconds", 2..=120)?
            .unwrap_or(now.health_check_timeout_seconds),
        healthy_threshold_count: form
            .number("HealthyThresholdCount", 2..=10)?
            .unwrap_or(now.healthy_threshold_count),
        unhealthy_threshold_count: form
            .number("UnhealthyThresholdCount", 2..=10)?
            .unwrap_or(now.unhealthy_threshold_count),
        matcher: form
            .inner("Matcher", "HttpCode")
            .map_or(now.matcher.clone(), |codes| json!({"HttpCode": codes})),
    };
    if check.health_check_timeout_seconds >= check.health_check_interval_seconds {
        return Err(invalid("Health check interval must be greater than the timeout"));
    }
    if !check.health_check_enabled {
        return Err(invalid(
            "Health checks cannot be disabled for target groups with target type 'instance' or 'ip'",
        ));
    }
    if check.health_check_protocol != "HTTP" {
        let text =
            format!("health checks over '{}' are not there in the local AWS", check.health_check_protocol);
        return Err(ApiError::new("UnsupportedProtocol", text));
    }
    let port = &check.health_check_port;
    if port != TRAFFIC_PORT && !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(invalid(format!(
            "Health check port '{port}' must be '{TRAFFIC_PORT}' or in the range of 1-65535"
        )));
    }
    let path = &check.health_check_path;
    if !path.starts_with('/') || path.len() > MAX_PATH || path.parse::<hyper::Uri>().is_err() {
        return Err(invalid(format!(
            "Health check path '{path}' must begin with a '/' and be a valid path of at most {MAX_PATH} characters"
        )));
    }
    let matcher = check.matcher["HttpCode"].as_str().unwrap_or_default();
    if codes(matcher).is_none() {
        return Err(invalid(format!(
            "Health check matcher HTTP code '{matcher}' must be within '200-499' inclusive"
        )));
    }
    Ok(check)
}
