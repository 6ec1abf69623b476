//! `deploy`: show what would change, ask, change it, and see that the app answers.

use super::{StackOptions, consent};
use crate::image_builds;
use crate::plan_view;
use crate::progress_view::ProgressView;
use crate::served;
use crate::session::Session;
use crate::summary::Summary;
use anyhow::{Context, Result};
use clap::Args;
use infra_engine::apply::apply;
use infra_engine::plan::plan;
use std::process::ExitCode;

/// The options of `deploy`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
    /// Take over resources of the stack's names that somebody else made
    #[arg(long)]
    adopt: bool,
    /// Do not wait until new tasks have taken over
    #[arg(long)]
    no_wait: bool,
}

/// Brings the stack up to what the code says.
pub(super) async fn run(options: Options) -> Result<ExitCode> {
    let session = Session::open(&options.stack).await?.waiting(!options.no_wait);
    let stack = &session.program.stack;
    let world = session.refresh().await?;
    let plan = plan(stack, &world, options.adopt)?;
    plan_view::print(&plan, &session);
    if !plan.is_empty() && !consent::given(&options.stack, "Deploy?")? {
        eprintln!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    let view = ProgressView::new();
    image_builds::build(stack, &plan, &session.aws.workspace, &view).await?;
    let outputs = apply(stack, &plan, &world, &session.provider, &view).await?;
    drop(view);
    let summary = Summary::new(&session.program.exports, &outputs, &session.aws, &options.stack)
        .context("the load balancer has no address")?;
    if !options.no_wait {
        served::wait(&[summary.url.as_str(), summary.php_url.as_str()]).await?;
    }
    summary.print(options.stack.json)?;
    Ok(ExitCode::SUCCESS)
}
