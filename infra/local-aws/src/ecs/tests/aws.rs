//! A local AWS whose tasks do as they are told.

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::ecs::Ecs;
use crate::emulator::Emulator;
use crate::load_balancer::LoadBalancers;
use crate::tasks::{ContainerState, TaskNews, TaskRuntime, TaskToRun, Usage};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

pub struct Aws {
    pub ecs: Arc<Ecs>,
    pub runtime: Arc<Scripted>,
    group: Arc<Mutex<Group>>,
}

/// The one Auto Scaling group.
pub struct Group {
    pub kind: String,
    pub desired: usize,
    pub most: usize,
    pub listed: bool,
    /// The number of its first instance.
    pub first: usize,
    pub protected: bool,
    pub cluster: &'static str,
}

type Sender = UnboundedSender<(String, TaskNews)>;

/// Tasks run at once, and stop at once.
#[derive(Default)]
pub struct Scripted {
    tasks: Mutex<BTreeMap<String, (TaskToRun, Sender)>>,
}

impl Scripted {
    pub fn say(&self, task: &str, news: TaskNews) {
        let sender = self.tasks.lock().unwrap()[task].1.clone();
        sender.send((task.to_owned(), news)).unwrap();
    }

    pub fn started(&self) -> Vec<TaskToRun> {
        self.tasks.lock().unwrap().values().map(|(task, _)| task.clone()).collect()
    }
}

#[async_trait::async_trait]
impl TaskRuntime for Scripted {
    fn start(&self, task: TaskToRun, news: Sender) {
        let id = task.id.clone();
        let mut tasks = self.tasks.lock().unwrap();
        let [.., high, low] = (tasks.len() + 2).to_be_bytes();
        let address = IpAddr::V4(Ipv4Addr::new(172, 17, high, low));
        let containers = task.task_definition.container_definitions.iter().map(|it| {
            TaskNews::Container(ContainerState {
                name: it.name().to_owned(),
                last_status: "RUNNING".to_owned(),
                runtime_id: Some("0".repeat(64)),
                ..ContainerState::default()
            })
        });
        let life = [TaskNews::Address(address), TaskNews::Activating].into_iter().chain(containers);
        for said in life.chain([TaskNews::Running]) {
            news.send((id.clone(), said)).unwrap();
        }
        tasks.insert(id, (task, news));
    }

    fn stop(&self, task: &str, stop_code: &str, reason: &str) {
        self.say(task, TaskNews::Stopped { stop_code: stop_code.to_owned(), reason: reason.to_owned() });
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        BTreeMap::new()
    }

    async fn stop_all(&self) {}
}

impl Aws {
    pub async fn new() -> Self {
        let group = Arc::new(Mutex::new(Group {
            kind: "t3.micro".to_owned(),
            desired: 0,
            most: 4,
            listed: true,
            first: 0,
            protected: true,
            cluster: "demo",
        }));
        let account = Account {
            region: "eu-west-1".to_owned(),
            id: "123456789012".to_owned(),
            endpoint: "127.0.0.1:4566".to_owned(),
            partition: "aws".to_owned(),
        };
        let emulator = Emulator { address: serve(group.clone()).await, region: account.region.clone() };
        let runtime = Arc::new(Scripted::default());
        let clock = Clock::new(1000.0);
        let load_balancers = LoadBalancers::new(account.clone(), clock, Arc::new(|_| None));
        let ecs = Ecs::new(account, clock, emulator, load_balancers, runtime.clone());
        Self { ecs, runtime, group }
    }

    pub fn group<T>(&self, change: impl FnOnce(&mut Group) -> T) -> T {
        change(&mut self.group.lock().unwrap())
    }

