//! What holds whatever happens.

use super::super::{
    Action, Bounds, DeploymentStatus, Event, Hook, Moment, RolloutState, ServiceSpec, ServiceStatus,
    Strategy as Rollout, TargetHealth, Task, TaskStatus, Timings,
};
use super::cloud::{Cloud, stopped};
use super::{GROUP, seconds, spec, staged};
use crate::service::{HookAction, LifecycleStage};
use proptest::prelude::*;
use proptest::sample::select;

/// Something that people or machines do to a service.
#[derive(Clone, Debug)]
enum Deed {
    Update(Box<ServiceSpec>, bool),
    Wait(u64),
    Stop(bool),
    Continue(bool),
    Alarms(bool),
    Protect(u64),
    Crash,
    Sicken,
    Delete,
}

fn strategies() -> impl Strategy<Value = Rollout> {
    prop_oneof![
        3 => Just(Rollout::Rolling),
        1 => (0..100_u64).prop_map(|bake| Rollout::BlueGreen { bake: seconds(bake) }),
        1 => (30..1000_u32, 0..30_u64).prop_map(|(tenths, bake)| Rollout::Linear {
            step: f64::from(tenths) / 10.0,
            step_bake: seconds(bake),
            bake: seconds(bake),
        }),
        1 => (1..1000_u32, 0..30_u64).prop_map(|(tenths, bake)| Rollout::Canary {
            percent: f64::from(tenths) / 10.0,
            canary_bake: seconds(bake),
            bake: seconds(bake),
        }),
    ]
}

fn hooks() -> impl Strategy<Value = Vec<Hook>> {
    let stages = select(vec![
        LifecycleStage::ReconcileService,
        LifecycleStage::PreScaleUp,
        LifecycleStage::PostTestTrafficShift,
        LifecycleStage::PreProductionTrafficShift,
        LifecycleStage::PostProductionTrafficShift,
    ]);
    let actions = select(vec![HookAction::Continue, HookAction::Rollback]);
    let hook = (stages, actions).prop_map(|(stage, action)| Hook {
        stages: vec![stage],
        timeout: seconds(90),
        action,
    });
    prop::collection::vec(hook, 0..2)
}

fn specs(names: &'static [&'static str]) -> impl Strategy<Value = ServiceSpec> {
    let bounds = select(vec![(100, 200), (50, 200), (50, 100), (0, 100), (100, 150), (75, 125), (0, 300)]);
    let shape = (select(names), 0..7_u32, bounds, any::<bool>());
    (shape, strategies(), hooks(), any::<bool>()).prop_map(
        |((name, desired, bounds, balances), strategy, hooks, lb)| {
            let mut spec = if lb {
                staged(name, strategy, hooks)
            } else {
                ServiceSpec { strategy, hooks, ..spec(name, 1) }
            };
            spec.desired_count = desired;
            (spec.minimum_healthy_percent, spec.maximum_percent) = bounds;
            spec.rebalances_zones = balances && spec.maximum_percent > 100;
            spec.alarms.alarm_names = vec!["slow".to_owned()];
            (spec.alarms.enable, spec.alarms.rollback) = (true, balances);
            spec
        },
    )
}

fn deeds() -> impl Strategy<Value = Deed> {
    let names = &["good", "better", "exits", "sick", "unpullable", "unplaceable", "hangs"];
    prop_oneof![
        3 => (specs(names), any::<bool>()).prop_map(|(spec, force)| Deed::Update(Box::new(spec), force)),
        6 => (0..120_u64).prop_map(Deed::Wait),
        1 => any::<bool>().prop_map(Deed::Stop),
        1 => any::<bool>().prop_map(Deed::Continue),
        1 => any::<bool>().prop_map(Deed::Alarms),
        1 => (0..200_u64).prop_map(Deed::Protect),
        2 => Just(Deed::Crash),
        2 => Just(Deed::Sicken),
    ]
}

/// What was before a step.
struct Before {
    actions: usize,
    healthy: Vec<String>,
}

fn before(cloud: &Cloud) -> Before {
    let healthy = cloud.service.tasks().values().filter(|task| task.healthy);
    Before { actions: cloud.actions.len(), healthy: healthy.map(|task| task.id.clone()).collect() }
}

