//! The settings of the network.

use super::range::{Allowed, Range, settings};
use super::texts::{IPV4_RANGE, ZONE};
use Allowed::{List, Text};

settings! {
    /// The VPC and who may connect.
    pub struct NetworkSettings {
        /// Availability zones of the default VPC that are left out, such as `us-east-1e`.
        excluded_zones: Vec<String> = Vec::new(),
            List(&Text(&ZONE), 100), "Subnet (availabilityZone), Amazon EC2 API Reference";
        /// The IPv4 range that may connect to the load balancer.
        allowed_clients: String = "0.0.0.0/0".to_owned(),
            Text(&IPV4_RANGE), "IpRange (CidrIp), Amazon EC2 API Reference";
    }
}
