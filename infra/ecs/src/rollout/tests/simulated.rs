//! The simulation: what a person sees of a deployment beforehand.

use super::super::{
    Bounds, Fault, Pace, ServiceDeploymentStatus, Simulated, Simulation, Stage, Strategy as Rollout,
};
use super::seconds;
use crate::service::CircuitBreaker;
use proptest::prelude::*;
use proptest::sample::select;

fn simulation(desired_count: u32, percent: (u32, u32), strategy: Rollout) -> Simulation {
    Simulation {
        desired_count,
        minimum_healthy_percent: percent.0,
        maximum_percent: percent.1,
        strategy,
        circuit_breaker: CircuitBreaker { enable: true, rollback: true, ..CircuitBreaker::default() },
        first: false,
        fault: None,
        pace: Pace { start: seconds(20), health: seconds(10), draining: seconds(30) },
    }
}

/// (seconds, old that run, old that start, new that run, new that start) of each step.
fn counts(simulated: &Simulated) -> Vec<(u64, [u32; 4])> {
    let counts = simulated
        .steps
        .iter()
        .map(|step| (step.seconds, [step.old.running, step.old.pending, step.new.running, step.new.pending]));
    counts.collect()
}

#[test]
fn with_room_above_new_tasks_start_first() {
    let simulated = simulation(4, (100, 200), Rollout::Rolling).run();
    let expected = [(0, [4, 0, 0, 4]), (20, [4, 0, 4, 0]), (30, [0, 0, 4, 0]), (60, [0, 0, 4, 0])];
    assert_eq!(counts(&simulated), expected, "{simulated:#?}");
    assert!(simulated.steps[3].events[1].ends_with("has reached a steady state."));
}

#[test]
fn without_room_above_old_tasks_stop_first() {
    let simulated = simulation(4, (50, 100), Rollout::Rolling).run();
    assert_eq!(counts(&simulated)[..2], [(0, [2, 0, 0, 0]), (30, [2, 0, 0, 2])]);
    let simulated = simulation(4, (0, 100), Rollout::Rolling).run();
    assert_eq!(counts(&simulated)[..2], [(0, [0, 0, 0, 0]), (30, [0, 0, 0, 4])]);
}

#[test]
fn bake_time_comes_after_the_traffic_has_moved_and_keeps_both_revisions() {
    let simulated = simulation(2, (100, 200), Rollout::BlueGreen { bake: seconds(300) }).run();
    let stages: Vec<_> = simulated.steps.iter().flat_map(|step| &step.stages).copied().collect();
    // Only one revision was there.
    assert_eq!(stages, Stage::ALL[1..]);
    let baking = simulated.steps.iter().find(|step| step.stages.contains(&Stage::BakeTime)).unwrap();
    assert_eq!((baking.old.running, baking.new.running), (2, 2));
    assert_eq!(baking.traffic.map(|traffic| (traffic.old, traffic.new)), Some((0.0, 100.0)));
    let cleaning = simulated.steps.iter().find(|step| step.stages.contains(&Stage::CleanUp)).unwrap();
    assert_eq!(cleaning.seconds - baking.seconds, 300);
}

#[test]
fn traffic_moves_in_steps_with_a_wait_after_each_but_the_last() {
    let shares = |strategy| {
        let steps = simulation(2, (100, 200), strategy).run().steps;
        let mut shares: Vec<_> = steps.iter().map(|step| (step.seconds, step.traffic.unwrap().new)).collect();
        shares.dedup_by_key(|(_, share)| *share);
        shares
    };
    let (step_bake, bake) = (seconds(360), seconds(300));
    let linear = Rollout::Linear { step: 40.0, step_bake, bake };
    assert_eq!(shares(linear), [(0, 0.0), (30, 40.0), (390, 80.0), (750, 100.0)]);
    let canary = Rollout::Canary { percent: 2.5, canary_bake: seconds(600), bake };
    assert_eq!(shares(canary), [(0, 0.0), (30, 2.5), (630, 100.0)]);
}

#[test]
fn a_failing_revision_is_rolled_back() {
    for strategy in [Rollout::Rolling, Rollout::BlueGreen { bake: seconds(60) }] {
        for fault in [Fault::Exit, Fault::Health, Fault::Image] {
            let failing = Simulation { fault: Some(fault), ..simulation(2, (100, 200), strategy) };
            let simulated = failing.run();
            assert_eq!(simulated.outcome.status, ServiceDeploymentStatus::RollbackSuccessful, "{fault:?}");
            let last = simulated.steps.last().unwrap();
            assert_eq!((last.old.running, last.new.running), (2, 0));
            assert!(Some(last.failed_tasks) >= simulated.failure_threshold);
            let failed = |event: &String| {
                event.ends_with("(deployment ecs-svc/new) deployment failed: tasks failed to start.")
            };
            assert!(simulated.steps.iter().flat_map(|step| &step.events).any(failed));
        }
    }
}

