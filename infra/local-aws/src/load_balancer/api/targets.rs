//! Operations on targets.

use super::Call;
use crate::api_error::ApiError;
use crate::load_balancer::Target;
use crate::load_balancer::actions::text;
use crate::load_balancer::form::{invalid, parsed};
use crate::load_balancer::state::{Group, Registered};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

const MAX_TARGETS: usize = 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    id: String,
    #[serde(default, deserialize_with = "parsed")]
    port: Option<u16>,
    availability_zone: Option<String>,
}

pub fn register(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (asked, here) = (targets(call)?, call.here);
    let group = call.state.group_mut(&call.arn("TargetGroupArn", "targetgroup")?)?;
    let by_address = text(&group.shown, "TargetType") == "ip";
    for it in &asked {
        if by_address && it.id.parse::<IpAddr>().is_err() {
            return Err(invalid(format!("The IP address '{}' is not a valid IPv4 address", it.id)));
        }
        if !by_address && !it.id.starts_with("i-") {
            return Err(ApiError::new("InvalidTarget", format!("The instance ID '{}' is not valid", it.id)));
        }
    }
    if group.targets.len() + asked.len() > MAX_TARGETS {
        let text = format!("A target group can have up to '{MAX_TARGETS}' targets");
        return Err(ApiError::new("TooManyTargets", text));
    }
    for it in asked {
        let target = Target { port: it.port.unwrap_or(group.port), id: it.id };
        here.add_target(group, &target, it.availability_zone);
    }
    Ok(json!({}))
}

pub fn deregister(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (asked, here, arn) = (targets(call)?, call.here, call.arn("TargetGroupArn", "targetgroup")?);
    let group = call.state.group_mut(&arn)?;
    for it in asked {
        // Without a port all registrations of the id go.
        let of_it =
            group.targets.keys().filter(|(id, port)| *id == it.id && it.port.is_none_or(|it| it == *port));
        for (id, port) in of_it.cloned().collect::<Vec<_>>() {
            here.drain_target(&arn, group, &Target { id, port });
        }
    }
    Ok(json!({}))
}

pub fn describe_health(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let asked: Vec<Asked> = call.form.list("Targets")?;
    let group = call.state.group_mut(&call.arn("TargetGroupArn", "targetgroup")?)?;
    let all = group.targets.iter().map(|(key, registered)| description(group, key, Some(registered)));
    let described: Vec<Value> = if asked.is_empty() {
        all.collect()
    } else {
        let wanted = asked.into_iter().map(|it| (it.id, it.port.unwrap_or(group.port)));
        wanted.map(|key| description(group, &key, group.targets.get(&key))).collect()
    };
    Ok(json!({"TargetHealthDescriptions": described}))
}

fn targets(call: &Call<'_>) -> Result<Vec<Asked>, ApiError> {
    let asked: Vec<Asked> = call.form.list("Targets")?;
    match asked.is_empty() || asked.iter().any(|it| it.port == Some(0)) {
        true => Err(invalid("At least one target with a valid port must be specified")),
        false => Ok(asked),
    }
}

fn description(group: &Group, (id, port): &(String, u16), registered: Option<&Registered>) -> Value {
    let health = match registered {
        Some(registered) => registered.health.described(),
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
