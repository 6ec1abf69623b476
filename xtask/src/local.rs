//! `local`: the local AWS alone, for the AWS CLI, Terraform and SDKs.

use std::collections::BTreeMap;
use std::process::ExitCode;

use infra_images::engine;
use infra_options::Speed;
use serde::Serialize;

use crate::local_aws::{self, Choice, LocalAws};
use crate::provider::leads_elsewhere;
use crate::{docker_engine, teardown};

const MORE: &str = "\
Examples:
  cargo xtask local
  eval \"$(cargo xtask local --local-speed 60)\" && aws ecs list-clusters
  cargo xtask local --stop

With --json: {\"endpoint\", \"region\", \"speed\", \"environment\"}; with --stop: {\"removed\"}.";

/// Start the local AWS alone, and print where it is and what leads the AWS CLI, Terraform or any SDK to it
///
/// A shell can run what is printed on standard output. The local AWS stays until `--stop`, or until `teardown --local` takes the
/// last stack out of it. What is built needs a Docker engine; on Debian and Ubuntu it is offered to be installed and started.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Its port; another port is another local AWS
    #[arg(long, value_name = "PORT", env = "LOCAL_AWS_PORT", default_value_t = 4566, value_parser = clap::value_parser!(u16).range(1024..))]
    local_port: u16,

    /// Its one region; by default AWS_REGION or us-east-1
    #[arg(long, conflicts_with = "stop")]
    region: Option<String>,

    /// Run ECS's and the load balancer's own waits N times faster, such as bake times, health checks' intervals, cooldowns and
    /// draining; never the containers' own time. 1 unless given; a local AWS that runs keeps its own
    #[arg(long, value_name = "N", conflicts_with = "stop")]
    local_speed: Option<Speed>,

    /// Remove it with everything in it: its containers, its tasks' containers, its network and the apps' images
    #[arg(long)]
    stop: bool,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,

    /// Print the result as JSON on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Started<'a> {
    endpoint: String,
    region: &'a str,
    speed: &'a str,
    environment: BTreeMap<&'static str, String>,
}

/// Starts or stops it.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let done = if options.stop { stop(&options).await } else { start(&options).await };
    done.map(|()| ExitCode::SUCCESS)
}

async fn start(options: &Options) -> anyhow::Result<()> {
    docker_engine::require(options.yes).await?;
    local_aws::engine::require_here().await?;
    let region = options.region.clone();
    let choice = Choice { port: options.local_port, region, speed: options.local_speed };
    let local = match LocalAws::running(&choice).await? {
        Some(running) => {
            running.note_other_sources()?;
            running
        }
        None => {
            LocalAws::prepare(options.local_port, &[], options.yes).await?;
            LocalAws::running_or_started(&choice).await?
        }
    };
    if !options.json {
        let (endpoint, region, speed) = (local.endpoint(), local.region(), local.speed());
        infra_options::say!("the local AWS answers at {endpoint}, region {region}, speed {speed}");
        let in_the_way = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let in_the_way: Vec<_> = in_the_way.filter(|name| leads_elsewhere(name)).collect();
        return infra_options::print(commands(&in_the_way, &local.environment()));
    }
    let environment = BTreeMap::from(local.environment());
    let (region, speed) = (local.region(), local.speed());
    let started = Started { endpoint: local.endpoint(), region, speed, environment };
    infra_options::print(serde_json::to_string_pretty(&started)?)
}

async fn stop(options: &Options) -> anyhow::Result<()> {
    engine::check().await?;
    let port = options.local_port;
    let removed = LocalAws::remove(port).await?;
    match removed.count {
        0 => infra_options::say!("there is no local AWS on port {port}"),
        _ => infra_options::say!(
            "the local AWS on port {port} is gone, with its containers and the apps' images"
        ),
    }
    teardown::report_images_in_use(&removed);
    if options.json {
        return infra_options::print(serde_json::json!({ "removed": removed.count }));
    }
    Ok(())
}

/// What a shell runs to be led to the local AWS, and by nothing away from it.
fn commands(in_the_way: &[String], environment: &[(&str, String)]) -> String {
    let set = |name: &str| environment.iter().any(|(other, _)| *other == name);
    let unset = in_the_way.iter().filter(|name| !set(name)).map(|name| format!("unset {name}"));
    let export = environment.iter().map(|(name, value)| format!("export {name}={}", quoted(value)));
    unset.chain(export).collect::<Vec<_>>().join("\n")
}

/// A value as a shell takes it whatever is in it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_led_to_the_local_aws_and_by_nothing_away() {
        let in_the_way = ["AWS_PROFILE", "AWS_ENDPOINT_URL"].map(str::to_owned);
        let environment =
            [("AWS_ENDPOINT_URL", "http://127.0.0.1:4566".to_owned()), ("AWS_REGION", "it's".to_owned())];
        let expected =
            "unset AWS_PROFILE\nexport AWS_ENDPOINT_URL=http://127.0.0.1:4566\nexport AWS_REGION='it'\\''s'";
        assert_eq!(commands(&in_the_way, &environment), expected);
    }
}
