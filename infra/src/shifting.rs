//! What an app's service has where ECS moves the traffic: a second target group, the users' rule, and perhaps one for tests.

use crate::context::{App, Context};
use crate::settings::{AppSettings, Strategy};
use crate::traffic::{AppTargets, alternate_target_group, rule_of_users};
use infra_ecs::service::{HookTarget, LifecycleHook};
use infra_ecs::typed::capability::TargetFor;
use infra_ecs::typed::{LaunchType, PercentInTenths, TargetKind};
use infra_ecs::{BlueGreen, Canary, Deployment, Linear, Targets};
use infra_engine::{Output, Stack};
use infra_resources::{ListenerRule, NameError};
use std::time::Duration;

/// What ECS needs to move an app's traffic.
pub struct Shifting<T> {
    alternate: Targets<T>,
    production_rule: Output<String>,
    test_rule: Option<Output<String>>,
    role: Output<String>,
}

/// The resources of a strategy that moves traffic; none with a rolling one.
///
/// The users' rule is there before the service, as ECS wants it. It leads to the first target group until ECS decides.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html>
///
/// # Errors
/// When a name is too long.
pub fn shifting<T: TargetKind>(
    stack: &mut Stack,
    app: &App<'_>,
    context: &Context<'_>,
    targets: &AppTargets<T>,
) -> Result<Option<Shifting<T>>, NameError> {
    let Some(role) = context.infrastructure_role.filter(|_| app.settings.deployment.shifts_traffic()) else {
        return Ok(None);
    };
    let alternate: AppTargets<T> = alternate_target_group(stack, app, context, targets)?;
    let users = ListenerRule {
        alternate_target_group_arn: Some(alternate.group.arn.clone()),
        ..rule_of_users(context.balancer, app, targets)
    };
    let production_rule = stack.add(app.spec.name, users.clone()).arn.clone();
    let test_port = app.settings.deployment.test_port();
    let test_rule = test_port.map(|port| rule_of_tests(stack, app, context, users, port));
    let role = role.arn.clone();
    Ok(Some(Shifting { alternate: alternate.targets, production_rule, test_rule, role }))
}

/// A port of its own, on which every request is for the app's new tasks while a deployment tests them.
fn rule_of_tests(
    stack: &mut Stack,
    app: &App<'_>,
    context: &Context<'_>,
    users: ListenerRule,
    port: u16,
) -> Output<String> {
    let (balancer, name) = (context.balancer, format!("{}-test", app.spec.name));
    let listener = stack.add(&name, balancer.listener_of_apps(port));
    let rule = ListenerRule {
        listener_name: balancer.listener_name(port),
        listener_arn: listener.arn.clone(),
        ..users
    };
    stack.add(&name, rule).arn.clone()
}

/// The strategy that the settings say.
pub fn deployment<On: LaunchType, T: TargetFor<On>>(
    settings: &AppSettings,
    shifting: &Shifting<T>,
) -> Deployment<On> {
    let deployment = &settings.deployment;
    let Shifting { alternate, production_rule, test_rule, role } = shifting;
    let bake_time = minutes(deployment.bake_time_minutes);
    let shift = BlueGreen::new(alternate, production_rule.clone(), role.clone(), bake_time);
    let shift = test_rule.iter().fold(shift, |shift, rule| shift.test_rule(rule.clone()));
    let stages = deployment.pauses();
    let pause = (!stages.is_empty()).then(|| LifecycleHook {
        target_type: Some(HookTarget::Pause),
        lifecycle_stages: stages,
        ..LifecycleHook::default()
    });
    let shift = pause.into_iter().fold(shift, BlueGreen::hook);
    let alarms = deployment.alarm_names();
    let shift = if alarms.is_empty() { shift } else { shift.roll_back_on_alarm(&alarms) };
    match deployment.strategy {
        Strategy::Linear => Deployment::Linear(
            shift,
            Linear {
                step: percent(deployment.step_percent),
                step_bake_time: minutes(deployment.step_bake_minutes),
            },
        ),
        Strategy::Canary => Deployment::Canary(
            shift,
            Canary {
                canary: percent(deployment.canary_percent),
                canary_bake_time: minutes(deployment.canary_bake_minutes),
            },
        ),
        Strategy::Rolling | Strategy::BlueGreen => Deployment::BlueGreen(shift),
    }
}

fn minutes(minutes: u32) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

fn percent(percent: u16) -> PercentInTenths {
    PercentInTenths(percent.saturating_mul(10))
}
