//! `status`: what runs, and how far what is being deployed is. Reads only.

use super::wait::{chosen, name_of};
use crate::error_report;
use crate::rollout_view;
use crate::secret_age;
use crate::session::Session;
use crate::setup::Setup;
use anyhow::{Context, Result};
use futures::future::{join_all, try_join_all};
use infra_aws::Aws;
use infra_aws::live_service::LiveService;
use infra_aws::rollout;
use infra_ecs::follow::Status;
use infra_engine::Failure;
use infra_options::print;
use infra_options::status::Options;
use serde::Serialize;
use std::process::ExitCode;
use std::time::Duration;

/// With `--watch`.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Clone, PartialEq, Serialize)]
struct ServiceStatus {
    service: String,
    #[serde(flatten)]
    status: Status,
    /// Variables whose secrets have changed since a task was given them.
    #[serde(rename = "newer_secrets", skip_serializing_if = "Vec::is_empty")]
    newer: Vec<String>,
}

/// Prints the status of one app or of all.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let services = chosen(&aws, options.app.as_deref()).await?;
    let newer = newer_secrets(&aws, &services).await;
    let mut before = Vec::new();
    loop {
        let now = all(&aws, &services, &newer).await?;
        if options.stack.json {
            print(serde_json::to_string_pretty(&now).context("the status has no JSON form")?)?;
        } else if now != before {
            show(&now, !before.is_empty() && console::user_attended())?;
        }
        if !options.watch {
            return Ok(ExitCode::SUCCESS);
        }
        before = now;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn all(
    aws: &Aws,
    services: &[LiveService],
    newer: &[Vec<String>],
) -> Result<Vec<ServiceStatus>, Failure> {
    try_join_all(services.iter().zip(newer).map(async |(service, newer)| {
        let status = Status::of(&rollout::look_at(aws, service).await?);
        Ok(ServiceStatus { service: name_of(service).to_owned(), status, newer: newer.clone() })
    }))
    .await
}

/// Of each service the secrets that are newer than its tasks. That these can't be looked at keeps nobody from seeing the rest.
async fn newer_secrets(aws: &Aws, services: &[LiveService]) -> Vec<Vec<String>> {
    join_all(services.iter().map(async |service| {
        secret_age::newer(aws, service).await.unwrap_or_else(|failure| {
            let what = format!("whether secrets of {} changed was not looked at", name_of(service));
            error_report::warn(&what, &failure);
            Vec::new()
        })
    }))
    .await
}

/// Prints a table; over the one before on a terminal.
fn show(now: &[ServiceStatus], again: bool) -> Result<()> {
    let terminal = console::Term::stdout();
    let width = usize::from(terminal.size().1);
    if again {
        terminal.clear_last_lines(now.len() + 1).context("the terminal takes no table")?;
    }
    print(rollout_view::titles(width))?;
    for ServiceStatus { service, status, .. } in now {
        print(rollout_view::row(service, status, None, width))?;
    }
    for ServiceStatus { service, status, newer } in now {
        if !newer.is_empty() {
            let (names, have) = (newer.join(", "), if newer.len() == 1 { "is" } else { "are" });
            infra_options::say!(
                "{service}: {names} {have} newer than its running tasks, which have the value of their start: \
                 `aws ecs update-service --force-new-deployment` replaces them"
            );
        }
        if let Some(paused) = &status.paused {
            infra_options::say!(
                "{service} waits at {}: `cargo xtask continue {service}` goes on, `cargo xtask abort {service}` goes back",
                paused.stage
            );
        }
    }
    Ok(())
}
