//! The table: all that emulators get wrong and that something here would stumble over.

use crate::Product::{self, LocalAws, MiniStack, Moto};
use crate::asked::Asked;
use crate::exchange::{Answered, Exchange, Mended};
use crate::{local_aws, ministack, moto};

/// One thing that an emulator gets wrong.
pub struct Row {
    /// The emulator.
    pub product: Product,
    /// The calls as IAM names them, or the kind of resource.
    pub of: &'static [&'static str],
    /// What it does instead of what AWS does.
    pub wrong: &'static str,
    /// The version of the emulator that was seen to do so.
    pub since: &'static str,
    /// What is made of it.
    pub mended: &'static str,
    /// How.
    pub mend: Mend,
}

/// How a row mends what is wrong.
pub enum Mend {
    /// The call is refused, and counts as answered that there is nothing, or as done.
    Nothing,
    /// A refusal that has these words in it has this code.
    Code(&'static str, &'static str),
    /// The answer is another one.
    Answer(fn(&Asked, host: &str, Answered) -> Answered),
    /// The call is made in another way.
    Call(for<'a> fn(Exchange<'a>) -> Mended<'a>),
    /// These members of a kind's live value, where they are missing, count as desired.
    Missing(&'static [&'static str]),
    /// A kind is waited for only where the run waits for all of them.
    NotWaitedFor,
    /// One whose place another has taken goes after a moment.
    GoesSoon,
    /// What should speak HTTPS speaks HTTP on the same port.
    PlainHttp,
}

/// A row: the product and its version, the calls or the kind; what is wrong and what is made of it; how.
macro_rules! table {
    ($($product:ident $since:literal [$($of:literal),+] $wrong:literal => $mended:literal, $mend:expr;)+) => {
        &[$(Row { product: $product, of: &[$($of),+], wrong: $wrong, since: $since, mended: $mended, mend: $mend }),+]
    };
}

/// All rows.
pub const TABLE: &[Row] = table! {
    LocalAws "0.1.0" [
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:DescribeLoadBalancers"
    ]
        "not every resolver knows the DNS name of a load balancer"
            => "the path that leads to it as well stands for the name",
            Mend::Answer(local_aws::below_the_endpoint);
    LocalAws "0.1.0" ["listener"]
        "a listener of HTTPS speaks HTTP, below the same path with its port"
            => "that address stands for the one of HTTPS", Mend::PlainHttp;
    LocalAws "0.1.0" ["service"]
        "the load balancer is one process, which follows its rules at once"
            => "a service whose place another has taken goes after 2 s", Mend::GoesSoon;
    MiniStack "1.5.33" ["application-autoscaling:DescribeScalableTargets"]
        "there is no Application Auto Scaling" => "no service is scaled", Mend::Nothing;
    MiniStack "1.5.33" ["autoscaling:DescribeAutoScalingGroups"]
        "a group keeps the version of its first launch template"
            => "the version is the template's newest one", Mend::Call(ministack::with_newest_version);
    MiniStack "1.5.33" ["autoscaling:SetInstanceProtection"]
        "the call is not known" => "it counts as done", Mend::Nothing;
    MiniStack "1.5.33" ["ec2:DescribeInstanceTypeOfferings"]
        "the call is not known" => "every zone offers every type", Mend::Answer(ministack::every_zone);
    MiniStack "1.5.33" ["ec2:DescribeRouteTables"]
        "the default VPC has a gateway, and no route to it"
            => "the main table has a default route", Mend::Answer(ministack::with_default_route);
    MiniStack "1.5.33" ["ec2:DescribeSecurityGroups"]
        "a rule that names a group says whose that is, and can't be revoked as it is described"
            => "the account is left out", Mend::Answer(ministack::without_users);
    MiniStack "1.5.33" ["ecr:CreateRepository", "ecr:DescribeRepositories"]
        "the address of a repository is AWS's"
            => "it is at the endpoint", Mend::Answer(ministack::at_the_endpoint);
    MiniStack "1.5.33" ["ecr:GetDownloadUrlForLayer"]
        "a layer is said to be at AWS"
            => "it is in the registry at the endpoint", Mend::Answer(ministack::layer_at_the_endpoint);
    MiniStack "1.5.33" ["ecs:DescribeTaskDefinition"]
        "of a family the newest revision is described, also where it is deregistered"
            => "a family without an active revision is not there", Mend::Answer(ministack::active_alone);
    MiniStack "1.5.33" [
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:DescribeLoadBalancers"
    ]
        "a load balancer is below a path of the endpoint, whatever its DNS name"
            => "that path stands for the name", Mend::Answer(ministack::below_the_endpoint);
    MiniStack "1.5.33" ["elasticloadbalancing:DescribeTargetHealth"]
        "a target is healthy as soon as its container runs, before the app in it listens"
            => "one that refuses connections is not", Mend::Call(ministack::listening_alone);
    MiniStack "1.5.33" ["service"]
        "rebalancing and placement are not kept"
            => "they count as desired",
            Mend::Missing(&["availabilityZoneRebalancing", "placementConstraints", "placementStrategy"]);
    MiniStack "1.5.33" ["service"]
        "without the engine's socket no task starts"
            => "with `--no-wait` nothing is waited for", Mend::NotWaitedFor;
    MiniStack "1.5.33" ["service"]
        "the load balancer is one process, which follows its rules at once"
            => "a service whose place another has taken goes after 2 s", Mend::GoesSoon;
    Moto "5.2.5" [
        "application-autoscaling:DeleteScheduledAction",
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:DeregisterScalableTarget"
    ]
        "what is not there is refused as not valid"
            => "the refusal has the code of AWS",
            Mend::Code("found for service namespace", "ObjectNotFoundException");
    Moto "5.2.5" ["application-autoscaling:DeregisterScalableTarget"]
        "the policies and scheduled actions of a target stay"
            => "they are deleted before it", Mend::Call(moto::with_its_rules);
    Moto "5.2.5" ["application-autoscaling:ListTagsForResource"]
        "the call is not known, and tags of targets are not kept"
            => "the tags of the target's cluster stand for them", Mend::Call(moto::tags_of_the_cluster);
    Moto "5.2.5" ["autoscaling:DescribeAutoScalingGroups"]
        "instances can't be replaced by those of another template"
            => "the template of an instance is left out, so that none is outdated",
            Mend::Answer(moto::without_templates_of_instances);
    Moto "5.2.5" ["ec2:DescribeInstanceTypeOfferings"]
        "some regions offer no type at all"
            => "every zone of such a region offers every type", Mend::Call(moto::zones_with_offers);
    Moto "5.2.5" ["ecs:CreateService"]
        "much of what a new service is to have is not taken, and is taken by an update"
            => "the service is updated with it at once", Mend::Call(moto::with_all_members);
    Moto "5.2.5" ["ecs:DescribeCapacityProviders"]
        "all can't be described, only those that are named"
            => "those are named that clusters have and that groups suggest", Mend::Call(moto::all_by_name);
    Moto "5.2.5" ["ecs:DescribeServices"]
        "a service has a launch type beside a capacity provider strategy"
            => "it is left out", Mend::Answer(moto::without_launch_type);
    Moto "5.2.5" ["ecs:DescribeTaskDefinition"]
        "of a family the newest revision is described, also where it is deregistered"
            => "a family without an active revision is not there", Mend::Answer(ministack::active_alone);
    Moto "5.2.5" ["ecs:ListServiceDeployments"]
        "the call is not known" => "there are none", Mend::Nothing;
    Moto "5.2.5" ["iam-role"]
        "AWS's own policies are not there, as to load them takes half a minute"
            => "where a role has none, those that are desired count as attached",
            Mend::Missing(&["managedPolicies"]);
    Moto "5.2.5" ["iam:AttachRolePolicy"]
        "AWS's own policies are not there, as to load them takes half a minute"
            => "the call counts as done for them", Mend::Answer(moto::without_policies_of_aws);
    Moto "5.2.5" ["s3:GetBucketVersioning"]
        "the answer's element has another name" => "it has AWS's", Mend::Answer(moto::versioning);
    Moto "5.2.5" ["service"]
        "deployments do not have what ECS describes only there"
            => "it counts as desired",
            Mend::Missing(&["serviceConnectConfiguration", "volumeConfigurations"]);
    Moto "5.2.5" ["service"]
        "no task starts" => "with `--no-wait` nothing is waited for", Mend::NotWaitedFor;
    Moto "5.2.5" ["task-definition"]
        "whether faults may be injected is not kept"
            => "it counts as desired", Mend::Missing(&["enableFaultInjection"]);
};

