//! Which requests reach an app: its target group, and its rule at the load balancer.

use crate::context::{App, Context};
use crate::load_balancing::Balancer;
use infra_ecs::Targets;
use infra_ecs::typed::TargetKind;
use infra_engine::{Handle, ResourceId, Stack};
use infra_resources::name::short_hash;
use infra_resources::{HealthCheck, ListenerRule, NameError, TargetGroup};

/// Where every app answers whether it is well.
pub const HEALTH_CHECK_PATH: &str = "/healthz";

/// So many apps have priorities for their rules.
#[cfg(test)]
pub(crate) const MOST_APPS: usize = 11;

/// An app's target group.
pub struct AppTargets<T> {
    /// Its name.
    pub name: String,
    /// The group.
    pub group: Handle<TargetGroup>,
    /// What a service registers its tasks with.
    pub targets: Targets<T>,
}

/// Where requests for an app go: its tasks, by their address or by a port of their instance.
///
/// # Errors
/// When its name is too long.
pub fn target_group<T: TargetKind>(
    stack: &mut Stack,
    app: &App<'_>,
    context: &Context<'_>,
) -> Result<AppTargets<T>, NameError> {
    let name = context.names.target_group(app.spec, app.settings.container_port, T::TYPE)?;
    Ok(added(stack, app, context, name, app.spec.name))
}

/// The second target group of an app whose traffic ECS moves between two.
///
/// # Errors
/// When its name is too long.
pub fn alternate_target_group<T: TargetKind>(
    stack: &mut Stack,
    app: &App<'_>,
    context: &Context<'_>,
    first: &AppTargets<T>,
) -> Result<AppTargets<T>, NameError> {
    let name = context.names.alternate_target_group(app.spec, &first.name)?;
    Ok(added(stack, app, context, name, &format!("{}-alternate", app.spec.name)))
}

fn added<T: TargetKind>(
    stack: &mut Stack,
    app: &App<'_>,
    context: &Context<'_>,
    name: String,
    logical_name: &str,
) -> AppTargets<T> {
    let group = TargetGroup {
        name: name.clone(),
        vpc_id: context.network.vpc.vpc_id.clone(),
        port: app.settings.container_port,
        target_type: T::TYPE,
        health_check: HealthCheck::at(HEALTH_CHECK_PATH),
        deregistration_delay_seconds: context.settings.load_balancer.deregistration_delay_seconds,
    };
    let (group, targets) = group.add_to(stack, logical_name);
    AppTargets { name, group, targets }
}

/// Makes a target group known to the load balancer by a rule that no request reaches, as those of the apps come first.
///
/// ECS takes a service only when a load balancer knows its target group, and its health is checked only then. So a new
/// group is filled and found healthy beside the old one before [`traffic`] moves to it.
pub fn targets_known<T>(
    stack: &mut Stack,
    balancer: &Balancer,
    app: &App<'_>,
    targets: &AppTargets<T>,
) -> ResourceId {
    let rule = ListenerRule {
        listener_name: balancer.listener_name(balancer.port),
        listener_arn: balancer.listener.arn.clone(),
        priority: priority_of_known(app.position, &targets.name),
        path_patterns: vec![format!("/{}", targets.name)],
        target_group_arn: targets.group.arn.clone(),
        alternate_target_group_arn: None,
    };
    stack.add(&format!("{}-targets", app.spec.name), rule).id
}

/// Sends an app's requests to its targets, once its service runs there.
pub fn traffic<T>(
    stack: &mut Stack,
    balancer: &Balancer,
    app: &App<'_>,
    targets: &AppTargets<T>,
    service: &ResourceId,
) {
    stack.add_after(app.spec.name, rule_of_users(balancer, app, targets), &[service]);
}

/// The rule of an app's requests.
pub fn rule_of_users<T>(balancer: &Balancer, app: &App<'_>, targets: &AppTargets<T>) -> ListenerRule {
    ListenerRule {
        listener_name: balancer.listener_name(balancer.port),
        listener_arn: balancer.listener.arn.clone(),
        priority: priority(app),
        path_patterns: path_patterns(app.spec.path),
        target_group_arn: targets.group.arn.clone(),
        alternate_target_group_arn: None,
    }
}

/// An app's path itself, and all below it.
pub fn path_patterns(path: &str) -> Vec<String> {
    match path {
        "" => vec!["*".to_owned()],
        _ => vec![path.to_owned(), format!("{path}/*")],
    }
}

// Below, the position in `apps::ALL` decides on priorities, of which no two rules may have the same at any time: an app whose
// position changes can take a priority that another one's rule still has.

/// The app that gets everything else comes after those that have a path.
fn priority(app: &App<'_>) -> u16 {
    let position = u16::try_from(app.position).unwrap_or(u16::MAX);
    if app.spec.path.is_empty() { 200 } else { position.saturating_add(99) }
}

/// A priority after those of [`traffic`], one for each target group and never the same for two apps.
fn priority_of_known(position: usize, target_group: &str) -> u16 {
    let (first, size) = match position {
        0 => (10_000, 20_000),
        1 => (30_000, 20_000),
        _ => (u16::try_from(position - 1).unwrap_or_default().saturating_mul(1000), 1000),
    };
    first + u16::from_str_radix(&short_hash(&[target_group]), 16).unwrap_or_default() % size
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    #[test]
    fn no_two_apps_have_a_rule_of_the_same_priority() {
        let mut taken = vec![Range { start: 0, end: 1000 }];
        for position in 0..MOST_APPS {
            let priorities = (0..3000).map(|number| priority_of_known(position, &number.to_string()));
            let (least, most) =
                priorities.fold((u16::MAX, 0), |(least, most), it| (least.min(it), most.max(it)));
            assert!(most <= 50_000, "{position}: {most} is more than a load balancer takes");
            let overlap = taken.iter().find(|range| range.start <= most && least < range.end);
            assert_eq!(overlap, None, "{position}: {least} to {most}");
            taken.push(least..most + 1);
        }
    }
}