    pub async fn call(&self, operation: &str, body: Value) -> Value {
        self.ecs.call(operation, body).await.unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    pub async fn refused(&self, operation: &str, body: Value) -> String {
        let refused: ApiError = self.ecs.call(operation, body).await.expect_err(operation);
        refused.to_string()
    }

    /// The task in the cluster `demo` as soon as it is in this state.
    pub async fn until(&self, arn: &Value, status: &str) -> Value {
        for _ in 0..1000 {
            let answer = self
                .call("DescribeTasks", json!({"cluster": "demo", "tasks": [arn], "include": ["TAGS"]}))
                .await;
            if answer["tasks"][0]["lastStatus"] == status {
                return answer["tasks"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{arn} is not {status}");
    }
}

async fn serve(group: Arc<Mutex<Group>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let group = group.clone();
            let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
                let group = group.clone();
                async move {
                    let body = request.into_body().collect().await?.to_bytes();
                    let form = url::form_urlencoded::parse(&body).into_owned().collect();
                    let answer = answer(&mut group.lock().unwrap(), &form);
                    Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from(answer))))
                }
            });
            let http = hyper::server::conn::http1::Builder::new();
            tokio::spawn(http.serve_connection(TokioIo::new(stream), answer));
        }
    });
    address
}

fn answer(group: &mut Group, form: &BTreeMap<String, String>) -> String {
    match form["Action"].as_str() {
        "DescribeAutoScalingGroups" => groups(group),
        "SetDesiredCapacity" => {
            group.desired = form["DesiredCapacity"].parse().unwrap();
            "<SetDesiredCapacityResponse/>".to_owned()
        }
        "DescribeLaunchTemplateVersions" => {
            let user_data = match group.cluster {
                // `ECS_CLUSTER=demo` and a line's end.
                "demo" => "RUNTX0NMVVNURVI9ZGVtbwo=",
                // `echo "ECS_CLUSTER=demo" >> /etc/ecs/ecs.config`
                "echo" => "ZWNobyAiRUNTX0NMVVNURVI9ZGVtbyIgPj4gL2V0Yy9lY3MvZWNzLmNvbmZpZw==",
                _ => "",
            };
            format!(
                "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item><launchTemplateData>\
                 <imageId>ami-1</imageId><instanceType>{}</instanceType><userData>{user_data}</userData>\
                 </launchTemplateData></item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>",
                group.kind
            )
        }
        _ => "<DescribeSubnetsResponse><subnetSet>\
              <item><subnetId>subnet-a</subnetId><availabilityZone>eu-west-1a</availabilityZone></item>\
              <item><subnetId>subnet-b</subnetId><availabilityZone>eu-west-1b</availabilityZone></item>\
              </subnetSet></DescribeSubnetsResponse>"
            .to_owned(),
    }
}

fn groups(group: &Group) -> String {
    let instance = |index: usize| {
        let zone = ["a", "b"][index % 2];
        format!(
            "<member><InstanceId>i-{index:017x}</InstanceId><AvailabilityZone>eu-west-1{zone}</AvailabilityZone>\
             <LifecycleState>InService</LifecycleState></member>"
        )
    };
    let listed: String = (0..if group.listed { group.desired } else { 0 })
        .map(|index| instance(group.first + index))
        .collect();
    format!(
        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>\
         <AutoScalingGroupName>fleet</AutoScalingGroupName>\
         <AutoScalingGroupARN>arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/fleet</AutoScalingGroupARN>\
         <MinSize>0</MinSize><MaxSize>{}</MaxSize><DesiredCapacity>{}</DesiredCapacity>\
         <AvailabilityZones><member>eu-west-1a</member><member>eu-west-1b</member></AvailabilityZones>\
         <NewInstancesProtectedFromScaleIn>{}</NewInstancesProtectedFromScaleIn><Tags></Tags>\
         <Instances>{listed}</Instances>\
         <LaunchTemplate><LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>fleet</LaunchTemplateName>\
         <Version>1</Version></LaunchTemplate></member></AutoScalingGroups></DescribeAutoScalingGroupsResult>\
         </DescribeAutoScalingGroupsResponse>",
        group.most, group.desired, group.protected
    )
}