/// What the local AWS answers itself; all else it has of MiniStack, faults included.
const OF_THE_LOCAL_AWS: [&str; 4] = ["application-autoscaling:", "ecs:", "elasticloadbalancing:", "service"];

/// The rows of an emulator for a call or a kind.
pub fn rows_of(product: Product, of: &str) -> impl Iterator<Item = &'static Row> {
    let has_it_of_ministack = product == LocalAws && !OF_THE_LOCAL_AWS.iter().any(|own| of.starts_with(own));
    let is_its =
        move |row: &&Row| row.product == product || (has_it_of_ministack && row.product == MiniStack);
    TABLE.iter().filter(move |row| is_its(row) && row.of.contains(&of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_all_its_parts() {
        for Row { product, of, wrong, since, mended, mend } in TABLE {
            for part in of.iter().chain([wrong, mended]) {
                assert!(
                    !part.is_empty() && !part.contains('|') && !part.ends_with('.'),
                    "{product} {of:?}: {part:?}"
                );
            }
            assert!(
                since.split('.').all(|number| number.parse::<u32>().is_ok()),
                "{product} {of:?}: since {since:?}"
            );
            let is_of_a_kind =
                matches!(mend, Mend::Missing(_) | Mend::NotWaitedFor | Mend::GoesSoon | Mend::PlainHttp);
            for of in *of {
                assert_eq!(is_of_a_kind, !of.contains(':'), "{product} {of}");
            }
        }
    }

    #[test]
    fn the_local_aws_has_ministacks_faults_but_in_what_it_answers_itself() {
        for (of, rows) in [("ecr:CreateRepository", 1), ("ecs:DescribeTaskDefinition", 0), ("service", 1)] {
            assert_eq!(rows_of(LocalAws, of).count(), rows, "{of}");
        }
    }

    #[test]
    fn each_row_is_in_the_documentation() {
        let page = include_str!("../../../docs/design.md");
        for row in TABLE {
            let Row { product, of, wrong, since, mended, .. } = row;
            let line = format!("| {product} | `{}` | {wrong} | {since} | {mended} |", of.join("`, `"));
            assert!(page.contains(&line), "docs/design.md lacks this line of its table:\n{line}");
        }
        let lines =
            page.lines().filter(|line| Product::ALL.iter().any(|it| line.starts_with(&format!("| {it} |"))));
        assert_eq!(lines.count(), TABLE.len(), "docs/design.md has lines that the table lacks");
    }
}
