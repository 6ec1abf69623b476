//! The capacity providers of a cluster, which ECS only takes as a whole list.

use super::described::{DEADLINE, describe};
use crate::Aws;
use crate::clients::Ecs;
use aws_sdk_ecs::types::CapacityProviderStrategyItem as Item;
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_engine::{Context, Failure};
use infra_wire::poll::{Poll, not_found, poll_until};
use infra_wire::sdk_error::{Problem, SdkResult, problem_of};
use tokio::time::Instant;

/// What ECS says of a change that it has taken, but not carried out yet.
const IN_PROGRESS: &str = "UPDATE_IN_PROGRESS";

/// The names of the capacity providers that a cluster has; `None` for a cluster that is not there.
///
/// # Errors
/// When the cluster can't be described.
pub async fn attached(aws: &Aws, cluster: &str) -> Result<Option<Vec<String>>, Failure> {
    let clusters = describe(aws, vec![cluster.to_owned()]).await?;
    Ok(clusters.first().map(|cluster| cluster.capacity_providers().to_vec()))
}

/// Whether a capacity provider is one's own, and not one of Fargate's.
pub fn is_own(provider: &str) -> bool {
    !matches!(provider, FARGATE | FARGATE_SPOT)
}

/// Changes the list, and its default strategy where one is given, and waits until the cluster has taken it in. ECS takes
/// one change of a cluster at a time, and lets no provider go that a service or a task still uses.
///
/// # Errors
/// When ECS refuses the list, or at the deadline.
pub async fn put(
    aws: &Aws,
    cluster: &str,
    change: impl Fn(&mut Vec<String>),
    default_strategy: Option<Vec<Item>>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let began = Instant::now();
    let is_under_way = poll_until(DEADLINE, context, async || {
        let described = describe(aws, vec![cluster.to_owned()]).await?;
        let Some(described) = described.first() else {
            return not_found(&format!("the cluster {cluster}"), began);
        };
        let mut providers = described.capacity_providers().to_vec();
        change(&mut providers);
        let now = || described.default_capacity_provider_strategy().to_vec();
        let request = aws.client::<Ecs>().put_cluster_capacity_providers().cluster(cluster);
        let request = request.set_capacity_providers(Some(providers));
        let request = request
            .set_default_capacity_provider_strategy(Some(default_strategy.clone().unwrap_or_else(now)));
        let put = request.send().await;
        if let Some(busy) = put.as_ref().err().and_then(|error| busy(&problem_of(error))) {
            return Ok(Poll::Pending(busy.to_owned()));
        }
        let put = put.or_failure("change the cluster's capacity providers")?;
        Ok(Poll::Ready(put.cluster().and_then(|cluster| cluster.attachments_status()) == Some(IN_PROGRESS)))
    })
    .await?;
    if is_under_way { wait_until_taken_in(aws, cluster, context).await } else { Ok(()) }
}

/// ECS attaches and detaches after it has answered.
async fn wait_until_taken_in(aws: &Aws, cluster: &str, context: &Context<'_>) -> Result<(), Failure> {
    poll_until(DEADLINE, context, async || {
        let described = describe(aws, vec![cluster.to_owned()]).await?;
        match described.first().and_then(|cluster| cluster.attachments_status()) {
            Some(IN_PROGRESS) => Ok(Poll::Pending("ECS to attach and detach capacity providers".to_owned())),
            Some("UPDATE_FAILED") => Err(Failure::new("ECS could not attach or detach a capacity provider")
                .hint("look at the cluster's attachments, then run the same command again")),
            _ => Ok(Poll::Ready(())),
        }
    })
    .await
}

/// What ECS is waiting for when it refuses a list for now.
fn busy(problem: &Problem<'_>) -> Option<&'static str> {
    if problem.has_code(&["UpdateInProgressException"]) || problem.says("was not ACTIVE") {
        return Some("ECS to finish another change of the cluster");
    }
    if problem.says("not in an ACTIVE state") {
        return Some("the capacity provider to become active");
    }
    problem
        .has_code(&["ResourceInUseException"])
        .then_some("services or tasks that still use the capacity provider")
}
