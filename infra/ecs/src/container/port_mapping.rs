//! The ports a container listens on, and where they are reached.

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// A port of a container.
///
/// | network mode | container port | host port |
/// | --- | --- | --- |
/// | `awsvpc`, `host` | the port | left out, or the same |
/// | `bridge` | the port | a fixed one, or 0 (or left out) for one of the dynamic range |
/// | `none` | no mappings | |
///
/// With `awsvpc` no mapping is needed to reach a port, but a load balancer and Service Connect find it by its mapping.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PortMapping {
    /// The port the container listens on.
    pub container_port: Option<i32>,
    /// Many ports instead of one: `8080-8090`.
    pub container_port_range: Option<String>,
    /// The port of the instance; 0 lets Docker pick one.
    pub host_port: Option<i32>,
    /// `tcp`, the default, or `udp`.
    pub protocol: Option<String>,
    /// The name by which Service Connect knows the port.
    pub name: Option<String>,
    /// What Service Connect expects on it; TCP if left out.
    pub app_protocol: Option<ApplicationProtocol>,
}

open_enum! {
    /// What is spoken on a port, for Service Connect's metrics and retries.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
    pub enum ApplicationProtocol {
        /// HTTP/1.1.
        Http = "http",
        /// HTTP/2.
        Http2 = "http2",
        /// gRPC.
        Grpc = "grpc",
    }
}

impl PortMapping {
    /// A TCP port; in network mode `bridge` the host port is a dynamic one.
    pub fn tcp(container_port: u16) -> Self {
        Self { container_port: Some(container_port.into()), ..Self::default() }
    }

    /// `tcp` or `udp`.
    pub fn protocol(&self) -> &str {
        self.protocol.as_deref().unwrap_or("tcp")
    }
}
