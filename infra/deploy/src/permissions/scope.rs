//! Which resources a stack's writes are about, as the ARNs of a policy: by the stack's names, and by its tags where AWS gives the
//! names.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use infra::{Destination, Names, Program};
use infra_engine::ownership::STACK_TAG;
use infra_resources::Partition;
use serde_json::{Value, json};

/// What may be written: resources, and what else must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// ARNs, with wildcards.
    pub resources: Vec<String>,
    /// The statement's `Condition`, if it has one.
    pub condition: Option<Value>,
}

/// Where a stack's names and those of its resources come from.
pub struct Stack<'a> {
    /// Its names.
    pub names: &'a Names,
    /// Its resources.
    pub program: &'a Program,
    /// Its account and region.
    pub destination: &'a Destination,
    /// Whether its load balancer has a web ACL.
    pub has_web_acl: bool,
}

/// Actions of which AWS's reference names no resource.
const UNSCOPED: [&str; 2] = ["ecs:DeregisterTaskDefinition", "elasticloadbalancing:SetWebAcl"];
/// EC2's that make something, and tag it.
const MAKES: [&str; 4] =
    ["ec2:CreateLaunchTemplate", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:CreateVpcEndpoint"];

impl Stack<'_> {
    /// Whether an action is for something that the stack has.
    pub fn uses(&self, action: &str) -> bool {
        self.has_web_acl || !(action.starts_with("wafv2:") || action == "elasticloadbalancing:SetWebAcl")
    }

    /// What an action that writes is allowed for, and a name for statements of that.
    pub fn scope(&self, action: &str) -> (&'static str, Scope) {
        let arns = |resources: Vec<String>| Scope { resources, condition: None };
        if UNSCOPED.contains(&action) {
            return ("Unscoped", arns(vec!["*".to_owned()]));
        }
        let service = action.split(':').next().unwrap_or_default();
        let stack = &self.names.stack;
        match service {
            "application-autoscaling" => {
                ("Scaling", arns(vec![self.arn("application-autoscaling", "scalable-target/*")]))
            }
            "autoscaling" => {
                let group = format!("autoScalingGroup:*:autoScalingGroupName/{stack}-*");
                ("Instances", arns(vec![self.arn("autoscaling", &group)]))
            }
            "cloudwatch" => ("Alarms", arns(vec![self.arn("cloudwatch", "alarm:TargetTracking-service/*")])),
            "ec2" => self.of_ec2(action),
            "ecr" => (
                "Images",
                arns(self.named("ecr-repository", |name| self.arn("ecr", &format!("repository/{name}")))),
            ),
            "ecs" => ("Containers", arns(self.of_ecs())),
            "elasticloadbalancing" => ("LoadBalancing", arns(self.of_load_balancing())),
            "iam" => self.of_iam(action),
            "logs" => ("Logs", arns(self.of_logs())),
            "s3" => ("Buckets", arns(self.of_buckets())),
            "ssm" => {
                let parameter =
                    self.names.partition.arn("ssm", &self.destination.region, "", "parameter/aws/service/*");
                ("MachineImages", arns(vec![parameter]))
            }
            "wafv2" => (
                "WebAcl",
                arns(vec![
                    self.arn("wafv2", "*/webacl/*"),
                    self.arn("elasticloadbalancing", &format!("loadbalancer/app/{stack}-*")),
                ]),
            ),
            _ => ("Unscoped", arns(vec!["*".to_owned()])),
        }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        let Destination { account_id, region } = self.destination;
        self.names.partition.arn(service, region, account_id, resource)
    }

    fn named(&self, kind: &str, arn: impl Fn(&str) -> String) -> Vec<String> {
        let nodes = self.program.stack.nodes().iter().filter(|node| node.id.kind == kind);
        nodes.map(|node| arn(&node.name)).collect()
    }

    /// EC2 gives its resources names of its own; they are the stack's by their tags.
    fn of_ec2(&self, action: &str) -> (&'static str, Scope) {
        let stack = &self.names.stack;
        let tag = format!("aws:ResourceTag/{STACK_TAG}");
        if action == "ec2:RunInstances" {
            let template =
                json!({ "ArnLike": { "ec2:LaunchTemplate": self.arn("ec2", "launch-template/*") } });
            return ("StartInstances", Scope { resources: vec!["*".to_owned()], condition: Some(template) });
        }
        let kinds = ["launch-template", "security-group", "vpc-endpoint"];
        let own = kinds.map(|kind| self.arn("ec2", &format!("{kind}/*")));
        if MAKES.contains(&action) {
            // What is made has no tags yet; what has those of another stack is not ours.
            let around = ["route-table", "vpc"].map(|kind| self.arn("ec2", &format!("{kind}/*")));
            let condition = json!({ "StringEqualsIfExists": { tag: stack } });
            let resources = own.into_iter().chain(around).collect();
            return ("MakeNetwork", Scope { resources, condition: Some(condition) });
        }
        (
            "Network",
            Scope { resources: own.into(), condition: Some(json!({ "StringEquals": { tag: stack } })) },
        )
    }

    fn of_ecs(&self) -> Vec<String> {
        let (cluster, stack) = (&self.names.cluster, &self.names.stack);
        let below = ["container-instance", "service", "service-deployment", "service-revision", "task"];
        let below = below.map(|kind| self.arn("ecs", &format!("{kind}/{cluster}/*")));
        let families =
            self.named("task-definition", |family| self.arn("ecs", &format!("task-definition/{family}:*")));
        let own = [
            self.arn("ecs", &format!("cluster/{cluster}")),
            self.arn("ecs", &format!("capacity-provider/{stack}-*")),
        ];
        own.into_iter().chain(below).chain(families).collect()
    }

    fn of_load_balancing(&self) -> Vec<String> {
        let (balancer, stack) = (&self.names.load_balancer, &self.names.stack);
        let of_balancer = ["loadbalancer", "listener", "listener-rule"]
            .map(|kind| self.arn("elasticloadbalancing", &format!("{kind}/app/{balancer}/*")));
        let groups = self.arn("elasticloadbalancing", &format!("targetgroup/{stack}-*/*"));
        of_balancer.into_iter().chain([groups]).collect()
    }

    fn of_iam(&self, action: &str) -> (&'static str, Scope) {
        let Names { partition, account_id, role_path, .. } = self.names;
        let own = |kind: &str| partition.arn("iam", "", account_id, &format!("{kind}{role_path}*"));
        if action == "iam:CreateServiceLinkedRole" {
            let roles = partition.arn("iam", "", account_id, "role/aws-service-role/*");
            return ("ServiceLinkedRoles", Scope { resources: vec![roles], condition: None });
        }
        if action == "iam:PassRole" {
            let services =
                [Partition::ecs_tasks_principal(), Partition::ecs_principal(), partition.ec2_principal()];
            let condition = json!({ "StringEquals": { "iam:PassedToService": services } });
            return ("PassRoles", Scope { resources: vec![own("role")], condition: Some(condition) });
        }
        ("Roles", Scope { resources: vec![own("role"), own("instance-profile")], condition: None })
    }

    fn of_logs(&self) -> Vec<String> {
        let Names { cluster, log_group, .. } = self.names;
        let insights = format!("/aws/ecs/containerinsights/{cluster}/*");
        [log_group, &insights]
            .into_iter()
            .flat_map(|group| {
                [format!("log-group:{group}"), format!("log-group:{group}:*")]
                    .map(|group| self.arn("logs", &group))
            })
            .collect()
    }

    fn of_buckets(&self) -> Vec<String> {
        let buckets = self.named("bucket", |name| self.names.partition.s3_arn(name));
        let objects: Vec<_> = buckets.iter().map(|bucket| format!("{bucket}/*")).collect();
        buckets.into_iter().chain(objects).collect()
    }
}
