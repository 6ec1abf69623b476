//! `run-task`: one-off tasks of a deployed app, with their states and logs until they have stopped.

mod failures;
mod follow;
mod logs;
mod outcome;
mod request;
mod started;

use super::INTERRUPTED;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::Result;
use infra_aws::clients::Ecs;
use infra_aws::json_call::{json_of, with_body};
use infra_aws::live_service;
use infra_aws::{Aws, task_definition};
use infra_ecs::RunTaskRequest;
use infra_ecs::body::lean;
use infra_engine::Failure;
use infra_options::run_task::Options;
use infra_wire::sdk_error::SdkResult;
use outcome::Outcome;
use started::Started;
use std::process::ExitCode;
use std::sync::OnceLock;

/// Runs the tasks; the exit code is that of their containers. On Ctrl-C it says which tasks go on.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let started = OnceLock::new();
    tokio::select! {
        result = to_the_end(options, setup, &started) => result,
        _ = tokio::signal::ctrl_c() => {
            match started.get() {
                Some(started) => infra_options::say!("interrupted: {}", Started::still_there(started)),
                None => infra_options::say!("interrupted: tasks that ECS had already taken go on by themselves"),
            }
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

async fn to_the_end(options: &Options, setup: &Setup, running: &OnceLock<Started>) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let definition = task_definition::revision(&aws, &service.task_definition).await?;
    let request = request::complete(options.request(), options.container.as_deref(), &service, &definition)?;
    request::check(&request, &definition, &options.app)?;
    let (started_tasks, failures) = start(&aws, &request).await?;
    let mut outcome = Outcome::new(&definition, service.cluster(), failures);
    outcome.print_failures();
    if let Some(started) = Started::of(&started_tasks, service.cluster(), &aws) {
        let started = running.get_or_init(|| started);
        infra_options::say!(
            "running {}: {}",
            live_service::last_part(&service.task_definition),
            started.names()
        );
        outcome.tasks(&started_tasks);
        if !options.no_follow {
            let following = follow::Following::new(&aws, started, &definition, &options.app, &options.stack);
            outcome.tasks(&following.until_stopped(options.timeout).await?);
        }
    }
    outcome.print(options.stack.json, !options.no_follow)?;
    Ok(ExitCode::from(if options.no_follow { outcome.started() } else { outcome.exit_code() }))
}

/// Starts the tasks. ECS knows a repeated call by its token and starts nothing twice. No lease is taken: a deploy goes on beside
/// one-off tasks, which are often its migrations and may run for long, and a teardown stops what runs in its cluster.
async fn start(
    aws: &Aws,
    request: &RunTaskRequest,
) -> Result<(Vec<aws_sdk_ecs::types::Task>, Vec<aws_sdk_ecs::types::Failure>), Failure> {
    let body = lean(&json_of(request)?);
    let call = aws.client::<Ecs>().run_task().customize().mutate_request(with_body(&body));
    let answer =
        call.send().await.or_failure("run the task").map_err(|failure| maybe_started(failure, request))?;
    Ok((answer.tasks.unwrap_or_default(), answer.failures.unwrap_or_default()))
}

/// A failure that leaves open whether ECS has started something.
fn maybe_started(failure: Failure, request: &RunTaskRequest) -> Failure {
    if !failure.answer_is_lost() {
        return failure;
    }
    let started_by = request.started_by.as_deref().unwrap_or_default();
    failure.hint(format!(
        "tasks may have been started all the same: `aws ecs list-tasks --started-by {started_by}` with the stack's cluster lists them"
    ))
}
