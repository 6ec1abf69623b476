//! Which target groups a revision uses, and how much of the traffic they get.

use super::{Action, LoadBalancer, Revision, RevisionCounts, Service, ServiceSpec, Strategy};

/// The target group of each load balancer for a new revision: a staged deployment takes the one of the two that does not
/// serve, so that they take turns; a rolling one stays where the traffic is.
pub(super) fn target_groups(spec: &ServiceSpec, serving: Option<&Revision>) -> Vec<String> {
    let serves = |group: &String| serving.is_some_and(|revision| revision.target_groups.contains(group));
    let is_rolling = spec.strategy == Strategy::Rolling;
    let group = |balancer: &LoadBalancer| {
        let first = &balancer.target_group;
        let second = balancer.alternate_target_group.as_ref();
        let moves = |second: &&String| if is_rolling { serves(second) } else { serves(first) };
        second.filter(moves).unwrap_or(first).clone()
    };
    spec.load_balancers.iter().map(group).collect()
}

impl Service {
    /// Gives the target so many tenths of a percent of the production traffic.
    pub(super) fn shift_production(&mut self, tenths: u32) {
        self.shift(
            tenths,
            |balancer| balancer.production_rule.as_ref(),
            |counts| &mut counts.production_weight,
        );
    }

    /// Gives it that of the tests' traffic.
    pub(super) fn shift_test(&mut self, tenths: u32) {
        self.shift(tenths, |balancer| balancer.test_rule.as_ref(), |counts| &mut counts.test_weight);
    }

    fn shift(
        &mut self,
        tenths: u32,
        rule: impl Fn(&LoadBalancer) -> Option<&String>,
        weight: impl Fn(&mut RevisionCounts) -> &mut Option<f64>,
    ) {
        self.changed = true;
        let Some(progress) = &self.progress else { return };
        let (target, source) = (&progress.target, progress.source.clone());
        for (balancer, group) in target.spec.load_balancers.iter().zip(&target.target_groups) {
            let Some(rule) = rule(balancer) else { continue };
            let other = [Some(&balancer.target_group), balancer.alternate_target_group.as_ref()];
            let other = other.into_iter().flatten().find(|other| *other != group);
            let weights = weights(group, other, tenths);
            self.actions.push(Action::SetWeights { rule: rule.clone(), weights });
        }
        let source = source.and_then(|id| self.deployments.iter().find(|old| old.id == id));
        let source = source.map(|old| old.revision.clone());
        let Some(deployment) = self.service_deployments.first_mut() else { return };
        *weight(&mut deployment.target) = Some(f64::from(tenths) / 10.0);
        for counts in &mut deployment.sources {
            let share = if Some(&counts.arn) == source.as_ref() { 1000 - tenths } else { 0 };
            *weight(counts) = Some(f64::from(share) / 10.0);
        }
    }
}

/// Whole percentages in hundredths, others in thousandths: a weight is at most 999, and a share of all is 100 of 100.
fn weights(group: &str, other: Option<&String>, tenths: u32) -> Vec<(String, u32)> {
    let (share, scale) = if tenths.is_multiple_of(10) { (tenths / 10, 100) } else { (tenths, 1000) };
    let Some(other) = other else { return vec![(group.to_owned(), scale)] };
    vec![(other.clone(), scale - share), (group.to_owned(), share)]
}
