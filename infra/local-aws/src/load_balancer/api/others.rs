//! Operations on what is the same for everybody.

use super::Call;
use crate::api_error::ApiError;
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

pub fn limits(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.page("Limits", LIMITS.iter().map(|(name, max)| json!({"Name": name, "Max": max})).collect())
}

pub fn ssl_policies(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let names: Vec<String> = call.form.list("Names")?;
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
