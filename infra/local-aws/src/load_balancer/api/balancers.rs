//! Operations on load balancers.

use super::{Call, check_name};
use crate::api_error::ApiError;
use crate::load_balancer::attributes::{LOAD_BALANCER, is};
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::Balancer;
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
    let (tags, arn) = (super::tags::given(call)?, call.new_arn(&format!("loadbalancer/app/{name}")));
    let created =
        OffsetDateTime::now_utc().format(&Rfc3339).map_err(|it| ApiError::server(it.to_string()))?;
    let shown = json!({
        "LoadBalancerArn": arn,
        "LoadBalancerName": name,
        "DNSName": format!("{name}.alb.localhost"),
        "CanonicalHostedZoneId": HOSTED_ZONE,
        "CreatedTime": created,
        "Scheme": scheme,
        "State": {"Code": "active"},
        "Type": kind,
        "AvailabilityZones": zones(call)?,
        "SecurityGroups": call.form.texts("SecurityGroups")?,
        "IpAddressType": ip_address_type(call)?.unwrap_or("ipv4"),
    });
    if let Some((arn, found)) = call.state.balancers.iter().find(|(_, it)| it.name == name) {
        call.same("LoadBalancer", (arn, &found.shown), &shown, &tags)?;
        return Ok(json!({"LoadBalancers": [found.shown]}));
    }
    let answer = json!({"LoadBalancers": [shown]});
    call.state.tags.insert(arn.clone(), tags);
    call.state.balancers.insert(arn, Balancer { name, shown, attributes: LOAD_BALANCER.initial() });
    Ok(answer)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let not_found = |names: &[String]| {
        let text = format!("Load balancers '[{}]' not found", names.join(", "));
        let text = if names.is_empty() { "One or more load balancers not found".to_owned() } else { text };
        ApiError::new("LoadBalancerNotFound", text)
    };
    let wanted = call.asked("LoadBalancerArns", &call.state.balancers, |it| &it.name, not_found)?;
    call.page("LoadBalancers", wanted.iter().map(|arn| call.state.balancers[arn].shown.clone()).collect())
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    // AWS: what is not there is deleted.
    let Some(balancer) = call.state.balancers.get(&arn) else { return Ok(json!({})) };
    if is(&balancer.attributes, "deletion_protection.enabled", "true") {
        let text = format!("Load balancer '{arn}' cannot be deleted because deletion protection is enabled");
        return Err(ApiError::new("OperationNotPermitted", text));
    }
    let listeners = call.state.listeners.iter().filter(|(_, it)| it.balancer == arn);
    for listener in listeners.map(|(arn, _)| arn.clone()).collect::<Vec<_>>() {
        call.state.remove_listener(&listener);
    }
    call.state.balancers.remove(&arn);
    call.state.tags.remove(&arn);
    Ok(json!({}))
}

pub fn set_subnets(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let zones = zones(call)?;
    let kind = ip_address_type(call)?.map(Value::from);
    let shown = &mut call.state.balancer_mut(&call.arn("LoadBalancerArn", "loadbalancer")?)?.shown;
    shown["AvailabilityZones"] = zones;
    shown["IpAddressType"] = kind.unwrap_or_else(|| shown["IpAddressType"].clone());
    Ok(json!({"AvailabilityZones": shown["AvailabilityZones"], "IpAddressType": shown["IpAddressType"]}))
}

pub fn set_security_groups(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    let groups = call.form.texts("SecurityGroups")?;
    if groups.is_empty() {
        return Err(ApiError::new("InvalidConfigurationRequest", "A security group must be specified"));
    }
    call.state.balancer_mut(&arn)?.shown["SecurityGroups"] = json!(groups);
    Ok(json!({"SecurityGroupIds": groups}))
}

pub fn set_ip_address_type(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("LoadBalancerArn", "loadbalancer")?;
    call.form.required("IpAddressType")?;
    let kind = json!(ip_address_type(call)?);
    call.state.balancer_mut(&arn)?.shown["IpAddressType"] = kind.clone();
    Ok(json!({"IpAddressType": kind}))
}

pub fn capacity(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.state.balancer_mut(&call.arn("LoadBalancerArn", "loadbalancer")?)?;
    Ok(json!({"CapacityReservationState": []}))
}

fn zones(call: &Call<'_>) -> Result<Value, ApiError> {
    let mut subnets = call.form.texts("Subnets")?;
    let mappings = call.form.list("SubnetMappings")?.iter();
    subnets.extend(mappings.filter_map(|it| Some(it["SubnetId"].as_str()?.to_owned())));
    if subnets.len() < MIN_SUBNETS {
        return Err(invalid("At least two subnets in two different Availability Zones must be specified"));
    }
    let zone = |(letter, subnet): (char, String)| {
        let name = format!("{}{letter}", call.here.account.region);
        json!({"ZoneName": name, "SubnetId": subnet, "LoadBalancerAddresses": []})
    };
    Ok(('a'..='z').zip(subnets).map(zone).collect())
}

fn ip_address_type<'a>(call: &Call<'a>) -> Result<Option<&'a str>, ApiError> {
    match call.form.text("IpAddressType") {
        Some(other) if !IP_ADDRESS_TYPES.contains(&other) => {
            Err(invalid(format!("IP address type '{other}' is not valid")))
        }
        kind => Ok(kind),
    }
}
