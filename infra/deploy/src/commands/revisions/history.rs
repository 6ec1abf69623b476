//! What became of the revisions that a service was deployed with, from ECS's own history of its deployments.

use aws_sdk_ecs::types::ServiceDeploymentStatus as Status;
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::LiveService;
use infra_aws::partial;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use std::collections::BTreeMap;

/// The newest so many deployments are looked at: as many as come in one answer.
const MOST: i32 = 100;
/// `DescribeServiceRevisions` takes at most so many.
const REVISIONS_PER_CALL: usize = 20;

/// A service's deployments.
#[derive(Debug, Default)]
pub struct History {
    /// The newest first.
    deployments: Vec<Deployment>,
    /// The revisions that run beside the one that is being deployed.
    sources: Vec<String>,
    /// The revision that the service has.
    current: String,
}

#[derive(Debug)]
struct Deployment {
    /// The task definition's ARN.
    revision: String,
    status: Status,
}

impl History {
    /// Reads it.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html>
    pub async fn of(aws: &Aws, service: &LiveService) -> Result<Self, Failure> {
        let ecs = aws.client::<Ecs>();
        let request =
            ecs.list_service_deployments().cluster(&service.cluster_arn).service(&service.service_name);
        let answer = request.max_results(MOST).send().await.or_failure("list the service's deployments")?;
        let mut listed = answer.service_deployments.unwrap_or_default();
        listed.sort_by_key(|deployment| std::cmp::Reverse(deployment.created_at().map(|at| at.as_nanos())));
        let mut sources = Vec::new();
        let newest = listed.first().filter(|newest| newest.status().is_some_and(is_going_on));
        if let Some(arn) = newest.and_then(|newest| newest.service_deployment_arn()) {
            let request = ecs.describe_service_deployments().service_deployment_arns(arn);
            let answer = request.send().await.or_failure("describe the service's deployment")?;
            partial::described(answer.failures.as_deref(), "describe the service's deployment")?;
            let described = answer.service_deployments.unwrap_or_default();
            let of_deployments = described.iter().flat_map(|it| it.source_service_revisions());
            sources.extend(of_deployments.filter_map(|revision| revision.arn().map(str::to_owned)));
        }
        let targets = listed.iter().filter_map(|it| it.target_service_revision_arn().map(str::to_owned));
        let definitions = task_definitions(aws, targets.chain(sources.clone()).collect()).await?;
        let deployments = listed.iter().filter_map(|it| {
            let revision = definitions.get(it.target_service_revision_arn()?)?.clone();
            Some(Deployment { revision, status: it.status()?.clone() })
        });
        Ok(Self {
            deployments: deployments.collect(),
            sources: sources.iter().filter_map(|arn| definitions.get(arn).cloned()).collect(),
            current: service.task_definition.clone(),
        })
    }

    /// What became of a revision, by its task definition's ARN; `None` where it was not deployed.
    pub fn state(&self, revision: &str) -> Option<&'static str> {
        let newest = self.deployments.first().filter(|newest| is_going_on(&newest.status));
        let runs = match newest {
            Some(_) => self.sources.iter().any(|source| source == revision),
            None => self.current == revision,
        };
        if runs {
            return Some("running");
        }
        let outcome = &self.last_of(revision)?.status;
        if *outcome == Status::Successful && self.previous() == Some(revision) {
            return Some("previous");
        }
        Some(match outcome {
            Status::Successful => "completed",
            Status::Pending | Status::InProgress => "deploying",
            Status::StopRequested => "stopping",
            Status::RollbackRequested | Status::RollbackInProgress => "rolling back",
            Status::RollbackSuccessful => "rolled back",
            Status::Stopped => "stopped",
            _ => "failed",
        })
    }

    /// The revision that ran before the one that runs now, or that is being deployed over.
    fn previous(&self) -> Option<&str> {
        let is_going_on = self.deployments.first().is_some_and(|newest| is_going_on(&newest.status));
        let runs = |revision: &String| {
            if is_going_on { self.sources.contains(revision) } else { self.current == *revision }
        };
        let completed = self.deployments.iter().filter(|it| it.status == Status::Successful);
        let mut earlier = completed.map(|it| &it.revision).filter(|revision| !runs(revision));
        // What was rolled back later is not gone back to.
        let went_well =
            |revision: &&String| self.last_of(revision).is_some_and(|last| last.status == Status::Successful);
        earlier.find(went_well).map(String::as_str)
    }

    fn last_of(&self, revision: &str) -> Option<&Deployment> {
        self.deployments.iter().find(|deployment| deployment.revision == revision)
    }
}

