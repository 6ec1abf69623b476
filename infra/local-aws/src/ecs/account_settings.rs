//! Account settings.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>

use super::Ecs;
use super::input::{Request, invalid};
use crate::api_error::ApiError;
use serde_json::{Value, json};

/// The settings, the value that each has by itself, and its values.
const SETTINGS: [(&str, &str, &[&str]); 11] = [
    ("awsvpcTrunking", "disabled", &["enabled", "disabled"]),
    ("containerInsights", "disabled", &["enhanced", "enabled", "disabled"]),
    ("containerInstanceLongArnFormat", "enabled", &["enabled", "disabled"]),
    ("defaultLogDriverMode", "non-blocking", &["blocking", "non-blocking"]),
    ("dualStackIPv6", "enabled", &["enabled", "disabled"]),
    ("fargateFIPSMode", "disabled", &["enabled", "disabled"]),
    ("fargateTaskRetirementWaitPeriod", "7", &["0", "7", "14"]),
    ("guardDutyActivate", "off", &["on", "off"]),
    ("serviceLongArnFormat", "enabled", &["enabled", "disabled"]),
    ("tagResourceAuthorization", "on", &["on", "off"]),
    ("taskLongArnFormat", "enabled", &["enabled", "disabled"]),
];

/// ListAccountSettings: those that somebody has put, or with `effectiveSettings` all.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let principal = principal(ecs, &request);
    let state = ecs.lock();
    let put = |name: &str, principal: &str| {
        state.settings.get(&(principal.to_owned(), name.to_owned())).map(String::as_str)
    };
    let settings = SETTINGS.iter().filter_map(|(name, default, _)| {
        let own = put(name, &principal);
        let value = if request.effective_settings {
            own.or_else(|| put(name, &root(ecs))).unwrap_or(default)
        } else {
            own?
        };
        let is_asked = (request.name.is_empty() || request.name == *name)
            && request.value.as_ref().is_none_or(|asked| asked == value);
        is_asked.then(|| setting(name, value, &principal))
    });
    Ok(json!({"settings": settings.collect::<Vec<_>>()}))
}

/// PutAccountSetting, and PutAccountSettingDefault for all principals.
pub(super) fn put(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let (name, _, values) = known(&request)?;
    let value = request.value.clone().unwrap_or_default();
    if !values.contains(&value.as_str()) {
        return Err(invalid(format!(
            "Invalid value '{value}' for setting '{name}': must be one of [{}].",
            values.join(", ")
        )));
    }
    let principal = principal(ecs, &request);
    ecs.lock().settings.insert((principal.clone(), name.to_owned()), value.clone());
    Ok(json!({"setting": setting(name, &value, &principal)}))
}

/// DeleteAccountSetting.
pub(super) fn delete(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let (name, default, _) = known(&request)?;
    let principal = principal(ecs, &request);
    ecs.lock().settings.remove(&(principal.clone(), name.to_owned()));
    Ok(json!({"setting": setting(name, default, &principal)}))
}

fn known(request: &Request) -> Result<(&'static str, &'static str, &'static [&'static str]), ApiError> {
    let asked = &request.name;
    let found = SETTINGS.into_iter().find(|(name, ..)| name == asked);
    found.ok_or_else(|| invalid(format!("Invalid account setting name: '{asked}'.")))
}

fn setting(name: &str, value: &str, principal: &str) -> Value {
    json!({"name": name, "value": value, "principalArn": principal, "type": "user"})
}

/// Whose setting it is: the account's own user's, unless somebody else is named.
fn principal(ecs: &Ecs, request: &Request) -> String {
    request.principal_arn.clone().unwrap_or_else(|| root(ecs))
}

/// The account itself.
pub(super) fn root(ecs: &Ecs) -> String {
    ecs.account.arn("iam", "root").replacen(&ecs.account.region, "", 1)
}
