//! How the scheduler behaves, on a virtual clock with scripted tasks.

mod breaker;
mod cloud;
mod daemons;
mod health;
mod pauses;
mod properties;
mod rolling;
mod simulated;
mod staged;
mod zones;

use super::{Hook, LoadBalancer, ServiceSpec, Strategy, Timings};
use crate::service::{CircuitBreaker, DeploymentAlarms};
use cloud::Cloud;
use std::time::Duration;

const GROUP: &str = "group/blue";
const OTHER_GROUP: &str = "group/green";
const RULE: &str = "rule/production";
const TEST_RULE: &str = "rule/test";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Without a load balancer, with a container health check, with the circuit breaker.
fn spec(task_definition: &str, desired_count: u32) -> ServiceSpec {
    ServiceSpec {
        task_definition: task_definition.to_owned(),
        desired_count,
        daemon: false,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        strategy: Strategy::Rolling,
        circuit_breaker: CircuitBreaker { enable: true, rollback: true, ..CircuitBreaker::default() },
        alarms: DeploymentAlarms::default(),
        early_success: None,
        hooks: Vec::new(),
        load_balancers: Vec::new(),
        grace_period: Duration::ZERO,
        has_container_health_check: true,
        rebalances_zones: false,
        zones: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        rest_of_revision: serde_json::Value::Null,
    }
}

fn balanced(task_definition: &str, desired_count: u32) -> ServiceSpec {
    let balancer = LoadBalancer {
        target_group: GROUP.to_owned(),
        container: "web".to_owned(),
        container_port: 8080,
        alternate_target_group: None,
        production_rule: None,
        test_rule: None,
    };
    let load_balancers = vec![balancer];
    ServiceSpec { load_balancers, has_container_health_check: false, ..spec(task_definition, desired_count) }
}

fn staged(task_definition: &str, strategy: Strategy, hooks: Vec<Hook>) -> ServiceSpec {
    let mut spec = ServiceSpec { strategy, hooks, ..balanced(task_definition, 2) };
    let balancer = &mut spec.load_balancers[0];
    balancer.alternate_target_group = Some(OTHER_GROUP.to_owned());
    balancer.production_rule = Some(RULE.to_owned());
    balancer.test_rule = Some(TEST_RULE.to_owned());
    spec
}

/// A service with this specification that has reached its steady state.
fn steady(spec: ServiceSpec) -> Cloud {
    let mut cloud = Cloud::new(spec, Timings::prompt());
    cloud.run(seconds(600));
    assert!(cloud.service.is_steady(), "{:#?}", cloud.messages());
    cloud
}