/// Checks a step.
fn check(cloud: &Cloud, before: &Before) {
    let service = &cloud.service;
    for (_, action) in &cloud.actions[before.actions..] {
        if let Action::SetWeights { weights, .. } = action {
            let sum: u32 = weights.iter().map(|(_, weight)| weight).sum();
            assert!(sum == 100 || sum == 1000, "{weights:?}");
            assert!(weights.iter().all(|(_, weight)| *weight <= 999));
        }
    }
    assert!(service.events().len() <= 100);
    let open = service.service_deployments().iter().skip(1).all(|deployment| deployment.status.is_terminal());
    assert!(open, "two service deployments are under way");
    if service.status() == ServiceStatus::Active {
        let is_primary = |status| status == DeploymentStatus::Primary;
        assert!(is_primary(service.deployments()[0].status));
        assert_eq!(service.deployments().iter().filter(|it| is_primary(it.status)).count(), 1);
        check_bounds(cloud, before);
    }
}

fn check_bounds(cloud: &Cloud, before: &Before) {
    let service = &cloud.service;
    let spec = service.spec();
    let bounds = Bounds::new(spec.desired_count, spec.minimum_healthy_percent, spec.maximum_percent);
    for (_, action) in &cloud.actions[before.actions..] {
        let Action::StartTask { started_by, .. } = action else { continue };
        // Stages start a revision in full beside what there is.
        let counts =
            |task: &&Task| task.is_live() && (!service.is_staged() || task.deployment == *started_by);
        let live = service.tasks().values().filter(counts).count();
        assert!(live <= bounds.max_running as usize, "{live} of {bounds:?}: {:#?}", cloud.messages());
    }
    let healthy = service.tasks().values().filter(|task| task.healthy).count();
    let fails = |task: &Task| {
        let fails = |health: &TargetHealth| matches!(health, TargetHealth::Unhealthy { .. });
        task.container_health == Some(false) || task.targets.values().any(fails)
    };
    let stopped = before.healthy.iter().filter_map(|id| service.tasks().get(id));
    let stopped = stopped.filter(|task| !task.is_live() && !fails(task)).count() > 0;
    if stopped {
        assert!(healthy >= bounds.min_running as usize, "{healthy} of {bounds:?}: {:#?}", cloud.messages());
    }
}

fn some_task(cloud: &Cloud) -> Option<String> {
    cloud.service.tasks().values().min_by_key(|task| task.number).map(|task| task.id.clone())
}

fn perform(cloud: &mut Cloud, deed: Deed) {
    let now = cloud.now;
    let first = |cloud: &Cloud| cloud.service.service_deployments()[0].clone();
    let event = match deed {
        Deed::Update(spec, force) => Event::Update { spec, force },
        Deed::Wait(wait) => return run(cloud, wait),
        Deed::Stop(abort) => Event::StopDeployment { deployment: first(cloud).arn, abort },
        Deed::Continue(roll_back) => {
            let Some(hook) = first(cloud).hooks.pop() else { return };
            Event::ContinueDeployment { deployment: first(cloud).arn, hook: hook.id, roll_back }
        }
        Deed::Alarms(on) => Event::Alarms(if on { vec!["slow".to_owned()] } else { Vec::new() }),
        Deed::Protect(wait) => {
            let Some(task) = some_task(cloud) else { return };
            Event::Protection { task, until: Some(now + seconds(wait)) }
        }
        Deed::Crash => {
            let Some(task) = some_task(cloud) else { return };
            Event::Task {
                task,
                status: stopped("EssentialContainerExited", "Essential container in task exited"),
            }
        }
        Deed::Sicken => {
            let Some(task) = some_task(cloud) else { return };
            let health = TargetHealth::Unhealthy { description: "Request timed out".to_owned() };
            cloud.container(0, &task, false);
            Event::Target { task, target_group: GROUP.to_owned(), health }
        }
        Deed::Delete => Event::Delete,
    };
    let was = before(cloud);
    // Refusals are answers too.
    drop(cloud.give(event));
    check(cloud, &was);
}

fn run(cloud: &mut Cloud, wait: u64) {
    let mut was = before(cloud);
    cloud.run_checked(seconds(wait), |cloud| {
        check(cloud, &was);
        was = before(cloud);
    });
}

