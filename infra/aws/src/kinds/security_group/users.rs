//! What keeps a security group from being deleted: rules of other groups that name it, and network interfaces that have it.

use super::by_rule_id::rules_of;
use crate::Aws;
use crate::clients::Ec2;
use crate::tags;
use aws_sdk_ec2::types::{Filter, IpPermission, NetworkInterface, SecurityGroup as Group, SecurityGroupRule};
use infra_engine::Failure;
use infra_engine::ownership::STACK_TAG;
use infra_wire::sdk_error::SdkResult;

/// So many are named; a message with more would not be read.
const NAMED_AT_MOST: usize = 3;

/// The users of a group.
#[derive(Debug, Default)]
pub struct Users {
    groups: Vec<Naming>,
    interfaces: Vec<String>,
}

/// Another group that names the group in a rule.
#[derive(Debug)]
struct Naming {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// The stack that it belongs to, if any.
    stack: Option<String>,
    /// The ids of its rules, those for traffic that comes in and those for traffic that goes out.
    rules: [Vec<String>; 2],
}

/// Asks EC2 what uses a group.
///
/// # Errors
/// When it can't be asked.
pub async fn of(aws: &Aws, group: &str) -> Result<Users, Failure> {
    let by = |name: &str| Filter::builder().name(name).values(group).build();
    let naming = async |filter: &str| {
        let request = aws.client::<Ec2>().describe_security_groups().filters(by(filter));
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("list security groups that name this one")
    };
    let interfaces = async {
        let request = aws.client::<Ec2>().describe_network_interfaces().filters(by("group-id"));
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("list the group's network interfaces")
    };
    let (incoming, outgoing, interfaces) = tokio::try_join!(
        naming("ip-permission.group-id"),
        naming("egress.ip-permission.group-id"),
        interfaces
    )?;
    let mut groups: Vec<Naming> = Vec::new();
    for other in incoming.iter().chain(&outgoing).filter(|other| names(other, group)) {
        let id = other.group_id().unwrap_or_default();
        if id != group && !groups.iter().any(|known| known.id == id) {
            groups.push(Naming::new(other, group, &rules_of(aws, id).await?));
        }
    }
    Ok(Users { groups, interfaces: interfaces.iter().map(described).collect() })
}

impl Naming {
    fn new(group: &Group, named: &str, rules: &[SecurityGroupRule]) -> Self {
        let naming = rules.iter().filter(|rule| {
            rule.referenced_group_info().and_then(|referenced| referenced.group_id()) == Some(named)
        });
        let ids = |is_egress: bool| {
            let of_direction = naming.clone().filter(|rule| (rule.is_egress() == Some(true)) == is_egress);
            of_direction.filter_map(|rule| rule.security_group_rule_id().map(str::to_owned)).collect()
        };
        Self {
            id: group.group_id().unwrap_or_default().to_owned(),
            name: group.group_name().unwrap_or_default().to_owned(),
            stack: tags::from(group.tags()).get(STACK_TAG).cloned(),
            rules: [ids(false), ids(true)],
        }
    }

    fn words(&self) -> String {
        let rules: Vec<&str> = self.rules.iter().flatten().map(String::as_str).collect();
        let which = match rules.as_slice() {
            [] => "a rule".to_owned(),
            [one] => format!("rule {one}"),
            many => format!("rules {}", many.join(", ")),
        };
        format!("{which} of security group {} ({})", self.id, self.name)
    }

    fn commands(&self) -> Vec<String> {
        let directions = ["ingress", "egress"].into_iter().zip(&self.rules);
        let commands = directions.filter(|(_, rules)| !rules.is_empty()).map(|(direction, rules)| {
            let rules = rules.join(" ");
            format!(
                "`aws ec2 revoke-security-group-{direction} --group-id {} --security-group-rule-ids {rules}`",
                self.id
            )
        });
        commands.collect()
    }
}

impl Users {
    /// Rules of groups that are not this stack's: nobody takes them away but their owner.
    pub fn in_the_way(&self, stack: &str) -> Option<Failure> {
        let others: Vec<_> =
            self.groups.iter().filter(|group| group.stack.as_deref() != Some(stack)).collect();
        if others.is_empty() {
            return None;
        }
        let named = others.iter().map(|group| group.words()).collect::<Vec<_>>().join(" and ");
        let commands: Vec<_> = others.iter().flat_map(|group| group.commands()).collect();
        let how = if commands.is_empty() { String::new() } else { format!(" ({})", commands.join(", ")) };
        Some(
            Failure::new(format!(
                "it can't be deleted while it is named by {named}, which is not of this stack"
            ))
            .hint(format!("remove that rule{how}, then run the same command again")),
        )
    }

