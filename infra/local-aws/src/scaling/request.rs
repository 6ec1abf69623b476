//! What calls carry: one type for all of them, the checks that they share, and pages of answers.

use super::steps::StepScaling;
use super::tracking::TargetTracking;
use crate::api_error::ApiError;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The only namespace whose resources are scaled here.
pub(super) const NAMESPACE: &str = "ecs";
/// The only number that is scaled here.
pub(super) const DIMENSION: &str = "ecs:service:DesiredCount";

const NAMESPACES: &str = "ecs, elasticmapreduce, ec2, appstream, dynamodb, rds, sagemaker, custom-resource, \
    comprehend, lambda, cassandra, kafka, elasticache, neptune, workspaces";
const UNSUPPORTED: &str = "Unsupported service namespace, resource type or scalable dimension";
/// The longest name or id; a page's most items.
const LONGEST: usize = 1600;
const LARGEST_PAGE: i64 = 50;

/// The members of all operations; none means two things in two of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    pub service_namespace: Option<String>,
    pub resource_id: Option<String>,
    pub resource_ids: Option<Vec<String>>,
    pub scalable_dimension: Option<String>,
    pub min_capacity: Option<i32>,
    pub max_capacity: Option<i32>,
    #[serde(rename = "RoleARN")]
    pub role_arn: Option<String>,
    pub suspended_state: Option<SuspendedStateChange>,
    pub tags: Option<BTreeMap<String, String>>,
    pub policy_name: Option<String>,
    pub policy_names: Option<Vec<String>>,
    pub policy_type: Option<String>,
    pub step_scaling_policy_configuration: Option<StepScaling>,
    pub target_tracking_scaling_policy_configuration: Option<TargetTracking>,
    pub schedule: Option<String>,
    pub timezone: Option<String>,
    pub scheduled_action_name: Option<String>,
    pub scheduled_action_names: Option<Vec<String>>,
    pub start_time: Option<f64>,
    pub end_time: Option<f64>,
    pub scalable_target_action: Option<LimitsChange>,
    pub max_results: Option<i64>,
    pub next_token: Option<String>,
    pub include_not_scaled_activities: Option<bool>,
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    pub tag_keys: Option<Vec<String>>,
}

/// What a call changes of what is suspended.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SuspendedStateChange {
    pub dynamic_scaling_in_suspended: Option<bool>,
    pub dynamic_scaling_out_suspended: Option<bool>,
    pub scheduled_scaling_suspended: Option<bool>,
}

/// New limits of a scheduled action: one of them or both.
#[derive(Clone, Debug, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LimitsChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_capacity: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_capacity: Option<i32>,
}

/// A refusal for what the request says.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

/// Something that is not there: `No scalable target found for service namespace: ecs, resource ID: ..., ...`.
pub(super) fn not_found(what: &str, resource: &str, more: &str) -> ApiError {
    let of =
        format!("service namespace: {NAMESPACE}, resource ID: {resource}, scalable dimension: {DIMENSION}");
    ApiError::new("ObjectNotFoundException", format!("No {what} for {of}{more}"))
}

impl Request {
    /// # Errors
    /// A member is not of its type.
    pub(super) fn read(body: Value) -> Result<Self, ApiError> {
        match body {
            Value::Null => Ok(Self::default()),
            Value::Object(_) => {
                serde_json::from_value(body).map_err(|error| serialization(&error.to_string()))
            }
            _ => Err(serialization("Unexpected token: the body has to be an object")),
        }
    }

    /// The service that a call is about, `service/CLUSTER/SERVICE`, and the call's further names in their order.
    ///
    /// # Errors
    /// One is missing, or this is not a service of ECS.
    pub(super) fn about<const N: usize>(
        &self,
        names: [(&str, &Option<String>); N],
    ) -> Result<(&str, [String; N]), ApiError> {
        let mut problems = Vec::new();
        let given = [
            ("serviceNamespace", &self.service_namespace),
            ("resourceId", &self.resource_id),
            ("scalableDimension", &self.scalable_dimension),
        ];
        for (name, value) in given.iter().chain(&names) {
            match value {
                None => problems.push(constraint("null", name, "Member must not be null")),
                Some(value) => problems.extend(length_problem(name, value)),
            }
        }
        refuse(&problems)?;
        self.supported()?;
        let resource = self.resource_id.as_deref().unwrap_or_default();
        service_of(resource).ok_or_else(|| invalid(UNSUPPORTED))?;
        Ok((resource, names.map(|(_, value)| value.clone().unwrap_or_default())))
    }

