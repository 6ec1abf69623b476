//! How an error looks to people: what failed, why, and what to do next.

use crate::plan_file::OutdatedPlan;
use console::style;
use infra_aws::rollout::{End, RolloutEnd};
use infra_ecs::follow::Outcome;
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

/// Something else would change than the plan of `--plan` says. Nothing was written.
const OUTDATED: u8 = 4;

const INTERRUPTED: u8 = 130;
/// The revision before runs again.
const ROLLED_BACK: u8 = 20;
/// Another deployment has taken its place.
const SUPERSEDED: u8 = 21;
/// It was stopped on request.
const STOPPED: u8 = 22;
/// It was still under way at the deadline.
const TIMED_OUT: u8 = 23;
/// It waits at a stage until somebody decides.
const PAUSED: u8 = 24;

/// Prints an error with its causes; gives the exit code.
pub fn print(error: &anyhow::Error) -> ExitCode {
    let rollout = code_of_rollouts(error);
    let title = match rollout {
        Some(PAUSED) => style("paused:").for_stderr().yellow().bold(),
        Some(STOPPED) => style("stopped:").for_stderr().yellow().bold(),
        Some(INTERRUPTED) => style("detached:").for_stderr().yellow().bold(),
        _ => style("error:").for_stderr().red().bold(),
    };
    infra_options::say!("{title} {}", headline(error, rollout));
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
    if error.downcast_ref::<OutdatedPlan>().is_some() {
        print_hint(
            "look at `preview --out FILE` again, with the same --stack and --set, and deploy that plan",
        );
        return ExitCode::from(OUTDATED);
    }
    if let Some(missing) = error.downcast_ref::<EngineError>() {
        print_hint(&missing.hint());
        return ExitCode::from(NO_ENGINE);
    }
    ExitCode::from(rollout.unwrap_or(FAILURE))
}

/// The first line. What somebody wished of a rollout has not failed, and says so by its own name.
fn headline(error: &anyhow::Error, rollout: Option<u8>) -> String {
    let (one, many) = match rollout {
        Some(PAUSED) => ("waits until somebody decides", "deployments wait until somebody decides"),
        Some(STOPPED) => ("was stopped", "deployments have not run to their end"),
        Some(INTERRUPTED) => {
            ("goes on without this command", "deployments have not been followed to their end")
        }
        _ => return error.to_string(),
    };
    match error.downcast_ref::<ResourceFailures>().map(|failures| failures.0.as_slice()) {
        Some([failure]) => format!("the deployment of {} ({}) {one}", failure.id, failure.name),
        Some(failures) => format!("{} {many}", failures.len()),
        None => error.to_string(),
    }
}

/// How rollouts ended, where nothing else went wrong; the worst of several.
fn code_of_rollouts(error: &anyhow::Error) -> Option<u8> {
    let ends: Option<Vec<End>> = match error.downcast_ref::<ResourceFailures>() {
        Some(ResourceFailures(failures)) => failures.iter().map(|failure| end_of(failure)).collect(),
        None => Some(vec![end_of(error.as_ref())?]),
    };
    let worst_first = [FAILURE, ROLLED_BACK, SUPERSEDED, STOPPED, TIMED_OUT, PAUSED, INTERRUPTED];
    let codes: Vec<u8> = ends?.iter().map(code).collect();
    worst_first.into_iter().find(|code| codes.contains(code))
}

/// Whether all that went wrong is that the revisions before run again.
pub fn is_back(failures: &ResourceFailures) -> bool {
    failures.0.iter().all(|failure| {
        matches!(
            end_of(failure),
            Some(End::Ended(Outcome::RolledBack { .. } | Outcome::Stopped { rolled_back: true, .. }))
        )
    })
}

/// The end of a rollout among the causes of an error.
fn end_of(error: &(dyn Error + 'static)) -> Option<End> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(end) = error.downcast_ref::<RolloutEnd>() {
            return Some(end.end.clone());
        }
        cause = error.source();
    }
    None
}

fn code(end: &End) -> u8 {
    match end {
        End::Ended(Outcome::RolledBack { .. }) => ROLLED_BACK,
        End::Ended(Outcome::Superseded) => SUPERSEDED,
        End::Ended(Outcome::Stopped { .. }) => STOPPED,
        End::Ended(Outcome::Paused(_)) => PAUSED,
        End::Ended(Outcome::Failed { .. } | Outcome::Succeeded) => FAILURE,
        End::TimedOut => TIMED_OUT,
        End::Detached => INTERRUPTED,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use infra_engine::ResourceId;
    use infra_engine::failure::ResourceFailure;

    fn said(ends: &[End]) -> String {
        let failed = |end: &End| ResourceFailure {
            action: "update",
            id: ResourceId::new("service", "web"),
            name: "demo-web-5e0c".to_owned(),
            source: end.clone().failure("demo-web:7", None, ""),
        };
        let error = ResourceFailures(ends.iter().map(failed).collect()).into();
        headline(&error, code_of_rollouts(&error))
    }

    #[test]
    fn what_somebody_wished_is_not_called_a_failure() {
        let stopped = End::Ended(Outcome::Stopped { rolled_back: true, reason: "as asked".to_owned() });
        assert_eq!(
            said(&[End::Detached]),
            "the deployment of service/web (demo-web-5e0c) goes on without this command"
        );
        assert_eq!(
            said(std::slice::from_ref(&stopped)),
            "the deployment of service/web (demo-web-5e0c) was stopped"
        );
        assert_eq!(said(&[stopped, End::Detached]), "2 deployments have not run to their end");
        let back = End::Ended(Outcome::RolledBack { reason: "circuit breaker".to_owned() });
        assert_eq!(said(&[back]), "update service/web (demo-web-5e0c) failed");
    }
}
