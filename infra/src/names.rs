//! Every physical name of the stack, as a function of the stack's name. The default stack has the tutorial's names.

use crate::app_spec::{AppList, AppSpec};
use crate::destination::Destination;
use crate::stack_name::{DEFAULT_STACK, StackName};
use infra_resources::Partition;
use infra_resources::name::{
    AUTO_SCALING_GROUP, BUCKET, CAPACITY_PROVIDER, ECS, INSTANCE_PROFILE, LAUNCH_TEMPLATE, LOAD_BALANCER,
    LOG_GROUP, NameError, REPOSITORY, ROLE, ROLE_PATH, SECURITY_GROUP, TARGET_GROUP, short_hash,
};
use infra_resources::target_group::{TargetGroup, TargetType};

/// The names of everything in a stack, each within its limit.
#[derive(Clone, Debug)]
pub struct Names {
    /// The stack.
    pub stack: String,
    /// The account.
    pub account_id: String,
    /// The partition, which is part of ARNs.
    pub partition: Partition,
    /// The ECS cluster.
    pub cluster: String,
    /// The load balancer.
    pub load_balancer: String,
    /// The load balancer's security group.
    pub load_balancer_security_group: String,
    /// The tasks' security group.
    pub task_security_group: String,
    /// The instances' security group.
    pub instance_security_group: String,
    /// The bucket of uploads.
    pub bucket: String,
    /// The bucket of the lease.
    pub lease_bucket: String,
    /// The log group.
    pub log_group: String,
    /// The path of the IAM roles.
    pub role_path: String,
    /// The role the apps have.
    pub task_role: String,
    /// The role ECS uses to start tasks.
    pub execution_role: String,
    /// The role with which ECS moves traffic between target groups.
    pub infrastructure_role: String,
    /// The role instances have.
    pub instance_role: String,
    /// The instance profile, through which they have it.
    pub instance_profile: String,
    /// The way to S3 of tasks without a public address.
    pub s3_endpoint: String,
    stack_name: StackName,
    destination: Destination,
}

impl Names {
    /// All names of a stack.
    ///
    /// # Errors
    /// When one is longer than AWS allows, or is one that AWS keeps for itself.
    pub fn new(stack: &StackName, destination: &Destination) -> Result<Self, NameError> {
        let region = &destination.region;
        Ok(Self {
            stack: stack.to_string(),
            account_id: destination.account_id.clone(),
            partition: Partition::of_region(region),
            cluster: ECS.check(format!("{stack}-ecs-cluster"))?,
            load_balancer: LOAD_BALANCER.check(format!("{stack}-alb"))?,
            load_balancer_security_group: SECURITY_GROUP.check(format!("{stack}-alb-sg"))?,
            task_security_group: SECURITY_GROUP.check(format!("{stack}-tasks-sg"))?,
            instance_security_group: SECURITY_GROUP.check(format!("{stack}-ecs-sg"))?,
            bucket: BUCKET.check(bucket(stack.as_str(), "images", destination))?,
            lease_bucket: lease_bucket(stack, destination)?,
            log_group: LOG_GROUP.check(format!("/ecs/{stack}"))?,
            role_path: ROLE_PATH.check(format!("/{stack}/"))?,
            task_role: ROLE.check(format!("{stack}-task-role-{region}"))?,
            execution_role: ROLE.check(format!("{stack}-execution-role-{region}"))?,
            infrastructure_role: ROLE.check(format!("{stack}-infrastructure-role-{region}"))?,
            instance_role: ROLE.check(format!("{stack}-instance-role-{region}"))?,
            instance_profile: INSTANCE_PROFILE.check(format!("{stack}-instance-profile-{region}"))?,
            s3_endpoint: s3_endpoint(stack.as_str()),
            stack_name: stack.clone(),
            destination: destination.clone(),
        })
    }

