//! One neighbour of every kind, made by hand.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use serde_json::{Map, Value, json};

use super::super::ownership::{RESOURCE_TAG, STACK_TAG, value};
use super::{ACCOUNT, REGION};

/// The body that gives a new bucket its region.
pub const PLACE: &str = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";

/// Things whose names begin with a text, all with the same tags.
pub struct Neighbour {
    stack: String,
    beginning: String,
    family: String,
    tags: Vec<(&'static str, String)>,
}

impl Neighbour {
    /// Those that could be taken for a stack's: without tags, with somebody's own, with another stack's.
    pub fn of(stack: &str) -> Vec<Self> {
        let another = [(STACK_TAG, format!("{stack}-3")), (RESOURCE_TAG, "bucket/lease".to_owned())];
        let with = |ending: &str, tags: Vec<(&'static str, String)>| Self {
            stack: stack.to_owned(),
            beginning: format!("{stack}{ending}"),
            family: if stack == "cloudfolks" {
                format!("My-Web-App{ending}")
            } else {
                format!("{stack}{ending}-My-Web-App")
            },
            tags,
        };
        vec![
            with("-x", Vec::new()),
            with("x", Vec::new()),
            with("-y", vec![("owner", "them".to_owned())]),
            with("-3", another.to_vec()),
            // Only the tag that does not say whose it is.
            with("-z", vec![(RESOURCE_TAG, "bucket/images".to_owned())]),
        ]
    }

    /// Makes them.
    pub async fn make(&self, aws: &AwsApi) {
        self.storage(aws).await;
        self.identity(aws).await;
        self.network(aws).await;
        self.instances(aws).await;
        self.containers(aws).await;
    }

