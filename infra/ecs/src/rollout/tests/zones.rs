//! Zones: scale-in where there are most, rebalancing.

use super::super::{Event, ServiceSpec, Timings};
use super::cloud::Cloud;
use super::{seconds, spec, steady};
use insta::assert_snapshot;
use std::collections::BTreeMap;

fn by_zone(cloud: &Cloud) -> BTreeMap<String, usize> {
    let mut zones = BTreeMap::new();
    for task in cloud.service.tasks().values() {
        *zones.entry(task.zone.clone().unwrap()).or_insert(0) += 1;
    }
    zones
}

#[test]
fn scale_in_stops_where_there_are_most() {
    let mut cloud = steady(spec("good", 7));
    cloud.update(spec("good", 4));
    cloud.run(seconds(60));
    assert!(by_zone(&cloud).values().all(|tasks| (1..=2).contains(tasks)), "{:?}", by_zone(&cloud));
}

fn rebalancing(desired_count: u32) -> ServiceSpec {
    ServiceSpec { rebalances_zones: true, ..spec("good", desired_count) }
}

#[test]
fn a_steady_service_is_evened_out_one_by_one() {
    let mut cloud = Cloud::new(rebalancing(6), Timings::prompt());
    cloud.zones = vec!["a".to_owned()];
    cloud.run(seconds(4));
    let from = cloud.now;
    let mut fewest = 6;
    cloud.run_checked(seconds(300), |cloud| {
        let healthy = cloud.service.tasks().values().filter(|task| task.healthy).count();
        if cloud.now > from + seconds(1) {
            fewest = fewest.min(healthy);
        }
    });
    assert_eq!(fewest, 6);
    assert_eq!(by_zone(&cloud).into_values().collect::<Vec<_>>(), [2, 2, 2]);
    let lines = cloud.timeline(from);
    assert_snapshot!([&lines[..5], &lines[lines.len() - 2..]].concat().join("\n"), @r#"
        0 (service web) (deployment D1) deployment completed.
        0 (service web) has reached a steady state.
        0 (service web) is not AZ balanced with 6 tasks in a, 0 tasks in b, 0 tasks in c. AZ Rebalancing in progress.
        0 (service web) has started 1 tasks in c to AZ Rebalance: (task T1).
        4 (service web) has stopped 1 running tasks in AZ due to AZ rebalancing: (task T2).
        16 (service web) has reached a steady state.
        16 (service web) is AZ balanced with 2 tasks in a, 2 tasks in b, 2 tasks in c.
        "#);
}

#[test]
fn a_deployment_ends_it() {
    let mut cloud = Cloud::new(rebalancing(6), Timings::prompt());
    cloud.zones = vec!["a".to_owned()];
    cloud.run_until(|service| service.events().iter().any(|event| event.message.contains("to AZ Rebalance")));
    cloud.zones = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    cloud.give(Event::Update { spec: Box::new(rebalancing(6)), force: true }).unwrap();
    assert!(cloud.messages().iter().any(|message| message == "(service web) stopped AZ Rebalancing."));
    cloud.run(seconds(120));
    assert!(cloud.service.is_steady());
}

#[test]
fn who_does_not_mind_zones_is_not_asked_again_and_again() {
    let mut cloud = Cloud::new(rebalancing(4), Timings::prompt());
    cloud.zones = vec!["elsewhere".to_owned()];
    cloud.run(seconds(3600));
    assert!(cloud.tasks_of("good") < 10);
    assert!(cloud.service.is_steady());
}