    /// The name of the bucket of the load balancer's access logs, and the account whose they are.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn access_logs_bucket(&self) -> Result<(String, &str), NameError> {
        let name = bucket(self.stack_name.as_str(), "alb-logs", &self.destination);
        Ok((BUCKET.check(name)?, &self.destination.account_id))
    }

    /// The name of an app's ECR repository; of the key that encrypts it, which can't change, a hash is part of it.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn repository(&self, app: &AppSpec, kms_key: Option<&str>) -> Result<String, NameError> {
        let key = kms_key.map(|key| format!("{}-", short_hash(&[key]))).unwrap_or_default();
        REPOSITORY.check(format!("{}-{}-{key}app", self.stack_name, app.name))
    }

    /// The name of an app's family of task definitions.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn task_family(&self, app: &AppSpec) -> Result<String, NameError> {
        ECS.check(task_family(&self.stack_name, app))
    }

    /// The name of an app's target group; what can't change in place is part of it.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn target_group(
        &self,
        app: &AppSpec,
        port: u16,
        target_type: TargetType,
    ) -> Result<String, NameError> {
        let suffix = TargetGroup::suffix(port, target_type);
        TARGET_GROUP.check(format!("{}-{}-{suffix}", self.stack_name, app.name))
    }

    /// The name of an app's second target group, which takes turns with the first.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn alternate_target_group(&self, app: &AppSpec, first: &str) -> Result<String, NameError> {
        TARGET_GROUP.check(format!("{}-{}-{}", self.stack_name, app.name, short_hash(&[first, "alternate"])))
    }

    /// The name of an app's service; a hash of what a service can't change, or not without a gap, is part of it.
    ///
    /// # Errors
    /// When it is longer than AWS allows.
    pub fn service(&self, app: &AppSpec, shape: &[&str]) -> Result<String, NameError> {
        ECS.check(format!("{}-{}-{}", self.stack_name, app.name, short_hash(shape)))
    }
}

/// The name of the bucket of a stack's lease, all that a teardown needs to know: what an older version left of a stack
/// whose other names are refused today can still be deleted.
///
/// # Errors
/// When it is longer than AWS allows, or one that AWS keeps for itself.
pub fn lease_bucket(stack: &StackName, destination: &Destination) -> Result<String, NameError> {
    BUCKET.check(bucket(stack.as_str(), "lease", destination))
}

/// The name of one of a stack's buckets, by its logical name. S3 takes no tags when a bucket is made, so this name, whole, is
/// what a bucket whose making was cut off is known by.
pub fn bucket(stack: &str, logical_name: &str, destination: &Destination) -> String {
    let Destination { account_id, region } = destination;
    format!("{stack}-{logical_name}-{account_id}-{region}")
}

/// Whether an ECR repository has the name of one of these apps', of whatever stack.
pub fn is_repository(name: &str, apps: AppList) -> bool {
    let is_one = |name: &str| {
        let stack_and_app = name.rsplit_once('-');
        stack_and_app.is_some_and(|(stack, app)| has(apps, app) && stack.parse::<StackName>().is_ok())
    };
    let Some(name) = name.strip_suffix("-app") else { return false };
    // Before that there may be the hash of a key.
    is_one(name) || name.rsplit_once('-').is_some_and(|(name, hash)| is_short_hash(hash) && is_one(name))
}

