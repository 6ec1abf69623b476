//! Scalable targets, their tags, and what was done to them.

use super::Scaling;
use super::request::{DIMENSION, NAMESPACE, Request, invalid, not_found, refuse_if, service_of};
use super::state::{State, Target, seconds, uuid};
use crate::account::Account;
use crate::api_error::ApiError;
use infra_ecs::rollout::Moment;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// In every partition, the paths of service-linked roles have this domain.
const ROLE_DOMAIN: &str = concat!("amazonaws", ".com");
const MOST_TAGS: usize = 50;
const TAGGED_ALREADY: &str = "The scalable target that you tried to tag already exists. To update tags on an existing \
    scalable target, use the TagResource API.";
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_SuspendedState.html>
const SUSPENDABLE: [&str; 3] =
    ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"];
pub(super) const DISORDERED: &str = "Maximum capacity cannot be less than minimum capacity";

impl Scaling {
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>
    pub(super) fn register(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, now) = (request.resource()?, self.clock.now());
        let mut state = self.state();
        let known = state.targets.get(resource);
        let limit = |given: Option<i32>, known: Option<u32>, name: &str| match given {
            Some(given) => {
                u32::try_from(given).map_err(|_| invalid(format!("{name} capacity cannot be less than 0")))
            }
            None => known.ok_or_else(|| invalid(format!("{name} capacity must be specified"))),
        };
        let min = limit(request.min_capacity, known.map(|it| it.min), "Minimum")?;
        let max = limit(request.max_capacity, known.map(|it| it.max), "Maximum")?;
        let tags = request.tags.clone().unwrap_or_default();
        refuse_if(&[
            (self.service(resource).is_none(), &format!("ECS service doesn't exist: {resource}")),
            (min > max, DISORDERED),
            (known.is_some() && !tags.is_empty(), TAGGED_ALREADY),
            (tags.len() > MOST_TAGS, "A scalable target can have at most 50 tags"),
        ])?;
        let id: String = (0..36).map(|_| fastrand::digit(16)).collect();
        let target = state.targets.entry(resource.to_owned()).or_insert_with(|| Target {
            arn: self.account.arn("application-autoscaling", &format!("scalable-target/{id}")),
            uuid: uuid(),
            min,
            max,
            created: self.clock.real(now),
            suspended: SUSPENDABLE.map(|kind| (kind.to_owned(), false)).into(),
            tags,
            policies: BTreeMap::new(),
            actions: BTreeMap::new(),
            cooldowns: Default::default(),
        });
        (target.min, target.max) = (min, max);
        for (kind, suspended) in request.suspended_state.iter().flatten() {
            if let (Some(known), Some(suspended)) = (target.suspended.get_mut(kind), suspended) {
                *known = *suspended;
            }
        }
        let answer = json!({ "ScalableTargetARN": target.arn });
        self.keep_within_limits(&mut state, resource, now);
        Ok(answer)
    }

    /// Brings a service's count between the limits that were just set.
    pub(super) fn keep_within_limits(&self, state: &mut State, resource: &str, now: Moment) {
        let (Some(service), Some(target)) = (self.service(resource), state.targets.get(resource)) else {
            return;
        };
        let count = service.desired_count.clamp(target.min, target.max);
        let which = if count > service.desired_count { "minimum" } else { "maximum" };
        if count != service.desired_count {
            self.set_count(state, resource, count, &format!("{which} capacity was set to {count}"), now);
        }
    }

    /// Sets a service's count and writes it down; whether it was set.
    pub(super) fn set_count(
        &self,
        state: &mut State,
        resource: &str,
        count: u32,
        cause: &str,
        now: Moment,
    ) -> bool {
        let (cluster, service) = service_of(resource).unwrap_or_default();
        let done = self.services.set_desired_count(cluster, service, count);
        let done = done
            .map(|()| {
                format!("Successfully set desired count to {count}. Change successfully fulfilled by ecs.")
            })
            .map_err(|error| format!("Failed to set desired count to {count}. Reason: {}", error.message));
        let set = done.is_ok();
        let description = format!("Setting desired count to {count}.");
        state.record_done(resource, &description, cause, self.clock.real(now), done);
        set
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html>
    pub(super) fn deregister(&self, request: &Request) -> Result<Value, ApiError> {
        let resource = request.resource()?;
        let removed = self.state().targets.remove(resource);
        removed.map(|_| json!({})).ok_or_else(|| not_found("scalable target found", resource, ""))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html>
    pub(super) fn describe_targets(&self, request: &Request) -> Result<Value, ApiError> {
        let wanted = request.filter()?;
        let state = self.state();
        let targets = state.targets.iter().filter(|(resource, _)| wanted(resource));
        let documents =
            targets.map(|(resource, it)| (resource.clone(), it.document(resource, &self.account)));
        request.page("ScalableTargets", documents)
    }

    /// Describes what targets have by name.
    pub(super) fn describe_named<T>(
        &self,
        request: &Request,
        member: &str,
        names: &Option<Vec<String>>,
        of: impl Fn(&Target) -> &BTreeMap<String, T>,
        document: impl Fn(&T, &str, &str) -> Value,
    ) -> Result<Value, ApiError> {
        let wanted = request.filter()?;
        let (state, mut documents) = (self.state(), Vec::new());
        for (resource, target) in state.targets.iter().filter(|(resource, _)| wanted(resource)) {
            let named =
                of(target).iter().filter(|(name, _)| names.as_ref().is_none_or(|it| it.contains(name)));
            documents
                .extend(named.map(|(name, it)| (format!("{resource}/{name}"), document(it, name, resource))));
        }
        request.page(member, documents.into_iter())
    }

    /// Deletes what a target has by name.
    pub(super) fn delete_named<T>(
        &self,
        request: &Request,
        (member, name): (&str, &Option<String>),
        what: &str,
        of: impl Fn(&mut Target) -> &mut BTreeMap<String, T>,
    ) -> Result<Value, ApiError> {
        let (resource, name) = request.named(member, name)?;
        let mut state = self.state();
        let removed = state.targets.get_mut(resource).and_then(|target| of(target).remove(name));
        let word = if what == "scaling policy" { "policy" } else { what };
        let missing = || not_found(&format!("{what} found"), resource, &format!(", {word} name: {name}"));
        removed.map(|_| json!({})).ok_or_else(missing)
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html>
    pub(super) fn describe_activities(&self, request: &Request) -> Result<Value, ApiError> {
        let (wanted, all) = (request.filter()?, request.include_not_scaled_activities == Some(true));
        let state = self.state();
        let text = |activity: &Value, name: &str| activity[name].as_str().unwrap_or_default().to_owned();
        let activities = state.activities.iter();
        let activities = activities.filter(|it| wanted(&text(it, "ResourceId")));
        let activities = activities.filter(|it| all || it["NotScaledReasons"].is_null());
        request.page("ScalingActivities", activities.map(|it| (text(it, "ActivityId"), it.clone())))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html>
    pub(super) fn tag(&self, request: &Request) -> Result<Value, ApiError> {
        self.tags_of(request, |tags| {
            let added = request.tags.iter().flatten().filter(|(key, _)| !tags.contains_key(*key)).count();
            if tags.len() + added > MOST_TAGS {
                let message = format!("A scalable target can have at most {MOST_TAGS} tags");
                return Err(ApiError::new("TooManyTagsException", message));
            }
            tags.extend(request.tags.clone().unwrap_or_default());
            Ok(json!({}))
        })
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html>
    pub(super) fn untag(&self, request: &Request) -> Result<Value, ApiError> {
        self.tags_of(request, |tags| {
            tags.retain(|key, _| !request.tag_keys.iter().flatten().any(|it| it == key));
            Ok(json!({}))
        })
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ListTagsForResource.html>
    pub(super) fn list_tags(&self, request: &Request) -> Result<Value, ApiError> {
        self.tags_of(request, |tags| Ok(json!({ "Tags": tags })))
    }

    fn tags_of(
        &self,
        request: &Request,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> Result<Value, ApiError>,
    ) -> Result<Value, ApiError> {
        let arn = request.resource_arn.as_deref().ok_or_else(|| invalid("ResourceARN must be specified"))?;
        let mut state = self.state();
        let target = state.targets.values_mut().find(|target| target.arn == arn);
        let absent = || {
            ApiError::new("ResourceNotFoundException", format!("The specified resource doesn't exist: {arn}"))
        };
        act(&mut target.ok_or_else(absent)?.tags)
    }
}

/// A target that has to be there.
///
/// # Errors
/// It is not.
pub(super) fn registered<'a>(state: &'a mut State, resource: &str) -> Result<&'a mut Target, ApiError> {
    state.targets.get_mut(resource).ok_or_else(|| not_found("scalable target registered", resource, ""))
}

impl Target {
    fn document(&self, resource: &str, account: &Account) -> Value {
        // A role that is given is not used: services have one of their own.
        let role = "AWSServiceRoleForApplicationAutoScaling_ECSService";
        json!({
            "ServiceNamespace": NAMESPACE,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.min,
            "MaxCapacity": self.max,
            "RoleARN": format!(
                "arn:{}:iam::{}:role/aws-service-role/ecs.application-autoscaling.{ROLE_DOMAIN}/{role}",
                account.partition, account.id
            ),
            "CreationTime": seconds(self.created),
            "SuspendedState": self.suspended,
            "ScalableTargetARN": self.arn,
        })
    }
}