#[test]
fn a_failing_first_revision_has_nothing_to_go_back_to() {
    let simulated =
        Simulation { fault: Some(Fault::Exit), first: true, ..simulation(2, (100, 200), Rollout::Rolling) };
    let outcome = simulated.run().outcome;
    assert_eq!(outcome.status, ServiceDeploymentStatus::RollbackFailed);
    assert!(outcome.reason.unwrap().starts_with("No rollback candidate was found"));
}

#[test]
fn without_a_circuit_breaker_it_would_go_on_for_ever() {
    for fault in [Fault::Exit, Fault::Health, Fault::Image] {
        let circuit_breaker = CircuitBreaker::default();
        let failing = simulation(2, (100, 200), Rollout::Rolling);
        let simulated = Simulation { fault: Some(fault), circuit_breaker, ..failing }.run();
        assert_eq!(simulated.outcome.status, ServiceDeploymentStatus::InProgress);
        assert!(!simulated.outcome.blocked && simulated.failure_threshold.is_none());
        assert_eq!(simulated.steps.last().unwrap().failed_tasks, 8);
    }
    let circuit_breaker = CircuitBreaker::default();
    let large = simulation(1000, (100, 200), Rollout::Rolling);
    let simulated = Simulation { fault: Some(Fault::Health), circuit_breaker, ..large }.run();
    assert!(simulated.outcome.seconds < 2 * 3600, "{}", simulated.outcome.seconds);
}

#[test]
fn without_rollback_it_ends_where_it_is() {
    let circuit_breaker = CircuitBreaker { enable: true, ..CircuitBreaker::default() };
    let failing = simulation(2, (100, 200), Rollout::Rolling);
    let simulated = Simulation { fault: Some(Fault::Health), circuit_breaker, ..failing }.run();
    assert_eq!(simulated.outcome.status, ServiceDeploymentStatus::Stopped);
    assert_eq!(simulated.steps.last().unwrap().old.running, 2);
}

#[test]
fn rounding_can_leave_a_small_service_blocked() {
    for (desired, minimum, maximum) in [(1, 50, 100), (3, 100, 125), (1, 1, 199)] {
        let simulated = simulation(desired, (minimum, maximum), Rollout::Rolling).run();
        assert!(simulated.outcome.blocked);
        let said = &simulated.steps.last().unwrap().events;
        assert!(said.last().unwrap().contains("because of the service deployment configuration"), "{said:?}");
    }
}

#[test]
fn a_service_without_tasks_is_done_at_once() {
    let outcome = simulation(0, (100, 200), Rollout::Rolling).run().outcome;
    assert_eq!((outcome.status, outcome.seconds), (ServiceDeploymentStatus::Successful, 0));
}

fn strategies() -> impl Strategy<Value = Rollout> {
    select(vec![
        Rollout::Rolling,
        Rollout::BlueGreen { bake: seconds(60) },
        Rollout::Linear { step: 30.0, step_bake: seconds(60), bake: seconds(0) },
        Rollout::Canary { percent: 0.1, canary_bake: seconds(60), bake: seconds(1) },
    ])
}

prop_compose! {
    /// Every pair of percentages that ECS takes.
    fn simulations()(
        desired in 0..60_u32,
        minimum in 0..=100_u32,
        maximum in 101..=300_u32,
        strategy in strategies(),
        fault in prop::option::of(select(vec![Fault::Exit, Fault::Health, Fault::Image])),
        (enable, rollback, first) in any::<(bool, bool, bool)>(),
        (start, health, draining) in (1..90_u64, 1..90_u64, 0..300_u64),
    ) -> Simulation {
        Simulation {
            circuit_breaker: CircuitBreaker { enable, rollback, ..CircuitBreaker::default() },
            first,
            fault,
            pace: Pace { start: seconds(start), health: seconds(health), draining: seconds(draining) },
            ..simulation(desired, (minimum, maximum), strategy)
        }
    }
}

proptest! {
    #[test]
    fn every_simulation_keeps_its_bounds_and_ends(simulation in simulations()) {
        let Simulation { desired_count: desired, minimum_healthy_percent, maximum_percent, .. } = simulation;
        let bounds = Bounds::new(desired, minimum_healthy_percent, maximum_percent);
        let simulated = simulation.run();
        let rolling = simulation.strategy == Rollout::Rolling;
        for step in &simulated.steps {
            let of = |tasks: super::super::TaskCounts| tasks.running + tasks.pending;
            // Both revisions of a staged one run in full, the new one with replacements of failed tasks.
            let most = if rolling { bounds.max_running } else { bounds.max_running.max(desired) + desired };
            prop_assert!(of(step.old) + of(step.new) <= most, "{:#?}", simulated);
            let served = simulation.first || step.old.running + step.new.running >= bounds.min_running;
            prop_assert!(served, "{:#?}", simulated);
        }
        prop_assert!(simulated.steps.windows(2).all(|pair| pair[0].seconds < pair[1].seconds));
        let blocked = rolling && !simulation.first && !bounds.can_progress(desired);
        prop_assert_eq!(simulated.outcome.blocked, blocked);
        if simulation.fault.is_none() && !blocked {
            prop_assert_eq!(simulated.outcome.status, ServiceDeploymentStatus::Successful);
        }
    }
}
