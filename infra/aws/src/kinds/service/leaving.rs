//! A service whose place another one has taken: its tasks still get requests for a while.

use crate::Aws;
use crate::clients::Elb;
use crate::kinds::target_group::TargetGroups;
use aws_sdk_ecs::types::Service as Described;
use infra_engine::{Context, Failure, ResourceKind};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;

/// How long a load balancer may take until all its nodes follow a rule that leads elsewhere now; AWS has no way to ask when it
/// was changed. That may have been by a run that was killed right after.
const SPREADS_WITHIN: Duration = Duration::from_secs(20);

/// Leaves the load balancer time to follow the rules to the new service, if it has targets of this one.
///
/// # Errors
/// When the load balancer can't be asked for its targets.
pub async fn after_its_last_requests(
    aws: &Aws,
    service: &Described,
    context: &Context<'_>,
) -> Result<(), Failure> {
    for group in service.load_balancers().iter().filter_map(|it| it.target_group_arn()) {
        let health = aws.client::<Elb>().describe_target_health().target_group_arn(group).send().await;
        let health = health.none_if(TargetGroups::NOT_FOUND, "see what targets the old service has")?;
        if health.is_some_and(|health| !health.target_health_descriptions().is_empty()) {
            context.waiting("every node of the load balancer to use the new targets");
            tokio::time::sleep(SPREADS_WITHIN).await;
            return Ok(());
        }
    }
    Ok(())
}
