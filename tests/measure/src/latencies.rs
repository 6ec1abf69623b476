//! How long AWS takes for a call, as a table: what a client in the same region sees.

use e2e::counting_proxy::Call;
use std::time::Duration;

/// Every call takes so long when round trips are counted: far longer than the emulator takes for one by itself.
const FOR_COUNTING: Duration = Duration::from_millis(400);

/// A table of latencies, by service and operation.
pub fn of_aws(call: &Call) -> Duration {
    Duration::from_millis(milliseconds(&call.service, call.action.as_deref(), call.is_read()))
}

/// The same for every call.
pub fn for_counting(_: &Call) -> Duration {
    FOR_COUNTING
}

/// By service and operation; S3's operations have no names.
pub fn milliseconds(service: &str, operation: Option<&str>, is_read: bool) -> u64 {
    match (service, operation, is_read) {
        (_, Some("GetCallerIdentity"), _) => 50,
        ("iam", _, true) => 100,
        ("iam", Some("CreateRole" | "CreateInstanceProfile"), _) => 500,
        ("iam", ..) => 400,
        ("s3", _, true) => 50,
        ("s3", ..) => 200,
        (_, Some("CreateLoadBalancer"), _) => 600,
        (_, _, true) => 75,
        ("elasticloadbalancing" | "ec2", ..) => 300,
        ("ecs", Some("CreateService" | "UpdateService"), _) => 350,
        _ => 250,
    }
}
