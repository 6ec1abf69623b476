//! The autoscaler's decisions, in tables and as properties.

use crate::scaling::decision::{Alarm, Decision, Point, Reason, Situation, Tracked, decide, decide_step};
use crate::scaling::steps::StepScaling;
use proptest::prelude::*;
use serde_json::json;

const TARGET: f64 = 100.0;

/// A policy with a target of 100 whose metric has been the same for so many minutes.
fn steady(value: f64, tasks: u32, minutes: usize) -> Tracked {
    Tracked { target: TARGET, scales_in: true, points: vec![Some(Point { value, tasks }); minutes] }
}

fn service(desired: u32) -> Situation {
    Situation { desired, min: 1, max: 20, ..Default::default() }
}

fn count(decision: Decision) -> Option<u32> {
    match decision {
        Decision::Set { count, .. } => Some(count),
        _ => None,
    }
}

fn reason(decision: Decision) -> Option<Reason> {
    match decision {
        Decision::NotScaled { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn out_after_three_datapoints_and_in_after_fifteen() {
    for (value, minutes, set) in [
        (150.0, 2, None),
        (150.0, 3, Some(6)),
        (100.1, 3, Some(5)),
        (100.0, 15, None),
        (90.0, 15, None),
        (89.0, 15, None),
        (60.0, 14, None),
        (60.0, 15, Some(3)),
        (1.0, 15, Some(3)),
    ] {
        assert_eq!(count(decide(&service(4), &[steady(value, 4, minutes)])), set, "{value} for {minutes}");
    }
}

#[test]
fn a_minute_without_data_starts_both_alarms_anew() {
    let mut policy = steady(150.0, 4, 15);
    policy.points[13] = None;
    assert_eq!(decide(&service(4), &[policy]), Decision::Stay);
    let mut policy = steady(10.0, 4, 15);
    policy.points[1] = None;
    assert_eq!(decide(&service(4), &[policy]), Decision::Stay);
}

#[test]
fn the_largest_count_wins_and_all_have_to_agree_to_less() {
    let (high, higher, low, none) = (
        steady(150.0, 4, 15),
        steady(200.0, 4, 15),
        steady(10.0, 4, 15),
        Tracked { points: vec![None; 15], ..steady(0.0, 4, 0) },
    );
    assert_eq!(
        decide(&service(4), &[high.clone(), higher]),
        Decision::Set { count: 8, policy: 1, alarm: Alarm::High }
    );
    assert_eq!(count(decide(&service(4), &[low.clone(), high])), Some(6));
    assert_eq!(decide(&service(4), &[low.clone(), none.clone()]), Decision::Stay);
    assert_eq!(count(decide(&service(4), &[low.clone(), Tracked { scales_in: false, ..none }])), Some(3));
    assert_eq!(decide(&service(4), &[Tracked { scales_in: false, ..low }]), Decision::Stay);
}

#[test]
fn why_nothing_was_done_has_a_code() {
    let (high, low) = ([steady(300.0, 4, 15)], [steady(10.0, 4, 15)]);
    for (situation, policies, wanted) in [
        (Situation { max: 4, ..service(4) }, &high, Reason::AlreadyAtMaxCapacity),
        (Situation { min: 4, ..service(4) }, &low, Reason::AlreadyAtMinCapacity),
        (Situation { deploying: true, ..service(4) }, &low, Reason::TargetServicePutResourceAsUnscalable),
        (service(12), &high, Reason::AlreadyAtDesiredCapacity),
        (service(4), &[steady(80.0, 4, 15)], Reason::AutoScalingAnticipatedFlapping),
    ] {
        assert_eq!(reason(decide(&situation, policies)), Some(wanted));
    }
}

#[test]
fn in_the_cooldown_of_a_scale_out_what_was_added_counts() {
    // From 2 to 4, and the four are over the target again: two more from two on.
    let cooling = Situation { before_scale_out: Some(2), ..service(4) };
    assert_eq!(reason(decide(&cooling, &[steady(150.0, 4, 3)])), Some(Reason::AlreadyAtDesiredCapacity));
    assert_eq!(count(decide(&cooling, &[steady(200.0, 4, 3)])), Some(6));
    assert_eq!(decide(&cooling, &[steady(10.0, 4, 15)]), Decision::Stay);
}

#[test]
fn limits_that_a_person_passed_hold_from_the_next_scaling_on() {
    let high = [steady(150.0, 1, 3)];
    assert_eq!(count(decide(&Situation { min: 5, ..service(1) }, &high)), Some(5));
    assert_eq!(decide(&Situation { min: 5, ..service(1) }, &[steady(100.0, 1, 15)]), Decision::Stay);
    assert_eq!(count(decide(&Situation { max: 5, ..service(9) }, &[steady(10.0, 9, 15)])), Some(5));
    assert_eq!(count(decide(&Situation { max: 5, ..service(9) }, &high)), None);
}

#[test]
fn from_no_tasks_the_first_datapoint_asks_for_one() {
    let none = Situation { min: 0, ..service(0) };
    assert_eq!(count(decide(&none, &[steady(5000.0, 0, 1)])), Some(1));
    assert_eq!(count(decide(&none, &[steady(0.0, 0, 15)])), None);
}

#[test]
fn many_tasks_go_by_tenths() {
    let many = Situation { max: 100, ..service(50) };
    assert_eq!(count(decide(&many, &[steady(1.0, 50, 15)])), Some(45));
}

#[test]
fn steps_are_chosen_by_the_distance_from_the_threshold() {
    let steps = |kind: &str, magnitude: Option<i32>, steps: serde_json::Value| -> StepScaling {
        let all =
            json!({ "AdjustmentType": kind, "StepAdjustments": steps, "MinAdjustmentMagnitude": magnitude });
        serde_json::from_value(all).unwrap()
    };
    let step = |lower: Option<f64>, upper: Option<f64>, adjustment: i32| json!({ "MetricIntervalLowerBound": lower, "MetricIntervalUpperBound": upper, "ScalingAdjustment": adjustment });
    let out = json!([step(Some(0.0), Some(10.0), 10), step(Some(10.0), None, 30)]);
    let both = json!([step(None, Some(-10.0), -30), step(Some(-10.0), Some(0.0), -10)]);
    for (kind, magnitude, adjustments, current, distance, wanted) in [
        ("ChangeInCapacity", None, &out, 10, 0.0, Some(20)),
        ("ChangeInCapacity", None, &out, 10, 10.0, Some(40)),
        ("ChangeInCapacity", None, &out, 10, -0.1, None),
        ("ExactCapacity", None, &out, 10, 5.0, Some(10)),
        ("PercentChangeInCapacity", None, &out, 10, 5.0, Some(11)),
        ("PercentChangeInCapacity", None, &out, 4, 5.0, Some(5)),
        ("PercentChangeInCapacity", Some(2), &out, 4, 5.0, Some(6)),
        ("PercentChangeInCapacity", None, &out, 25, 15.0, Some(32)),
        ("PercentChangeInCapacity", None, &both, 25, -15.0, Some(18)),
        ("ChangeInCapacity", None, &both, 25, 0.0, Some(15)),
        ("ChangeInCapacity", None, &both, 5, -10.0, Some(0)),
    ] {
        let steps = steps(kind, magnitude, adjustments.clone());
        assert_eq!(steps.adjusted(current, distance), wanted, "{kind} {current} {distance}");
    }
}

fn points() -> impl Strategy<Value = Vec<Option<Point>>> {
    let value = prop_oneof![0.0..300.0f64, Just(0.0), Just(f64::MAX)];
    prop::collection::vec(
        prop::option::weighted(0.95, (value, 0..30u32).prop_map(|(value, tasks)| Point { value, tasks })),
        0..20,
    )
}

fn policies() -> impl Strategy<Value = Vec<Tracked>> {
    let one = (prop_oneof![1.0..200.0f64, Just(-1.0), Just(f64::MAX)], any::<bool>(), points());
    prop::collection::vec(
        one.prop_map(|(target, scales_in, points)| Tracked { target, scales_in, points }),
        0..4,
    )
}

fn situation() -> impl Strategy<Value = Situation> {
    let limits = (0..20u32, 0..20u32).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let flags = any::<[bool; 4]>();
    (0..30u32, limits, flags, prop::option::of(0..20u32)).prop_map(
        |(desired, (min, max), [deploying, out_suspended, in_suspended, in_cooldown], before_scale_out)| {
            Situation {
                desired,
                min,
                max,
                deploying,
                out_suspended,
                in_suspended,
                before_scale_out,
                in_cooldown,
            }
        },
    )
}

proptest! {
    #[test]
    fn a_count_is_never_beyond_the_limits(situation in situation(), policies in policies(), wanted in 0..50u32) {
        for decision in [decide(&situation, &policies), decide_step(&situation, wanted)] {
            if let Decision::Set { count, alarm, .. } = decision {
                prop_assert!((situation.min..=situation.max).contains(&count));
                prop_assert_ne!(count, situation.desired);
                prop_assert_eq!(alarm == Alarm::High, count > situation.desired);
            }
        }
    }

    #[test]
    fn nothing_scales_in_while_it_must_not(situation in situation(), policies in policies(), wanted in 0..50u32) {
        let must_not = situation.deploying || situation.in_suspended || situation.in_cooldown || situation.before_scale_out.is_some();
        for decision in [decide(&situation, &policies), decide_step(&situation, wanted)] {
            if let Decision::Set { count, .. } = decision {
                prop_assert!(!must_not || count > situation.desired);
                prop_assert!(!situation.out_suspended || count < situation.desired);
            }
        }
    }

    #[test]
    fn at_the_target_nothing_moves(situation in situation(), values in prop::collection::vec(90.0..=100.0f64, 0..20)) {
        let points = values.into_iter().map(|value| Some(Point { value, tasks: 5 })).collect();
        prop_assert_eq!(decide(&situation, &[Tracked { target: TARGET, scales_in: true, points }]), Decision::Stay);
    }

    /// Under a load that stays the same the count goes one way only, to where the load fits, and stays there, however long
    /// tasks take to start.
    #[test]
    fn a_steady_load_is_never_flapped_around(load in 0.0..3000.0f64, start in 1..40u32, starting in 0..5usize) {
        let mut policy = steady(0.0, 1, 0);
        let mut counts = vec![start];
        for _ in 0..120 {
            let desired = *counts.last().unwrap();
            let tasks = counts[counts.len().saturating_sub(1 + starting)];
            policy.points.push(Some(Point { value: load / f64::from(tasks), tasks }));
            let situation = Situation { desired, min: 1, max: 40, ..Default::default() };
            counts.push(count(decide(&situation, std::slice::from_ref(&policy))).unwrap_or(desired));
        }
        prop_assert!(counts.is_sorted() || counts.iter().rev().is_sorted(), "{:?}", counts);
        let last = f64::from(*counts.last().unwrap());
        prop_assert!(load / last <= TARGET, "{:?}", counts);
        prop_assert!(last == 1.0 || load / (last - 1.0) > TARGET * 0.9, "{:?}", counts);
    }
}
