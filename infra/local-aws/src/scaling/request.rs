//! What calls carry: one type for all of them, the checks that they share, and pages of answers.

use super::steps::StepScaling;
use super::tracking::TargetTracking;
use crate::api_error::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The only namespace whose resources are scaled here.
pub(super) const NAMESPACE: &str = "ecs";
/// The only number that is scaled here.
pub(super) const DIMENSION: &str = "ecs:service:DesiredCount";
const UNSUPPORTED: &str = "Unsupported service namespace, resource type or scalable dimension";
const NO_NAMESPACE: &str = "1 validation error detected: Value null at 'serviceNamespace' failed to satisfy \
    constraint: Member must not be null";
const LARGEST_PAGE: usize = 50;

/// The members of all operations; none means two things in two of them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    service_namespace: Option<String>,
    resource_id: Option<String>,
    resource_ids: Option<Vec<String>>,
    scalable_dimension: Option<String>,
    pub min_capacity: Option<i32>,
    pub max_capacity: Option<i32>,
    pub suspended_state: Option<BTreeMap<String, Option<bool>>>,
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
    pub scalable_target_action: Option<Limits>,
    max_results: Option<i64>,
    next_token: Option<String>,
    pub include_not_scaled_activities: Option<bool>,
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    pub tag_keys: Option<Vec<String>>,
}

/// New limits of a scheduled action: one of them or both.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Limits {
    pub min_capacity: Option<i32>,
    pub max_capacity: Option<i32>,
}

/// A refusal for what the request says.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

/// Refuses with the first text whose problem there is.
///
/// # Errors
/// There is one.
pub(super) fn refuse_if(problems: &[(bool, &str)]) -> Result<(), ApiError> {
    problems.iter().find(|(there, _)| *there).map_or(Ok(()), |(_, text)| Err(invalid(*text)))
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
        let refused = |why: String| ApiError::new("SerializationException", why);
        match body {
            Value::Null => Ok(Self::default()),
            Value::Object(_) => serde_json::from_value(body).map_err(|error| refused(error.to_string())),
            _ => Err(refused("Unexpected token: the body has to be an object".to_owned())),
        }
    }

    /// The service that a call is about, `service/CLUSTER/SERVICE`.
    ///
    /// # Errors
    /// It is not one of ECS.
    pub(super) fn resource(&self) -> Result<&str, ApiError> {
        self.named("resourceId", &self.resource_id).map(|(resource, _)| resource)
    }

    /// The service that a call is about, and the name of something that it has.
    ///
    /// # Errors
    /// It is not one of ECS, or a name is missing.
    pub(super) fn named<'a>(
        &'a self,
        member: &str,
        name: &'a Option<String>,
    ) -> Result<(&'a str, &'a str), ApiError> {
        let required = [
            ("serviceNamespace", &self.service_namespace),
            ("resourceId", &self.resource_id),
            ("scalableDimension", &self.scalable_dimension),
            (member, name),
        ];
        let missing = required.iter().find(|(_, value)| value.as_ref().is_none_or(String::is_empty));
        if let Some((member, value)) = missing {
            let (value, wanted) = match value {
                None => ("null", "Member must not be null"),
                Some(_) => ("''", "Member must have length greater than or equal to 1"),
            };
            return Err(invalid(format!(
                "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {wanted}"
            )));
        }
        self.filter().map(drop)?;
        Ok((self.resource_id.as_deref().unwrap_or_default(), name.as_deref().unwrap_or_default()))
    }

    /// Whether a description includes a service; all if none is named.
    ///
    /// # Errors
    /// What is named is not a service of ECS, or a dimension is named without it.
    pub(super) fn filter(&self) -> Result<impl Fn(&str) -> bool, ApiError> {
        let named: Vec<&String> = self.resource_id.iter().chain(self.resource_ids.iter().flatten()).collect();
        let dimension = self.scalable_dimension.as_deref();
        let is_other = self.service_namespace.as_deref() != Some(NAMESPACE)
            || dimension.is_some_and(|it| it != DIMENSION);
        refuse_if(&[
            (self.service_namespace.is_none(), NO_NAMESPACE),
            (is_other, &format!("{UNSUPPORTED}: the local AWS scales {DIMENSION} only")),
            (
                named.is_empty() && dimension.is_some(),
                "A resource ID must be specified with a scalable dimension",
            ),
            (named.iter().any(|resource| service_of(resource).is_none()), UNSUPPORTED),
        ])?;
        Ok(move |resource: &str| named.is_empty() || named.iter().any(|it| *it == resource))
    }

    /// A page of a description: those after the token's, each with a key of its own.
    ///
    /// # Errors
    /// The page's size or the token is wrong.
    pub(super) fn page(
        &self,
        member: &str,
        items: impl Iterator<Item = (String, Value)>,
    ) -> Result<Value, ApiError> {
        let size = usize::try_from(self.max_results.unwrap_or(50)).unwrap_or_default();
        refuse_if(&[(!(1..=LARGEST_PAGE).contains(&size), "MaxResults must be between 1 and 50")])?;
        let mut items = items.peekable();
        if let Some(token) = &self.next_token {
            let wrong = || ApiError::new("InvalidNextTokenException", "The next token is not valid");
            items.find(|(key, _)| key == token).ok_or_else(wrong)?;
        }
        let (keys, values): (Vec<_>, Vec<_>) = items.by_ref().take(size).unzip();
        let mut answer = json!({ member: values });
        if let (Some(_), Some(last)) = (items.peek(), keys.last()) {
            answer["NextToken"] = last.as_str().into();
        }
        Ok(answer)
    }
}

/// The cluster and the service of `service/CLUSTER/SERVICE`.
pub(super) fn service_of(resource: &str) -> Option<(&str, &str)> {
    let (cluster, service) = resource.strip_prefix("service/")?.split_once('/')?;
    (!cluster.is_empty() && !service.is_empty() && !service.contains('/')).then_some((cluster, service))
}

/// A document without the members that have no value.
pub(super) fn present(document: impl Serialize) -> Value {
    fn drop_nulls(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, value| !value.is_null());
                members.values_mut().for_each(drop_nulls);
            }
            Value::Array(items) => items.iter_mut().for_each(drop_nulls),
            _ => {}
        }
    }
    let mut document = serde_json::to_value(document).unwrap_or_default();
    drop_nulls(&mut document);
    document
}
