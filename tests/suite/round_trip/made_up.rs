//! A stack of made-up values, one of every kind, that refer to each other as a program's would.

use infra_ecs::{CapacityProvider, ClusterCapacity};
use infra_engine::{Handle, Output, Stack};
use infra_resources::{
    Bucket, Cluster, DefaultVpc, EcrRepository, GatewayEndpoint, IamRole, InstanceProfile, LaunchTemplate,
    LoadBalancer, LogGroup, SecurityGroup, TargetGroup,
};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::containers::Place;
use super::{account, balancing, containers};

/// A stack of this name; another one every time.
pub fn stack(runner: &mut TestRunner, name: &str) -> Stack {
    let mut stack = Stack::new(name);
    let vpc = stack.add("default", DefaultVpc { excluded_zones: Vec::new() });
    stand_alone(&mut stack, runner, name);
    let (vpc_id, subnets) = (vpc.vpc_id.clone(), vpc.subnet_ids.clone());
    let endpoint = GatewayEndpoint {
        name: format!("{name}-s3"),
        vpc_id: vpc_id.clone(),
        service_name: "com.amazonaws.eu-west-1.s3".to_owned(),
    };
    stack.add("s3", endpoint);
    let groups = security_groups(&mut stack, runner, name, &vpc_id);
    load_balancing(&mut stack, runner, name, &vpc_id, &subnets, &groups);
    let cluster: Handle<Cluster> = {
        let value = made_up(runner, containers::cluster(&format!("{name}-cluster")));
        stack.add("main", value)
    };
    services(&mut stack, runner, name, &cluster, &subnets, &groups);
    instances(&mut stack, runner, name, &cluster, &subnets, &groups);
    stack
}

fn stand_alone(stack: &mut Stack, runner: &mut TestRunner, name: &str) {
    let bucket: Bucket = made_up(runner, account::bucket(&format!("{name}-123456789012-eu-west-1")));
    let repository: EcrRepository = made_up(runner, account::ecr_repository(&format!("{name}-app")));
    let logs: LogGroup = made_up(runner, account::log_group(&format!("/ecs/{name}")));
    stack.add("images", bucket);
    // moto does not switch it off: the SDK leaves out what is false.
    stack.add("web", EcrRepository { scan_on_push: true, ..repository });
    stack.add("tasks", logs);
}

/// The second one may let the first one in.
fn security_groups(
    stack: &mut Stack,
    runner: &mut TestRunner,
    name: &str,
    vpc_id: &Output<String>,
) -> [Output<String>; 2] {
    let first: SecurityGroup =
        made_up(runner, account::security_group(&format!("{name}-one"), vpc_id.clone(), None));
    let first = stack.add("one", first).group_id.clone();
    let other = account::security_group(&format!("{name}-two"), vpc_id.clone(), Some(first.clone()));
    let second: SecurityGroup = made_up(runner, other);
    [first, stack.add("two", second).group_id.clone()]
}

fn load_balancing(
    stack: &mut Stack,
    runner: &mut TestRunner,
    name: &str,
    vpc_id: &Output<String>,
    subnets: &Output<Vec<String>>,
    groups: &[Output<String>; 2],
) {
    let of_name = format!("{name}-alb");
    let balancer: LoadBalancer =
        made_up(runner, balancing::load_balancer(&of_name, subnets.clone(), groups.clone()));
    let balancer = stack.add("main", balancer);
    let listener = made_up(runner, balancing::listener(&of_name, balancer.arn.clone()));
    let listener = stack.add("http", listener);
    let targets = ["one", "two"].map(|logical_name| {
        let group: TargetGroup =
            made_up(runner, balancing::target_group(&format!("{name}-{logical_name}"), vpc_id.clone()));
        stack.add(logical_name, group).arn.clone()
    });
    let rule = made_up(runner, balancing::listener_rule(&of_name, listener.arn.clone(), targets));
    stack.add("web", rule);
}

fn services(
    stack: &mut Stack,
    runner: &mut TestRunner,
    name: &str,
    cluster: &Handle<Cluster>,
    subnets: &Output<Vec<String>>,
    groups: &[Output<String>; 2],
) {
    let (cluster_name, service_name) = (format!("{name}-cluster"), format!("{name}-web"));
    let task = made_up(runner, containers::task_definition(&format!("{name}-web")));
    let task = stack.add("web", task);
    let place = Place {
        cluster_name: cluster_name.clone(),
        cluster: cluster.arn.clone(),
        task_definition: task.arn.clone(),
        subnets: subnets.clone(),
        groups: groups.clone(),
    };
    let service = made_up(runner, containers::service(&service_name, place));
    let service = stack.add("web", service).id;
    let scaling = made_up(runner, containers::service_scaling(&cluster_name, &service_name));
    stack.add_after("web", scaling, &[&service]);
}

fn instances(
    stack: &mut Stack,
    runner: &mut TestRunner,
    name: &str,
    cluster: &Handle<Cluster>,
    subnets: &Output<Vec<String>>,
    groups: &[Output<String>; 2],
) {
    let path = format!("/{name}/");
    let role: IamRole = made_up(runner, account::iam_role(&format!("{name}-role-eu-west-1"), &path));
    let role = stack.add("ec2", role);
    let profile_name = format!("{name}-profile-eu-west-1");
    let profile = InstanceProfile { name: profile_name.clone(), path, role_name: role.name.clone() };
    stack.add("ec2", profile);
    let of_name = format!("{name}-instance");
    let template: LaunchTemplate =
        made_up(runner, containers::launch_template(&of_name, &profile_name, groups.clone()));
    let template = stack.add("ec2", template);
    let of_template = [template.template_id.clone(), template.version.clone()];
    let group =
        made_up(runner, containers::auto_scaling_group(&format!("{name}-asg"), of_template, subnets.clone()));
    let group = stack.add_after("ec2", group, &[&cluster.id]);
    // moto lists capacity providers only by the names that clusters have.
    let provider_name = format!("{name}-ec2");
    let provider = made_up(runner, containers::capacity_provider(&provider_name, group.arn.clone()));
    // moto does not change it later.
    let provider = CapacityProvider { managed_draining: None, ..provider };
    let provider = stack.add("ec2", provider);
    let attachment =
        ClusterCapacity { cluster_name: format!("{name}-cluster"), capacity_provider_name: provider_name };
    stack.add_after("ec2", attachment, &[&provider.id, &cluster.id]);
}

fn made_up<T: std::fmt::Debug>(runner: &mut TestRunner, values: impl Strategy<Value = T>) -> T {
    let tree = values.new_tree(runner).unwrap_or_else(|reason| panic!("no value can be made up: {reason}"));
    tree.current()
}
