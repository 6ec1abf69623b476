//! Operations on attributes, and on what is the same for everybody.

use super::Call;
use crate::api_error::ApiError;
use crate::load_balancer::attributes::{Attributes, Kind, LISTENER, LOAD_BALANCER, TARGET_GROUP, listed};
use serde_json::{Value, json};

/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const LIMITS: [(&str, &str); 9] = [
    ("application-load-balancers", "50"),
    ("target-groups", "3000"),
    ("targets-per-application-load-balancer", "1000"),
    ("listeners-per-application-load-balancer", "50"),
    ("rules-per-application-load-balancer", "100"),
    ("condition-values-per-alb-rule", "5"),
    ("condition-wildcards-per-alb-rule", "6"),
    ("target-groups-per-action-on-application-load-balancer", "5"),
    ("targets-per-availability-zone-per-application-load-balancer", "1000"),
];

pub fn attributes(call: &mut Call<'_>) -> Result<Value, ApiError> {
    Ok(json!({"Attributes": listed(of_resource(call)?.1)}))
}

pub fn set_attributes(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let changes = call.form.list("Attributes")?;
    let (kind, attributes) = of_resource(call)?;
    kind.set(attributes, changes)?;
    Ok(json!({"Attributes": listed(attributes)}))
}

fn of_resource<'a>(call: &'a mut Call<'_>) -> Result<(Kind, &'a mut Attributes), ApiError> {
    if call.form.has("LoadBalancerArn") {
        let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
        return Ok((LOAD_BALANCER, &mut call.state.balancer_mut(&arn)?.attributes));
    }
    if call.form.has("TargetGroupArn") {
        let arn = call.arn("TargetGroupArn", "targetgroup")?;
        return Ok((TARGET_GROUP, &mut call.state.group_mut(&arn)?.attributes));
    }
    let arn = call.arn("ListenerArn", "listener")?;
    Ok((LISTENER, &mut call.state.listener_mut(&arn)?.attributes))
}

pub fn limits(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.page("Limits", LIMITS.iter().map(|(name, max)| json!({"Name": name, "Max": max})).collect())
}

pub fn ssl_policies(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let names = call.form.texts("Names")?;
    let all = [
        ("ELBSecurityPolicy-2016-08", vec!["TLSv1", "TLSv1.1", "TLSv1.2"]),
        ("ELBSecurityPolicy-TLS13-1-2-2021-06", vec!["TLSv1.2", "TLSv1.3"]),
    ];
    if names.iter().any(|name| !all.iter().any(|(known, _)| known == name)) {
        return Err(ApiError::new("SSLPolicyNotFound", "One or more SSL policies not found"));
    }
    let wanted = all.iter().filter(|(name, _)| names.is_empty() || names.iter().any(|it| it == name));
    let policy = |(name, protocols): &(&str, Vec<&str>)| {
        json!({
            "Name": name,
            "SslProtocols": protocols,
            "Ciphers": [],
            "SupportedLoadBalancerTypes": ["application", "network"],
        })
    };
    call.page("SslPolicies", wanted.map(policy).collect())
}
