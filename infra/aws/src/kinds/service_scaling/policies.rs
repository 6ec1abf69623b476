//! The target tracking policies of a service.

use super::{limit, unless_gone};
use crate::Aws;
use crate::build_error::Built;
use crate::clients::ApplicationAutoScaling;
use aws_sdk_applicationautoscaling::types::{
    MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ScalingPolicy,
    ServiceNamespace, TargetTrackingScalingPolicyConfiguration,
};
use futures::future::try_join_all;
use infra_engine::Failure;
use infra_resources::service_scaling::{Metric, TargetTracking};
use infra_wire::sdk_error::SdkResult;

/// The policies of a service.
///
/// # Errors
/// When they can't be read.
pub async fn read(aws: &Aws, resource_id: &str) -> Result<Vec<TargetTracking>, Failure> {
    let request = aws.client::<ApplicationAutoScaling>().describe_scaling_policies().resource_id(resource_id);
    let pages = request.service_namespace(ServiceNamespace::Ecs).into_paginator().items().send();
    let policies = pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe the scaling policies")?;
    Ok(policies.iter().filter(|policy| policy.resource_id() == resource_id).map(in_our_types).collect())
}

/// Puts the desired policies, and deletes the others.
///
/// # Errors
/// When one can't be put or deleted.
pub async fn put(aws: &Aws, resource_id: &str, desired: &[TargetTracking]) -> Result<(), Failure> {
    let puts = try_join_all(desired.iter().map(async |policy| {
        let request = aws.client::<ApplicationAutoScaling>().put_scaling_policy().resource_id(resource_id);
        let request = request.policy_name(&policy.name).service_namespace(ServiceNamespace::Ecs);
        let request = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
        let request = request.policy_type(PolicyType::TargetTrackingScaling);
        let put = request.target_tracking_scaling_policy_configuration(configuration(policy)?).send().await;
        put.or_failure("put the scaling policy")
    }));
    let (_, there) = tokio::try_join!(puts, read(aws, resource_id))?;
    let names = there.into_iter().map(|policy| policy.name);
    for name in names.filter(|name| desired.iter().all(|policy| policy.name != *name)) {
        let request = aws.client::<ApplicationAutoScaling>().delete_scaling_policy().resource_id(resource_id);
        let request = request.policy_name(name).service_namespace(ServiceNamespace::Ecs);
        let deleted = request.scalable_dimension(ScalableDimension::EcsServiceDesiredCount).send().await;
        unless_gone(deleted, "delete the scaling policy")?;
    }
    Ok(())
}

fn configuration(policy: &TargetTracking) -> Result<TargetTrackingScalingPolicyConfiguration, Failure> {
    let (metric, label) = match &policy.metric {
        Metric::Cpu => (MetricType::EcsServiceAverageCpuUtilization, None),
        Metric::Memory => (MetricType::EcsServiceAverageMemoryUtilization, None),
        Metric::RequestsPerTarget { load_balancer, target_group } => {
            let label = format!("{}/{}", load_balancer.get()?, target_group.get()?);
            (MetricType::AlbRequestCountPerTarget, Some(label))
        }
    };
    let metric = PredefinedMetricSpecification::builder().predefined_metric_type(metric);
    TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(f64::from(policy.target_value))
        .predefined_metric_specification(metric.set_resource_label(label).build().built()?)
        .scale_in_cooldown(limit(policy.scale_in_cooldown_seconds)?)
        .scale_out_cooldown(limit(policy.scale_out_cooldown_seconds)?)
        .build()
        .built()
}

/// A policy in our types. One of another kind shows as a target of 0, and so as a difference.
fn in_our_types(policy: &ScalingPolicy) -> TargetTracking {
    let tracking = policy.target_tracking_scaling_policy_configuration();
    let tracking = tracking
        .filter(|it| it.predefined_metric_specification().is_some() && it.disable_scale_in() != Some(true));
    let metric = tracking.and_then(|tracking| metric_of(tracking.predefined_metric_specification()?));
    let tracking = tracking.filter(|_| metric.is_some());
    let seconds = |seconds: Option<i32>| seconds.and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
    TargetTracking {
        name: policy.policy_name().to_owned(),
        metric: metric.unwrap_or(Metric::Cpu),
        // Whole numbers are all that we ask for.
        target_value: tracking.map_or(0, |tracking| tracking.target_value().round() as u32),
        scale_in_cooldown_seconds: seconds(tracking.and_then(|it| it.scale_in_cooldown())),
        scale_out_cooldown_seconds: seconds(tracking.and_then(|it| it.scale_out_cooldown())),
    }
}

/// What it measures; `None` where that is nothing that we ask for.
fn metric_of(metric: &PredefinedMetricSpecification) -> Option<Metric> {
    Some(match metric.predefined_metric_type() {
        MetricType::EcsServiceAverageCpuUtilization => Metric::Cpu,
        MetricType::EcsServiceAverageMemoryUtilization => Metric::Memory,
        MetricType::AlbRequestCountPerTarget => {
            let label = metric.resource_label().unwrap_or_default();
            let group = label.find("/targetgroup/").unwrap_or(label.len());
            Metric::RequestsPerTarget {
                load_balancer: label[..group].into(),
                target_group: label[group..].trim_start_matches('/').into(),
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_applicationautoscaling::primitives::DateTime;

    #[test]
    fn a_resource_label_is_read_as_it_is_written() {
        let metric = Metric::RequestsPerTarget {
            load_balancer: "app/cloudfolks-alb/50dc6c495c0c9188".into(),
            target_group: "targetgroup/cloudfolks-web-5e0c/943f017f100becff".into(),
        };
        let policy = TargetTracking {
            name: "requests".to_owned(),
            metric: metric.clone(),
            target_value: 100,
            scale_in_cooldown_seconds: 300,
            scale_out_cooldown_seconds: 60,
        };
        let configuration = configuration(&policy).unwrap();
        assert_eq!(metric_of(configuration.predefined_metric_specification().unwrap()), Some(metric));
    }

    #[test]
    fn a_policy_with_a_metric_that_is_none_of_ours_is_a_difference() {
        let policy = |metric: &str| {
            let metric =
                PredefinedMetricSpecification::builder().predefined_metric_type(MetricType::from(metric));
            let tracking = TargetTrackingScalingPolicyConfiguration::builder().target_value(70.0);
            let tracking = tracking.predefined_metric_specification(metric.build().unwrap()).build().unwrap();
            let policy =
                ScalingPolicy::builder().policy_name("cpu").policy_arn("arn").resource_id("service/a/b");
            let policy = policy
                .service_namespace(ServiceNamespace::Ecs)
                .policy_type(PolicyType::TargetTrackingScaling);
            let policy = policy.scalable_dimension(ScalableDimension::EcsServiceDesiredCount);
            let policy = policy.target_tracking_scaling_policy_configuration(tracking);
            in_our_types(&policy.creation_time(DateTime::from_secs(0)).build().unwrap()).target_value
        };
        assert_eq!(policy("ECSServiceAverageCPUUtilization"), 70);
        assert_eq!(policy("ECSServiceAverageMemoryUtilization"), 70);
        assert_eq!(policy("ECSServiceAverageDiskUtilization"), 0);
    }
}
