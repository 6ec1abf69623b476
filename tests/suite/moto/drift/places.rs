//! Where the parts of a deployed stack are, by the names and ids that the services' own calls take.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::{AutoScaling, Ec2, LoadBalancing};
use serde_json::{Value, json};

/// The parts of a stack.
pub struct Places {
    pub stack: &'static str,
    pub cluster: String,
    pub load_balancer: String,
    pub listener: String,
    /// Of the PHP app.
    pub rule: String,
    /// Of the Rust app.
    pub target_group: String,
    pub target_group_name: String,
    pub load_balancer_group: String,
    pub task_group: String,
    /// Some, but not all.
    pub subnets: Vec<String>,
    pub launch_template: String,
    pub launch_template_name: String,
    pub auto_scaling_group: String,
    pub capacity_provider: String,
    pub endpoint: String,
    pub web: Value,
    pub php: Value,
    /// The Rust app's, as ECS reports it.
    pub task_definition: Value,
}

impl Places {
    pub async fn of(aws: &AwsApi, stack: &'static str) -> Self {
        let cluster = format!("{stack}-ecs-cluster");
        let balancers = aws.query(LoadBalancing, "DescribeLoadBalancers", "").await;
        let load_balancer = first(&balancers, "LoadBalancerArn", stack);
        let parameters = format!("LoadBalancerArn={load_balancer}");
        let listeners = aws.query(LoadBalancing, "DescribeListeners", &parameters).await;
        let listener = first(&listeners, "ListenerArn", stack);
        let rules = aws.query(LoadBalancing, "DescribeRules", &format!("ListenerArn={listener}")).await;
        let of_php = rules.split("<member>").find(|rule| rule.contains("<Priority>100<")).unwrap_or(&rules);
        let target_groups = aws.query(LoadBalancing, "DescribeTargetGroups", "").await;
        let templates = aws.query(Ec2, "DescribeLaunchTemplates", "").await;
        let groups = aws.query(AutoScaling, "DescribeAutoScalingGroups", "").await;
        let endpoints = aws.query(Ec2, "DescribeVpcEndpoints", "").await;
        let subnets = aws.query(Ec2, "DescribeSubnets", "").await;
        let family = json!({ "taskDefinition": format!("{stack}-My-Web-App") });
        let described = aws.ecs("DescribeClusters", json!({ "clusters": [cluster] })).await;
        let providers = described["clusters"][0]["capacityProviders"].as_array().cloned().unwrap_or_default();
        let own = providers.iter().filter_map(Value::as_str).find(|name| name.starts_with(stack));
        Self {
            stack,
            rule: first(of_php, "RuleArn", ""),
            target_group: first(&target_groups, "TargetGroupArn", &format!("{stack}-web-")),
            target_group_name: first(&target_groups, "TargetGroupName", &format!("{stack}-web-")),
            load_balancer_group: security_group(aws, &format!("{stack}-alb-sg")).await,
            task_group: security_group(aws, &format!("{stack}-tasks-sg")).await,
            subnets: all(&subnets, "subnetId").take(2).map(str::to_owned).collect(),
            launch_template: first(&templates, "launchTemplateId", ""),
            launch_template_name: first(&templates, "launchTemplateName", stack),
            auto_scaling_group: first(&groups, "AutoScalingGroupName", stack),
            capacity_provider: own.unwrap_or_default().to_owned(),
            endpoint: first(&endpoints, "vpcEndpointId", ""),
            web: aws.service(stack, "web").await,
            php: aws.service(stack, "php").await,
            task_definition: aws.ecs("DescribeTaskDefinition", family).await["taskDefinition"].clone(),
            cluster,
            load_balancer,
            listener,
        }
    }

    pub fn bucket(&self) -> String {
        format!("{}-images-123456789012-eu-west-1", self.stack)
    }

    pub fn role(&self, whose: &str) -> String {
        format!("{}-{whose}-role-eu-west-1", self.stack)
    }
}

async fn security_group(aws: &AwsApi, name: &str) -> String {
    let filter = format!("Filter.1.Name=group-name&Filter.1.Value.1={name}");
    first(&aws.query(Ec2, "DescribeSecurityGroups", &filter).await, "groupId", "")
}

/// The first element of this name that has the fragment.
fn first(xml: &str, element: &str, fragment: &str) -> String {
    let found = all(xml, element).find(|value| value.contains(fragment));
    found.unwrap_or_else(|| panic!("no {element} has {fragment}: {xml}")).to_owned()
}

fn all<'a>(xml: &'a str, element: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let after =
        xml.match_indices(&open).map(|(position, _)| &xml[position + open.len()..]).collect::<Vec<_>>();
    after.into_iter().filter_map(move |rest| rest.find(&close).map(|end| &rest[..end]))
}
