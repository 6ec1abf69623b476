//! A local AWS in this process, with a load balancer and a service behind it.

use crate::emulator::{Alarms, emulator};
use crate::servers::Servers;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use infra_local_aws::account::Account;
use infra_local_aws::clock::Clock;
use infra_local_aws::ecs::Ecs;
use infra_local_aws::emulator::Emulator;
use infra_local_aws::load_balancer::LoadBalancers;
use infra_local_aws::scaling::Scaling;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Here {
    pub ecs: Arc<Ecs>,
    pub scaling: Arc<Scaling>,
    alarms: Alarms,
    /// Where the load balancer is.
    pub address: SocketAddr,
    balancers: Arc<LoadBalancers>,
    rule: String,
    /// The ARNs of the two target groups: the one that serves first, and the other.
    groups: [String; 2],
}

impl Here {
    /// A service of two tasks of the image `old`, behind two target groups that a rule forwards to.
    pub async fn with_service(speed: f64, configuration: Value) -> Self {
        let account = Account {
            region: "eu-west-1".to_owned(),
            id: "123456789012".to_owned(),
            endpoint: "127.0.0.1:4566".to_owned(),
            partition: "aws".to_owned(),
        };
        let (clock, servers) = (Clock::new(speed), Arc::new(Servers::default()));
        let resolve = servers.clone();
        let balancers =
            LoadBalancers::new(account.clone(), clock, Arc::new(move |target| resolve.resolve(target)));
        let alarms = Alarms::default();
        let emulator = Emulator { address: emulator(alarms.clone()).await, region: account.region.clone() };
        let ecs = Ecs::new(account.clone(), clock, emulator, balancers.clone(), servers);
        let scaling = Scaling::new(account, clock, ecs.clone());
        tokio::spawn(ecs.clone().watch_targets());
        tokio::spawn(infra_local_aws::alarms::watch(ecs.clone(), scaling.clone()));
        let (address, rolling) = (served(balancers.clone()).await, configuration["strategy"] == "ROLLING");
        let mut here = Self {
            ecs,
            scaling,
            alarms,
            address,
            balancers,
            rule: String::new(),
            groups: Default::default(),
        };
        here.load_balancing();
        here.create_service(rolling, configuration).await;
        here
    }

