//! `wait`: follows what is being deployed to its end.

use crate::expected_time::{local_speed, of_live_services};
use crate::progress_view::ProgressView;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::Result;
use futures::future::join_all;
use infra_aws::Aws;
use infra_aws::live_service::{self, LiveService};
use infra_aws::rollout;
use infra_engine::failure::{ResourceFailure, ResourceFailures};
use infra_engine::{Context, Failure, Resource, ResourceId};
use infra_options::StackOptions;
use infra_options::wait::Options;
use infra_resources::Service;
use std::process::ExitCode;
use std::time::Duration;

/// A hook of ECS waits for a day at most.
const DEADLINE: Duration = Duration::from_secs(24 * 3600);

/// Follows the deployments of one app or of all.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let mut aws = Session::connect(&options.stack, setup).await?;
    aws.rollout.keep_trying = options.keep_trying;
    let services = chosen(&aws, options.app.as_deref()).await?;
    follow(&aws, &services, &expecting(&aws, &services, &options.stack).await?).await?;
    for service in &services {
        let service = service.again(&aws).await?;
        let revision = live_service::last_part(&service.task_definition);
        let (running, desired) = (service.running_count, service.desired_count);
        infra_options::say!("{}: {revision} runs with {running} of {desired} tasks", name_of(&service));
    }
    Ok(ExitCode::SUCCESS)
}

/// The service of an app, or all of the stack.
pub(super) async fn chosen(aws: &Aws, app: Option<&str>) -> Result<Vec<LiveService>, Failure> {
    if let Some(app) = app {
        return Ok(vec![live_service::service(aws, app).await?]);
    }
    let mut services = live_service::services(aws).await?;
    services.sort_by(|a, b| a.service_name.cmp(&b.service_name));
    if services.is_empty() {
        let place = format!("{} (account {})", aws.region, aws.account.id);
        return Err(Failure::new(format!("stack {} has no service in {place}", aws.stack))
            .hint("deploy it first, or name another stack with --stack NAME"));
    }
    Ok(services)
}

/// The name that an app has in the program.
pub(super) fn name_of(service: &LiveService) -> &str {
    service.logical_name().unwrap_or(&service.service_name)
}

/// A view that shows how long what is being deployed of them will still take, too.
pub(super) async fn expecting(
    aws: &Aws,
    services: &[LiveService],
    options: &StackOptions,
) -> Result<ProgressView, Failure> {
    let expected = of_live_services(aws, services, local_speed(options.local)).await?;
    Ok(ProgressView::new().with_json(options.json).with_expected(expected))
}

/// Follows all of them at once.
///
/// # Errors
/// Those that did not end well.
pub(super) async fn follow(
    aws: &Aws,
    services: &[LiveService],
    view: &ProgressView,
) -> Result<(), ResourceFailures> {
    let followed = join_all(services.iter().map(async |service| {
        let id = ResourceId::new(Service::KIND, name_of(service));
        let result = rollout::wait(aws, service, DEADLINE, &Context::of(&aws.stack, &id, view)).await;
        let name = service.service_name.clone();
        result.map_err(|source| ResourceFailure { action: "deploy", id: id.clone(), name, source })
    }))
    .await;
    let failures: Vec<_> = followed.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(ResourceFailures(failures)) }
}
