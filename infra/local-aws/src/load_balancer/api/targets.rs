//! Operations on targets.

use super::Call;
use crate::api_error::ApiError;
use crate::load_balancer::Target;
use crate::load_balancer::actions::text;
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::{Group, Registered};
use serde_json::{Value, json};
use std::net::IpAddr;

const MAX_TARGETS: usize = 1000;

/// An id, and a port if one is said.
type Asked = (String, Option<u16>);

pub fn register(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (asked, here) = (targets(call)?, call.here);
    let zones =
        call.form.list("Targets")?.iter().map(|it| it["AvailabilityZone"].as_str().map(str::to_owned));
    let group = call.state.group_mut(&call.arn("TargetGroupArn", "targetgroup")?)?;
    let by_address = text(&group.shown, "TargetType") == "ip";
    for (id, _) in &asked {
        if by_address && id.parse::<IpAddr>().is_err() {
            return Err(invalid(format!("The IP address '{id}' is not a valid IPv4 address")));
        }
        if !by_address && !id.starts_with("i-") {
            return Err(ApiError::new("InvalidTarget", format!("The instance ID '{id}' is not valid")));
        }
    }
    if group.targets.len() + asked.len() > MAX_TARGETS {
        let text = format!("A target group can have up to '{MAX_TARGETS}' targets");
        return Err(ApiError::new("TooManyTargets", text));
    }
    for ((id, port), zone) in asked.into_iter().zip(zones) {
        here.add_target(group, &Target { port: port.unwrap_or(group.port), id }, zone);
    }
    Ok(json!({}))
}

pub fn deregister(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (asked, here, arn) = (targets(call)?, call.here, call.arn("TargetGroupArn", "targetgroup")?);
    let group = call.state.group_mut(&arn)?;
    for (id, port) in asked {
        // Without a port all registrations of the id go.
        let of_it = group.targets.keys().filter(|(of, on)| *of == id && port.is_none_or(|it| it == *on));
        for (id, port) in of_it.cloned().collect::<Vec<_>>() {
            here.drain_target(&arn, group, &Target { id, port });
        }
    }
    Ok(json!({}))
}

pub fn describe_health(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let asked = if call.form.has("Targets") { targets(call)? } else { Vec::new() };
    let group = call.state.group_mut(&call.arn("TargetGroupArn", "targetgroup")?)?;
    let all = group.targets.iter().map(|(key, registered)| description(group, key, Some(registered)));
    let described: Vec<Value> = if asked.is_empty() {
        all.collect()
    } else {
        let wanted = asked.into_iter().map(|(id, port)| (id, port.unwrap_or(group.port)));
        wanted.map(|key| description(group, &key, group.targets.get(&key))).collect()
    };
    Ok(json!({"TargetHealthDescriptions": described}))
}

fn targets(call: &Call<'_>) -> Result<Vec<Asked>, ApiError> {
    let asked = call.form.list("Targets")?.iter().map(|it| {
        let port = it["Port"].as_str().map(|port| port.parse().ok().filter(|it: &u16| *it > 0));
        let valid = !text(it, "Id").is_empty() && port != Some(None);
        valid.then(|| (text(it, "Id").to_owned(), port.flatten()))
    });
    let asked: Option<Vec<Asked>> = asked.collect();
    let refusal = || invalid("At least one target with an id and a valid port must be specified");
    asked.filter(|it| !it.is_empty()).ok_or_else(refusal)
}

fn description(group: &Group, (id, port): &(String, u16), registered: Option<&Registered>) -> Value {
    let health = match registered {
        Some(registered) => registered.described(),
        None => json!({
            "State": "unused",
            "Reason": "Target.NotRegistered",
            "Description": "Target is not registered to the target group",
        }),
    };
    let checked = text(&group.shown, "HealthCheckPort").parse().unwrap_or(*port);
    json!({
        "Target": {"Id": id, "Port": port, "AvailabilityZone": registered.and_then(|it| it.zone.clone())},
        "HealthCheckPort": checked.to_string(),
        "TargetHealth": health,
    })
}
