//! Reads and writes ECS services, and waits until their deployments are done.

mod first_group;
mod leaving;
mod live;
mod rollout;

use super::cluster::described::{self, clusters_of};
use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::{Answer, json_of, with_body};
use crate::{partial, tags};
use async_trait::async_trait;
use aws_sdk_ecs::types::{DesiredStatus, SchedulingStrategy, Service as Described, ServiceField};
use futures::future::try_join_all;
use infra_ecs::body;
use infra_ecs::service::ServiceOutputs;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::Service;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{Problem, SdkResult, problem_of};
use rollout::Begun;
use std::time::Duration;

/// `DescribeServices` takes at most so many.
const SERVICES_PER_CALL: usize = 10;
/// As many as ECS lists at once; ten without asking.
const PAGE: i32 = 100;
const GONE_DEADLINE: Duration = Duration::from_secs(600);

/// ECS services.
pub struct Services {
    aws: Aws,
    /// What this run waits for.
    begun: Begun,
}

#[async_trait(?Send)]
impl ResourceKind for Services {
    type Resource = Service;

    /// Tasks write into the bucket and the logs, and pull from the repository, until they stop.
    const DELETED_BEFORE: Names = &[
        "bucket",
        "cluster-capacity",
        "cluster",
        "ecr-repository",
        "gateway-endpoint",
        "iam-role",
        "listener",
        "listener-rule",
        "log-group",
        "security-group",
        "target-group",
        "task-definition",
    ];
    const NOT_FOUND: Names =
        &["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"];
    /// ECS has no error code of its own for it ("Creation of service was not idempotent").
    const ALREADY_EXISTS: Names = &["not idempotent"];
    const OPERATIONS: Operations = Operations {
        reads: &[
            "DescribeClusters",
            "DescribeRules",
            "DescribeServiceDeployments",
            "DescribeServiceRevisions",
            "DescribeServices",
            "DescribeTargetGroups",
            "DescribeTargetHealth",
            "DescribeTaskDefinition",
            "DescribeTasks",
            "GetLogEvents",
            "ListClusters",
            "ListServiceDeployments",
            "ListServices",
            "ListTasks",
        ],
        creates: &["CreateService"],
        changes: &["StopServiceDeployment", "TagResource", "UpdateService"],
        removes: &["DeleteService"],
    };

    async fn read(&self, desired: &Service) -> ReadResult<Service> {
        let json = Answer::default();
        let services =
            self.describe(&desired.cluster_name, vec![desired.service_name.clone()], &json).await?;
        let Some(service) = services.first() else { return Ok(None) };
        let outputs = ServiceOutputs { arn: service.service_arn().unwrap_or_default().into() };
        let reported = json.member("services")?.as_array_mut().map(|services| services.swap_remove(0));
        let properties = live::properties(reported.unwrap_or_default(), desired)?;
        Ok(Some(Live { properties, outputs, tags: Some(tags::from(service.tags())) }))
    }

    async fn create(&self, desired: &Service, context: &Context<'_>) -> Result<ServiceOutputs, Failure> {
        let tasks = self.tasks_of_the_replaced(desired, context).await?;
        let body = body::create_service(&json_of(&beginning_with(desired, tasks))?, &context.tags());
        let arn = poll_until(GONE_DEADLINE, context, async || {
            let call = self.aws.client::<Ecs>().create_service().customize().mutate_request(with_body(&body));
            let created = call.send().await;
            if let Some(missing) = created.as_ref().err().and_then(|error| not_yet(&problem_of(error))) {
                return Ok(Poll::Pending(missing.to_owned()));
            }
            let created = created.or_failure("create the service")?;
            self.begun.note(desired, created.service());
            let arn = created.service().and_then(|service| service.service_arn()).unwrap_or_default();
            Ok(Poll::Ready(arn.to_owned()))
        })
        .await?;
        Ok(ServiceOutputs { arn: arn.into() })
    }

