//! What a protected stack does not lose by a deploy: its buckets and its image repositories.

use crate::settings::Settings;
use infra_engine::plan::Step;
use infra_engine::{Action, Plan, Resource};
use infra_resources::{Bucket, EcrRepository};

/// Of a plan what a protected stack refuses, a line for each; none where it is not protected.
pub fn refused(settings: &Settings, plan: &Plan) -> Vec<String> {
    let kinds = [Bucket::KIND, EcrRepository::KIND];
    let is_lost = |step: &&Step| {
        kinds.contains(&step.kind.as_str())
            && matches!(step.action, Action::Delete | Action::Replace | Action::Recreate)
    };
    let lost = plan.steps.iter().filter(|_| settings.protect).filter(is_lost);
    lost.map(|step| {
        let verb = if step.action == Action::Delete { "deleted" } else { "replaced" };
        format!("{} ({}) would be {verb} with all that is in it", step.id, step.name)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_engine::ResourceId;

    fn plan(steps: &[(Action, &str)]) -> Plan {
        let step = |(action, kind): &(Action, &str)| Step {
            action: *action,
            kind: (*kind).to_owned(),
            name: "demo-some".to_owned(),
            changes: Vec::new(),
            id: ResourceId::new(*kind, "some"),
        };
        Plan { steps: steps.iter().map(step).collect(), deletions: Vec::new() }
    }

    #[test]
    fn a_protected_stack_keeps_its_buckets_and_repositories() {
        let losses = plan(&[
            (Action::Delete, Bucket::KIND),
            (Action::Replace, EcrRepository::KIND),
            (Action::Update, Bucket::KIND),
            (Action::Create, EcrRepository::KIND),
            (Action::Delete, "service"),
        ]);
        let protected = Settings { protect: true, ..Settings::default() };
        assert_eq!(
            refused(&protected, &losses),
            [
                "bucket/some (demo-some) would be deleted with all that is in it",
                "ecr-repository/some (demo-some) would be replaced with all that is in it",
            ]
        );
        assert!(refused(&Settings::default(), &losses).is_empty());
    }
}
