//! `settings`: every setting of a stack, its value, and where that comes from.

use std::process::ExitCode;

use console::style;
use infra::apps::ALL;
use infra::settings::{Listed, Origin};
use infra::{Given, Settings, StackName};
use serde_json::Value;

use crate::images::repository;
use crate::report::UserError;

const MORE: &str = "\
Examples:
  cargo xtask settings
  cargo xtask settings web.scaling --stack prod --changed

What is given later goes before:
  1. the defaults in infra/src/settings
  2. the file that the stack's file extends, and what that extends, before it
  3. the stack's file, infra/stacks/NAME.toml
  4. --set KEY=VALUE

With --json: a list of {\"key\", \"value\", \"from\": \"default\", \"file\", \"set\" or \"moved\", \"file\" and \"line\" where it is a
file, \"default\", \"text\", \"allowed\", \"page\"}.";

/// Print every setting of a stack: its value, where that comes from, its default, and what it is for
///
/// Needs no AWS account. Where a deploy would refuse the settings, it says so below them.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Only these: a setting or a section, such as `web.scaling`
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// The stack's name
    #[arg(long, value_name = "NAME", default_value = infra::DEFAULT_STACK)]
    stack: StackName,

    /// Change a setting of the stack, whatever its file says; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Only those that are given, or that are not as in the code
    #[arg(long)]
    changed: bool,

    /// Print the result as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// Prints the settings.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let given = Given::of_stack(repository(), &options.stack, &options.set)?;
    let mut listed = Settings::listed(ALL, &given)?;
    if let Some(key) = &options.key {
        let below = format!("{key}.");
        listed.retain(|it| it.key == *key || it.key.starts_with(&below));
        if listed.is_empty() {
            let hint = "`cargo xtask settings` prints all of them";
            return Err(UserError::new(format!("there is no setting or section `{key}`"), hint).into());
        }
    }
    if options.changed {
        listed.retain(|it| it.origin != Origin::Default);
    }
    if options.json {
        infra_options::print(serde_json::to_string_pretty(&listed)?)?;
    } else {
        listed.iter().try_for_each(|it| infra_options::print(in_words(it)))?;
    }
    infra::check(&options.stack, &Settings::default().overridden(&given)?, None)?;
    Ok(ExitCode::SUCCESS)
}

fn in_words(setting: &Listed) -> String {
    let Listed { key, value, origin, default, text, .. } = setting;
    let origin = match origin {
        Origin::Default => "default".to_owned(),
        other => format!("{other}, default {}", shown(default)),
    };
    let (key, origin) = (style(key).bold(), style(format!("({origin})")).dim());
    format!("{key} = {}  {origin}\n    {text}", shown(value))
}

fn shown(value: &Value) -> String {
    if value.is_null() { "none".to_owned() } else { value.to_string() }
}