    async fn update(
        &self,
        desired: &Service,
        live: LiveOf<Service>,
        context: &Context<'_>,
    ) -> Result<ServiceOutputs, Failure> {
        self.back_to_the_first_group(desired, &live, context).await?;
        let body = body::update_service(&json_of(desired)?, &json_of(&live.properties)?)
            .map_err(|error| Failure::new(error.to_string()))?;
        let call = self.aws.client::<Ecs>().update_service().customize().mutate_request(with_body(&body));
        let updated = call.send().await.or_failure("update the service")?;
        self.begun.note(desired, updated.service());
        tags::restore::<Ecs>(&self.aws, live.outputs.arn.get()?, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn wait_until_stable(&self, desired: &Service, context: &Context<'_>) -> Result<(), Failure> {
        // An old one must not go before the new one is healthy.
        if !self.aws.waits && context.replaced.is_none() {
            return Ok(());
        }
        rollout::wait(&self.aws, desired, self.begun.by(desired), context).await
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let (cluster, name) = cluster_and_name(&found.locator, &found.name);
        let service = self.describe(cluster, vec![name.to_owned()], &Answer::default()).await?.pop();
        if let Some(service) = service {
            if context.is_replaced {
                leaving::after_its_last_requests(&self.aws, &service, context).await?;
            }
            // Its tasks finish their requests before it goes. ECS takes no number of tasks for a daemon.
            if service.scheduling_strategy() != Some(&SchedulingStrategy::Daemon) {
                let request =
                    self.aws.client::<Ecs>().update_service().cluster(cluster).service(name).desired_count(0);
                request.send().await.none_if(Self::NOT_FOUND, "stop the service's tasks")?;
            }
        }
        let deleted =
            self.aws.client::<Ecs>().delete_service().cluster(cluster).service(name).force(true).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the service")?;
        poll_until(GONE_DEADLINE, context, async || {
            let drained = self.describe_any(cluster, vec![name.to_owned()], &Answer::default()).await?;
            let is = |status: &str| drained.iter().any(|service| service.status() == Some(status));
            let tasks = self.running_tasks(cluster, name).await?;
            if !is("DRAINING") && tasks.is_empty() {
                return Ok(Poll::Ready(()));
            }
            Ok(Poll::Pending(format!("{} tasks to stop", tasks.len())))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let mut ours = Vec::new();
        for (cluster, _) in clusters_of(&self.aws, stack).await? {
            let services = all_in(&self.aws, cluster.cluster_name().unwrap_or_default()).await?;
            ours.extend(services.iter().filter_map(|service| {
                let (name, arn) = (service.service_name()?, service.service_arn()?);
                found::<Service>(stack, &tags::from(service.tags()), name, arn)
            }));
        }
        Ok(ours)
    }
}

/// All services of a cluster; none when it is gone.
pub async fn all_in(aws: &Aws, cluster: &str) -> Result<Vec<Described>, Failure> {
    let request = aws.client::<Ecs>().list_services().cluster(cluster).max_results(PAGE);
    let pages = request.into_paginator().items().send();
    let arns = pages.collect::<Result<Vec<_>, _>>().await;
    let arns = arns.none_if(described::NOT_FOUND, "list services")?.unwrap_or_default();
    let services = Services::new(aws.clone());
    let described = arns
        .chunks(SERVICES_PER_CALL)
        .map(async |arns| services.describe(cluster, arns.to_vec(), &Answer::default()).await);
    Ok(try_join_all(described).await?.into_iter().flatten().collect())
}

impl Services {
    /// Services over this connection.
    pub fn new(aws: Aws) -> Self {
        Self { aws, begun: Begun::default() }
    }

    /// The services that are there; deleted ones are described for a while as DRAINING or INACTIVE.
    async fn describe(
        &self,
        cluster: &str,
        services: Vec<String>,
        json: &Answer,
    ) -> Result<Vec<Described>, Failure> {
        let mut services = self.describe_any(cluster, services, json).await?;
        services.retain(|service| service.status() == Some("ACTIVE"));
        Ok(services)
    }

    async fn describe_any(
        &self,
        cluster: &str,
        services: Vec<String>,
        json: &Answer,
    ) -> Result<Vec<Described>, Failure> {
        let request =
            self.aws.client::<Ecs>().describe_services().cluster(cluster).set_services(Some(services));
        let answer = request.include(ServiceField::Tags).customize().interceptor(json.clone()).send().await;
        let answer = answer.none_if(described::NOT_FOUND, "describe the service")?;
        let Some(answer) = answer else { return Ok(Vec::new()) };
        partial::described(answer.failures.as_deref(), "describe the service")?;
        Ok(answer.services.unwrap_or_default())
    }

    /// How many tasks the service has that this one replaces, where an autoscaler decided on their number.
    async fn tasks_of_the_replaced(&self, desired: &Service, context: &Context<'_>) -> Result<i32, Failure> {
        if desired.initial_desired_count.is_none() {
            return Ok(0);
        }
        let Some(replaced) = context.replaced else { return Ok(0) };
        let (cluster, name) = cluster_and_name(&replaced.locator, &replaced.name);
        let services = self.describe(cluster, vec![name.to_owned()], &Answer::default()).await?;
        Ok(services.first().map_or(0, |service| service.desired_count()))
    }

    async fn running_tasks(&self, cluster: &str, service: &str) -> Result<Vec<String>, Failure> {
        let request = self.aws.client::<Ecs>().list_tasks().cluster(cluster).service_name(service);
        let answer = request.desired_status(DesiredStatus::Running).send().await;
        let listed = answer.none_if(Self::NOT_FOUND, "list the service's tasks")?;
        Ok(listed.and_then(|answer| answer.task_arns).unwrap_or_default())
    }
}

/// What a new service may have to wait for: ECS does not know at once what was made or deleted a moment ago.
fn not_yet(problem: &Problem<'_>) -> Option<&'static str> {
    let waits = [
        ("Unable to assume", "a role that ECS can assume"),
        (
            "does not have an associated load balancer",
            "ECS to know that the load balancer has the target group",
        ),
        ("still Draining", "the old service of this name to be gone"),
    ];
    let cluster = problem.has_code(described::NOT_FOUND).then_some("ECS to know the cluster");
    waits.iter().find(|(says, _)| problem.says(says)).map(|(_, what)| *what).or(cluster)
}

/// A service that takes over begins with as many tasks as the one before had.
fn beginning_with(desired: &Service, tasks: i32) -> Service {
    let initial = desired.initial_desired_count.map(|initial| initial.max(tasks));
    Service { initial_desired_count: initial, ..desired.clone() }
}

/// The ARN of the revision that a service is to run.
fn revision(service: &Service) -> Result<&str, Failure> {
    match &service.task_definition {
        Some(revision) => Ok(revision.get()?),
        None => Err(Failure::new("the service has no task definition")),
    }
}

/// From `arn:aws:ecs:us-east-1:123456789012:service/the-cluster/the-service`.
fn cluster_and_name<'a>(arn: &'a str, name: &'a str) -> (&'a str, &'a str) {
    let mut parts = arn.rsplit('/');
    let service = parts.next().unwrap_or(name);
    (parts.next().unwrap_or_default(), service)
}