    async fn storage(&self, aws: &AwsApi) {
        let it = &self.beginning;
        for bucket in ["backups", "images", "lease"].map(|name| format!("{it}-{name}-{ACCOUNT}-{REGION}")) {
            aws.s3(&bucket, Some(PLACE)).await;
            if !self.tags.is_empty() {
                let tags =
                    self.tags.iter().map(|(k, v)| format!("<Tag><Key>{k}</Key><Value>{v}</Value></Tag>"));
                let tags = tags.collect::<String>();
                aws.s3(
                    &format!("{bucket}?tagging"),
                    Some(&format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")),
                )
                .await;
            }
        }
        for group in [format!("/ecs/{it}"), format!("/ecs/{it}/more")] {
            aws.create_log_group(&group, self.map()).await;
        }
        let repository =
            json!({ "repositoryName": format!("{it}-web-app"), "tags": self.list("Key", "Value") });
        aws.ecr("CreateRepository", repository).await;
    }

    async fn identity(&self, aws: &AwsApi) {
        let (it, stack) = (&self.beginning, &self.stack);
        let tags = self.listed("Tags.member");
        // In a path of their own, and in the stack's.
        for (path, ending) in [(format!("/{it}/"), "task-role"), (format!("/{stack}/"), "other")] {
            let role =
                format!("RoleName={it}-{ending}-{REGION}&Path={path}&AssumeRolePolicyDocument=%7B%7D&{tags}");
            aws.query(Iam, "CreateRole", &role).await;
            let profile = format!("InstanceProfileName={it}-{ending}-{REGION}&Path={path}&{tags}");
            aws.query(Iam, "CreateInstanceProfile", &profile).await;
        }
    }

    async fn network(&self, aws: &AwsApi) {
        let it = &self.beginning;
        let group = format!("GroupName={it}-alb-sg&GroupDescription=x&{}", self.specified("security-group"));
        aws.query(Ec2, "CreateSecurityGroup", &group).await;
        let subnets = aws.query(Ec2, "DescribeSubnets", "").await;
        let vpc = value(&subnets, "vpcId", "vpc-");
        let mut subnets = subnets.split("<subnetId>").skip(1).filter_map(|rest| rest.split('<').next());
        let [first, second] = [(); 2].map(|()| subnets.next().unwrap_or_default());
        let tags = self.listed("Tags.member");
        let targets = format!("Name={it}-web-0000&Protocol=HTTP&Port=80&VpcId={vpc}&TargetType=ip&{tags}");
        let targets = aws.query(LoadBalancing, "CreateTargetGroup", &targets).await;
        let balancer = format!("Name={it}-alb&Subnets.member.1={first}&Subnets.member.2={second}&{tags}");
        let balancer = aws.query(LoadBalancing, "CreateLoadBalancer", &balancer).await;
        let listener = format!(
            "LoadBalancerArn={}&Protocol=HTTP&Port=80&DefaultActions.member.1.Type=forward\
             &DefaultActions.member.1.TargetGroupArn={}&{tags}",
            value(&balancer, "LoadBalancerArn", it),
            value(&targets, "TargetGroupArn", it),
        );
        aws.query(LoadBalancing, "CreateListener", &listener).await;
    }

    async fn instances(&self, aws: &AwsApi) {
        let it = &self.beginning;
        let template = format!(
            "LaunchTemplateName={it}-ecs-instance-0000&LaunchTemplateData.InstanceType=t3.nano\
             &LaunchTemplateData.ImageId=ami-12c6146b&{}",
            self.specified("launch-template")
        );
        aws.query(Ec2, "CreateLaunchTemplate", &template).await;
        let tags = self.tags.iter().enumerate().map(|(n, (key, value))| {
            let tag = format!("Tags.member.{}", n + 1);
            format!("&{tag}.Key={key}&{tag}.Value={value}&{tag}.PropagateAtLaunch=false")
        });
        let group = format!(
            "AutoScalingGroupName={it}-ecs-asg-0000&LaunchTemplate.LaunchTemplateName={it}-ecs-instance-0000\
             &LaunchTemplate.Version=1&MinSize=0&MaxSize=0&AvailabilityZones.member.1={REGION}a{}",
            tags.collect::<String>()
        );
        aws.query(AutoScaling, "CreateAutoScalingGroup", &group).await;
        let arn = format!(
            "arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/{it}-ecs-asg-0000"
        );
        let provider = json!({
            "name": format!("{it}-ec2-0000"), "tags": self.list("key", "value"),
            "autoScalingGroupProvider": { "autoScalingGroupArn": arn },
        });
        aws.ecs("CreateCapacityProvider", provider).await;
    }

    async fn containers(&self, aws: &AwsApi) {
        let (it, tags) = (&self.beginning, self.list("key", "value"));
        let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
        let definition = json!({ "family": self.family, "containerDefinitions": container, "tags": tags });
        for _ in 0..2 {
            aws.ecs("RegisterTaskDefinition", definition.clone()).await;
        }
        let cluster = format!("{it}-ecs-cluster");
        aws.ecs("CreateCluster", json!({ "clusterName": cluster, "tags": tags })).await;
        service(aws, &cluster, &format!("{it}-web-0000"), tags).await;
    }

    fn map(&self) -> Value {
        self.tags.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<Map<_, _>>().into()
    }

    fn list(&self, key_name: &str, value_name: &str) -> Value {
        self.tags.iter().map(|(key, value)| json!({ key_name: key, value_name: value })).collect()
    }

    fn listed(&self, member: &str) -> String {
        let tags = self.tags.iter().enumerate();
        let tags = tags
            .map(|(n, (key, value))| format!("{member}.{n}.Key={key}&{member}.{n}.Value={value}", n = n + 1));
        tags.collect::<Vec<_>>().join("&")
    }

    fn specified(&self, resource: &str) -> String {
        if self.tags.is_empty() {
            return String::new();
        }
        format!("TagSpecification.1.ResourceType={resource}&{}", self.listed("TagSpecification.1.Tag"))
    }
}

/// A service without tasks that Application Auto Scaling scales, and its task definition.
pub async fn service(aws: &AwsApi, cluster: &str, name: &str, tags: Value) {
    let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
    let definition = json!({ "family": name, "containerDefinitions": container, "tags": tags });
    aws.ecs("RegisterTaskDefinition", definition).await;
    let service = json!({
        "cluster": cluster, "serviceName": name, "taskDefinition": name, "desiredCount": 0, "tags": tags,
    });
    aws.ecs("CreateService", service).await;
    let target = json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": format!("service/{cluster}/{name}"), "MinCapacity": 0, "MaxCapacity": 1,
    });
    aws.scaling("RegisterScalableTarget", target).await;
}
