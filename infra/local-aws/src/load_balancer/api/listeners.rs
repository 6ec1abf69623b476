//! Operations on listeners.

use super::Call;
use super::rules::complete_actions;
use crate::api_error::ApiError;
use crate::load_balancer::actions::text;
use crate::load_balancer::attributes::LISTENER;
use crate::load_balancer::form::{Form, invalid};
use crate::load_balancer::state::{Listener, Rule, State, not_found};
use serde_json::{Value, json};
use std::sync::Arc;

const MAX_LISTENERS: usize = 50;
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

pub fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let balancer = call.arn("LoadBalancerArn", "loadbalancer")?;
    call.state.balancer_mut(&balancer)?;
    let port = call.port()?;
    check_port(call.state, &balancer, port, None)?;
    if call.state.listeners.values().filter(|it| it.balancer == balancer).count() >= MAX_LISTENERS {
        let text = format!("Load balancer '{balancer}' already has the maximum number of listeners");
        return Err(ApiError::new("TooManyListeners", text));
    }
    let actions = complete_actions(call.state, &balancer, call.form.list("DefaultActions")?)?;
    let tags = super::tags::given(call)?;
    call.form.text("Protocol").ok_or_else(|| invalid("A protocol must be specified"))?;
    let arn =
        call.new_arn(&balancer.split(':').nth(5).unwrap_or_default().replacen("loadbalancer", "listener", 1));
    let path = arn.split(':').nth(5).unwrap_or_default().replacen("listener", "listener-rule", 1);
    let rule = call.new_arn(&path);
    let shown = json!({"ListenerArn": arn, "LoadBalancerArn": balancer});
    let shown = changed(shown, port, call.form)?;
    let shown_rule = super::rules::shown(&rule, "default", &[], &actions);
    let default = Rule { priority: None, listener: arn.clone(), shown: shown_rule, matchers: Arc::default() };
    call.state.rules.insert(rule.clone(), default);
    call.state.tags.insert(arn.clone(), tags);
    let listener = Listener { balancer, port, shown, default_rule: rule, attributes: LISTENER.initial() };
    call.state.listeners.insert(arn.clone(), listener);
    described(call.state, &arn)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let not_there = |_: &[String]| ApiError::new("ListenerNotFound", "One or more listeners not found");
    let mut wanted = call.asked("ListenerArns", &call.state.listeners, |_| "", not_there)?;
    match call.form.text("LoadBalancerArn") {
        Some(balancer) => {
            call.state.balancers.get(balancer).ok_or_else(|| not_found("LoadBalancer", balancer))?;
            wanted.retain(|arn| call.state.listeners[arn].balancer == balancer);
        }
        None if !call.form.has("ListenerArns") => {
            return Err(invalid("You must specify either listener ARNs or a load balancer ARN"));
        }
        None => {}
    }
    call.page("Listeners", wanted.iter().map(|arn| shown(call.state, arn)).collect())
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("ListenerArn", "listener")?;
    let listener = call.state.listener_mut(&arn)?;
    let (balancer, rule) = (listener.balancer.clone(), listener.default_rule.clone());
    let port = call.form.number("Port", 1..=u16::MAX)?.unwrap_or(listener.port);
    let shown = changed(listener.shown.clone(), port, call.form)?;
    check_port(call.state, &balancer, port, Some(&arn))?;
    if call.form.has("DefaultActions") {
        let actions = complete_actions(call.state, &balancer, call.form.list("DefaultActions")?)?;
        call.state.rule_mut(&rule)?.shown["Actions"] = actions;
    }
    let listener = call.state.listener_mut(&arn)?;
    (listener.port, listener.shown) = (port, shown);
    described(call.state, &arn)
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("ListenerArn", "listener")?;
    call.state.listener_mut(&arn)?;
    call.state.remove_listener(&arn);
    Ok(json!({}))
}

pub fn certificates(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let listener = call.state.listener_mut(&call.arn("ListenerArn", "listener")?)?;
    let certificates = listener.shown["Certificates"].as_array().into_iter().flatten();
    let default = |it: &Value| json!({"CertificateArn": it["CertificateArn"], "IsDefault": true});
    Ok(json!({"Certificates": certificates.map(default).collect::<Vec<_>>()}))
}

fn described(state: &State, arn: &str) -> Result<Value, ApiError> {
    Ok(json!({"Listeners": [shown(state, arn)]}))
}

fn shown(state: &State, arn: &str) -> Value {
    let Some(listener) = state.listeners.get(arn) else { return Value::Null };
    let mut shown = listener.shown.clone();
    shown["DefaultActions"] =
        json!(state.rules.get(&listener.default_rule).map(|rule| &rule.shown["Actions"]));
    shown
}

/// TLS is not spoken here: a listener of HTTPS is reached like one of HTTP, and says `https` to targets.
fn changed(mut shown: Value, port: u16, form: &Form) -> Result<Value, ApiError> {
    let protocol = form.text("Protocol").unwrap_or(text(&shown, "Protocol")).to_owned();
    let certificates = form.list("Certificates")?;
    let has_any = !certificates.is_empty() || shown["Certificates"].is_array();
    if certificates.len() > 1 {
        let text = "Only one certificate ARN can be specified, that of the default certificate";
        return Err(ApiError::new("TooManyCertificates", text));
    }
    (shown["Port"], shown["Protocol"]) = (port.into(), protocol.as_str().into());
    match protocol.as_str() {
        "HTTP" if certificates.is_empty() => {
            (shown["Certificates"], shown["SslPolicy"]) = (Value::Null, Value::Null);
        }
        "HTTP" => return Err(invalid("A certificate cannot be specified for HTTP listeners")),
        "HTTPS" if has_any => {
            if !certificates.is_empty() {
                shown["Certificates"] = json!(certificates);
            }
            let policy = form.text("SslPolicy").or(shown["SslPolicy"].as_str()).unwrap_or(DEFAULT_SSL_POLICY);
            shown["SslPolicy"] = policy.to_owned().into();
        }
        "HTTPS" => {
            let text = "A certificate must be specified for HTTPS listeners";
            return Err(ApiError::new("CertificateNotFound", text));
        }
        other => return Err(invalid(format!("Listener protocol '{other}' must be one of 'HTTP, HTTPS'"))),
    }
    Ok(shown)
}

fn check_port(state: &State, balancer: &str, port: u16, but: Option<&str>) -> Result<(), ApiError> {
    let mut others = state.listeners.iter().filter(|(arn, _)| Some(arn.as_str()) != but);
    if others.any(|(_, it)| it.balancer == balancer && it.port == port) {
        let text = format!("A listener already exists on this port for this load balancer '{balancer}'");
        return Err(ApiError::new("DuplicateListener", text));
    }
    Ok(())
}
