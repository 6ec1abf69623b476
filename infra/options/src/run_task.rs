//! `run-task`: one-off tasks of a deployed app, followed until they have stopped.

use std::time::Duration;

use infra_ecs::RunTaskRequest;
use infra_ecs::container::KeyValue;
use infra_ecs::run_task::{ContainerOverride, TaskOverride};
use infra_ecs::service::{LaunchType, PlacementConstraint, PlacementStrategy};

use crate::StackOptions;
use crate::strategy::Item;

const MORE: &str = "\
Examples:
  cargo xtask run-task php --local -- php -r 'echo PHP_VERSION, PHP_EOL;'
  cargo xtask run-task php --count 3 --env JOB=nightly -- sh -c 'echo $JOB on $HOSTNAME'
  cargo xtask run-task web --strategy FARGATE:base=1,weight=1 --strategy FARGATE_SPOT:weight=3 --count 4
  cargo xtask run-task web --launch-type ec2 --placement-constraint 'memberOf:attribute:ecs.instance-type == t3.small'

What ECS would refuse is refused before anything is started, all at once. Logs go to standard output (with --json to
standard error), states and the end of each container to standard error.

Exit codes: the exit code of the first essential container that failed, else 0. 1 when a task was not started or has no
exit code, when its end was not seen, and when the command failed otherwise. With --no-follow: 0 when all tasks were
started. 64 the command line is wrong. On Ctrl-C it is 130, and the tasks go on: their ids are printed, and
`aws ecs stop-task` stops them. A container's own 1, 64 or 130 looks the same; --json tells them apart.";

/// Run one-off tasks of a deployed app, print their logs and exit with their exit code
///
/// The tasks run the revision that the app's service runs, in its network, and no service starts them again.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The app, such as `web` or `php`
    pub app: String,

    /// How many tasks, 1 to 10
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub count: i32,

    /// Where they run; by default where the app's service runs
    #[arg(long, value_name = "TYPE", conflicts_with = "strategy")]
    pub launch_type: Option<On>,

    /// A capacity provider with its base and weight, 0 unless given; may be given several times
    #[arg(long, value_name = "NAME:base=N,weight=N")]
    pub strategy: Vec<Item>,

    /// Which instances may run them: `distinctInstance`, or `memberOf:EXPR` with an expression of the cluster query
    /// language; may be given several times; not on Fargate
    #[arg(long, value_name = "CONSTRAINT")]
    pub placement_constraint: Vec<PlacementConstraint>,

    /// Which of these instances are taken first: `spread:FIELD`, `binpack:cpu`, `binpack:memory` or `random`; may be
    /// given several times; not on Fargate
    #[arg(long, value_name = "STRATEGY")]
    pub placement_strategy: Vec<PlacementStrategy>,

    /// A name for tasks that belong together; by default `family:NAME` of the task definition
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,

    /// Set an environment variable; may be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = variable)]
    pub env: Vec<KeyValue>,

    /// Units of CPU, 1024 are one vCPU: of the task on Fargate, of the container on instances
    #[arg(long, value_name = "UNITS")]
    pub cpu: Option<u32>,

    /// MiB of memory: of the task on Fargate, of the container on instances
    #[arg(long, value_name = "MIB")]
    pub memory: Option<u32>,

    /// The container that command, variables and size are for; by default the first essential one
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,

    /// Print no logs and do not wait until the tasks have stopped
    #[arg(long)]
    pub no_follow: bool,

    /// How long to wait for the end, such as 90s, 30m or 1h30m; the tasks themselves are not stopped by it
    #[arg(long, value_name = "DURATION", default_value = "30m", value_parser = humantime::parse_duration)]
    pub timeout: Duration,

    /// Which stack, where.
    #[command(flatten)]
    pub stack: StackOptions,

    /// The command to run instead of the image's own. The image's entry point stays: that of `web` is the app itself
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// What runs tasks.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum On {
    /// Capacity without instances
    Fargate,
    /// Instances of the cluster
    Ec2,
}

