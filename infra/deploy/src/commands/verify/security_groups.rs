//! Whether the load balancer's security groups may reach the tasks on their port.

use super::instances::Instances;
use super::subject::Subject;
use super::target_group::Balancing;
use crate::judgement::Judgement;
use infra::network::DYNAMIC_PORTS;
use infra_aws::Aws;
use infra_aws::network::{self, GroupRule, GroupRules};
use infra_ecs::container::PortMapping;
use infra_ecs::task_definition::NetworkMode;
use infra_engine::Failure;
use std::collections::BTreeSet;

const EVERYWHERE: &str = "0.0.0.0/0";
const DEPLOY: &str = "deploy the stack, which puts its rules right; `cargo xtask drift` shows what differs";

/// Whether a way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Closed,
    /// To or from addresses, of which it is not known whose they are.
    Perhaps,
    Open,
}

/// From the load balancer to the tasks, or to the instances on whose ports they are.
pub async fn check(
    aws: &Aws,
    subject: &Subject,
    balancing: &Balancing,
    instances: Option<&Instances>,
) -> Result<Judgement, Failure> {
    let balancers: BTreeSet<String> =
        balancing.balancers.iter().flat_map(|it| it.security_groups().to_vec()).collect();
    if balancers.is_empty() {
        return Ok(Judgement::unknown("no load balancer with a security group knows the target group"));
    }
    let Some(mapping) = balancing.mapping(subject) else {
        return Ok(Judgement::unknown("there is no port mapping to be reached"));
    };
    let ports = ports(mapping, subject.network_mode());
    let mut ends = BTreeSet::new();
    if let Some(network) = subject.awsvpc() {
        let groups: Result<BTreeSet<String>, Failure> =
            network.security_groups.iter().map(|group| group.get().cloned()).collect();
        ends.insert(groups?);
    } else {
        let networks = instances.map(|it| it.networks.as_slice()).unwrap_or_default();
        ends.extend(networks.iter().map(|it| it.groups.iter().cloned().collect::<BTreeSet<_>>()));
    }
    let asked: Vec<String> = ends.iter().flatten().chain(&balancers).cloned().collect();
    let rules = network::group_rules(aws, &asked).await?;
    let judgements = ends.iter().map(|end| reach(&balancers, end, ports, &rules));
    let none = "no instance is there whose groups could be looked at";
    if ends.is_empty() { Ok(Judgement::unknown(none)) } else { Ok(Judgement::all(judgements, none)) }
}

/// The ports at which targets are: with `bridge` and no fixed one any that Docker picks.
fn ports(mapping: &PortMapping, mode: NetworkMode) -> (i32, i32) {
    let container = mapping.container_port.unwrap_or_default();
    match mapping.host_port.filter(|port| *port != 0) {
        _ if mode != NetworkMode::Bridge => (container, container),
        Some(port) => (port, port),
        None => ((*DYNAMIC_PORTS.start()).into(), (*DYNAMIC_PORTS.end()).into()),
    }
}

/// Groups add up: one that lets traffic through is enough.
fn reach(
    from: &BTreeSet<String>,
    to: &BTreeSet<String>,
    ports: (i32, i32),
    rules: &[GroupRules],
) -> Judgement {
    let missing: Vec<_> =
        from.iter().chain(to).filter(|id| !rules.iter().any(|it| it.id == **id)).cloned().collect();
    if !missing.is_empty() {
        return Judgement::failed(format!("security group {} is not there", missing.join(", ")), DEPLOY);
    }
    let of = |ids: &BTreeSet<String>, direction: fn(&GroupRules) -> &Vec<GroupRule>, peers| {
        let groups = rules.iter().filter(|it| ids.contains(&it.id));
        groups.flat_map(direction).map(|rule| way(rule, ports, peers)).max().unwrap_or(Way::Closed)
    };
    let (out, into) = (of(from, |it| &it.egress, to), of(to, |it| &it.ingress, from));
    let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
    let port = if ports.0 == ports.1 {
        format!("port {}", ports.0)
    } else {
        format!("ports {} to {}", ports.0, ports.1)
    };
    let (from, to) = (list(from), list(to));
    match (out, into) {
        (Way::Open, Way::Open) => Judgement::ok(format!("{from} may reach {to} on {port}")),
        (Way::Closed, _) => Judgement::failed(
            format!("{from}, the load balancer's, lets nothing out to {to} on {port}"),
            DEPLOY,
        ),
        (_, Way::Closed) => {
            Judgement::failed(format!("{to} does not let {from}, the load balancer's, in on {port}"), DEPLOY)
        }
        _ => Judgement::unknown(format!(
            "rules between {from} and {to} on {port} name addresses; whose they are was not looked at"
        )),
    }
}

