//! Actions and conditions as the API has them, both ways.

use super::form::{invalid, parsed};
use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};

const MAX_WEIGHT: u32 = 999;
const MAX_GROUPS: usize = 5;
const MAX_STICKY_SECONDS: u32 = 604_800;
const MAX_MESSAGE: usize = 1024;

/// An action of a rule or a listener's default.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Action {
    /// `forward`, `redirect` or `fixed-response`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// The only target group of a forward.
    pub target_group_arn: Option<String>,
    /// Where a forward leads.
    pub forward_config: Option<ForwardConfig>,
    /// Where a redirect leads.
    pub redirect_config: Option<RedirectConfig>,
    /// What is answered.
    pub fixed_response_config: Option<FixedResponseConfig>,
    /// Its place among the actions.
    #[serde(deserialize_with = "parsed")]
    pub order: Option<u32>,
}

/// The target groups of a forward.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ForwardConfig {
    /// With their weights.
    pub target_groups: Vec<Weighted>,
    /// Whether a client stays with one.
    pub target_group_stickiness_config: GroupStickiness,
}

/// A target group of a forward.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Weighted {
    /// Its ARN.
    pub target_group_arn: String,
    /// Its share of the sum.
    #[serde(deserialize_with = "parsed")]
    pub weight: Option<u32>,
}

/// Whether a client stays with a target group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GroupStickiness {
    /// Not unless it is said.
    #[serde(deserialize_with = "parsed")]
    pub enabled: Option<bool>,
    /// For how long.
    #[serde(deserialize_with = "parsed")]
    pub duration_seconds: Option<u32>,
}

/// A redirect; what is not said stays as it was in the request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RedirectConfig {
    /// `HTTP`, `HTTPS` or `#{protocol}`.
    pub protocol: String,
    /// A number or `#{port}`.
    pub port: String,
    /// May have `#{host}`.
    pub host: String,
    /// Begins with a slash; may have `#{host}`, `#{path}` and `#{port}`.
    pub path: String,
    /// May have all of them.
    pub query: String,
    /// `HTTP_301` or `HTTP_302`.
    pub status_code: String,
}

impl Default for RedirectConfig {
    fn default() -> Self {
        let [protocol, port, host, path, query] =
            ["#{protocol}", "#{port}", "#{host}", "/#{path}", "#{query}"].map(str::to_owned);
        Self { protocol, port, host, path, query, status_code: String::new() }
    }
}

/// A fixed response.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FixedResponseConfig {
    /// 2XX, 4XX or 5XX.
    pub status_code: String,
    /// `text/plain`, `text/css`, `text/html`, `application/javascript` or `application/json`.
    pub content_type: Option<String>,
    /// At most 1024 characters.
    pub message_body: Option<String>,
}

/// A condition of a rule.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Condition {
    /// What is looked at, such as `path-pattern`.
    pub field: String,
    /// The older form for hosts and paths.
    pub values: Option<Vec<String>>,
    /// Host names.
    pub host_header_config: Option<Values>,
    /// Paths.
    pub path_pattern_config: Option<Values>,
    /// Values of one header.
    pub http_header_config: Option<HeaderValues>,
    /// Pairs of the query.
    pub query_string_config: Option<QueryValues>,
    /// Methods.
    pub http_request_method_config: Option<Values>,
    /// CIDR blocks.
    pub source_ip_config: Option<Values>,
    /// Regular expressions, which are refused.
    pub regex_values: Option<Vec<String>>,
}

/// Values of which one has to match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Values {
    /// With `*` and `?`.
    pub values: Vec<String>,
    /// Regular expressions, which are refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regex_values: Vec<String>,
}

/// Values of a header of which one has to match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HeaderValues {
    /// The header.
    pub http_header_name: String,
    /// With `*` and `?`.
    pub values: Vec<String>,
}

/// Pairs of a query of which one has to match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QueryValues {
    /// With `*` and `?`.
    pub values: Vec<KeyValue>,
}

/// A pair of a query, a tag or an attribute.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyValue {
    /// None stands for any.
    pub key: Option<String>,
    /// Its value.
    pub value: String,
}

impl Action {
    /// A forward with these weights.
    pub fn forward(weights: &[(String, u32)], stickiness: GroupStickiness) -> Self {
        let group =
            |(arn, weight): &(String, u32)| Weighted { target_group_arn: arn.clone(), weight: Some(*weight) };
        let config = ForwardConfig {
            target_groups: weights.iter().map(group).collect(),
            target_group_stickiness_config: stickiness,
        };
        Self { kind: "forward".to_owned(), forward_config: Some(config), ..Self::default() }
    }

    /// The target groups of a forward with their weights.
    pub fn weights(&self) -> Vec<(String, u32)> {
        let groups = self.forward_config.iter().flat_map(|forward| &forward.target_groups);
        groups.map(|it| (it.target_group_arn.clone(), it.weight.unwrap_or(1))).collect()
    }

