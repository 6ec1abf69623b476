//! Operations on load balancers.

use super::{Call, check_name, shown};
use crate::api_error::ApiError;
use crate::load_balancer::attributes::{self, LOAD_BALANCER};
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::{Balancer, Zone, random_hex};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const IP_ADDRESS_TYPES: [&str; 3] = ["ipv4", "dualstack", "dualstack-without-public-ipv4"];
const MIN_SUBNETS: usize = 2;
/// Where AWS's load balancers of a region are in DNS; the same for all here.
const HOSTED_ZONE: &str = "Z35SXDOTRQ7X7K";

pub fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let name = call.form.required("Name")?.to_owned();
    check_name("The load balancer", &name)?;
    if name.starts_with("internal-") {
        return Err(invalid(format!("The load balancer name '{name}' cannot begin with 'internal-'")));
    }
    let kind = call.form.text("Type").unwrap_or("application");
    if kind != "application" {
        return Err(invalid(format!("load balancers of type '{kind}' are not there in the local AWS")));
    }
    let scheme = call.form.text("Scheme").unwrap_or("internet-facing");
    if !["internet-facing", "internal"].contains(&scheme) {
        return Err(ApiError::new("InvalidScheme", format!("Scheme '{scheme}' is not valid")));
    }
    let tags = super::tags::given(call)?;
    let arn =
        call.here.account.arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{}", random_hex(8)));
    let balancer = Balancer {
        dns_name: format!("{name}.alb.localhost"),
        canonical_hosted_zone_id: HOSTED_ZONE.to_owned(),
        created_time: now()?,
        scheme: scheme.to_owned(),
        state: json!({"Code": "active"}),
        kind: kind.to_owned(),
        availability_zones: zones(call)?,
        security_groups: call.form.list("SecurityGroups")?,
        ip_address_type: ip_address_type(call)?.unwrap_or_else(|| "ipv4".to_owned()),
        attributes: LOAD_BALANCER.initial(),
        arn,
        name,
    };
    if let Some(found) = call.state.balancers.values().find(|it| it.name == balancer.name) {
        let differs = found.scheme != balancer.scheme
            || found.availability_zones != balancer.availability_zones
            || found.security_groups != balancer.security_groups
            || found.ip_address_type != balancer.ip_address_type
            || call.state.tags.get(&found.arn) != Some(&tags);
        return match differs {
            // AWS answers the same call again with what it made the first time.
            false => Ok(json!({"LoadBalancers": [shown(found)?]})),
            true => Err(ApiError::new(
                "DuplicateLoadBalancerName",
                format!(
                    "A load balancer with the same name '{}' exists, but with different settings",
                    balancer.name
                ),
            )),
        };
    }
    let answer = json!({"LoadBalancers": [shown(&balancer)?]});
    call.state.tags.insert(balancer.arn.clone(), tags);
    call.state.balancers.insert(balancer.arn.clone(), balancer);
    Ok(answer)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arns = call.asked("LoadBalancerArns", &call.state.balancers, "LoadBalancer", "load balancers")?;
    let names: Vec<String> = call.form.list("Names")?;
    let all = || call.state.balancers.values();
    let missing: Vec<&str> =
        names.iter().filter(|name| !all().any(|it| it.name == **name)).map(String::as_str).collect();
    if !missing.is_empty() {
        let text = format!("Load balancers '[{}]' not found", missing.join(", "));
        return Err(ApiError::new("LoadBalancerNotFound", text));
    }
    let wanted = |it: &&Balancer| {
        (arns.is_empty() && names.is_empty()) || arns.contains(&it.arn) || names.contains(&it.name)
    };
    call.page("LoadBalancers", all().filter(wanted).map(shown).collect::<Result<_, _>>()?)
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    // AWS: what is not there is deleted.
    let Some(balancer) = call.state.balancers.get(&arn) else { return Ok(json!({})) };
    if attributes::is(&balancer.attributes, "deletion_protection.enabled", "true") {
        return Err(ApiError::new(
            "OperationNotPermitted",
            format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled"),
        ));
    }
    let listeners = call.state.listeners.values().filter(|it| it.balancer == arn);
    for listener in listeners.map(|it| it.arn.clone()).collect::<Vec<_>>() {
        super::listeners::remove(call.state, &listener);
    }
    call.state.balancers.remove(&arn);
    call.state.tags.remove(&arn);
    Ok(json!({}))
}

pub fn set_subnets(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    let (zones, kind) = (zones(call)?, ip_address_type(call)?);
    let balancer = call.state.balancer_mut(&arn)?;
    balancer.availability_zones = zones;
    balancer.ip_address_type = kind.unwrap_or_else(|| balancer.ip_address_type.clone());
    Ok(json!({
        "AvailabilityZones": shown(&balancer.availability_zones)?,
        "IpAddressType": balancer.ip_address_type,
    }))
}

pub fn set_security_groups(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    let groups: Vec<String> = call.form.list("SecurityGroups")?;
    if groups.is_empty() {
        return Err(ApiError::new("InvalidConfigurationRequest", "A security group must be specified"));
    }
    call.state.balancer_mut(&arn)?.security_groups.clone_from(&groups);
    Ok(json!({"SecurityGroupIds": groups}))
}

pub fn set_ip_address_type(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    call.form.required("IpAddressType")?;
    let kind = ip_address_type(call)?.unwrap_or_default();
    call.state.balancer_mut(&arn)?.ip_address_type.clone_from(&kind);
    Ok(json!({"IpAddressType": kind}))
}

pub fn capacity(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    call.state.balancer_mut(&arn)?;
    Ok(json!({"CapacityReservationState": []}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SubnetMapping {
    subnet_id: String,
}

fn zones(call: &Call<'_>) -> Result<Vec<Zone>, ApiError> {
    let mut subnets: Vec<String> = call.form.list("Subnets")?;
    subnets.extend(call.form.list::<SubnetMapping>("SubnetMappings")?.into_iter().map(|it| it.subnet_id));
    if subnets.len() < MIN_SUBNETS {
        return Err(invalid("At least two subnets in two different Availability Zones must be specified"));
    }
    let zone = |(letter, subnet_id): (char, String)| Zone {
        zone_name: format!("{}{letter}", call.here.account.region),
        subnet_id,
        load_balancer_addresses: [],
    };
    Ok(('a'..='z').zip(subnets).map(zone).collect())
}

fn ip_address_type(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    match call.form.text("IpAddressType") {
        Some(other) if !IP_ADDRESS_TYPES.contains(&other) => {
            Err(invalid(format!("IP address type '{other}' is not valid")))
        }
        kind => Ok(kind.map(str::to_owned)),
    }
}

fn now() -> Result<String, ApiError> {
    let now = OffsetDateTime::now_utc();
    let now = now.replace_millisecond(now.millisecond()).unwrap_or(now);
    now.format(&Rfc3339).map_err(|error| ApiError::server(error.to_string()))
}
