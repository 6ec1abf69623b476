//! Port mappings: T21 to T28, X03, X07, X22.

use super::checked::Checked;
use crate::container::PortMapping;
use crate::rules::{Findings, Minds, Path, Rule};
use crate::task_definition::NetworkMode;
use std::collections::HashSet;

const PORTS: std::ops::RangeInclusive<i32> = 1..=65535;
const MOST_RANGES: usize = 100;
const LONGEST_NAME: usize = 64;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let mut taken = Taken::default();
    task.each_container(|container, path| {
        let mappings = path.member("portMappings");
        if task.mode() == Some(NetworkMode::None) && !container.port_mappings.is_empty() {
            findings.add(Rule::T23, &mappings, "port mappings in network mode none");
            return;
        }
        let ranges = container.port_mappings.iter().filter(|mapping| mapping.container_port_range.is_some());
        if ranges.count() > MOST_RANGES {
            findings.add(Rule::T26, &mappings, "too many ranges");
        }
        // In bridge mode each container has a network of its own, so that only what it maps twice itself collides.
        if !shares_network(task) {
            taken.container_ports.clear();
        }
        for (index, mapping) in container.port_mappings.iter().enumerate() {
            let path = mappings.item(index);
            numbers(mapping, &path, findings);
            host_port(task, mapping, &path, findings);
            range(task, mapping, &path, findings);
            described(mapping, &path, findings);
            taken.take(task, mapping, &path, findings);
        }
    });
}

/// Whether all containers of the task listen in the same network.
fn shares_network(task: &Checked<'_>) -> bool {
    matches!(task.mode(), Some(NetworkMode::Awsvpc | NetworkMode::Host))
}

fn numbers(mapping: &PortMapping, path: &Path<'_>, findings: &mut Findings) {
    match mapping.container_port {
        Some(port) if !PORTS.contains(&port) => {
            findings.add(Rule::T24, &path.member("containerPort"), format!("{port} is not a valid port"));
        }
        None if mapping.container_port_range.is_none() => {
            findings.add(Rule::T24, &path.member("containerPort"), "no containerPort");
        }
        _ => {}
    }
    if let Some(port) = mapping.host_port.filter(|port| !(0..=65535).contains(port)) {
        findings.add(Rule::T24, &path.member("hostPort"), format!("{port} is not a valid port"));
    }
}

fn host_port(task: &Checked<'_>, mapping: &PortMapping, path: &Path<'_>, findings: &mut Findings) {
    let (Some(container_port), Some(host_port)) = (mapping.container_port, mapping.host_port) else { return };
    // What is not a port at all is reported already.
    if host_port == container_port || !(0..=65535).contains(&host_port) {
        return;
    }
    let rule = match task.mode() {
        Some(NetworkMode::Awsvpc) => Rule::T21,
        Some(NetworkMode::Host) => Rule::T22,
        _ => return,
    };
    findings.add(rule, &path.member("hostPort"), format!("{host_port} for container port {container_port}"));
}

fn range(task: &Checked<'_>, mapping: &PortMapping, path: &Path<'_>, findings: &mut Findings) {
    let Some(text) = &mapping.container_port_range else { return };
    let path_of_range = path.member("containerPortRange");
    match bounds(text) {
        None => findings.add(Rule::T26, &path_of_range, format!("\"{text}\" is not a valid range of ports")),
        Some((low, high)) if low >= high => {
            findings.add(Rule::T26, &path_of_range, format!("{low} is not below {high}"));
        }
        Some(_) => {}
    }
    if mapping.container_port.is_some() || mapping.host_port.is_some() {
        findings.add(Rule::T26, path, "a range and a single port");
    }
    if task.mode() == Some(NetworkMode::Host) {
        findings.add(Rule::T26, &path_of_range, "a range in network mode host");
    }
}

/// The ports of `8080-8090`.
fn bounds(text: &str) -> Option<(i32, i32)> {
    let port = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|port| digits && PORTS.contains(port))
    };
    let (low, high) = text.split_once('-')?;
    Some((port(low)?, port(high)?))
}

fn described(mapping: &PortMapping, path: &Path<'_>, findings: &mut Findings) {
    if let Some(name) = mapping.name.as_deref().filter(|name| !is_port_name(name)) {
        findings.add(Rule::T27, &path.member("name"), format!("\"{name}\" is not a valid port name"));
    }
    if !matches!(mapping.protocol(), "tcp" | "udp") {
        findings.add(Rule::X07, &path.member("protocol"), format!("protocol \"{}\"", mapping.protocol()));
    }
    if mapping.app_protocol.is_some() && mapping.name.is_none() {
        let problem = "an appProtocol without a name, by which Service Connect finds the port: it is ignored";
        findings.note(Rule::X22, &path.member("appProtocol"), problem, Minds::Check);
    }
}

fn is_port_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(allowed) && !name.starts_with('-')
}

fn two_protocols(port: i32) -> String {
    format!(
        "port {port} for two protocols: RegisterTaskDefinition takes it, and CreateService with a load balancer or a \
         registry on it refuses (\"Container port {port} is used in more than one port mapping\")"
    )
}

/// The ports and names that earlier mappings have.
#[derive(Default)]
struct Taken<'a> {
    names: HashSet<&'a str>,
    /// Lowest and highest port, and the protocol.
    container_ports: Vec<(i32, i32, &'a str)>,
    host_ports: HashSet<(i32, &'a str)>,
}

impl<'a> Taken<'a> {
    fn take(
        &mut self,
        task: &Checked<'_>,
        mapping: &'a PortMapping,
        path: &Path<'_>,
        findings: &mut Findings,
    ) {
        if let Some(name) = mapping.name.as_deref()
            && !self.names.insert(name)
        {
            findings.add(Rule::T27, &path.member("name"), format!("another port is named \"{name}\", too"));
        }
        self.take_container_ports(task, mapping, path, findings);
        let host_port = mapping.host_port.filter(|&port| port != 0 && !shares_network(task));
        if let Some(port) = host_port
            && !self.host_ports.insert((port, mapping.protocol()))
        {
            let problem = format!("another mapping has host port {port}, too");
            findings.add(Rule::T28, &path.member("hostPort"), problem);
        }
    }

    fn take_container_ports(
        &mut self,
        task: &Checked<'_>,
        mapping: &'a PortMapping,
        path: &Path<'_>,
        findings: &mut Findings,
    ) {
        let range = mapping.container_port_range.as_deref().and_then(bounds);
        let Some((low, high)) = range.or(mapping.container_port.map(|port| (port, port))) else { return };
        let protocol = mapping.protocol();
        let overlapping = |other: &&(i32, i32, &str)| other.0 <= high && low <= other.1;
        let same = self.container_ports.iter().filter(overlapping).find(|other| other.2 == protocol);
        let other_protocol = self.container_ports.iter().any(|other| overlapping(&other));
        let ranges = low != high || same.is_some_and(|other| other.0 != other.1);
        if same.is_some() && ranges {
            findings.add(Rule::T26, path, format!("another mapping has ports of {low}-{high}, too"));
        } else if same.is_some() && shares_network(task) {
            findings.add(Rule::T25, path, format!("another mapping has {protocol} port {low}, too"));
        } else if same.is_none() && other_protocol && shares_network(task) {
            findings.warn(Rule::X03, path, two_protocols(low), Minds::Ecs);
        }
        self.container_ports.push((low, high, protocol));
    }
}