    /// What is waited for.
    pub fn words(&self) -> String {
        let groups = self.groups.iter().map(Naming::words);
        let interfaces = self.interfaces.iter().map(|interface| format!("network interface {interface}"));
        let all: Vec<_> = groups.chain(interfaces).collect();
        let more = all.len().saturating_sub(NAMED_AT_MOST);
        let mut words = all.into_iter().take(NAMED_AT_MOST).collect::<Vec<_>>().join(", ");
        if more > 0 {
            words.push_str(&format!(" and {more} more"));
        }
        match words.as_str() {
            "" => "what still uses the group to be gone".to_owned(),
            words => format!("{words} to be gone, which still uses the group"),
        }
    }
}

/// Whether a group has a rule with another group, whatever a filter was taken for.
fn names(group: &Group, other: &str) -> bool {
    let permissions = group.ip_permissions().iter().chain(group.ip_permissions_egress());
    permissions.flat_map(IpPermission::user_id_group_pairs).any(|pair| pair.group_id() == Some(other))
}

/// An interface with what is known of its owner.
fn described(interface: &NetworkInterface) -> String {
    let instance = interface.attachment().and_then(|attachment| attachment.instance_id());
    let of_instance = instance.map(|instance| format!("of instance {instance}"));
    let description = interface.description().filter(|text| !text.is_empty()).map(str::to_owned);
    let whose = of_instance.or(description);
    let whose = whose.map(|whose| format!(" ({whose})")).unwrap_or_default();
    format!("{}{whose}", interface.network_interface_id().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{NetworkInterfaceAttachment, ReferencedSecurityGroup, Tag, UserIdGroupPair};

    fn rule(id: &str, named: &str, is_egress: bool) -> SecurityGroupRule {
        let referenced = ReferencedSecurityGroup::builder().group_id(named).build();
        let rule = SecurityGroupRule::builder().security_group_rule_id(id).is_egress(is_egress);
        rule.referenced_group_info(referenced).build()
    }

    fn group(stack: Option<&str>) -> Group {
        let pair = UserIdGroupPair::builder().group_id("sg-ours").build();
        let group = Group::builder().group_id("sg-theirs").group_name("their-app");
        let group = group.ip_permissions(IpPermission::builder().user_id_group_pairs(pair).build());
        group.set_tags(stack.map(|stack| vec![Tag::builder().key(STACK_TAG).value(stack).build()])).build()
    }

    fn users(stack: Option<&str>) -> Users {
        let rules = [
            rule("sgr-1", "sg-ours", false),
            rule("sgr-2", "sg-else", false),
            rule("sgr-3", "sg-ours", true),
        ];
        Users { groups: vec![Naming::new(&group(stack), "sg-ours", &rules)], interfaces: Vec::new() }
    }

    #[test]
    fn a_rule_of_somebody_elses_group_is_named_with_the_command_that_removes_it() {
        for stack in [None, Some("demo-2")] {
            let failure = users(stack).in_the_way("demo").unwrap();
            let (text, hint) = (failure.to_string(), failure.what_to_do().unwrap().to_owned());
            assert!(text.contains("rules sgr-1, sgr-3 of security group sg-theirs (their-app)"), "{text}");
            for command in [
                "ingress --group-id sg-theirs --security-group-rule-ids sgr-1`",
                "egress --group-id sg-theirs",
            ] {
                assert!(hint.contains(command), "{hint}");
            }
        }
    }

    #[test]
    fn a_rule_of_the_stacks_own_group_is_waited_for() {
        let users = users(Some("demo"));
        assert!(users.in_the_way("demo").is_none());
        assert!(users.words().contains("of security group sg-theirs"), "{}", users.words());
    }

    #[test]
    fn interfaces_are_named_with_their_owner() {
        let of_balancer =
            NetworkInterface::builder().network_interface_id("eni-1").description("ELB app/demo/1").build();
        let attachment = NetworkInterfaceAttachment::builder().instance_id("i-1").build();
        let of_instance =
            NetworkInterface::builder().network_interface_id("eni-2").attachment(attachment).build();
        let interfaces = [of_balancer.clone(), of_instance, of_balancer.clone(), of_balancer];
        let users = Users { groups: Vec::new(), interfaces: interfaces.iter().map(described).collect() };
        let words = users.words();
        assert!(
            words.starts_with(
                "network interface eni-1 (ELB app/demo/1), network interface eni-2 (of instance i-1)"
            ),
            "{words}"
        );
        assert!(words.contains("and 1 more to be gone"), "{words}");
        assert!(Users::default().words().contains("what still uses the group"));
    }

    #[test]
    fn a_group_that_a_filter_let_through_by_mistake_is_passed_over() {
        assert!(names(&group(None), "sg-ours"));
        assert!(!names(&group(None), "sg-other"));
    }
}
