//! How long what is being deployed already will still take, by what AWS says of its service.

use super::{Expectation, Waits};
use aws_sdk_ecs::types::ServiceDeployment;
use infra_aws::Aws;
use infra_aws::clients::Elb;
use infra_aws::live_service::LiveService;
use infra_aws::rollout;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";

/// What is known of the rollouts of these services, by their logical names. `speed` is that of a local AWS.
///
/// # Errors
/// When they can't be read.
pub async fn of_live_services(
    aws: &Aws,
    services: &[LiveService],
    speed: Option<f64>,
) -> Result<HashMap<String, Expectation>, Failure> {
    let mut known = HashMap::new();
    for service in services {
        let expectation = of_live(aws, service, speed).await?;
        known.extend(service.logical_name().map(str::to_owned).zip(expectation));
    }
    Ok(known)
}

async fn of_live(
    aws: &Aws,
    service: &LiveService,
    speed: Option<f64>,
) -> Result<Option<Expectation>, Failure> {
    let group = service.load_balancers.first().and_then(|balancer| balancer.target_group_arn.as_ref());
    let Some(group) = group else { return Ok(None) };
    let Some(waits) = waits(aws, group.get()?).await? else { return Ok(None) };
    let deployment = service.deployment_configuration.clone().unwrap_or_default();
    let expectation = Expectation::of(&deployment, service.scheduling_strategy, waits, speed);
    let newest = rollout::newest(aws, &service.cluster_arn, &service.service_name).await?;
    let gone = newest.filter(|newest| !rollout::is_over(newest)).and_then(|newest| under_way_for(&newest));
    Ok(expectation.map(|expectation| Expectation { gone: gone.unwrap_or_default(), ..expectation }))
}

/// Nothing where the group is gone.
async fn waits(aws: &Aws, group: &str) -> Result<Option<Waits>, Failure> {
    const GONE: [&str; 1] = ["TargetGroupNotFound"];
    let client = aws.client::<Elb>();
    let described = client.describe_target_groups().target_group_arns(group).send().await;
    let described = described.none_if(&GONE, "describe the target group")?;
    let attributes = client.describe_target_group_attributes().target_group_arn(group).send().await;
    let attributes = attributes.none_if(&GONE, "describe the target group's attributes")?;
    let interval = described.and_then(|it| it.target_groups?.first()?.health_check_interval_seconds());
    let delay = attributes.and_then(|it| {
        let delay = it.attributes?.into_iter().find(|it| it.key() == Some(DEREGISTRATION_DELAY))?;
        delay.value?.parse().ok()
    });
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    Ok(interval.zip(delay).map(|(interval, delay)| Waits {
        health_check_interval: seconds(interval.unsigned_abs()),
        deregistration_delay: seconds(delay),
    }))
}

fn under_way_for(deployment: &ServiceDeployment) -> Option<Duration> {
    let began = deployment.started_at().or(deployment.created_at())?;
    let began = SystemTime::try_from(*began).ok()?;
    SystemTime::now().duration_since(began).ok()
}
