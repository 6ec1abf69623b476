//! The table: all that emulators get wrong and that something here would stumble over.

use crate::Product::{self, MiniStack, Moto};
use crate::asked::Asked;
use crate::exchange::{Answered, Exchange, Mended};
use crate::{ministack, moto};

/// One thing that an emulator gets wrong.
pub struct Row {
    /// The emulator.
    pub product: Product,
    /// The call as IAM names it, or the kind of resource.
    pub of: &'static str,
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
}

/// All rows.
pub const TABLE: &[Row] = &[
    Row {
        product: MiniStack,
        of: "application-autoscaling:DescribeScalableTargets",
        wrong: "there is no Application Auto Scaling",
        since: "1.5.33",
        mended: "no service is scaled",
        mend: Mend::Nothing,
    },
    Row {
        product: MiniStack,
        of: "autoscaling:DescribeAutoScalingGroups",
        wrong: "a group keeps the version of its first launch template",
        since: "1.5.33",
        mended: "the version is the template's newest one",
        mend: Mend::Call(ministack::with_newest_version),
    },
    Row {
        product: MiniStack,
        of: "autoscaling:SetInstanceProtection",
        wrong: "the call is not known",
        since: "1.5.33",
        mended: "it counts as done",
        mend: Mend::Nothing,
    },
    Row {
        product: MiniStack,
        of: "ec2:DescribeInstanceTypeOfferings",
        wrong: "the call is not known",
        since: "1.5.33",
        mended: "every zone offers every type",
        mend: Mend::Answer(ministack::every_zone),
    },
    Row {
        product: MiniStack,
        of: "ec2:DescribeSecurityGroups",
        wrong: "a rule that names a group says whose that is, and can't be revoked as it is described",
        since: "1.5.33",
        mended: "the account is left out",
        mend: Mend::Answer(ministack::without_users),
    },
    Row {
        product: MiniStack,
        of: "ecr:CreateRepository",
        wrong: "the address of a repository is AWS's",
        since: "1.5.33",
        mended: "it is at the endpoint",
        mend: Mend::Answer(ministack::at_the_endpoint),
    },
    Row {
        product: MiniStack,
        of: "ecr:DescribeRepositories",
        wrong: "the address of a repository is AWS's",
        since: "1.5.33",
        mended: "it is at the endpoint",
        mend: Mend::Answer(ministack::at_the_endpoint),
    },
    Row {
        product: MiniStack,
        of: "ecs:DescribeTaskDefinition",
        wrong: "of a family the newest revision is described, also where it is deregistered",
        since: "1.5.33",
        mended: "a family without an active revision is not there",
        mend: Mend::Answer(ministack::active_alone),
    },
    Row {
        product: MiniStack,
        of: "elasticloadbalancing:CreateLoadBalancer",
        wrong: "a load balancer is below a path of the endpoint, whatever its DNS name",
        since: "1.5.33",
        mended: "that path stands for the name",
        mend: Mend::Answer(ministack::below_the_endpoint),
    },
    Row {
        product: MiniStack,
        of: "elasticloadbalancing:DescribeLoadBalancers",
        wrong: "a load balancer is below a path of the endpoint, whatever its DNS name",
        since: "1.5.33",
        mended: "that path stands for the name",
        mend: Mend::Answer(ministack::below_the_endpoint),
    },
    Row {
        product: MiniStack,
        of: "elasticloadbalancing:DescribeTargetHealth",
        wrong: "a target is healthy as soon as its container runs, before the app in it listens",
        since: "1.5.33",
        mended: "one that refuses connections is not",
        mend: Mend::Call(ministack::listening_alone),
    },
    Row {
        product: MiniStack,
        of: "service",
        wrong: "rebalancing and placement are not kept",
        since: "1.5.33",
        mended: "they count as desired",
        mend: Mend::Missing(&["availabilityZoneRebalancing", "placementConstraints", "placementStrategy"]),
    },
    Row {
        product: MiniStack,
        of: "service",
        wrong: "without the engine's socket no task starts",
        since: "1.5.33",
        mended: "with `--no-wait` nothing is waited for",
        mend: Mend::NotWaitedFor,
    },
    Row {
        product: MiniStack,
        of: "service",
        wrong: "the load balancer is one process, which follows its rules at once",
        since: "1.5.33",
        mended: "a service whose place another has taken goes after 2 s",
        mend: Mend::GoesSoon,
    },
    Row {
        product: Moto,
        of: "application-autoscaling:DeleteScheduledAction",
        wrong: "what is not there is refused as not valid",
        since: "5.2.5",
        mended: "the refusal has the code of AWS",
        mend: Mend::Code("found for service namespace", "ObjectNotFoundException"),
    },
    Row {
        product: Moto,
        of: "application-autoscaling:DeleteScalingPolicy",
        wrong: "what is not there is refused as not valid",
        since: "5.2.5",
        mended: "the refusal has the code of AWS",
        mend: Mend::Code("found for service namespace", "ObjectNotFoundException"),
    },
    Row {
        product: Moto,
        of: "application-autoscaling:DeregisterScalableTarget",
        wrong: "what is not there is refused as not valid",
        since: "5.2.5",
        mended: "the refusal has the code of AWS",
        mend: Mend::Code("found for service namespace", "ObjectNotFoundException"),
    },
    Row {
        product: Moto,
        of: "application-autoscaling:DeregisterScalableTarget",
        wrong: "the policies and scheduled actions of a target stay",
        since: "5.2.5",
        mended: "they are deleted before it",
        mend: Mend::Call(moto::with_its_rules),
    },
    Row {
        product: Moto,
        of: "application-autoscaling:ListTagsForResource",
        wrong: "the call is not known, and tags of targets are not kept",
        since: "5.2.5",
        mended: "the tags of the target's cluster stand for them",
        mend: Mend::Call(moto::tags_of_the_cluster),
    },
    Row {
        product: Moto,
        of: "autoscaling:DescribeAutoScalingGroups",
        wrong: "instances can't be replaced by those of another template",
        since: "5.2.5",
        mended: "the template of an instance is left out, so that none is outdated",
        mend: Mend::Answer(moto::without_templates_of_instances),
    },
    Row {
        product: Moto,
        of: "ec2:DescribeInstanceTypeOfferings",
        wrong: "some regions offer no type at all",
        since: "5.2.5",
        mended: "every zone of such a region offers every type",
        mend: Mend::Call(moto::zones_with_offers),
    },
    Row {
        product: Moto,
        of: "ecs:CreateService",
        wrong: "much of what a new service is to have is not taken, and is taken by an update",
        since: "5.2.5",
        mended: "the service is updated with it at once",
        mend: Mend::Call(moto::with_all_members),
    },
    Row {
        product: Moto,
        of: "ecs:DescribeCapacityProviders",
        wrong: "all can't be described, only those that are named",
        since: "5.2.5",
        mended: "those are named that clusters have and that groups suggest",
        mend: Mend::Call(moto::all_by_name),
    },
    Row {
        product: Moto,
        of: "ecs:DescribeServices",
        wrong: "a service has a launch type beside a capacity provider strategy",
        since: "5.2.5",
        mended: "it is left out",
        mend: Mend::Answer(moto::without_launch_type),
    },
    Row {
        product: Moto,
        of: "ecs:DescribeTaskDefinition",
        wrong: "of a family the newest revision is described, also where it is deregistered",
        since: "5.2.5",
        mended: "a family without an active revision is not there",
        mend: Mend::Answer(ministack::active_alone),
    },
    Row {
        product: Moto,
        of: "iam-role",
        wrong: "AWS's own policies are not there, as to load them takes half a minute",
        since: "5.2.5",
        mended: "where a role has none, those that are desired count as attached",
        mend: Mend::Missing(&["managedPolicies"]),
    },
    Row {
        product: Moto,
        of: "iam:AttachRolePolicy",
        wrong: "AWS's own policies are not there, as to load them takes half a minute",
        since: "5.2.5",
        mended: "the call counts as done for them",
        mend: Mend::Answer(moto::without_policies_of_aws),
    },
    Row {
        product: Moto,
        of: "s3:GetBucketVersioning",
        wrong: "the answer's element has another name",
        since: "5.2.5",
        mended: "it has AWS's",
        mend: Mend::Answer(moto::versioning),
    },
    Row {
        product: Moto,
        of: "service",
        wrong: "deployments do not have what ECS describes only there",
        since: "5.2.5",
        mended: "it counts as desired",
        mend: Mend::Missing(&["serviceConnectConfiguration", "volumeConfigurations"]),
    },
    Row {
        product: Moto,
        of: "service",
        wrong: "no task starts",
        since: "5.2.5",
        mended: "with `--no-wait` nothing is waited for",
        mend: Mend::NotWaitedFor,
    },
    Row {
        product: Moto,
        of: "task-definition",
        wrong: "whether faults may be injected is not kept",
        since: "5.2.5",
        mended: "it counts as desired",
        mend: Mend::Missing(&["enableFaultInjection"]),
    },
];