fn is_short_hash(text: &str) -> bool {
    text.len() == short_hash(&[]).len() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn has(apps: AppList, name: &str) -> bool {
    apps.iter().any(|app| app.name == name)
}

/// The name of a stack's way to S3.
pub fn s3_endpoint(stack: &str) -> String {
    format!("{stack}-s3")
}

/// The names of the instances of one type. Another type makes others beside them: the services move, as their tasks may
/// not run on both.
#[derive(Clone, Debug)]
pub struct InstanceNames {
    /// The launch template.
    pub launch_template: String,
    /// The Auto Scaling group.
    pub auto_scaling_group: String,
    /// The capacity provider of that group.
    pub capacity_provider: String,
}

impl InstanceNames {
    /// The names for instances of this type.
    ///
    /// # Errors
    /// When one is longer than AWS allows, or is one that AWS keeps for itself.
    pub fn new(stack: &str, instance_type: &str) -> Result<Self, NameError> {
        let suffix = short_hash(&[instance_type]);
        Ok(Self {
            launch_template: LAUNCH_TEMPLATE.check(format!("{stack}-ecs-instance-{suffix}"))?,
            auto_scaling_group: AUTO_SCALING_GROUP.check(format!("{stack}-ecs-asg-{suffix}"))?,
            capacity_provider: CAPACITY_PROVIDER.check(capacity_provider(stack, &suffix))?,
        })
    }
}

/// It must not begin with `aws`, `ecs` or `fargate`, which a stack's name may.
fn capacity_provider(stack: &str, suffix: &str) -> String {
    let reserved = ["aws", "ecs", "fargate"].iter().any(|begin| stack.starts_with(begin));
    format!("{}{stack}-ec2-{suffix}", if reserved { "of-" } else { "" })
}

/// The families of task definitions that a stack of these apps has.
pub fn likely_task_families(stack: &str, apps: AppList) -> Vec<String> {
    let stack = stack.parse::<StackName>();
    stack.map(|stack| apps.iter().map(|app| task_family(&stack, app)).collect()).unwrap_or_default()
}

/// The tutorial has `My-Web-App` and `My-Php-App`.
fn task_family(stack: &StackName, app: &AppSpec) -> String {
    let mut letters = app.name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    stack.tutorial(&format!("My-{}-App", first.into_iter().chain(letters).collect::<String>()))
}

/// What the names of a stack's families of task definitions begin with; a listing of the account looks at no others.
pub fn family_prefix(stack: &str) -> String {
    if stack == DEFAULT_STACK { "My-".to_owned() } else { format!("{stack}-") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apps::{self, php, web};

    fn names(stack: &str) -> Result<Names, String> {
        let destination =
            Destination { account_id: "123456789012".to_owned(), region: "ap-southeast-3".to_owned() };
        Names::new(&stack.parse().unwrap(), &destination).map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_stack_has_the_tutorials_names() {
        let names = names(DEFAULT_STACK).unwrap();
        assert_eq!(names.cluster, "cloudfolks-ecs-cluster");
        assert_eq!(names.repository(&php::APP, None).unwrap(), "cloudfolks-php-app");
        assert_eq!(names.task_family(&web::APP).unwrap(), "My-Web-App");
    }

    #[test]
    fn another_stack_shares_no_name_with_it() {
        assert_eq!(names("demo").unwrap().task_family(&web::APP).unwrap(), "demo-My-Web-App");
    }

    #[test]
    fn families_are_found_by_what_their_names_begin_with() {
        for stack in [DEFAULT_STACK, "demo"] {
            let names = names(stack).unwrap();
            for app in apps::ALL {
                let family = names.task_family(app).unwrap();
                assert!(family.starts_with(&family_prefix(stack)), "{family}");
                assert!(likely_task_families(stack, apps::ALL).contains(&family), "{family}");
            }
        }
    }

    #[test]
    fn the_repositories_of_any_stack_are_known_from_others() {
        for stack in [DEFAULT_STACK, "demo-2"] {
            let names = names(stack).unwrap();
            for app in apps::ALL {
                for key in [None, Some("alias/images")] {
                    let name = names.repository(app, key).unwrap();
                    assert!(is_repository(&name, apps::ALL), "{name}");
                }
            }
        }
        for other in [
            "web-app",
            "-web-app",
            "Demo-web-app",
            "demo-web-app-2",
            "demo-web-12-app",
            "demo-app",
            "team/demo-web-app",
        ] {
            assert!(!is_repository(other, apps::ALL), "{other}");
        }
    }

    #[test]
    fn a_stack_name_that_is_too_long_names_the_limit() {
        let error = names(&"a".repeat(29)).unwrap_err();
        assert!(error.contains("load balancer") && error.contains("32"), "{error}");
    }

    #[test]
    fn a_stack_name_that_makes_names_of_aws_own_is_refused() {
        for (stack, kind) in [
            ("sg", "security group"),
            ("sg-web", "security group"),
            ("internal", "load balancer"),
            ("sthree", "bucket"),
            ("sthree-configurator", "bucket"),
            ("amzn-s3-demo", "bucket"),
            ("aws-service-role", "role path"),
            ("aws-reserved", "role path"),
        ] {
            let error = names(stack).unwrap_err();
            assert!(error.contains(kind) && error.contains("choose another stack name"), "{stack}: {error}");
        }
        for stack in ["sgs", "internals", "aws", "ecs", "fargate", "default", "amzn", "service-role", "xn-a"]
        {
            names(stack).unwrap();
            InstanceNames::new(stack, "t3.micro").unwrap();
        }
    }

    #[test]
    fn a_stack_whose_names_are_refused_can_still_be_taken_down() {
        let destination =
            Destination { account_id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
        let bucket = lease_bucket(&"sg".parse().unwrap(), &destination);
        assert_eq!(bucket.as_deref(), Ok("sg-lease-123456789012-eu-west-1"));
    }

    #[test]
    fn what_is_no_stack_name_is_refused() {
        for text in ["", "Demo", "-a", "a-", "a--b", "1a", "a_b", "é"] {
            assert!(text.parse::<StackName>().is_err(), "{text}");
        }
    }
}
