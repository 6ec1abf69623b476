//! A local AWS in this process, with a load balancer and a service behind it.

use crate::servers::Servers;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use infra_local_aws::account::Account;
use infra_local_aws::clock::Clock;
use infra_local_aws::ecs::Ecs;
use infra_local_aws::emulator::Emulator;
use infra_local_aws::load_balancer::LoadBalancers;
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
        let emulator = Emulator { address: emulator().await, region: account.region.clone() };
        let ecs = Ecs::new(account, clock, emulator, balancers.clone(), servers);
        tokio::spawn(ecs.clone().watch_targets());
        let (address, rolling) = (served(balancers.clone()).await, configuration["strategy"] == "ROLLING");
        let mut here = Self { ecs, address, balancers, rule: String::new(), groups: Default::default() };
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
        let groups = &self.groups;
        self.call("CreateCluster", json!({"clusterName": "demo"})).await;
        let mut balancer = json!({"targetGroupArn": groups[0], "containerName": "web", "containerPort": 80});
        if !rolling {
            let role = self.ecs.account.arn("iam", "role/ecs");
            balancer["advancedConfiguration"] = json!({
                "alternateTargetGroupArn": groups[1], "productionListenerRule": self.rule, "roleArn": role,
            });
        }
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

    /// Deploys tasks of an image; returns the ARN of the service deployment.
    pub async fn deploy(&self, image: &str) -> Value {
        let task_definition = self.registered(image).await;
        let update = json!({"cluster": "demo", "service": "web", "taskDefinition": task_definition});
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
        let deadline = Instant::now() + PATIENCE;
        loop {
            let arns = json!({"serviceDeploymentArns": [deployment]});
            let described = self.call("DescribeServiceDeployments", arns).await;
            if described["serviceDeployments"][0]["status"] == status {
                return described["serviceDeployments"][0].clone();
            }
            assert!(Instant::now() < deadline, "not {status}: {described:#}\n{:#}", self.service().await);
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

/// An emulator without subnets and without groups.
async fn emulator() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|request: Request<Incoming>| async move {
                let body = request.into_body().collect().await?.to_bytes();
                let answer = match String::from_utf8_lossy(&body).contains("DescribeSubnets") {
                    true => "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>",
                    false => {
                        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/>\
                         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
                    }
                };
                Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from(answer))))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}