/// The rows of an emulator for a call or a kind.
pub fn rows_of(product: Product, of: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.product == product && row.of == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_all_its_parts() {
        for Row { product, of, wrong, since, mended, mend } in TABLE {
            for part in [of, wrong, mended] {
                assert!(
                    !part.is_empty() && !part.contains('|') && !part.ends_with('.'),
                    "{product} {of}: {part:?}"
                );
            }
            assert!(
                since.split('.').all(|number| number.parse::<u32>().is_ok()),
                "{product} {of}: since {since:?}"
            );
            let is_of_a_kind = matches!(mend, Mend::Missing(_) | Mend::NotWaitedFor | Mend::GoesSoon);
            assert_eq!(is_of_a_kind, !of.contains(':'), "{product} {of}");
        }
    }

    #[test]
    fn each_row_is_in_the_documentation() {
        let page = include_str!("../../../docs/design.md");
        for row in TABLE {
            let line = format!(
                "| {} | `{}` | {} | {} | {} |",
                row.product, row.of, row.wrong, row.since, row.mended
            );
            assert!(page.contains(&line), "docs/design.md lacks this line of its table:\n{line}");
        }
        let lines =
            page.lines().filter(|line| Product::ALL.iter().any(|it| line.starts_with(&format!("| {it} |"))));
        assert_eq!(lines.count(), TABLE.len(), "docs/design.md has lines that the table lacks");
    }
}
