//! Security groups: who may connect to what.

use crate::name::SECURITY_GROUP;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// A security group with its ingress rules, and whether everything is let out.
///
/// AWS: <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityGroup {
    /// The group's name, unique within the VPC.
    pub name: String,
    /// The VPC it belongs to.
    pub vpc_id: Output<String>,
    /// What is let in; nothing else is.
    pub ingress: Vec<Ingress>,
    /// Whether everything is let out, to every IPv4 address: so AWS makes a group. Narrower egress rules are not looked at.
    pub all_egress: bool,
}

/// A range of TCP ports that one source may connect to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ingress {
    /// The first port of the range.
    pub from_port: u16,
    /// The last port of the range.
    pub to_port: u16,
    /// Who may connect.
    pub from: TrafficSource,
}

/// Where traffic comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TrafficSource {
    /// An IPv4 range: `0.0.0.0/0` is everywhere.
    Cidr(String),
    /// Whatever is in this security group, by its id.
    SecurityGroup(Output<String>),
}

impl TrafficSource {
    /// An IPv4 range by its network's address, as EC2 keeps it; what is no such range stays as it is.
    pub fn network(range: &str) -> Self {
        let Some((address, bits)) = ipv4_range(range) else { return Self::Cidr(range.to_owned()) };
        let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
        Self::Cidr(format!("{}/{bits}", Ipv4Addr::from_bits(address.to_bits() & mask)))
    }
}

impl Ingress {
    /// One TCP port.
    pub fn port(port: u16, from: TrafficSource) -> Self {
        Self { from_port: port, to_port: port, from }
    }

    fn sort_key(&self) -> (u16, u16, String) {
        let from = match &self.from {
            TrafficSource::Cidr(range) => range.clone(),
            TrafficSource::SecurityGroup(group) => group.get().cloned().unwrap_or_default(),
        };
        (self.from_port, self.to_port, from)
    }
}

outputs! {
    /// What others refer to.
    SecurityGroupOutputs {
        /// The group's id.
        group_id: String,
    }
}

impl Resource for SecurityGroup {
    const KIND: &'static str = "security-group";
    const IDENTITY: &'static [&'static str] = &["name", "vpcId"];
    type Outputs = SecurityGroupOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        let ranges = self.ingress.iter().filter_map(|rule| match &rule.from {
            TrafficSource::Cidr(range) => Some(range),
            TrafficSource::SecurityGroup(_) => None,
        });
        let wrong = ranges.filter(|range| !is_ipv4_range(range));
        let mut problems = SECURITY_GROUP.problems(&self.name);
        problems.extend(wrong.map(|range| {
            format!("`{range}` is no IPv4 range: write 203.0.113.0/24, or /32 for one address")
        }));
        problems
    }

    fn normalise(&mut self) {
        for rule in &mut self.ingress {
            if let TrafficSource::Cidr(range) = &rule.from {
                rule.from = TrafficSource::network(range);
            }
        }
        self.ingress.sort_by_key(Ingress::sort_key);
        self.ingress.dedup();
    }
}

/// Whether a text is an IPv4 range: an address, a slash and a number of bits.
pub fn is_ipv4_range(text: &str) -> bool {
    ipv4_range(text).is_some()
}

fn ipv4_range(text: &str) -> Option<(Ipv4Addr, u8)> {
    let (address, bits) = text.split_once('/')?;
    Some((address.parse().ok()?, bits.parse().ok().filter(|bits| *bits <= 32)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_an_address_and_a_number_of_bits() {
        for range in ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.7/32"] {
            assert!(is_ipv4_range(range), "{range}");
        }
        for text in ["", "0.0.0.0", "10.0.0/8", "10.0.0.0/33", "::/0", "everybody"] {
            assert!(!is_ipv4_range(text), "{text}");
        }
    }

    #[test]
    fn a_range_is_kept_by_its_network() {
        let ranges = ["203.0.113.7/24", "203.0.113.7/32", "203.0.113.7/0", "udp 203.0.113.7/24"];
        let kept = ["203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0", "udp 203.0.113.7/24"];
        for (range, kept) in ranges.into_iter().zip(kept) {
            assert_eq!(TrafficSource::network(range), TrafficSource::Cidr(kept.to_owned()));
        }
    }
}
