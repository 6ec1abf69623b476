//! How an error looks to people: what failed, why, and what to do next.

use console::style;
use infra_engine::failure::ResourceFailures;
use infra_engine::{Failure, plan::PlanError};
use infra_images::EngineError;
use infra_lease::LeaseError;
use std::error::Error;
use std::process::ExitCode;

const FAILURE: u8 = 1;
/// As `EX_UNAVAILABLE`: images are to be built, and there is no Docker engine. Nothing was written.
const NO_ENGINE: u8 = 69;
/// As `EX_TEMPFAIL`: another run holds the stack's lease.
const HELD: u8 = 75;

/// Prints an error with its causes; gives the exit code.
pub fn print(error: &anyhow::Error) -> ExitCode {
    infra_options::say!("{} {error}", style("error:").for_stderr().red().bold());
    match error.downcast_ref::<ResourceFailures>() {
        Some(ResourceFailures(failures)) => {
            for failure in failures {
                print_causes(failure, if failures.len() > 1 { Some(failure.to_string()) } else { None });
            }
        }
        None => print_causes(error.as_ref(), None),
    }
    if error.downcast_ref::<PlanError>().is_some_and(|error| matches!(error, PlanError::NotOurs { .. })) {
        print_hint("use another --stack NAME, or take it over with --adopt");
    }
    if matches!(error.downcast_ref::<LeaseError>(), Some(LeaseError::Held(_))) {
        print_hint(
            "wait for it to end, or give --wait-for-lease more seconds; the lease of a run that died ends by itself",
        );
        return ExitCode::from(HELD);
    }
    if let Some(missing) = error.downcast_ref::<EngineError>() {
        print_hint(&missing.hint());
        return ExitCode::from(NO_ENGINE);
    }
    ExitCode::from(FAILURE)
}

/// Prints a failure that does not end the run, with its causes.
pub fn warn(what: &str, failure: &Failure) {
    infra_options::say!("{} {what}: {failure}", style("warning:").for_stderr().yellow().bold());
    print_causes(failure, None);
}

fn print_causes(error: &(dyn Error + 'static), title: Option<String>) {
    if let Some(title) = title {
        infra_options::say!("  {title}");
    }
    let mut hint = hint_of(error);
    let mut cause = error.source();
    while let Some(error) = cause {
        for line in error.to_string().lines() {
            infra_options::say!("    {line}");
        }
        hint = hint.or_else(|| hint_of(error));
        cause = error.source();
    }
    if let Some(hint) = hint {
        print_hint(&hint);
    }
}

fn hint_of(error: &(dyn Error + 'static)) -> Option<String> {
    let failure = match error.downcast_ref::<LeaseError>() {
        Some(LeaseError::Failed(failure)) => Some(failure),
        _ => error.downcast_ref::<Failure>(),
    };
    failure?.what_to_do().map(str::to_owned)
}

fn print_hint(hint: &str) {
    infra_options::say!("{} {hint}", style("hint:").for_stderr().cyan().bold());
}
