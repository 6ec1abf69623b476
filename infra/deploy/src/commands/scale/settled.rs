//! Waiting until a service has exactly so many tasks, and its load balancer so many healthy targets.

use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum;
use infra_aws::Aws;
use infra_aws::clients::Elb;
use infra_aws::live_service::LiveService;
use infra_engine::{Context, Failure};
use infra_wire::poll::{KNOWN_WITHIN, Poll, poll_until};
use infra_wire::sdk_error::SdkResult;
use std::time::{Duration, Instant};

/// New tasks pull their image, become healthy, and old ones finish their requests within it; new instances may start.
const DEADLINE: Duration = Duration::from_secs(900);

/// Waits; gives the number of tasks that run then.
///
/// # Errors
/// When somebody else changes the number meanwhile, or at the deadline: with what is still missing.
pub async fn wait(
    aws: &Aws,
    service: &LiveService,
    desired: u32,
    context: &Context<'_>,
) -> Result<u32, Failure> {
    let began = Instant::now();
    poll_until(DEADLINE, context, async || {
        let now = service.again(aws).await?;
        let is_as_before = now.desired_count == service.desired_count && now.desired_count != desired;
        if is_as_before && began.elapsed() < KNOWN_WITHIN {
            return Ok(Poll::Pending("ECS to know the new number".to_owned()));
        }
        if now.desired_count != desired {
            return Err(changed(&now, desired));
        }
        let healthy = healthy_targets(aws, &now).await?;
        Ok(match missing(&now, desired, healthy) {
            Some(missing) => Poll::Pending(missing),
            None => Poll::Ready(now.running_count),
        })
    })
    .await
}

fn changed(now: &LiveService, desired: u32) -> Failure {
    let (name, count) = (&now.service_name, now.desired_count);
    Failure::new(format!("service {name} was to have {desired} tasks, meanwhile somebody set it to {count}"))
        .hint("its autoscaler or a deploy decided so: look at both, then scale again")
}

/// What is still missing, if anything is. Without a target group there are no targets to be healthy.
fn missing(now: &LiveService, desired: u32, healthy: Option<u32>) -> Option<String> {
    let running = now.running_count;
    if running < desired {
        return Some(format!("{running} of {desired} tasks running"));
    }
    if running > desired || now.pending_count > 0 {
        let more = running - desired + now.pending_count;
        return Some(format!("{more} more to stop"));
    }
    let healthy = healthy.filter(|healthy| *healthy != desired)?;
    Some(format!("{healthy} of {desired} targets healthy"))
}

/// How many targets are healthy; with two target groups, blue and green take turns.
async fn healthy_targets(aws: &Aws, service: &LiveService) -> Result<Option<u32>, Failure> {
    let mut healthy = None;
    for balancer in &service.load_balancers {
        let alternate = balancer.advanced_configuration.as_ref();
        let alternate = alternate.and_then(|advanced| advanced.alternate_target_group_arn.as_ref());
        let mut count = 0;
        for group in balancer.target_group_arn.iter().chain(alternate) {
            count += healthy_in(aws, group.get()?).await?;
        }
        // A service in several target groups is as healthy as in the worst of them.
        healthy = Some(healthy.map_or(count, |least: u32| least.min(count)));
    }
    Ok(healthy)
}

async fn healthy_in(aws: &Aws, group: &str) -> Result<u32, Failure> {
    let answer = aws.client::<Elb>().describe_target_health().target_group_arn(group).send().await;
    let answer = answer.or_failure("describe the health of the targets")?;
    let states = answer.target_health_descriptions().iter().filter_map(|target| target.target_health());
    let healthy = states.filter(|health| health.state() == Some(&TargetHealthStateEnum::Healthy)).count();
    Ok(u32::try_from(healthy).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_done_when_exactly_so_many_run_and_are_healthy() {
        let missing = |running_count, pending_count, healthy| {
            let mut now = LiveService::default();
            (now.running_count, now.pending_count) = (running_count, pending_count);
            missing(&now, 3, healthy)
        };
        assert_eq!(missing(3, 0, Some(3)), None);
        assert_eq!(missing(3, 0, None), None);
        assert_eq!(missing(1, 2, Some(1)).unwrap(), "1 of 3 tasks running");
        assert_eq!(missing(5, 0, Some(5)).unwrap(), "2 more to stop");
        assert_eq!(missing(3, 1, Some(3)).unwrap(), "1 more to stop");
        assert_eq!(missing(3, 0, Some(2)).unwrap(), "2 of 3 targets healthy");
    }
}
