//! `teardown`: delete what carries the stack's tags. Works from what is found, not from the code.

use super::{StackOptions, consent};
use crate::kinds;
use crate::plan_view;
use crate::progress_view::ProgressView;
use crate::session::Session;
use anyhow::{Context, Result, bail};
use clap::Args;
use infra_engine::refresh::list_owned;
use infra_engine::teardown::delete_all;
use std::process::ExitCode;

/// The options of `teardown`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Deletes the stack, then looks again whether anything is left.
pub(super) async fn run(options: Options) -> Result<ExitCode> {
    let options = options.stack;
    let aws = Session::connect(&options).await?;
    let (stack, provider) = (options.name.as_str(), kinds::all(&aws));
    let found = list_owned(stack, &provider).await?;
    if found.is_empty() {
        eprintln!("nothing of stack {stack} was found in {} (account {})", aws.region, aws.account_id);
        return print(&options, &found);
    }
    plan_view::print_found(&found, stack, &aws);
    let question = format!("Delete everything of stack {stack}, uploaded images included?");
    if !consent::given(&options, &question)? {
        eprintln!("nothing was deleted");
        return Ok(ExitCode::FAILURE);
    }
    let view = ProgressView::new();
    delete_all(stack, &found, &provider, &view).await?;
    drop(view);
    let left = list_owned(stack, &provider).await?;
    if let Some(first) = left.first() {
        bail!(
            "{} resources are still there, such as {} ({}): run teardown again",
            left.len(),
            first.id,
            first.name
        );
    }
    eprintln!("stack {stack} is gone: {} resources deleted, none left", found.len());
    print(&options, &found)
}

fn print(options: &StackOptions, deleted: &[infra_engine::Found]) -> Result<ExitCode> {
    if options.json {
        let deleted: Vec<_> = deleted
            .iter()
            .map(|found| serde_json::json!({"action": "delete", "kind": found.id.kind, "name": found.name}))
            .collect();
        println!("{}", serde_json::to_string_pretty(&deleted).context("the list has no JSON form")?);
    }
    Ok(ExitCode::SUCCESS)
}
