//! `render`: the JSON that deploy would send, without an account.

use std::process::ExitCode;

use infra::{Destination, Given, Settings, StackName};
use infra_options::DEFAULT_REGION;
use serde_json::{Map, Value};

use crate::images::repository;
use crate::program::{ANY_ACCOUNT, program};
use crate::report::UserError;

const MORE: &str = "\
Examples:
  cargo xtask render
  cargo xtask render task-definition web --set web.memory_mib=4096";

/// Print the JSON that deploy would send
///
/// What only AWS knows, such as an ARN or an address, stands as `${kind/name.attribute}`.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// What to print: task definitions as RegisterTaskDefinition takes them, services as CreateService takes them, or
    /// every resource of the stack
    #[arg(value_enum, default_value_t = What::Stack)]
    what: What,

    /// The task definition or service, such as `web`; all of them by default
    name: Option<String>,

    /// The stack's name
    #[arg(long, value_name = "NAME", default_value = infra::DEFAULT_STACK)]
    stack: StackName,

    /// The AWS region
    #[arg(long, default_value = DEFAULT_REGION)]
    region: String,

    /// The AWS account
    #[arg(long, value_name = "ID", default_value = ANY_ACCOUNT)]
    account: String,

    /// Change a setting of the stack, whatever its file says; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    TaskDefinition,
    Service,
    Stack,
}

/// Prints the requests.
pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    let given = Given::of_stack(repository(), &options.stack, &options.settings)?;
    let settings = Settings::default().overridden(&given)?;
    let destination = Destination { account_id: options.account, region: options.region };
    let program = program(&options.stack, &settings, &destination)?;
    let json = match options.what {
        What::Stack => infra::render::resources(&program),
        What::TaskDefinition => chosen(infra::render::task_definitions(&program), options.name.as_deref())?,
        What::Service => chosen(infra::render::services(&program), options.name.as_deref())?,
    };
    infra_options::print(serde_json::to_string_pretty(&json)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The request for the one that is named, or all of them by name.
fn chosen(mut requests: Map<String, Value>, name: Option<&str>) -> anyhow::Result<Value> {
    let Some(name) = name else { return Ok(Value::Object(requests)) };
    let known = requests.keys().cloned().collect::<Vec<_>>().join(", ");
    requests.remove(name).ok_or_else(|| {
        UserError::new(format!("the stack has no `{name}` of this kind"), format!("it has {known}")).into()
    })
}