    /// Makes the load balancer, its rule and the two groups.
    fn load_balancing(&mut self) {
        let subnets = [("Name", "web"), ("Subnets.member.1", "subnet-1"), ("Subnets.member.2", "subnet-2")];
        let balancer = self.made("CreateLoadBalancer", &subnets, "LoadBalancerArn");
        let groups = ["blue", "green"].map(|name| {
            let of = [
                ("Name", name),
                ("Protocol", "HTTP"),
                ("Port", "80"),
                ("VpcId", "vpc-1"),
                ("TargetType", "ip"),
            ];
            let arn = self.made("CreateTargetGroup", &of, "TargetGroupArn");
            let delay = [
                ("TargetGroupArn", arn.as_str()),
                ("Attributes.member.1.Key", "deregistration_delay.timeout_seconds"),
                ("Attributes.member.1.Value", "60"),
            ];
            self.made("ModifyTargetGroupAttributes", &delay, "Key");
            arn
        });
        let listener = [
            ("LoadBalancerArn", balancer.as_str()),
            ("Port", "80"),
            ("Protocol", "HTTP"),
            ("DefaultActions.member.1.Type", "fixed-response"),
            ("DefaultActions.member.1.FixedResponseConfig.StatusCode", "404"),
        ];
        let listener = self.made("CreateListener", &listener, "ListenerArn");
        let forward = "Actions.member.1.ForwardConfig.TargetGroups.member";
        let first = [format!("{forward}.1.TargetGroupArn"), format!("{forward}.1.Weight")];
        let second = [format!("{forward}.2.TargetGroupArn"), format!("{forward}.2.Weight")];
        let rule = [
            ("ListenerArn", listener.as_str()),
            ("Priority", "1"),
            ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.Values.member.1", "/*"),
            ("Actions.member.1.Type", "forward"),
            (&first[0], &groups[0]),
            (&first[1], "100"),
            (&second[0], &groups[1]),
            (&second[1], "0"),
        ];
        self.rule = self.made("CreateRule", &rule, "RuleArn");
        self.groups = groups;
    }

    async fn create_service(&self, rolling: bool, configuration: Value) {
        self.call("CreateCluster", json!({"clusterName": "demo"})).await;
        let balancer = if rolling { self.one_group() } else { self.two_groups() };
        let mut configuration = configuration;
        configuration["deploymentCircuitBreaker"] = json!({"enable": true, "rollback": true});
        self.call(
            "CreateService",
            json!({
                "cluster": "demo",
                "serviceName": "web",
                "taskDefinition": self.registered("old").await,
                "desiredCount": 2,
                "launchType": "FARGATE",
                "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
                "loadBalancers": [balancer],
                "deploymentConfiguration": configuration,
            }),
        )
        .await;
        self.until(&self.newest().await, "SUCCESSFUL").await;
    }

    /// The first target group alone, as a rolling service has it.
    pub fn one_group(&self) -> Value {
        json!({"targetGroupArn": self.groups[0], "containerName": "web", "containerPort": 80})
    }

    /// Both, between which traffic moves.
    pub fn two_groups(&self) -> Value {
        let mut balancer = self.one_group();
        balancer["advancedConfiguration"] = json!({
            "alternateTargetGroupArn": self.groups[1],
            "productionListenerRule": self.rule,
            "roleArn": self.ecs.account.arn("iam", "role/ecs"),
        });
        balancer
    }

    /// Deploys tasks of an image with another configuration; returns the ARN of the service deployment.
    pub async fn changed(&self, configuration: Value, balancer: Value, image: &str) -> Value {
        let update = json!({
            "cluster": "demo",
            "service": "web",
            "taskDefinition": self.registered(image).await,
            "loadBalancers": [balancer],
            "deploymentConfiguration": configuration,
            "forceNewDeployment": true,
        });
        self.call("UpdateService", update).await;
        self.newest().await
    }

    /// Deploys tasks of an image; returns the ARN of the service deployment.
    pub async fn deploy(&self, image: &str) -> Value {
        self.update(json!({"taskDefinition": self.registered(image).await})).await
    }

    /// Deploys in another way than before.
    pub async fn deploy_as(&self, image: &str, configuration: Value) -> Value {
        let task_definition = self.registered(image).await;
        self.update(json!({"taskDefinition": task_definition, "deploymentConfiguration": configuration}))
            .await
    }

    async fn update(&self, mut update: Value) -> Value {
        (update["cluster"], update["service"]) = ("demo".into(), "web".into());
        self.call("UpdateService", update).await;
        self.newest().await
    }

    /// The newest service deployment, which may have ended by now.
    async fn newest(&self) -> Value {
        let listed = self.call("ListServiceDeployments", json!({"cluster": "demo", "service": "web"})).await;
        listed["serviceDeployments"][0]["serviceDeploymentArn"].clone()
    }

    async fn registered(&self, image: &str) -> Value {
        let container = json!({"name": "web", "image": image, "portMappings": [{"containerPort": 80}]});
        let definition = json!({
            "family": "web",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [container],
        });
        self.call("RegisterTaskDefinition", definition).await["taskDefinition"]["taskDefinitionArn"].clone()
    }

    /// An alarm goes off with so much over its threshold, and triggers these actions.
    pub fn alarm(&self, name: &str, over: f64, actions: &[&Value]) {
        let data = json!({"recentDatapoints": [1.0, 80.0 + over]}).to_string();
        self.alarms.lock().unwrap().push(json!({
            "AlarmName": name,
            "StateValue": "ALARM",
            "AlarmActions": actions,
            "ActionsEnabled": true,
            "Threshold": 80.0,
            "StateReasonData": data,
        }));
    }

    pub fn delete_rule(&self) {
        self.made("DeleteRule", &[("RuleArn", &self.rule)], "RequestId");
    }

    /// The weights of the two groups.
    pub fn weights(&self) -> [u32; 2] {
        let weights = self.balancers.weights(&self.rule).unwrap();
        let of =
            |group: &String| weights.iter().find(|(arn, _)| arn == group).map_or(0, |(_, weight)| *weight);
        [of(&self.groups[0]), of(&self.groups[1])]
    }

    pub async fn until_weights(&self, expected: [u32; 2]) {
        let deadline = Instant::now() + PATIENCE;
        while self.weights() != expected {
            assert!(Instant::now() < deadline, "{:?} did not become {expected:?}", self.weights());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// A service deployment as soon as it has this status.
    pub async fn until(&self, deployment: &Value, status: &str) -> Value {
        self.until_so(deployment, |it| it["status"] == status).await
    }

    /// The id of the hook that a service deployment waits for, as soon as there is one.
    pub async fn until_paused(&self, deployment: &Value) -> Value {
        let waits = |hook: &Value| hook["status"] == "AWAITING_ACTION";
        let hooks = |it: &Value| it["lifecycleHookDetails"].as_array().cloned().unwrap_or_default();
        let paused = self.until_so(deployment, |it| hooks(it).iter().any(waits)).await;
        hooks(&paused).into_iter().find(waits).unwrap()["hookId"].clone()
    }

    /// A person decides what becomes of a deployment that waits.
    pub async fn answer_hook(&self, deployment: &Value, hook: &Value, action: &str) {
        let body = json!({"serviceDeploymentArn": deployment, "hookId": hook, "action": action});
        self.call("ContinueServiceDeployment", body).await;
    }

    async fn until_so(&self, deployment: &Value, so: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let arns = json!({"serviceDeploymentArns": [deployment]});
            let described = self.call("DescribeServiceDeployments", arns).await;
            if so(&described["serviceDeployments"][0]) {
                return described["serviceDeployments"][0].clone();
            }
            assert!(Instant::now() < deadline, "not yet: {described:#}\n{:#}", self.service().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Until the service has so many tasks that run.
    pub async fn until_count(&self, running: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.service().await["runningCount"] != running {
            assert!(Instant::now() < deadline, "{:#}", self.service().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn service(&self) -> Value {
        let described = self.call("DescribeServices", json!({"cluster": "demo", "services": ["web"]})).await;
        described["services"][0].clone()
    }

    pub async fn call(&self, operation: &str, body: Value) -> Value {
        self.ecs.call(operation, body).await.unwrap_or_else(|error| panic!("{operation}: {error}"))
    }

    /// Makes a call and reads one element of its answer.
    fn made(&self, action: &str, members: &[(&str, &str)], element: &str) -> String {
        let members = members.iter().copied().chain([("Action", action)]);
        let form: Vec<_> = members.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = self.balancers.call(&form).unwrap_or_else(|error| panic!("{action}: {error}"));
        let (_, rest) = answer.split_once(&format!("<{element}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    }
}

/// Serves what is for load balancers.
async fn served(balancers: Arc<LoadBalancers>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let balancers = balancers.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let balancers = balancers.clone();
                async move { Ok::<_, Infallible>(balancers.serve(request, peer).await) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}
