//! The one egress rule that AWS gives a new group: everything may go out.

use crate::Aws;
use crate::clients::Ec2;
use aws_sdk_ec2::types::{IpPermission, IpRange, SecurityGroup};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// Every protocol, as EC2 writes it.
const ALL_PROTOCOLS: &str = "-1";
const EVERYWHERE: &str = "0.0.0.0/0";

/// Whether everything may go out.
pub fn is_open(group: &SecurityGroup) -> bool {
    let everything = |rule: &&IpPermission| rule.ip_protocol() == Some(ALL_PROTOCOLS);
    let mut ranges =
        group.ip_permissions_egress().iter().filter(everything).flat_map(IpPermission::ip_ranges);
    ranges.any(|range| range.cidr_ip() == Some(EVERYWHERE))
}

/// Lets everything out.
///
/// # Errors
/// When EC2 refuses it.
pub async fn open(aws: &Aws, group: &str) -> Result<(), Failure> {
    let request =
        aws.client::<Ec2>().authorize_security_group_egress().group_id(group).ip_permissions(everything());
    let opened = request.send().await;
    opened.none_if(&["InvalidPermission.Duplicate"], "let traffic out of the security group")?;
    Ok(())
}

/// Takes that rule back; narrower ones stay.
///
/// # Errors
/// When EC2 refuses it.
pub async fn close(aws: &Aws, group: &str) -> Result<(), Failure> {
    let request =
        aws.client::<Ec2>().revoke_security_group_egress().group_id(group).ip_permissions(everything());
    let closed = request.send().await;
    closed.none_if(&["InvalidPermission.NotFound"], "stop traffic out of the security group")?;
    Ok(())
}

fn everything() -> IpPermission {
    let everywhere = IpRange::builder().cidr_ip(EVERYWHERE).build();
    IpPermission::builder().ip_protocol(ALL_PROTOCOLS).ip_ranges(everywhere).build()
}
