//! Scalable targets, their tags, and what was done to them.

use super::Scaling;
use super::request::{DIMENSION, NAMESPACE, Request, SuspendedStateChange, invalid, not_found, service_of};
use super::state::{State, SuspendedState, Target, seconds, uuid};
use crate::api_error::ApiError;
use infra_ecs::rollout::Moment;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// In every partition, the paths of service-linked roles have this domain.
const ROLE_DOMAIN: &str = concat!("amazonaws", ".com");
const MOST_TAGS: usize = 50;

impl Scaling {
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html>
    pub(super) fn register(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, []) = request.about([])?;
        if self.service(resource).is_none() {
            return Err(invalid(format!("ECS service doesn't exist: {resource}")));
        }
        let mut state = self.state();
        let known = state.targets.get(resource);
        let limit = |given: Option<i32>, known: Option<u32>, name: &str| match given {
            Some(given) => u32::try_from(given)
                .map_err(|_| invalid(format!("{name} capacity must be greater than or equal to 0"))),
            None => known.ok_or_else(|| invalid(format!("{name} capacity must be specified"))),
        };
        let min = limit(request.min_capacity, known.map(|it| it.min), "Minimum")?;
        let max = limit(request.max_capacity, known.map(|it| it.max), "Maximum")?;
        ordered(min, max)?;
        let tags = request.tags.clone().unwrap_or_default();
        if known.is_some() && !tags.is_empty() {
            return Err(invalid(
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable \
                 target, use the TagResource API.",
            ));
        }
        few_enough(&tags)?;
        let target = state.targets.entry(resource.to_owned()).or_insert_with(|| self.new_target(tags));
        (target.min, target.max) = (min, max);
        if let Some(change) = &request.suspended_state {
            target.suspended.change(change);
        }
        let arn = target.arn.clone();
        self.keep_within_limits(&mut state, resource, self.clock.now());
        Ok(json!({ "ScalableTargetARN": arn }))
    }

    fn new_target(&self, tags: BTreeMap<String, String>) -> Target {
        let id: String = (0..36).map(|_| char::from_digit(fastrand::u32(..16), 16).unwrap_or('0')).collect();
        let account = &self.account;
        let role = "AWSServiceRoleForApplicationAutoScaling_ECSService";
        Target {
            arn: account.arn("application-autoscaling", &format!("scalable-target/{id}")),
            uuid: uuid(),
            min: 0,
            max: 0,
            // A role that is given is not used: services have one of their own.
            role: format!(
                "arn:{}:iam::{}:role/aws-service-role/ecs.application-autoscaling.{ROLE_DOMAIN}/{role}",
                account.partition, account.id
            ),
            created: self.clock.real(self.clock.now()),
            suspended: SuspendedState::default(),
            tags,
            policies: BTreeMap::new(),
            actions: BTreeMap::new(),
            cooldowns: Default::default(),
        }
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
        state.record(resource, &description, cause, done, self.clock.real(now));
        set
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html>
    pub(super) fn deregister(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, []) = request.about([])?;
        let removed = self.state().targets.remove(resource);
        removed.map(|_| json!({})).ok_or_else(|| not_found("scalable target found", resource, ""))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html>
    pub(super) fn describe_targets(&self, request: &Request) -> Result<Value, ApiError> {
        let wanted = request.filter()?;
        let state = self.state();
        let targets = state.targets.iter().filter(|(resource, _)| wanted(resource));
        request.page("ScalableTargets", targets.map(|(id, target)| (id.clone(), target.document(id))))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html>
    pub(super) fn describe_activities(&self, request: &Request) -> Result<Value, ApiError> {
        let (wanted, all) = (request.filter()?, request.include_not_scaled_activities == Some(true));
        let state = self.state();
        let activities = state.activities.iter().filter(|it| {
            let (resource, scaled) = it.of();
            wanted(resource) && (scaled || all)
        });
        request.page("ScalingActivities", activities.map(|it| it.document()))
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html>
    pub(super) fn tag(&self, request: &Request) -> Result<Value, ApiError> {
        let tags = request.tags.clone().ok_or_else(|| invalid("Tags must be specified"))?;
        self.tags_of(request, |existing| {
            let mut all = existing.clone();
            all.extend(tags);
            few_enough(&all)?;
            *existing = all;
            Ok(json!({}))
        })
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_UntagResource.html>
    pub(super) fn untag(&self, request: &Request) -> Result<Value, ApiError> {
        let keys = request.tag_keys.clone().ok_or_else(|| invalid("TagKeys must be specified"))?;
        self.tags_of(request, |tags| {
            tags.retain(|key, _| !keys.contains(key));
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

impl Target {
    fn document(&self, resource: &str) -> Value {
        json!({
            "ServiceNamespace": NAMESPACE,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "MinCapacity": self.min,
            "MaxCapacity": self.max,
            "RoleARN": self.role,
            "CreationTime": seconds(self.created),
            "SuspendedState": self.suspended,
            "ScalableTargetARN": self.arn,
        })
    }
}

impl SuspendedState {
    fn change(&mut self, change: &SuspendedStateChange) {
        let set = |member: &mut bool, to: Option<bool>| *member = to.unwrap_or(*member);
        set(&mut self.dynamic_scaling_in_suspended, change.dynamic_scaling_in_suspended);
        set(&mut self.dynamic_scaling_out_suspended, change.dynamic_scaling_out_suspended);
        set(&mut self.scheduled_scaling_suspended, change.scheduled_scaling_suspended);
    }
}

/// Refuses limits that nothing is between.
///
/// # Errors
/// They are.
pub(super) fn ordered(min: u32, max: u32) -> Result<(), ApiError> {
    match min <= max {
        true => Ok(()),
        false => Err(invalid("Maximum capacity cannot be less than minimum capacity")),
    }
}

fn few_enough(tags: &BTreeMap<String, String>) -> Result<(), ApiError> {
    if tags.len() > MOST_TAGS {
        let message = format!("A scalable target can have at most {MOST_TAGS} tags");
        return Err(ApiError::new("TooManyTagsException", message));
    }
    let fits = |(key, value): (&String, &String)| {
        (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256 && !key.starts_with("aws:")
    };
    match tags.iter().all(fits) {
        true => Ok(()),
        false => Err(invalid(
            "Tag keys must have 1 to 128 characters and not begin with aws:, values at most 256 characters",
        )),
    }
}
