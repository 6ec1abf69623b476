//! `rollback`: an earlier revision of an app is deployed again.

use super::{consent, wait};
use crate::session::Session;
use crate::setup::Setup;
use crate::stack_lease::{StackLease, release};
use anyhow::Result;
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::{self, LiveService, last_part};
use infra_aws::rollout::last_success_before;
use infra_engine::Failure;
use infra_options::rollback::Options;
use infra_wire::sdk_error::SdkResult;
use std::process::ExitCode;

/// Says what will run, asks, deploys it and follows that.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let (revision, image) = wanted(&aws, &service, options).await?;
    let now = last_part(&service.task_definition);
    infra_options::say!("{}: {} takes the place of {now} (image {image})", options.app, last_part(&revision));
    if !consent::given(&options.stack, "Roll back?")? {
        infra_options::say!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let lease = StackLease::named(&aws, &options.stack.name, setup.overrides.lease_lasts)?;
    let seen = lease.read().await?;
    let lease = lease.acquire("rollback", options.lease.for_lease, seen).await?;
    let updated = update(&aws, &service, &revision).await;
    release(lease, None).await;
    updated?;
    if !options.no_wait {
        let services = [service.again(&aws).await?];
        let view = wait::expecting(&aws, &services, &options.stack).await?;
        wait::follow(&aws, &services, &view).await?;
    }
    infra_options::say!("the code is ahead of what runs now: the next deploy brings it again");
    Ok(ExitCode::SUCCESS)
}

/// The ARN of the revision that is to run, and its image.
async fn wanted(aws: &Aws, service: &LiveService, options: &Options) -> Result<(String, String), Failure> {
    let family = last_part(&service.task_definition).split(':').next().unwrap_or_default();
    let wanted = match options.revision {
        Some(number) => format!("{family}:{number}"),
        None => last_success_before(aws, service).await?.ok_or_else(|| {
            Failure::new(format!("no revision of {} has taken over before the one that runs", options.app))
                .hint("`cargo xtask revisions` lists those that can be named")
        })?,
    };
    let request = aws.client::<Ecs>().describe_task_definition().task_definition(&wanted);
    let answer = request.send().await.none_if(&["ClientException"], "describe the revision")?;
    let definition = answer.and_then(|answer| answer.task_definition);
    let definition = definition.filter(|it| it.status().is_some_and(|status| status.as_str() == "ACTIVE"));
    let Some(definition) = definition else {
        return Err(Failure::new(format!("{} is not registered", last_part(&wanted))).hint(
            "`cargo xtask revisions` lists those that are; `tasks.kept_revisions` says how many stay",
        ));
    };
    let arn = definition.task_definition_arn().unwrap_or_default().to_owned();
    if arn == service.task_definition {
        return Err(Failure::new(format!("{} is what runs already", last_part(&arn)))
            .hint("name another revision, as `cargo xtask revisions` lists them"));
    }
    let image = definition.container_definitions().first().and_then(|container| container.image());
    Ok((arn, image.map(last_part).unwrap_or("unknown").to_owned()))
}

async fn update(aws: &Aws, service: &LiveService, revision: &str) -> Result<(), Failure> {
    let request = aws.client::<Ecs>().update_service().cluster(&service.cluster_arn);
    let request = request.service(&service.service_name).task_definition(revision);
    request.send().await.or_failure("update the service").map(drop)
}
