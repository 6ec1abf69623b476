//! `continue` and `abort`: a deployment that waits at a stage goes on, or goes back as one that is under way does.

use super::wait::follow;
use crate::error_report::is_back;
use crate::progress_view::ProgressView;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::Result;
use aws_sdk_ecs::types::{
    DeploymentLifecycleHookAction as Action, ServiceDeployment, StopServiceDeploymentStopType as StopType,
};
use infra_aws::Aws;
use infra_aws::live_service::{self, LiveService};
use infra_aws::rollout::{continue_at, is_over, newest, paused_at, stop};
use infra_engine::Failure;
use infra_options::decide::Options;
use std::process::ExitCode;

/// Lets a deployment go on that waits, and follows it.
pub(super) async fn go_on(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let (arn, deployment) = under_way(&aws, &service, &options.app).await?;
    let Some(paused) = paused_at(&deployment) else {
        let stage = deployment.lifecycle_stage().map_or("no stage", |stage| stage.as_str());
        return Err(Failure::new(format!(
            "the deployment of {} does not wait for anybody: it is at {stage}",
            options.app
        ))
        .hint("`cargo xtask status --watch` shows how it goes on, `cargo xtask abort` stops it")
        .into());
    };
    continue_at(&aws, &arn, &paused.hook_id, Action::Continue).await?;
    infra_options::say!("{}: goes on from {}", options.app, paused.stage);
    if !options.no_wait {
        follow(&aws, &[service], &ProgressView::new().with_json(options.stack.json)).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Stops a deployment, wherever it is, and sees the revision before come back.
pub(super) async fn abort(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let (arn, deployment) = under_way(&aws, &service, &options.app).await?;
    match paused_at(&deployment) {
        Some(paused) => continue_at(&aws, &arn, &paused.hook_id, Action::Rollback).await?,
        None => stop(&aws, &arn, StopType::Rollback).await?,
    }
    infra_options::say!("{}: goes back to the revision before", options.app);
    if options.no_wait {
        return Ok(ExitCode::SUCCESS);
    }
    let view = ProgressView::new().with_json(options.stack.json);
    let followed = follow(&aws, std::slice::from_ref(&service), &view).await;
    drop(view);
    match followed {
        Ok(()) => {}
        Err(failures) if is_back(&failures) => {}
        Err(failures) => return Err(failures.into()),
    }
    let now = service.again(&aws).await?;
    let revision = live_service::last_part(&now.task_definition);
    infra_options::say!(
        "{}: {revision} runs with {} of {} tasks",
        options.app,
        now.running_count,
        now.desired_count
    );
    Ok(ExitCode::SUCCESS)
}

/// The service deployment that is under way.
async fn under_way(
    aws: &Aws,
    service: &LiveService,
    app: &str,
) -> Result<(String, ServiceDeployment), Failure> {
    let newest = newest(aws, &service.cluster_arn, &service.service_name).await?;
    let under_way = newest.filter(|newest| !is_over(newest));
    under_way.and_then(|it| Some((it.service_deployment_arn.clone()?, it))).ok_or_else(|| {
        Failure::new(format!("nothing of {app} is being deployed")).hint(
            "`cargo xtask status` shows what runs, `cargo xtask rollback` brings an earlier revision back",
        )
    })
}