    /// Checked, with all that AWS adds.
    ///
    /// # Errors
    /// What AWS refuses.
    pub fn complete(mut self) -> Result<Self, ApiError> {
        match self.kind.as_str() {
            "forward" => self.complete_forward()?,
            "redirect" => {
                let redirect = self.redirect_config.as_ref();
                let redirect = redirect
                    .ok_or_else(|| invalid("A RedirectConfig must be specified for a redirect action"))?;
                check_redirect(redirect)?;
            }
            "fixed-response" => {
                let response = self.fixed_response_config.as_ref();
                check_response(response.ok_or_else(|| {
                    invalid("A FixedResponseConfig must be specified for a fixed-response action")
                })?)?;
            }
            other => return Err(unsupported_action(other)),
        }
        Ok(self)
    }

    fn complete_forward(&mut self) -> Result<(), ApiError> {
        let alone = self.target_group_arn.take().map(|arn| Weighted { target_group_arn: arn, weight: None });
        let config = self.forward_config.get_or_insert_default();
        if config.target_groups.is_empty() {
            config.target_groups.extend(alone);
        } else if alone.is_some_and(|it| {
            config.target_groups.iter().all(|group| group.target_group_arn != it.target_group_arn)
        }) {
            return Err(invalid(
                "You cannot specify both a target group ARN and a forward config with other target groups",
            ));
        }
        match config.target_groups.len() {
            0 => return Err(invalid("A target group ARN must be specified for a forward action")),
            1..=MAX_GROUPS => {}
            many => {
                let text = format!(
                    "Up to '{MAX_GROUPS}' target groups can be specified for a forward action, but '{many}' were"
                );
                return Err(ApiError::new("TooManyTargetGroups", text));
            }
        }
        for group in &mut config.target_groups {
            if *group.weight.get_or_insert(1) > MAX_WEIGHT {
                return Err(invalid(format!(
                    "The weight of a target group must be between '0' and '{MAX_WEIGHT}' inclusive"
                )));
            }
        }
        let sticky = &mut config.target_group_stickiness_config;
        let valid = sticky.duration_seconds.is_none_or(|it| (1..=MAX_STICKY_SECONDS).contains(&it));
        if *sticky.enabled.get_or_insert(false) && (!valid || sticky.duration_seconds.is_none()) {
            return Err(invalid(format!(
                "The duration of target group stickiness must be between '1' and '{MAX_STICKY_SECONDS}' seconds"
            )));
        }
        if let [only] = config.target_groups.as_slice() {
            self.target_group_arn = Some(only.target_group_arn.clone());
        }
        Ok(())
    }
}

fn unsupported_action(kind: &str) -> ApiError {
    match kind {
        "authenticate-oidc" | "authenticate-cognito" | "jwt-validation" => {
            invalid(format!("actions of type '{kind}' are not there in the local AWS"))
        }
        other => invalid(format!("Invalid action type '{other}'")),
    }
}

fn check_redirect(redirect: &RedirectConfig) -> Result<(), ApiError> {
    if !["HTTP_301", "HTTP_302"].contains(&redirect.status_code.as_str()) {
        return Err(invalid(format!("Invalid status code '{}' for a redirect action", redirect.status_code)));
    }
    if !["HTTP", "HTTPS", "#{protocol}"].contains(&redirect.protocol.as_str()) {
        return Err(invalid(format!("Invalid protocol '{}' for a redirect action", redirect.protocol)));
    }
    if redirect.port != "#{port}" && !redirect.port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(invalid(format!("Invalid port '{}' for a redirect action", redirect.port)));
    }
    if !redirect.path.starts_with('/') {
        return Err(invalid(format!(
            "The path '{}' of a redirect action must begin with '/'",
            redirect.path
        )));
    }
    if *redirect
        == (RedirectConfig { status_code: redirect.status_code.clone(), ..RedirectConfig::default() })
    {
        return Err(ApiError::new(
            "InvalidLoadBalancerAction",
            "The redirect configuration is not valid because it creates a loop.",
        ));
    }
    Ok(())
}

fn check_response(response: &FixedResponseConfig) -> Result<(), ApiError> {
    let code = response.status_code.as_bytes();
    if !matches!(code, [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9']) {
        return Err(invalid(format!("Invalid status code '{}' for a fixed response", response.status_code)));
    }
    let types = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
    if let Some(other) = response.content_type.as_deref().filter(|it| !types.contains(it)) {
        return Err(invalid(format!("Invalid content type '{other}' for a fixed response")));
    }
    if response.message_body.as_ref().is_some_and(|it| it.chars().count() > MAX_MESSAGE) {
        return Err(invalid(format!("The message body cannot be longer than '{MAX_MESSAGE}' characters")));
    }
    Ok(())
}
