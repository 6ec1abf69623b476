//! Tests of Application Auto Scaling with a service that is not ECS's.

mod any_body;
mod api;
mod decisions;
mod minutes;
mod refusals;
mod schedules;

use super::{ScaledServices, Scaling};
use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::ecs::Scalable;
use crate::tasks::Usage;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

const RESOURCE: &str = "service/main/web";
const LABEL: &str = "app/main/0123456789abcdef/targetgroup/web/fedcba9876543210";

/// The one service `web` of the cluster `main`; its tasks run as soon as they are asked for.
#[derive(Default)]
struct Web(Mutex<WebState>);

#[derive(Default)]
struct WebState {
    desired: u32,
    deploying: bool,
    gone: bool,
    requests: u64,
    cpu: f64,
    memory: f64,
}

impl Web {
    fn with(desired: u32) -> Arc<Self> {
        Arc::new(Self(Mutex::new(WebState { desired, ..Default::default() })))
    }

    fn state(&self) -> MutexGuard<'_, WebState> {
        self.0.lock().unwrap()
    }
}

#[async_trait::async_trait]
impl ScaledServices for Web {
    fn service(&self, cluster: &str, service: &str) -> Option<Scalable> {
        let state = self.state();
        let group = account().arn("elasticloadbalancing", "targetgroup/web/fedcba9876543210");
        (cluster == "main" && service == "web" && !state.gone).then(|| Scalable {
            desired_count: state.desired,
            running_count: state.desired,
            deploying: state.deploying,
            tasks: (0..state.desired).map(|task| task.to_string()).collect(),
            target_groups: vec![group],
        })
    }

    fn set_desired_count(&self, _: &str, _: &str, count: u32) -> Result<(), ApiError> {
        self.state().desired = count;
        Ok(())
    }

    fn request_count(&self, target_group: &str) -> u64 {
        assert!(target_group.ends_with(":targetgroup/web/fedcba9876543210"));
        self.state().requests
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        let state = self.state();
        let usage = Usage { cpu: state.cpu, memory: state.memory };
        (0..state.desired).map(|task| (task.to_string(), usage)).collect()
    }
}

fn account() -> Account {
    Account {
        region: "us-east-1".to_owned(),
        id: "000000000000".to_owned(),
        endpoint: "127.0.0.1:4566".to_owned(),
        partition: "aws".to_owned(),
    }
}

fn scaling(web: &Arc<Web>) -> Arc<Scaling> {
    Scaling::of(account(), Clock::new(1.0), web.clone())
}

impl Scaling {
    /// A call about the service that is not refused.
    fn ok(&self, operation: &str, body: Value) -> Value {
        self.call(operation, about_web(body)).unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// What a call about the service is refused with.
    fn refused(&self, operation: &str, body: Value) -> String {
        self.call(operation, about_web(body)).unwrap_err().to_string()
    }

    fn registered(self: Arc<Self>, min: u32, max: u32) -> Arc<Self> {
        self.ok("RegisterScalableTarget", json!({ "MinCapacity": min, "MaxCapacity": max }));
        self
    }

    /// A target tracking policy of its metric's name.
    fn track(&self, metric: &str, target: f64, more: Value) -> Value {
        let label = (metric == "ALBRequestCountPerTarget").then_some(LABEL);
        let mut configuration = json!({
            "TargetValue": target,
            "PredefinedMetricSpecification": { "PredefinedMetricType": metric, "ResourceLabel": label },
        });
        configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({
            "PolicyName": metric,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": configuration,
        });
        self.ok("PutScalingPolicy", body)
    }

    fn activities(&self) -> Vec<Value> {
        let body = json!({ "ServiceNamespace": "ecs", "IncludeNotScaledActivities": true });
        let answer = self.call("DescribeScalingActivities", body).unwrap();
        answer["ScalingActivities"].as_array().unwrap().clone()
    }
}

/// A body with the three members that say which service it is about, where it does not have them.
fn about_web(body: Value) -> Value {
    let mut all = json!({
        "ServiceNamespace": "ecs",
        "ResourceId": RESOURCE,
        "ScalableDimension": "ecs:service:DesiredCount",
    });
    all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    all
}
