//! Daemons: one task on each instance.

use super::super::{Event, ServiceSpec, Timings};
use super::cloud::Cloud;
use super::{seconds, spec};
use std::collections::BTreeSet;

fn daemon(name: &str, minimum_healthy_percent: u32) -> ServiceSpec {
    ServiceSpec { daemon: true, minimum_healthy_percent, maximum_percent: 100, ..spec(name, 0) }
}

fn instances(count: usize) -> Event {
    Event::Instances((0..count).map(|number| format!("instance/{number}")).collect())
}

/// A daemon on three instances.
fn running(minimum_healthy_percent: u32) -> Cloud {
    let mut cloud = Cloud::new(daemon("good", minimum_healthy_percent), Timings::prompt());
    cloud.give(instances(3)).unwrap();
    cloud.run(seconds(60));
    assert!(cloud.service.is_steady());
    cloud
}

#[test]
fn each_instance_gets_one() {
    let mut cloud = running(0);
    for count in [3, 5, 2, 0] {
        cloud.give(instances(count)).unwrap();
        cloud.run(seconds(60));
        let on: BTreeSet<_> =
            cloud.service.tasks().values().map(|task| task.instance.clone().unwrap()).collect();
        assert_eq!((on.len(), cloud.service.tasks().len()), (count, count));
        assert_eq!(cloud.service.desired_count() as usize, count);
        assert!(cloud.service.is_steady());
    }
}

#[test]
fn an_update_stops_before_it_starts_and_keeps_the_minimum() {
    for (minimum, least) in [(0, 0), (50, 2)] {
        let mut cloud = running(minimum);
        cloud.update(daemon("better", minimum));
        let mut fewest = 3;
        cloud.run_checked(seconds(120), |cloud| {
            let healthy = cloud.service.tasks().values().filter(|task| task.healthy).count();
            fewest = fewest.min(healthy);
            assert!(cloud.service.tasks().len() <= 3);
        });
        assert_eq!(fewest, least, "{minimum} %");
        assert!(cloud.service.is_steady());
        assert_eq!(cloud.tasks_of("better"), 3);
    }
}

#[test]
fn a_bad_one_is_rolled_back() {
    let mut cloud = running(0);
    cloud.update(daemon("exits", 0));
    cloud.run(seconds(120));
    assert!(cloud.service.is_steady(), "{:#?}", cloud.messages());
    assert_eq!(cloud.service.deployments()[0].spec.task_definition, "good");
}
