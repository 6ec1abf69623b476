//! The options of every command that talks to AWS, declared once: `cargo xtask` reads them for help, errors and what this machine
//! needs, the program with the AWS SDK for what it does.

pub mod decide;
pub mod deploy;
pub mod drift;
pub mod exec;
pub mod explain;
pub mod logs;
pub mod open;
pub mod outputs;
pub mod policy;
pub mod preview;
pub mod revisions;
pub mod rollback;
pub mod run_task;
mod say;
pub mod scale;
mod speed;
mod stack;
pub mod stacks;
pub mod status;
pub mod strategy;
pub mod teardown;
pub mod verify;
pub mod wait;

pub use say::{folded, print, say_text, wrapped};
pub use speed::Speed;
pub use stack::{DEFAULT_REGION, LeaseOptions, StackOptions};

use std::process::ExitCode;

/// As `EX_USAGE`: the command line is wrong.
pub const USAGE: u8 = 64;

/// The commands, with their options.
#[derive(Clone, Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "clap shows the comment on a command's options as its help")]
pub enum Command {
    Deploy(deploy::Options),
    Preview(preview::Options),
    Drift(drift::Options),
    Explain(explain::Options),
    Teardown(teardown::Options),
    Outputs(outputs::Options),
    Policy(policy::Options),
    RunTask(Box<run_task::Options>),
    Scale(scale::Options),
    Status(status::Options),
    Wait(wait::Options),
    /// Let a deployment go on that waits at a stage
    Continue(decide::Options),
    /// Stop a deployment and go back to the revision before
    Abort(decide::Options),
    Rollback(rollback::Options),
    Verify(verify::Options),
    Logs(logs::Options),
    Revisions(revisions::Options),
    Open(open::Options),
    Exec(exec::Options),
    #[command(hide = true)]
    Stacks(stacks::Options),
}

impl Command {
    /// Which stack it is for, and where.
    pub fn stack(&self) -> &StackOptions {
        match self {
            Self::Deploy(options) => &options.stack,
            Self::Preview(options) => &options.stack,
            Self::Drift(options) => &options.stack,
            Self::Explain(options) => &options.stack,
            Self::Teardown(options) => &options.stack,
            Self::Outputs(options) => &options.stack,
            Self::Policy(options) => &options.stack,
            Self::RunTask(options) => &options.stack,
            Self::Scale(options) => &options.stack,
            Self::Status(options) => &options.stack,
            Self::Wait(options) => &options.stack,
            Self::Continue(options) | Self::Abort(options) => &options.stack,
            Self::Rollback(options) => &options.stack,
            Self::Verify(options) => &options.stack,
            Self::Logs(options) => &options.stack,
            Self::Revisions(options) => &options.stack,
            Self::Open(options) => &options.stack,
            Self::Exec(options) => &options.stack,
            Self::Stacks(options) => &options.stack,
        }
    }
}

/// The command line of this process.
///
/// # Errors
/// When it is wrong or asks for help: with the exit code, after it was printed.
pub fn parse<T: clap::Parser>() -> Result<T, ExitCode> {
    T::try_parse().map_err(|error| {
        // Nothing is left to be done when the terminal does not take the message.
        error.print().ok();
        if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
    })
}
