//! The settings of the network.

use super::range::{Allowed, Range};
use super::texts::{IPV4_RANGE, ZONE};
use Allowed::{List, Text};
use serde::{Deserialize, Serialize};

/// The VPC and who may connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSettings {
    /// Availability zones of the default VPC that are left out, such as `us-east-1e`.
    pub excluded_zones: Vec<String>,
    /// The IPv4 range that may connect to the load balancer.
    pub allowed_clients: String,
}

impl NetworkSettings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new(
            "excluded_zones",
            List(&Text(&ZONE), 100),
            "Subnet (availabilityZone), Amazon EC2 API Reference",
        ),
        Range::new("allowed_clients", Text(&IPV4_RANGE), "IpRange (CidrIp), Amazon EC2 API Reference"),
    ];
}

impl Default for NetworkSettings {
    fn default() -> Self {
        Self { excluded_zones: Vec::new(), allowed_clients: "0.0.0.0/0".to_owned() }
    }
}
