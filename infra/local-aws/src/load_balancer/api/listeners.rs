//! Operations on listeners.

use super::rules::complete_actions;
use super::{Call, shown};
use crate::api_error::ApiError;
use crate::load_balancer::attributes::LISTENER;
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::{Listener, Rule, State, not_found, random_hex};
use serde_json::{Value, json};
use std::sync::Arc;

const MAX_LISTENERS: usize = 50;
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

pub fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let balancer = call.arn("LoadBalancerArn", "loadbalancer")?;
    call.state.balancer_mut(&balancer)?;
    let port = call.form.number("Port", 1..=u16::MAX)?.ok_or_else(|| invalid("A port must be specified"))?;
    check_port(call.state, &balancer, port, None)?;
    if call.state.listeners.values().filter(|it| it.balancer == balancer).count() >= MAX_LISTENERS {
        let text = format!("Load balancer '{balancer}' already has the maximum number of listeners");
        return Err(ApiError::new("TooManyListeners", text));
    }
    let actions = complete_actions(call.state, &balancer, call.form.list("DefaultActions")?)?;
    let path = balancer.rsplit_once(":loadbalancer/").map(|(_, path)| path).unwrap_or_default();
    let (id, account) = (random_hex(8), &call.here.account);
    let arn = account.arn("elasticloadbalancing", &format!("listener/{path}/{id}"));
    let rule = account.arn("elasticloadbalancing", &format!("listener-rule/{path}/{id}/{}", random_hex(8)));
    let mut listener = Listener {
        arn: arn.clone(),
        balancer,
        port,
        protocol: "HTTP".to_owned(),
        certificates: Vec::new(),
        ssl_policy: None,
        default_rule: rule.clone(),
        attributes: LISTENER.initial(),
    };
    call.form.text("Protocol").ok_or_else(|| invalid("A protocol must be specified"))?;
    set_protocol(call, &mut listener)?;
    let tags = super::tags::given(call)?;
    let conditions = Vec::new();
    let default = Rule {
        arn: rule.clone(),
        priority: None,
        conditions,
        actions,
        listener: arn.clone(),
        matchers: Arc::default(),
    };
    call.state.rules.insert(rule, default);
    call.state.tags.insert(arn.clone(), tags);
    let answer = described(call.state, &listener)?;
    call.state.listeners.insert(arn, listener);
    Ok(json!({"Listeners": [answer]}))
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arns = call.asked("ListenerArns", &call.state.listeners, "Listener", "listeners")?;
    let balancer = call.form.text("LoadBalancerArn");
    if let Some(balancer) = balancer.filter(|it| !call.state.balancers.contains_key(*it)) {
        return Err(not_found("LoadBalancer", balancer));
    }
    if arns.is_empty() && balancer.is_none() {
        return Err(invalid("You must specify either listener ARNs or a load balancer ARN"));
    }
    let wanted = |it: &&Listener| {
        (arns.is_empty() || arns.contains(&it.arn)) && balancer.is_none_or(|balancer| balancer == it.balancer)
    };
    let listeners = call.state.listeners.values().filter(wanted);
    call.page("Listeners", listeners.map(|it| described(call.state, it)).collect::<Result<_, _>>()?)
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("ListenerArn", "listener")?;
    let mut listener = call.state.listeners.remove(&arn).ok_or_else(|| not_found("Listener", &arn))?;
    let changed = change(call, &mut listener);
    call.state.listeners.insert(arn.clone(), listener);
    changed?;
    let listener = call.state.listeners.get(&arn).ok_or_else(|| not_found("Listener", &arn))?;
    Ok(json!({"Listeners": [described(call.state, listener)?]}))
}

fn change(call: &mut Call<'_>, listener: &mut Listener) -> Result<(), ApiError> {
    let port = call.form.number("Port", 1..=u16::MAX)?.unwrap_or(listener.port);
    check_port(call.state, &listener.balancer, port, Some(&listener.arn))?;
    let actions = match call.form.has("DefaultActions") {
        true => Some(complete_actions(call.state, &listener.balancer, call.form.list("DefaultActions")?)?),
        false => None,
    };
    set_protocol(call, listener)?;
    listener.port = port;
    if let Some(actions) = actions {
        call.state.rule_mut(&listener.default_rule)?.actions = actions;
    }
    Ok(())
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("ListenerArn", "listener")?;
    call.state.listener_mut(&arn)?;
    remove(call.state, &arn);
    Ok(json!({}))
}

/// Removes a listener with its rules.
pub fn remove(state: &mut State, listener: &str) {
    let State { rules, tags, .. } = state;
    rules.retain(|arn, rule| {
        let stays = rule.listener != listener;
        if !stays {
            tags.remove(arn);
        }
        stays
    });
    state.listeners.remove(listener);
    state.tags.remove(listener);
}

pub fn certificates(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let listener = call.state.listener_mut(&call.arn("ListenerArn", "listener")?)?;
    let mut certificates = listener.certificates.clone();
    certificates.iter_mut().for_each(|it| it["IsDefault"] = Value::Bool(true));
    Ok(json!({"Certificates": certificates}))
}

fn described(state: &State, listener: &Listener) -> Result<Value, ApiError> {
    let mut described = shown(listener)?;
    let actions = state.rules.get(&listener.default_rule).map(|rule| &rule.actions);
    described["DefaultActions"] = json!(actions);
    Ok(described)
}

/// TLS is not spoken here: a listener of HTTPS is reached like one of HTTP, and says `https` to targets.
fn set_protocol(call: &Call<'_>, listener: &mut Listener) -> Result<(), ApiError> {
    let protocol = call.form.text("Protocol").unwrap_or(&listener.protocol).to_owned();
    if !["HTTP", "HTTPS"].contains(&protocol.as_str()) {
        let text = format!("Listener protocol '{protocol}' must be one of 'HTTP, HTTPS'");
        return Err(invalid(text));
    }
    let certificates: Vec<Value> = call.form.list("Certificates")?;
    if certificates.len() > 1 {
        let text = format!(
            "Up to '1' certificate ARNs can be specified, but '{}' were specified",
            certificates.len()
        );
        return Err(ApiError::new("TooManyCertificates", text));
    }
    let secure = protocol == "HTTPS";
    if !secure && !certificates.is_empty() {
        return Err(invalid("A certificate cannot be specified for HTTP listeners"));
    }
    if !certificates.is_empty() || !secure {
        listener.certificates = certificates;
    }
    if secure && listener.certificates.is_empty() {
        return Err(ApiError::new(
            "CertificateNotFound",
            "A certificate must be specified for HTTPS listeners",
        ));
    }
    let policy = call.form.text("SslPolicy").map(str::to_owned).or_else(|| listener.ssl_policy.take());
    listener.ssl_policy = secure.then(|| policy.unwrap_or_else(|| DEFAULT_SSL_POLICY.to_owned()));
    listener.protocol = protocol;
    Ok(())
}

fn check_port(state: &State, balancer: &str, port: u16, but: Option<&str>) -> Result<(), ApiError> {
    let taken = |it: &&Listener| it.balancer == balancer && it.port == port && Some(it.arn.as_str()) != but;
    match state.listeners.values().find(taken) {
        None => Ok(()),
        Some(_) => Err(ApiError::new(
            "DuplicateListener",
            format!("A listener already exists on this port for this load balancer '{balancer}'"),
        )),
    }
}
