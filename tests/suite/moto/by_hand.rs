//! Resources of every kind, made by hand.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use e2e::sdk::assert_every_kind;
use serde_json::{Map, Value, json};

use super::REGION;
use super::ownership::value;

pub const ACCOUNT: &str = "123456789012";

/// The body that gives a new bucket its region.
pub const PLACE: &str = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";

/// Whoever has it may read objects.
const POLICY: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22*%22%7D%5D%7D";

/// Kinds of which nothing is made here.
const NONE_OF: &[(&str, &str)] = &[
    ("default-vpc", "is found, never made"),
    ("kms-key", "is found, never made"),
    ("gateway-endpoint", "a VPC has one for all its stacks: `gateway_endpoint`"),
    ("image", "is in a repository, of which there is one"),
    ("instance-subnets", "are found, never made"),
];

/// Things whose names begin with a text, all with the same tags.
pub struct ByHand {
    pub beginning: String,
    /// Of task definitions.
    pub family: String,
    /// Where in IAM there is one of each kind.
    pub paths: Vec<String>,
    pub tags: Vec<(&'static str, String)>,
}

/// A resource: its kind and its name.
pub type Made = (&'static str, String);

impl ByHand {
    /// Makes them, of every kind that there is.
    pub async fn make(&self, aws: &AwsApi) -> Vec<Made> {
        let mut made = Vec::new();
        self.storage(aws, &mut made).await;
        self.identity(aws, &mut made).await;
        self.network(aws, &mut made).await;
        let provider = self.instances(aws, &mut made).await;
        self.containers(aws, &provider, &mut made).await;
        assert_every_kind("moto::by_hand", made.iter().map(|(kind, _)| *kind), NONE_OF).await;
        made
    }

    async fn storage(&self, aws: &AwsApi, made: &mut Vec<Made>) {
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
            made.push(("bucket", bucket));
        }
        for group in [format!("/ecs/{it}"), format!("/ecs/{it}/more")] {
            aws.create_log_group(&group, self.map()).await;
            made.push(("log-group", group));
        }
        let repository = format!("{it}-web-app");
        let body = json!({ "repositoryName": repository, "tags": self.list("Key", "Value") });
        aws.ecr("CreateRepository", body).await;
        made.push(("ecr-repository", repository));
    }

    async fn identity(&self, aws: &AwsApi, made: &mut Vec<Made>) {
        let tags = self.listed("Tags.member");
        for (number, path) in self.paths.iter().enumerate() {
            let name = format!("{}-{number}-{REGION}", self.beginning);
            let role = format!("RoleName={name}&Path={path}&AssumeRolePolicyDocument=%7B%7D&{tags}");
            aws.query(Iam, "CreateRole", &role).await;
            let policy = format!("RoleName={name}&PolicyName=p&PolicyDocument={POLICY}");
            aws.query(Iam, "PutRolePolicy", &policy).await;
            let profile = format!("InstanceProfileName={name}&Path={path}&{tags}");
            aws.query(Iam, "CreateInstanceProfile", &profile).await;
            made.extend([("iam-role", name.clone()), ("instance-profile", name)]);
        }
    }

    async fn network(&self, aws: &AwsApi, made: &mut Vec<Made>) {
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
        let forward = |actions: &str| {
            let targets = value(&targets, "TargetGroupArn", it);
            format!("{actions}.member.1.Type=forward&{actions}.member.1.TargetGroupArn={targets}&{tags}")
        };
        let balancer = value(&balancer, "LoadBalancerArn", it);
        let listener =
            format!("LoadBalancerArn={balancer}&Protocol=HTTP&Port=80&{}", forward("DefaultActions"));
        let listener = aws.query(LoadBalancing, "CreateListener", &listener).await;
        let listener = value(&listener, "ListenerArn", it);
        let condition = "Conditions.member.1.Field=path-pattern&Conditions.member.1.Values.member.1=/x";
        let rule = format!("ListenerArn={listener}&Priority=7&{condition}&{}", forward("Actions"));
        aws.query(LoadBalancing, "CreateRule", &rule).await;
        made.extend([
            ("security-group", format!("{it}-alb-sg")),
            ("target-group", format!("{it}-web-0000")),
            ("load-balancer", format!("{it}-alb")),
            ("listener", format!("{it}-alb:80")),
            ("listener-rule", format!("{it}-alb:80/7")),
        ]);
    }

    /// Gives the name of the capacity provider.
    async fn instances(&self, aws: &AwsApi, made: &mut Vec<Made>) -> String {
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
        let provider = format!("{it}-ec2-0000");
        let body = json!({
            "name": provider, "tags": self.list("key", "value"),
            "autoScalingGroupProvider": { "autoScalingGroupArn": arn },
        });
        aws.ecs("CreateCapacityProvider", body).await;
        made.extend([
            ("launch-template", format!("{it}-ecs-instance-0000")),
            ("auto-scaling-group", format!("{it}-ecs-asg-0000")),
            ("capacity-provider", provider.clone()),
        ]);
        provider
    }

    async fn containers(&self, aws: &AwsApi, provider: &str, made: &mut Vec<Made>) {
        let (it, tags) = (&self.beginning, self.list("key", "value"));
        for _ in 0..2 {
            define(aws, &self.family, &tags).await;
        }
        let cluster = format!("{it}-ecs-cluster");
        aws.ecs("CreateCluster", json!({ "clusterName": cluster, "tags": tags })).await;
        let attached = json!({ "cluster": cluster, "capacityProviders": [provider], "defaultCapacityProviderStrategy": [] });
        aws.ecs("PutClusterCapacityProviders", attached).await;
        made.extend([
            ("task-definition", self.family.clone()),
            ("cluster", cluster.clone()),
            ("cluster-capacity", format!("{cluster}/{provider}")),
        ]);
        made.extend(service(aws, &cluster, &format!("{it}-web-0000"), tags).await);
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
pub async fn service(aws: &AwsApi, cluster: &str, name: &str, tags: Value) -> [Made; 3] {
    define(aws, name, &tags).await;
    let service = json!({
        "cluster": cluster, "serviceName": name, "taskDefinition": name, "desiredCount": 0, "tags": tags,
    });
    aws.ecs("CreateService", service).await;
    let id = format!("service/{cluster}/{name}");
    let target = json!({
        "ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount",
        "ResourceId": id, "MinCapacity": 0, "MaxCapacity": 1,
    });
    aws.scaling("RegisterScalableTarget", target).await;
    [("service", name.to_owned()), ("task-definition", name.to_owned()), ("service-scaling", id)]
}

/// A revision of a task definition.
async fn define(aws: &AwsApi, family: &str, tags: &Value) {
    let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
    let body = json!({ "family": family, "containerDefinitions": container, "tags": tags });
    aws.ecs("RegisterTaskDefinition", body).await;
}
