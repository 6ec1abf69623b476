//! Follows a service's deployment to its end: looks at it, says what is new, and stops what can't get better.

mod control;
mod end;
mod evidence;
mod live;
mod look;
mod service_deployment;

pub use control::{Control, Following, Wish};
pub use end::{End, RolloutEnd};
pub use live::{last_success_before, look_at, wait};
pub use look::Look;
pub use service_deployment::{continue_at, is_over, newest, paused_at, stop};

use crate::Aws;
use crate::live_service::last_part;
use aws_sdk_ecs::types::StopServiceDeploymentStopType as StopType;
use infra_ecs::diagnosis::Cause;
use infra_ecs::follow::{Follower, Observation, Outcome, Report, Stop};
use infra_engine::{Context, Failure};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How rollouts are followed in this run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether it is left to ECS to give up what can't get better.
    pub keep_trying: bool,
    /// What the user wishes meanwhile.
    pub control: Arc<Control>,
}

/// The deployment that is followed.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The cluster's name or ARN.
    pub cluster: String,
    /// The service's physical name.
    pub service: String,
    /// The ARN of the revision that is to run.
    pub revision: String,
    /// The id of the deployment, if this run began it. Another deployment of the same revision may have come before.
    pub deployment_id: Option<String>,
    /// The target groups that the service registers its tasks with.
    pub target_groups: Vec<String>,
}

/// Follows one deployment.
pub struct Rollout<'a> {
    aws: &'a Aws,
    context: &'a Context<'a>,
    follower: Follower,
    look: Look,
    began: Instant,
    /// What serves now, in words.
    now: String,
    _following: Following,
}

impl<'a> Rollout<'a> {
    /// Begins to follow it.
    pub fn begin(aws: &'a Aws, target: Target, context: &'a Context<'a>) -> Self {
        let follower = Follower::new(aws.rollout.keep_trying);
        Self {
            aws,
            context,
            follower,
            look: Look::at(target),
            began: Instant::now(),
            now: String::new(),
            _following: Control::follow(&aws.rollout.control),
        }
    }

    /// Takes a look at the service as it was described, reports what is new, and does what is to be done. Gives how it has ended.
    ///
    /// # Errors
    /// When AWS can't be asked, or the user no longer wants to wait.
    pub async fn see(&mut self, service: &aws_sdk_ecs::types::Service) -> Result<Option<Outcome>, Failure> {
        self.now = runs_now(service);
        let observation = self.look.observe(self.aws, service).await?;
        if self.look.needs_expected(&observation) {
            self.follower.expected = self.look.expected(self.aws).await;
        }
        let seen = self.follower.see(&observation, self.began.elapsed());
        seen.reports.into_iter().for_each(|report| self.report(report));
        if let Some(outcome) = seen.outcome {
            // Who reads why it failed wants the last words of what died, too.
            let is_told = outcome.is_success() || !self.look.waits_for_logs();
            return Ok(Some(outcome).filter(|_| is_told));
        }
        match self.aws.rollout.control.wish() {
            Wish::Detach => return Err(End::Detached.failure(&observation.revision, None, &self.now)),
            Wish::Stop => self.stop(Stop::User, &observation).await?,
            Wish::Follow => {}
        }
        if let Some(cause) = seen.hopeless {
            self.stop(Stop::Hopeless(cause), &observation).await?;
        }
        Ok(None)
    }

    /// The failure that such an end is, with the cause that explains it best.
    pub fn failure(&self, outcome: Outcome) -> Failure {
        let revision = last_part(&self.look.target().revision).to_owned();
        End::Ended(outcome).failure(&revision, self.follower.cause(), &self.now)
    }

    /// Whether ECS has a service deployment of it, which says how it ends.
    pub fn is_known(&self) -> bool {
        self.look.service_deployment().is_some()
    }

    /// As [`Rollout::failure`], where another failure says how it ended.
    pub fn explained(&self, failure: Failure) -> Failure {
        end::explained(failure, self.follower.cause())
    }

    /// Waits before the next look: longer and longer, and no longer when the user wishes something.
    pub async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.aws.rollout.control.changed() => {}
        }
    }

    /// Has ECS stop the deployment and go back, once.
    async fn stop(&mut self, why: Stop, observation: &Observation) -> Result<(), Failure> {
        if self.follower.is_stopping() {
            return Ok(());
        }
        // Without a service deployment there is nothing to stop yet, or never: then ECS decides.
        let Some(arn) = self.look.service_deployment() else { return Ok(()) };
        let why_now = match &why {
            Stop::User => "as asked".to_owned(),
            Stop::Hopeless(cause) => format!("as waiting can't help: {}", cause.what),
        };
        self.report(Report::Stopping { revision: observation.revision.clone(), why: why_now });
        stop(self.aws, arn, StopType::Rollback).await?;
        self.follower.stopping(why);
        Ok(())
    }

    fn report(&self, report: Report) {
        let what = Arc::new(report);
        self.context.reporter.report(infra_engine::Event::Reported { id: self.context.id.clone(), what });
    }
}

/// What runs of a service: `demo-web:6 runs, 2 of 2 tasks`.
fn runs_now(service: &aws_sdk_ecs::types::Service) -> String {
    let running = service.deployments().iter().filter(|it| it.running_count() > 0).map(|it| {
        let revision = last_part(it.task_definition().unwrap_or_default());
        format!("{revision} runs with {} of {} tasks", it.running_count(), it.desired_count())
    });
    let running = running.collect::<Vec<_>>().join(", ");
    if running.is_empty() { "none of its tasks runs".to_owned() } else { running }
}

/// The cause in one line.
fn in_words(cause: &Cause) -> String {
    format!("{}; {}", cause.what, cause.next)
}
