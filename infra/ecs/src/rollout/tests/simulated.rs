//! The simulation: what a person sees of an update beforehand.

use super::super::{Strategy, simulate};
use super::{balanced, seconds, spec, staged};

/// (seconds, old, new) of each step.
fn counts(steps: &[super::super::SimulatedStep]) -> Vec<(u64, u32, u32)> {
    let mut counts: Vec<_> = steps.iter().map(|step| (step.at.as_secs(), step.old, step.new)).collect();
    counts.dedup();
    counts
}

#[test]
fn an_ideal_rolling_update_starts_all_then_stops_all() {
    let steps = simulate(spec("web", 3), false);
    assert_eq!(counts(&steps)[..2], [(0, 3, 0), (0, 3, 3)]);
    assert_eq!(steps.last().map(|step| (step.old, step.new)), Some((0, 3)));
    assert!(steps.last().unwrap().events.last().unwrap().ends_with("has reached a steady state."));
}

#[test]
fn a_failing_one_is_rolled_back() {
    for failing in [balanced("web", 2), staged("web", Strategy::BlueGreen { bake: seconds(60) }, Vec::new())]
    {
        let steps = simulate(failing, true);
        assert_eq!(steps.last().map(|step| (step.old, step.new)), Some((2, 0)));
        let events: Vec<_> = steps.iter().flat_map(|step| &step.events).collect();
        assert!(events.iter().any(|event| event.ends_with("deployment failed: tasks failed to start.")));
    }
}

#[test]
fn a_canary_shows_its_shares() {
    let canary = Strategy::Canary { percent: 5.0, canary_bake: seconds(600), bake: seconds(300) };
    let steps = simulate(staged("web", canary, Vec::new()), false);
    let mut shares: Vec<_> = steps.iter().map(|step| step.production_percent.unwrap()).collect();
    shares.dedup();
    assert_eq!(shares[1..], [0.0, 5.0, 100.0], "{shares:?}");
}
