//! Operations on target groups.

use super::{Call, check_name};
use crate::api_error::ApiError;
use crate::load_balancer::actions::text;
use crate::load_balancer::attributes::{TARGET_GROUP, Valid};
use crate::load_balancer::form::{Form, invalid};
use crate::load_balancer::probe::codes;
use crate::load_balancer::state::{Group, not_found};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const MAX_PATH: usize = 1024;
/// Members of a health check, what AWS does unless they are set, and what they may be.
const CHECK: [(&str, &str, Valid); 8] = [
    ("HealthCheckProtocol", "HTTP", Valid::OneOf(&["HTTP"])),
    ("HealthCheckPort", "traffic-port", Valid::Fits(is_port)),
    // AWS: only groups of functions may be without.
    ("HealthCheckEnabled", "true", Valid::OneOf(&["true"])),
    ("HealthCheckPath", "/", Valid::Fits(is_path)),
    ("HealthCheckIntervalSeconds", "30", Valid::Number(5, 300)),
    ("HealthCheckTimeoutSeconds", "5", Valid::Number(2, 120)),
    ("HealthyThresholdCount", "5", Valid::Number(2, 10)),
    ("UnhealthyThresholdCount", "2", Valid::Number(2, 10)),
];

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
    let port = call.port()?;
    let vpc = call.form.text("VpcId").ok_or_else(|| invalid("A VPC ID must be specified"))?;
    let (tags, arn) = (super::tags::given(call)?, call.new_arn(&format!("targetgroup/{name}")));
    let mut shown = json!({
        "TargetGroupArn": arn,
        "TargetGroupName": name,
        "Protocol": protocol,
        "ProtocolVersion": version,
        "Port": port,
        "VpcId": vpc,
        "TargetType": target_type,
        "IpAddressType": call.form.text("IpAddressType").unwrap_or("ipv4"),
        "Matcher": {"HttpCode": "200"},
    });
    CHECK.iter().for_each(|(member, value, _)| shown[member] = (*value).into());
    change_check(&mut shown, call.form)?;
    if let Some((arn, found)) = call.state.groups.iter().find(|(_, it)| it.name == name) {
        call.same("TargetGroup", (arn, &found.shown), &shown, &tags)?;
        return described(call, &arn.clone());
    }
    let (attributes, targets) = (TARGET_GROUP.initial(), BTreeMap::new());
    call.state.tags.insert(arn.clone(), tags);
    let group = Group { name, port, shown, attributes, targets, live: Arc::default() };
    call.state.groups.insert(arn.clone(), group);
    described(call, &arn)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let not_there =
        |_: &[String]| ApiError::new("TargetGroupNotFound", "One or more target groups not found");
    let mut wanted = call.asked("TargetGroupArns", &call.state.groups, |it| &it.name, not_there)?;
    if let Some(balancer) = call.form.text("LoadBalancerArn") {
        call.state.balancers.get(balancer).ok_or_else(|| not_found("LoadBalancer", balancer))?;
        let used = call.state.used();
        wanted.retain(|arn| used.get(arn).is_some_and(|by| by.contains(balancer)));
    }
    call.page("TargetGroups", wanted.iter().map(|arn| shown(call, arn)).collect())
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("TargetGroupArn", "targetgroup")?;
    let group = call.state.group_mut(&arn)?;
    let mut changed = group.shown.clone();
    change_check(&mut changed, call.form)?;
    group.shown = changed;
    // Checks begin anew, with what they know.
    for target in group.targets.values_mut() {
        target.checker.take().inspect(|checker| checker.abort());
    }
    described(call, &arn)
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("TargetGroupArn", "targetgroup")?;
    if call.state.used().contains_key(&arn) {
        let text = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(ApiError::new("ResourceInUse", text));
    }
    call.state.tags.remove(&arn);
    if let Some(group) = call.state.groups.remove(&arn) {
        group.targets.values().for_each(|target| call.here.forget_target(&arn, target));
    }
    Ok(json!({}))
}

fn described(call: &Call<'_>, arn: &str) -> Result<Value, ApiError> {
    Ok(json!({"TargetGroups": [shown(call, arn)]}))
}

fn shown(call: &Call<'_>, arn: &str) -> Value {
    let mut shown = call.state.groups.get(arn).map(|it| it.shown.clone()).unwrap_or_default();
    shown["LoadBalancerArns"] = json!(call.state.used().remove(arn).unwrap_or_default());
    shown
}

fn change_check(shown: &mut Value, form: &Form) -> Result<(), ApiError> {
    for (member, _, valid) in &CHECK {
        let Some(value) = form.text(member) else { continue };
        if !valid.allows(value) {
            return Err(invalid(format!("{member} '{value}' is not valid")));
        }
        shown[member] = value.into();
    }
    if let Some(matcher) = form.inner("Matcher", "HttpCode") {
        if codes(matcher).is_none() {
            let text =
                format!("Health check matcher HTTP code '{matcher}' must be within '200-499' inclusive");
            return Err(invalid(text));
        }
        shown["Matcher"] = json!({"HttpCode": matcher});
    }
    let seconds = |member: &str| text(shown, member).parse().unwrap_or(0);
    if seconds("HealthCheckTimeoutSeconds") >= seconds("HealthCheckIntervalSeconds") {
        return Err(invalid("Health check interval must be greater than the timeout"));
    }
    Ok(())
}

fn is_port(text: &str) -> bool {
    text == "traffic-port" || text.parse().is_ok_and(|port: u16| port > 0)
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.len() <= MAX_PATH && text.parse::<hyper::Uri>().is_ok()
}
