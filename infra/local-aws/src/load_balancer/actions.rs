//! Actions of rules as the API has them. Their numbers are texts, as in forms.

use super::form::invalid;
use crate::api_error::ApiError;
use serde_json::{Value, json};
use std::time::Duration;

const MAX_WEIGHT: u32 = 999;
const MAX_GROUPS: usize = 5;
const MAX_STICKY_SECONDS: u64 = 604_800;
const MAX_MESSAGE: usize = 1024;
const CONTENT_TYPES: [&str; 5] =
    ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
/// What a redirect leaves as it was.
const KEPT: [(&str, &str); 5] = [
    ("Protocol", "#{protocol}"),
    ("Port", "#{port}"),
    ("Host", "#{host}"),
    ("Path", "/#{path}"),
    ("Query", "#{query}"),
];

/// A text within an action or a condition; none is empty.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// A forward with these weights, as sticky as another action.
pub fn forward(weights: &[(String, u32)], like: &Value) -> Value {
    let groups =
        weights.iter().map(|(arn, weight)| json!({"TargetGroupArn": arn, "Weight": weight.to_string()}));
    let sticky = &like["ForwardConfig"]["TargetGroupStickinessConfig"];
    let groups: Vec<Value> = groups.collect();
    json!({"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky}})
}

/// The target groups that an action forwards to, with their weights.
pub fn weights(action: &Value) -> Vec<(String, u32)> {
    let groups = action["ForwardConfig"]["TargetGroups"].as_array().into_iter().flatten();
    let weighted = groups.map(|it| (text(it, "TargetGroupArn").to_owned(), text(it, "Weight").parse()));
    weighted.map(|(arn, weight)| (arn, weight.unwrap_or_default())).collect()
}

/// How long a client stays with a target group of a forward.
pub fn group_stickiness(action: &Value) -> Option<Duration> {
    let config = &action["ForwardConfig"]["TargetGroupStickinessConfig"];
    let seconds =
        text(config, "DurationSeconds").parse().ok().filter(|_| text(config, "Enabled") == "true")?;
    (1..=MAX_STICKY_SECONDS).contains(&seconds).then(|| Duration::from_secs(seconds))
}

/// An action, checked, with all that AWS adds.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html>
pub fn complete(action: &Value) -> Result<Value, ApiError> {
    let kind = text(action, "Type");
    let mut complete = match kind {
        "forward" => complete_forward(action)?,
        "redirect" => json!({"RedirectConfig": complete_redirect(&action["RedirectConfig"])?}),
        "fixed-response" => {
            check_response(&action["FixedResponseConfig"])?;
            json!({"FixedResponseConfig": action["FixedResponseConfig"]})
        }
        "authenticate-oidc" | "authenticate-cognito" | "jwt-validation" => {
            return Err(invalid(format!("actions of type '{kind}' are not there in the local AWS")));
        }
        other => return Err(invalid(format!("Invalid action type '{other}'"))),
    };
    complete["Type"] = kind.into();
    complete["Order"] = action["Order"].as_str().unwrap_or("1").into();
    Ok(complete)
}

fn complete_forward(action: &Value) -> Result<Value, ApiError> {
    let config = &action["ForwardConfig"];
    let alone = text(action, "TargetGroupArn");
    let mut groups = config["TargetGroups"].as_array().cloned().unwrap_or_default();
    if groups.is_empty() && !alone.is_empty() {
        groups.push(json!({"TargetGroupArn": alone}));
    }
    if !alone.is_empty() && groups.iter().all(|it| text(it, "TargetGroupArn") != alone) {
        return Err(invalid("A target group ARN must be one of those of the ForwardConfig"));
    }
    if groups.is_empty() {
        return Err(invalid("A target group ARN must be specified for a forward action"));
    }
    if groups.len() > MAX_GROUPS {
        let text = format!("Up to '{MAX_GROUPS}' target groups can be specified for a forward action");
        return Err(ApiError::new("TooManyTargetGroups", text));
    }
    for group in &mut groups {
        let weight = group["Weight"].as_str().unwrap_or("1").to_owned();
        if !weight.parse().is_ok_and(|it: u32| it <= MAX_WEIGHT) {
            return Err(invalid(format!(
                "Weight '{weight}' must be between '0' and '{MAX_WEIGHT}' inclusive"
            )));
        }
        *group = json!({"TargetGroupArn": text(group, "TargetGroupArn"), "Weight": weight});
    }
    let sticky = &config["TargetGroupStickinessConfig"];
    let sticky = json!({
        "Enabled": sticky["Enabled"].as_str().unwrap_or("false"),
        "DurationSeconds": sticky["DurationSeconds"],
    });
    let only = if groups.len() == 1 { groups[0]["TargetGroupArn"].clone() } else { Value::Null };
    let complete = json!({
        "TargetGroupArn": only,
        "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": sticky},
    });
    if text(&sticky, "Enabled") == "true" && group_stickiness(&complete).is_none() {
        let bounds = format!("between '1' and '{MAX_STICKY_SECONDS}' seconds");
        return Err(invalid(format!("The duration of target group stickiness must be {bounds}")));
    }
    Ok(complete)
}

fn complete_redirect(config: &Value) -> Result<Value, ApiError> {
    let mut complete = json!({"StatusCode": text(config, "StatusCode")});
    for (member, kept) in KEPT {
        complete[member] = config[member].as_str().unwrap_or(kept).into();
    }
    let port = text(&complete, "Port");
    let checks = [
        ("StatusCode", ["HTTP_301", "HTTP_302"].contains(&text(&complete, "StatusCode"))),
        ("Protocol", ["HTTP", "HTTPS", "#{protocol}"].contains(&text(&complete, "Protocol"))),
        ("Port", port == "#{port}" || port.parse().is_ok_and(|port: u16| port > 0)),
        ("Path", text(&complete, "Path").starts_with('/')),
    ];
    if let Some((member, _)) = checks.iter().find(|(_, valid)| !valid) {
        return Err(invalid(format!(
            "{member} '{}' is not valid for a redirect action",
            text(&complete, member)
        )));
    }
    if KEPT.iter().all(|(member, kept)| text(&complete, member) == *kept) {
        let text = "The redirect configuration is not valid because it creates a loop.";
        return Err(ApiError::new("InvalidLoadBalancerAction", text));
    }
    Ok(complete)
}

fn check_response(config: &Value) -> Result<(), ApiError> {
    let code = text(config, "StatusCode").as_bytes();
    let content_type = config["ContentType"].as_str();
    let checks = [
        ("StatusCode", matches!(code, [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9'])),
        ("ContentType", content_type.is_none_or(|it| it.is_empty() || CONTENT_TYPES.contains(&it))),
        ("MessageBody", text(config, "MessageBody").chars().count() <= MAX_MESSAGE),
    ];
    match checks.iter().find(|(_, valid)| !valid) {
        None => Ok(()),
        Some((member, _)) => {
            Err(invalid(format!("{member} '{}' is not valid for a fixed response", text(config, member))))
        }
    }
}