fn is_going_on(status: &Status) -> bool {
    use Status::{InProgress, Pending, RollbackInProgress, RollbackRequested, StopRequested};
    [Pending, InProgress, StopRequested, RollbackRequested, RollbackInProgress].contains(status)
}

/// The task definitions of service revisions; those that ECS has forgotten are not among them.
async fn task_definitions(
    aws: &Aws,
    mut revisions: Vec<String>,
) -> Result<BTreeMap<String, String>, Failure> {
    revisions.sort();
    revisions.dedup();
    let mut found = BTreeMap::new();
    for arns in revisions.chunks(REVISIONS_PER_CALL) {
        let request = aws.client::<Ecs>().describe_service_revisions();
        let request = request.set_service_revision_arns(Some(arns.to_vec()));
        let answer = request.send().await.or_failure("describe the service's revisions")?;
        partial::described(answer.failures.as_deref(), "describe the service's revisions")?;
        let described = answer.service_revisions.unwrap_or_default();
        found.extend(
            described.into_iter().filter_map(|it| Some((it.service_revision_arn?, it.task_definition?))),
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deployments, the newest first, such as `web:2 SUCCESSFUL`.
    fn history(deployments: &[&str], sources: &[&str], current: &str) -> History {
        let deployment = |text: &&str| {
            let (revision, status) = text.split_once(' ').unwrap();
            Deployment { revision: revision.to_owned(), status: Status::from(status) }
        };
        History {
            deployments: deployments.iter().map(deployment).collect(),
            sources: sources.iter().map(|&source| source.to_owned()).collect(),
            current: current.to_owned(),
        }
    }

    fn states<const N: usize>(history: &History, revisions: [&str; N]) -> [Option<&'static str>; N] {
        revisions.map(|revision| history.state(revision))
    }

    #[test]
    fn the_revision_of_the_last_deployment_runs_and_the_one_before_is_the_previous() {
        let history = history(&["3 SUCCESSFUL", "2 SUCCESSFUL", "1 SUCCESSFUL"], &[], "3");
        let found = states(&history, ["4", "3", "2", "1"]);
        assert_eq!(found, [None, Some("running"), Some("previous"), Some("completed")]);
    }

    #[test]
    fn while_a_deployment_goes_on_its_source_runs() {
        let deploying = history(&["2 IN_PROGRESS", "1 SUCCESSFUL"], &["1"], "2");
        assert_eq!(states(&deploying, ["2", "1"]), [Some("deploying"), Some("running")]);
        let back = history(&["2 ROLLBACK_IN_PROGRESS", "1 SUCCESSFUL"], &["1"], "1");
        assert_eq!(states(&back, ["2", "1"]), [Some("rolling back"), Some("running")]);
        let same_again = history(&["1 IN_PROGRESS", "1 SUCCESSFUL"], &["1"], "1");
        assert_eq!(same_again.state("1"), Some("running"));
    }

    #[test]
    fn what_was_rolled_back_is_not_the_previous_one() {
        let deployments =
            ["3 ROLLBACK_SUCCESSFUL", "2 SUCCESSFUL", "3 SUCCESSFUL", "1 SUCCESSFUL", "0 STOPPED"];
        let history = history(&deployments, &[], "2");
        let found = states(&history, ["3", "2", "1", "0"]);
        assert_eq!(found, [Some("rolled back"), Some("running"), Some("previous"), Some("stopped")]);
    }

    #[test]
    fn a_rollback_that_failed_or_is_unknown_is_a_failure() {
        let history = history(&["3 ROLLBACK_FAILED", "2 SOMETHING_NEW", "1 SUCCESSFUL"], &[], "1");
        assert_eq!(states(&history, ["3", "2"]), [Some("failed"), Some("failed")]);
    }
}