fn way(rule: &GroupRule, ports: (i32, i32), peers: &BTreeSet<String>) -> Way {
    let all = rule.protocol == "-1";
    let covered = rule.ports.is_none_or(|(first, last)| first <= ports.0 && ports.1 <= last);
    if !(all || ["tcp", "6"].contains(&rule.protocol.as_str()) && covered) {
        return Way::Closed;
    }
    if rule.groups.iter().any(|group| peers.contains(group)) || rule.ranges.iter().any(|it| it == EVERYWHERE)
    {
        return Way::Open;
    }
    if rule.ranges.is_empty() { Way::Closed } else { Way::Perhaps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;

    fn rule(protocol: &str, ports: Option<(i32, i32)>, peer: &str) -> GroupRule {
        let (groups, ranges) = if peer.starts_with("sg-") {
            (vec![peer.to_owned()], Vec::new())
        } else {
            (Vec::new(), vec![peer.to_owned()])
        };
        GroupRule { protocol: protocol.to_owned(), ports, groups, ranges }
    }

    #[test]
    fn both_groups_have_to_let_traffic_through() {
        let (all, none) = (|| vec![rule("-1", None, EVERYWHERE)], Vec::new);
        let tcp = |ports, peer| vec![rule("tcp", Some(ports), peer)];
        for (egress, ingress, result) in [
            (all(), tcp((8000, 8000), "sg-balancer"), CheckResult::Ok),
            (all(), tcp((0, 65535), EVERYWHERE), CheckResult::Ok),
            (tcp((8000, 8000), "sg-tasks"), all(), CheckResult::Ok),
            (all(), none(), CheckResult::Failed),
            (none(), all(), CheckResult::Failed),
            (all(), tcp((8000, 8000), "sg-other"), CheckResult::Failed),
            (all(), tcp((80, 80), "sg-balancer"), CheckResult::Failed),
            (all(), vec![rule("udp", Some((8000, 8000)), EVERYWHERE)], CheckResult::Failed),
            (all(), tcp((8000, 8000), "172.31.0.0/16"), CheckResult::Unknown),
        ] {
            let rules = [
                GroupRules { id: "sg-balancer".to_owned(), egress: egress.clone(), ingress: Vec::new() },
                GroupRules { id: "sg-tasks".to_owned(), ingress: ingress.clone(), egress: Vec::new() },
            ];
            let (from, to) =
                (BTreeSet::from(["sg-balancer".to_owned()]), BTreeSet::from(["sg-tasks".to_owned()]));
            let judged = reach(&from, &to, (8000, 8000), &rules);
            assert_eq!(judged.result, result, "{egress:?} {ingress:?}: {judged:?}");
            let gone = reach(&from, &to, (8000, 8000), &rules[..1]);
            assert_eq!(gone.what, "security group sg-tasks is not there");
        }
    }

    #[test]
    fn with_bridge_targets_are_at_ports_of_the_instance() {
        let fixed = PortMapping { host_port: Some(8080), ..PortMapping::tcp(80) };
        assert_eq!(ports(&fixed, NetworkMode::Bridge), (8080, 8080));
        assert_eq!(ports(&PortMapping::tcp(80), NetworkMode::Bridge), (32768, 65535));
        assert_eq!(ports(&PortMapping::tcp(80), NetworkMode::Awsvpc), (80, 80));
    }
}