impl Options {
    /// What is asked of RunTask; the service decides on what is left out.
    pub fn request(&self) -> RunTaskRequest {
        let mut overrides = TaskOverride {
            cpu: self.cpu.map(|units| units.to_string()),
            memory: self.memory.map(|mib| mib.to_string()),
            ..TaskOverride::default()
        };
        if !self.command.is_empty() || !self.env.is_empty() {
            overrides.merge(ContainerOverride {
                command: self.command.clone(),
                environment: self.env.clone(),
                ..ContainerOverride::default()
            });
        }
        RunTaskRequest {
            count: Some(self.count),
            launch_type: self.launch_type.map(LaunchType::from),
            capacity_provider_strategy: self.strategy.iter().cloned().map(Into::into).collect(),
            placement_constraints: self.placement_constraint.clone(),
            placement_strategy: self.placement_strategy.clone(),
            group: self.group.clone(),
            overrides: (overrides != TaskOverride::default()).then_some(overrides),
            ..RunTaskRequest::default()
        }
    }
}

impl From<On> for LaunchType {
    fn from(on: On) -> Self {
        match on {
            On::Fargate => Self::Fargate,
            On::Ec2 => Self::Ec2,
        }
    }
}

fn variable(text: &str) -> Result<KeyValue, String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(KeyValue::new(key, value)),
        _ => Err("a variable looks like KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    fn parsed(line: &[&str]) -> Options {
        Cli::try_parse_from([&["run-task", "web"], line].concat()).unwrap().options
    }

    /// The request, without what says nothing.
    fn request(line: &[&str]) -> Value {
        infra_ecs::body::lean(&serde_json::to_value(parsed(line).request()).unwrap())
    }

    #[test]
    fn the_service_decides_on_everything_that_is_not_asked_for() {
        assert_eq!(request(&[]), json!({"count": 1}));
        assert_eq!(parsed(&[]).timeout, Duration::from_secs(1800));
    }

    #[test]
    fn command_variables_and_size_become_overrides() {
        let line =
            ["--env", "A=b=c", "--env", "EMPTY=", "--cpu", "512", "--memory", "1024", "--", "env", "-0"];
        let variables = json!([{"name": "A", "value": "b=c"}, {"name": "EMPTY", "value": ""}]);
        assert_eq!(
            request(&line)["overrides"],
            json!({
                "cpu": "512",
                "memory": "1024",
                "containerOverrides": [{"command": ["env", "-0"], "environment": variables}],
            })
        );
    }

    #[test]
    fn capacity_and_placement_are_passed_on() {
        let line = ["--strategy", "FARGATE:base=1,weight=1", "--strategy", "FARGATE_SPOT:weight=3"];
        let strategy = &request(&line)["capacityProviderStrategy"];
        assert_eq!(strategy[1], json!({"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3}));
        let line = ["--launch-type", "ec2", "--placement-constraint", "distinctInstance", "--group", "batch"];
        let asked = request(&[&line[..], &["--placement-strategy", "binpack:cpu"]].concat());
        assert_eq!(asked["launchType"], "EC2");
        assert_eq!(asked["group"], "batch");
        assert_eq!(asked["placementConstraints"], json!([{"type": "distinctInstance"}]));
        assert_eq!(asked["placementStrategy"], json!([{"type": "binpack", "field": "cpu"}]));
    }

    #[test]
    fn a_launch_type_excludes_a_strategy() {
        for wrong in [
            &["--launch-type", "fargate", "--strategy", "FARGATE"][..],
            &["--launch-type", "lambda"],
            &["--env", "=x"],
            &["--timeout", "soon"],
            &["--placement-constraint", "memberOf:attribute:x =="],
            &["--placement-strategy", "pack"],
            &["--strategy", "FARGATE:weight=x"],
        ] {
            assert!(Cli::try_parse_from([&["run-task", "web"], wrong].concat()).is_err(), "{wrong:?}");
        }
    }
}