/// As long as any deployment of these takes, with all pauses and retries.
const LONG: u64 = 3 * 3600;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn bounds_and_weights_hold_and_in_the_end_a_good_revision_serves(
        first in specs(&["good", "exits", "hangs"]),
        deeds in prop::collection::vec(deeds(), 0..12),
        last in specs(&["best"]),
        seed: u64,
    ) {
        let mut cloud = Cloud::seeded(first, Timings::prompt(), seed);
        for deed in deeds {
            perform(&mut cloud, deed);
        }
        perform(&mut cloud, Deed::Alarms(false));
        let last = ServiceSpec { hooks: Vec::new(), ..last };
        let can_progress = Bounds::new(last.desired_count, last.minimum_healthy_percent, last.maximum_percent)
            .can_progress(last.desired_count);
        perform(&mut cloud, Deed::Update(Box::new(last.clone()), true));
        prop_assume!(can_progress);
        run(&mut cloud, LONG);
        let service = &cloud.service;
        prop_assert!(service.is_steady(), "{:#?}", cloud.messages());
        prop_assert_eq!(service.deployments().len(), 1);
        prop_assert_eq!(service.tasks().len(), last.desired_count as usize);
        prop_assert!(service.tasks().values().all(|task| task.of.spec.task_definition == "best"));
        perform(&mut cloud, Deed::Delete);
        run(&mut cloud, 60);
        prop_assert_eq!(cloud.service.status(), ServiceStatus::Inactive);
        prop_assert!(cloud.service.tasks().is_empty());
    }

    #[test]
    fn every_deployment_ends(
        first in specs(&["good"]),
        second in specs(&["better", "exits", "sick", "unpullable", "unplaceable"]),
        seed: u64,
    ) {
        let bounds = Bounds::new(second.desired_count, second.minimum_healthy_percent, second.maximum_percent);
        prop_assume!(bounds.can_progress(second.desired_count));
        let mut cloud = Cloud::seeded(ServiceSpec { hooks: Vec::new(), ..first }, Timings::seen(), seed);
        run(&mut cloud, 3600);
        perform(&mut cloud, Deed::Update(Box::new(second), false));
        run(&mut cloud, LONG);
        let service = &cloud.service;
        prop_assert!(service.current_service_deployment().is_none(), "{:#?}", cloud.messages());
        prop_assert!(service.is_steady(), "{:#?}", cloud.messages());
        prop_assert_eq!(service.deployments().len(), 1);
    }

    #[test]
    fn no_sequence_of_events_makes_it_fail(
        first in specs(&["good"]),
        events in prop::collection::vec((0..12_u32, 0..4_usize, 0..100_000_u64), 0..80),
    ) {
        let mut cloud = Cloud::seeded(first, Timings::prompt(), 1);
        let mut now = 1_000_000;
        for (kind, which, wait) in events {
            now += wait;
            let mut ids = cloud.service.tasks().keys().cloned().collect::<Vec<_>>();
            ids.push("unknown".to_owned());
            let task = ids.swap_remove(which % ids.len());
            let target = |health| Event::Target { task: task.clone(), target_group: GROUP.to_owned(), health };
            let event = match kind {
                0 => Event::Tick,
                1 => Event::Task { task, status: TaskStatus::Running },
                2 => Event::Task { task, status: TaskStatus::Pending },
                3 => Event::Task { task, status: stopped("", "") },
                4 => target(TargetHealth::Healthy),
                5 => target(TargetHealth::Unhealthy { description: String::new() }),
                6 => target(TargetHealth::Gone),
                7 => Event::ContainerHealth { task, healthy: wait % 2 == 0 },
                8 => Event::TaskNotPlaced { task, message: String::new() },
                9 => Event::TaskPlaced { task, zone: "a".to_owned(), instance: None },
                10 => Event::Update { spec: Box::new(spec("better", (wait % 9) as u32)), force: wait % 2 == 0 },
                _ => Event::Alarms(vec!["slow".to_owned()]),
            };
            cloud.service.step(Moment::from_millis(now), event).unwrap();
            let _ = cloud.service.next_wake();
        }
        prop_assert!(cloud.service.deployments()[0].rollout_state <= RolloutState::Failed);
    }

    #[test]
    fn the_same_seed_and_events_do_the_same(first in specs(&["good", "exits"]), second in specs(&["better"])) {
        let actions = || {
            let mut cloud = Cloud::seeded(first.clone(), Timings::prompt(), 3);
            cloud.run(seconds(100));
            cloud.update(second.clone());
            cloud.run(seconds(300));
            cloud.actions
        };
        prop_assert_eq!(actions(), actions());
    }
}
