//! A stack of made-up values, one of every kind, that refer to each other as a program's would.

use std::fmt::Debug;

use infra_ecs::{CapacityProvider, ClusterCapacity};
use infra_engine::{Handle, Output, Resource, Stack};
use infra_resources::{Cluster, DefaultVpc, EcrRepository, GatewayEndpoint, InstanceProfile, LogGroup};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::containers::Place;
use super::{account, balancing, containers};

/// A stack of this name; another one every time. There is a certificate and a web ACL.
pub fn stack(runner: &mut TestRunner, name: &str, there: [&str; 2]) -> Stack {
    let mut making = Making { stack: Stack::new(name), runner, name };
    making.stand_alone();
    let vpc = making.stack.add("default", DefaultVpc { excluded_zones: Vec::new() });
    let (vpc_id, subnets) = (vpc.vpc_id.clone(), vpc.subnet_ids.clone());
    let endpoint = GatewayEndpoint {
        name: format!("{name}-s3"),
        vpc_id: vpc_id.clone(),
        service_name: "com.amazonaws.eu-west-1.s3".to_owned(),
    };
    making.stack.add("s3", endpoint);
    let groups = making.security_groups(&vpc_id);
    making.load_balancing(&vpc_id, &subnets, &groups, there);
    let cluster = making.add("main", containers::cluster(&format!("{name}-cluster")));
    making.services(&cluster, &subnets, &groups);
    making.instances(&cluster, &subnets, &groups);
    making.stack
}

/// A stack that is being made.
struct Making<'a> {
    stack: Stack,
    runner: &'a mut TestRunner,
    name: &'a str,
}

impl Making<'_> {
    fn made_up<T: Debug>(&mut self, values: impl Strategy<Value = T>) -> T {
        let tree = values.new_tree(self.runner);
        tree.unwrap_or_else(|reason| panic!("no value can be made up: {reason}")).current()
    }

    fn add<R: Resource + Debug>(
        &mut self,
        logical_name: &str,
        values: impl Strategy<Value = R>,
    ) -> Handle<R> {
        let value = self.made_up(values);
        self.stack.add(logical_name, value)
    }

    fn stand_alone(&mut self) {
        let name = self.name;
        self.add("images", account::bucket(&format!("{name}-123456789012-eu-west-1")));
        let repository = self.made_up(account::ecr_repository(&format!("{name}-app")));
        // moto does not switch it off: the SDK leaves out what is false.
        self.stack.add("web", EcrRepository { scan_on_push: true, ..repository });
        let group = self.made_up(account::log_group(&format!("/ecs/{name}")));
        // moto neither gives a group that is there a key nor takes one from it.
        self.stack.add("tasks", LogGroup { kms_key_arn: None, ..group });
    }

    /// The second one may let the first one in.
    fn security_groups(&mut self, vpc_id: &Output<String>) -> [Output<String>; 2] {
        let [one, two] = ["one", "two"].map(|logical_name| format!("{}-{logical_name}", self.name));
        let first = self.add("one", account::security_group(&one, vpc_id.clone(), None)).group_id.clone();
        let second = account::security_group(&two, vpc_id.clone(), Some(first.clone()));
        [first, self.add("two", second).group_id.clone()]
    }

    fn load_balancing(
        &mut self,
        vpc_id: &Output<String>,
        subnets: &Output<Vec<String>>,
        groups: &[Output<String>; 2],
        [certificate, web_acl]: [&str; 2],
    ) {
        let logs = self.add("logs", account::bucket(&format!("{}-logs-123456789012-eu-west-1", self.name)));
        let logs = logs.name.clone();
        let of_name = format!("{}-alb", self.name);
        let balancer = self.add(
            "main",
            balancing::load_balancer(&of_name, subnets.clone(), groups.clone(), logs, Some(web_acl)),
        );
        let listener = self.add("http", balancing::listener(&of_name, balancer.arn.clone()));
        self.add("https", balancing::https_listener(&of_name, balancer.arn.clone(), certificate));
        let targets = ["one", "two"].map(|logical_name| {
            let name = format!("{}-{logical_name}", self.name);
            self.add(logical_name, balancing::target_group(&name, vpc_id.clone())).arn.clone()
        });
        self.add("web", balancing::listener_rule(&of_name, listener.arn.clone(), targets));
    }

    fn services(
        &mut self,
        cluster: &Handle<Cluster>,
        subnets: &Output<Vec<String>>,
        groups: &[Output<String>; 2],
    ) {
        let (cluster_name, service_name) = (format!("{}-cluster", self.name), format!("{}-web", self.name));
        let task = self.add("web", containers::task_definition(&service_name));
        let place = Place {
            cluster_name: cluster_name.clone(),
            cluster: cluster.arn.clone(),
            task_definition: task.arn.clone(),
            subnets: subnets.clone(),
            groups: groups.clone(),
        };
        let service = self.add("web", containers::service(&service_name, place)).id;
        let scaling = self.made_up(containers::service_scaling(&cluster_name, &service_name));
        self.stack.add_after("web", scaling, &[&service]);
    }

    fn instances(
        &mut self,
        cluster: &Handle<Cluster>,
        subnets: &Output<Vec<String>>,
        groups: &[Output<String>; 2],
    ) {
        let (name, path) = (self.name, format!("/{}/", self.name));
        let role = self.add("ec2", account::iam_role(&format!("{name}-role-eu-west-1"), &path));
        let profile_name = format!("{name}-profile-eu-west-1");
        let profile = InstanceProfile { name: profile_name.clone(), path, role_name: role.name.clone() };
        self.stack.add("ec2", profile);
        let of_name = format!("{name}-instance");
        let template = self.add("ec2", containers::launch_template(&of_name, &profile_name, groups.clone()));
        let of_template = [template.template_id.clone(), template.version.clone()];
        let of_name = format!("{name}-asg");
        let group = self.made_up(containers::auto_scaling_group(&of_name, of_template, subnets.clone()));
        let group = self.stack.add_after("ec2", group, &[&cluster.id]);
        // moto lists capacity providers only by the names that clusters have.
        let provider_name = format!("{name}-ec2");
        let provider = self.made_up(containers::capacity_provider(&provider_name, group.arn.clone()));
        // moto does not change it later.
        let provider = self.stack.add("ec2", CapacityProvider { managed_draining: None, ..provider });
        let attachment = ClusterCapacity {
            cluster_name: format!("{name}-cluster"),
            capacity_provider_name: provider_name,
        };
        self.stack.add_after("ec2", attachment, &[&provider.id, &cluster.id]);
    }
}