    /// Whether a description includes a service; all if none is named.
    ///
    /// # Errors
    /// What is named is not a service of ECS, or a dimension is named without it.
    pub(super) fn filter(&self) -> Result<impl Fn(&str) -> bool, ApiError> {
        if self.service_namespace.is_none() {
            refuse(&[constraint("null", "serviceNamespace", "Member must not be null")])?;
        }
        self.supported()?;
        let named: Vec<&String> = self.resource_id.iter().chain(self.resource_ids.iter().flatten()).collect();
        if named.is_empty() && self.scalable_dimension.is_some() {
            return Err(invalid("You must specify a resource ID when you specify a scalable dimension"));
        }
        if named.len() > 50 || named.iter().any(|resource| service_of(resource).is_none()) {
            return Err(invalid(UNSUPPORTED));
        }
        Ok(move |resource: &str| named.is_empty() || named.iter().any(|it| *it == resource))
    }

    fn supported(&self) -> Result<(), ApiError> {
        let namespace = self.service_namespace.as_deref().unwrap_or(NAMESPACE);
        if !NAMESPACES.split(", ").any(|known| known == namespace) {
            let wanted = format!("Member must satisfy enum value set: [{NAMESPACES}]");
            refuse(&[constraint(&format!("'{namespace}'"), "serviceNamespace", &wanted)])?;
        }
        let dimension = self.scalable_dimension.as_deref().unwrap_or(DIMENSION);
        match namespace == NAMESPACE && dimension == DIMENSION {
            true => Ok(()),
            false => Err(invalid(format!("{UNSUPPORTED}: the local AWS scales {DIMENSION} only"))),
        }
    }

    /// A page of a description: those after the token's, each with a key by which they are in order.
    ///
    /// # Errors
    /// The page's size or the token is wrong.
    pub(super) fn page(
        &self,
        member: &str,
        items: impl Iterator<Item = (String, Value)>,
    ) -> Result<Value, ApiError> {
        let size = self.max_results.unwrap_or(LARGEST_PAGE);
        if !(1..=LARGEST_PAGE).contains(&size) {
            return Err(invalid(format!("MaxResults must be between 1 and {LARGEST_PAGE}")));
        }
        let after = self.next_token.as_deref().map(|token| {
            from_token(token)
                .ok_or_else(|| ApiError::new("InvalidNextTokenException", "The next token is not valid"))
        });
        let after = after.transpose()?;
        let mut rest = items.filter(|(key, _)| after.as_ref().is_none_or(|after| key > after));
        let page: Vec<(String, Value)> =
            rest.by_ref().take(usize::try_from(size).unwrap_or_default()).collect();
        let token = rest.next().and_then(|_| page.last()).map(|(key, _)| to_token(key));
        let values: Vec<Value> = page.into_iter().map(|(_, value)| value).collect();
        let mut answer = json!({ member: values });
        if let Some(token) = token {
            answer["NextToken"] = token.into();
        }
        Ok(answer)
    }
}

/// The cluster and the service of `service/CLUSTER/SERVICE`.
pub(super) fn service_of(resource: &str) -> Option<(&str, &str)> {
    let (cluster, service) = resource.strip_prefix("service/")?.split_once('/')?;
    (!cluster.is_empty() && !service.is_empty() && !service.contains('/')).then_some((cluster, service))
}

/// `Value VALUE at 'NAME' failed to satisfy constraint: WANTED`.
pub(super) fn constraint(value: &str, name: &str, wanted: &str) -> String {
    format!("Value {value} at '{name}' failed to satisfy constraint: {wanted}")
}

/// Refuses if there are problems, all of them at once.
///
/// # Errors
/// There are.
pub(super) fn refuse(problems: &[String]) -> Result<(), ApiError> {
    let errors = if problems.len() == 1 { "error" } else { "errors" };
    let all = problems.join("; ");
    match problems.len() {
        0 => Ok(()),
        count => Err(invalid(format!("{count} validation {errors} detected: {all}"))),
    }
}

fn length_problem(name: &str, value: &str) -> Option<String> {
    let wanted = match value.chars().count() {
        0 => "Member must have length greater than or equal to 1".to_owned(),
        count if count > LONGEST => format!("Member must have length less than or equal to {LONGEST}"),
        _ => return None,
    };
    Some(constraint(&format!("'{value}'"), name, &wanted))
}

fn serialization(why: &str) -> ApiError {
    ApiError::new("SerializationException", why)
}

fn to_token(key: &str) -> String {
    key.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn from_token(token: &str) -> Option<String> {
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let whole = !token.is_empty() && token.len().is_multiple_of(2);
    let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(digits).collect();
    String::from_utf8(bytes.filter(|_| whole)?).ok()
}
