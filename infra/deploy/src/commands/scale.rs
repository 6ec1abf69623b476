//! `scale`: sets how many tasks a deployed service has, and waits until so many run and are healthy.

mod autoscaler;
mod settled;

use crate::progress_view::ProgressView;
use crate::session::Session;
use crate::setup::Setup;
use crate::stack_lease::{StackLease, release};
use anyhow::{Context as _, Result};
use autoscaler::Autoscaler;
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::{self, LiveService};
use infra_ecs::service::SchedulingStrategy;
use infra_engine::{Context, Failure, ResourceId};
use infra_options::print;
use infra_options::scale::Options;
use infra_wire::sdk_error::SdkResult;
use serde::Serialize;
use std::process::ExitCode;

/// What was done.
#[derive(Debug, Serialize)]
struct Scaled {
    service: String,
    cluster: String,
    before: u32,
    desired: u32,
    running: u32,
}

/// Scales a service.
pub(super) async fn run(options: Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    // What can't be scaled is refused before anything is written, and needs no lease.
    scalable(&aws, &options).await?;
    let (service, autoscaler, mut running) = alone(&aws, &options, setup).await?;
    infra_options::say!("{}", what_comes_next(&options, autoscaler.as_ref()));
    if !options.no_wait {
        let (view, id) = (ProgressView::new(), ResourceId::new("service", options.service.as_str()));
        let context = Context::of(&aws.stack, &id, &view);
        running = settled::wait(&aws, &service, options.desired, &context).await?;
    }
    let scaled = Scaled {
        cluster: service.cluster().to_owned(),
        before: service.desired_count,
        desired: options.desired,
        running,
        service: service.service_name,
    };
    scaled.print(options.stack.json)?;
    Ok(ExitCode::SUCCESS)
}

/// The service, and the autoscaler that decides on it.
async fn scalable(aws: &Aws, options: &Options) -> Result<(LiveService, Option<Autoscaler>), Failure> {
    let service = live_service::service(aws, &options.service).await?;
    refuse_daemon(&service)?;
    let autoscaler = Autoscaler::of(aws, &service).await?;
    if let Some(autoscaler) = &autoscaler {
        autoscaler.allows(options.desired, &options.service, &service.service_name)?;
    }
    Ok((service, autoscaler))
}

/// Sets the number with the stack's lease held: a deploy at the same time may set it, or have another service take over. Gives
/// the service as it was, and how many of its tasks run. To wait for more needs no lease.
async fn alone(
    aws: &Aws,
    options: &Options,
    setup: &Setup,
) -> Result<(LiveService, Option<Autoscaler>, u32)> {
    let lease = StackLease::named(aws, &options.stack.name, setup.overrides.lease_lasts)?;
    let seen = lease.read().await?;
    let lease = lease.acquire("scale", options.lease.for_lease, seen).await?;
    let set = async {
        let (service, autoscaler) = scalable(aws, options).await?;
        let running = set(aws, &service, options.desired).await?;
        anyhow::Ok((service, autoscaler, running))
    }
    .await;
    release(lease, None).await;
    set
}

/// Sets the number; gives how many tasks run.
async fn set(aws: &Aws, service: &LiveService, desired: u32) -> Result<u32, Failure> {
    let count = i32::try_from(desired)
        .map_err(|error| Failure::caused_by(format!("{desired} tasks are more than ECS takes"), error))?;
    let request =
        aws.client::<Ecs>().update_service().cluster(&service.cluster_arn).service(&service.service_name);
    let answer = request.desired_count(count).send().await.or_failure("set the service's desired count")?;
    let running = answer.service().map(|service| service.running_count());
    Ok(running.and_then(|running| u32::try_from(running).ok()).unwrap_or(service.running_count))
}

fn refuse_daemon(service: &LiveService) -> Result<(), Failure> {
    if service.scheduling_strategy != Some(SchedulingStrategy::Daemon) {
        return Ok(());
    }
    let name = &service.service_name;
    Err(Failure::new(format!("service {name} can't be scaled: it is a daemon, a task on each instance"))
        .hint("change the number of instances instead"))
}

/// Who decides on the number from now on.
fn what_comes_next(options: &Options, autoscaler: Option<&Autoscaler>) -> String {
    let (name, count) = (&options.service, options.desired);
    match autoscaler {
        Some(Autoscaler { least, most }) => {
            format!("its autoscaler goes on deciding from {count} on, between {least} and {most}")
        }
        None => format!(
            "the next deploy sets the count of the settings again; to keep this one deploy with \
             --set {name}.desired_count={count}"
        ),
    }
}

impl Scaled {
    /// For people or as one JSON object.
    fn print(&self, json: bool) -> Result<()> {
        if json {
            return print(serde_json::to_string_pretty(self).context("the counts have no JSON form")?);
        }
        print(format_args!(
            "service  {}\ncluster  {}\nbefore   {}\ndesired  {}\nrunning  {}",
            self.service, self.cluster, self.before, self.desired, self.running
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[test]
    fn a_daemon_is_not_scaled() {
        let service = |strategy: &str| {
            let reported = serde_json::json!({"serviceName": "agent", "schedulingStrategy": strategy});
            LiveService::deserialize(reported).unwrap()
        };
        assert!(refuse_daemon(&service("REPLICA")).is_ok());
        assert!(refuse_daemon(&service("DAEMON")).unwrap_err().to_string().contains("daemon"));
    }
}
