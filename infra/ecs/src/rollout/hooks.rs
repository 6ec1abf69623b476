//! Pauses: hooks that hold a stage until somebody answers.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/pause-lifecycle-hooks.html>

use super::failure::{Cause, not_found};
use super::{HookDetail, HookStatus, Moment, Refusal, Service, Stage};
use crate::service::HookAction;

impl HookDetail {
    fn waits(&self) -> bool {
        self.status == HookStatus::AwaitingAction
    }

    /// Its deployment has ended.
    pub(super) fn end(&mut self) {
        if self.waits() {
            self.status = HookStatus::Failed;
        }
    }
}

impl Service {
    /// The hooks of a stage that has just been entered; each time they are new ones.
    pub(super) fn open_hooks(&mut self, stage: Stage) {
        let Some(deployment) = self.service_deployments.first_mut() else { return };
        let name = stage.to_string();
        let here =
            deployment.spec.hooks.iter().filter(|hook| hook.stages.iter().any(|at| at.as_str() == name));
        let opened: Vec<_> = here
            .map(|hook| HookDetail {
                id: self.ids.pause(),
                stage,
                status: HookStatus::AwaitingAction,
                expires: self.now + hook.timeout,
                timeout_action: hook.action,
            })
            .collect();
        deployment.hooks.extend(opened);
    }

    /// Whether a hook holds the stage. Those whose time is over get their action.
    pub(super) fn is_held(&mut self) -> bool {
        let now = self.now;
        let Some(deployment) = self.service_deployments.first_mut() else { return false };
        let mut gives_up = None;
        for hook in deployment.hooks.iter_mut().filter(|hook| hook.waits() && hook.expires <= now) {
            hook.status = HookStatus::TimedOut;
            if hook.timeout_action != HookAction::Continue {
                gives_up = Some(hook.stage);
            }
        }
        let held = deployment.hooks.iter().any(HookDetail::waits);
        if let Some(stage) = gives_up {
            self.fail(&Cause::HookTimedOut(stage));
        }
        held || gives_up.is_some()
    }

    /// When the next hook's time is over.
    pub(super) fn hooks_expire(&self) -> Option<Moment> {
        let deployment = self.service_deployments.first()?;
        deployment.hooks.iter().filter(|hook| hook.waits()).map(|hook| hook.expires).min()
    }

    /// ContinueServiceDeployment.
    pub(super) fn continue_deployment(
        &mut self,
        arn: &str,
        hook: &str,
        roll_back: bool,
    ) -> Result<(), Refusal> {
        let refused = |message: &str| Err(Refusal::new("InvalidParameterException", message));
        let Some(deployment) = self.service_deployments.iter_mut().find(|deployment| deployment.arn == arn)
        else {
            return Err(not_found());
        };
        if deployment.status.is_terminal() {
            return refused(
                "Continuing a service deployment is not allowed for service deployment in terminal states.",
            );
        }
        if !hook.starts_with("ecs-pause-") {
            return refused("Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}");
        }
        let Some(hook) = deployment.hooks.iter_mut().find(|waiting| waiting.id == hook && waiting.waits())
        else {
            return refused(
                "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN",
            );
        };
        hook.status = if roll_back { HookStatus::Failed } else { HookStatus::Succeeded };
        let stage = hook.stage;
        if roll_back {
            self.fail(&Cause::HookRefused(stage));
        }
        Ok(())
    }
}
