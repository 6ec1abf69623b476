//! Tasks that run and are not healthy.

use super::super::UnhealthyTarget;
use super::example::{Evidence, Example, event, lines, replaced, target};

const GROUP: &str =
    "(target-group arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/web/1f2e3d4c5b6a7980)";

pub(super) fn examples() -> Vec<Example> {
    let closed = || target("unhealthy", "Target.FailedHealthChecks", "Health checks failed");
    let silent = || target("unhealthy", "Target.Timeout", "Request timed out");
    let unhealthy = |reason: &str| {
        event(&format!(
            "(task 26e17af95b5e431893308026b892584f) (port 8080) is unhealthy in {GROUP} due to (reason \
             {reason})."
        ))
    };
    let stopped = format!("Task failed ELB health checks in {GROUP}");
    [
        (
            "health-check-status",
            Evidence::Target(target(
                "unhealthy",
                "Target.ResponseCodeMismatch",
                "Health checks failed with these codes: [404]",
            )),
        ),
        ("health-check-status", unhealthy("Health checks failed with these codes: [503]")),
        ("health-check-timed-out", Evidence::Target(silent())),
        ("health-check-timed-out", unhealthy("Request timed out")),
        ("port-closed", Evidence::Target(closed())),
        ("port-closed", unhealthy("Health checks failed")),
        (
            "target-zone-disabled",
            Evidence::Target(target(
                "unused",
                "Target.NotInUse",
                "Target is in an Availability Zone that is not enabled for the load balancer",
            )),
        ),
        (
            "target-group-unused",
            Evidence::Target(target(
                "unused",
                "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer",
            )),
        ),
        (
            "target-stopped",
            Evidence::Target(target("unused", "Target.InvalidState", "Target is in the stopped state")),
        ),
        (
            "target-address-unusable",
            Evidence::Target(target(
                "unused",
                "Target.IpUnusable",
                "The IP address cannot be used as a target, as it is in use by a load balancer",
            )),
        ),
        (
            "load-balancer-error",
            Evidence::Target(target(
                "unhealthy",
                "Elb.InternalError",
                "Health checks failed due to an internal error",
            )),
        ),
        (
            "other-port",
            Evidence::Target(UnhealthyTarget { log: lines(&["listening on 0.0.0.0:9000"]), ..closed() }),
        ),
        (
            "other-port",
            replaced(
                &stopped,
                "UNKNOWN",
                &[r#"{"timestamp":"2026-11-30T22:10:37Z","message":"listening","port":80}"#],
            ),
        ),
        (
            "listens-on-localhost",
            replaced(&stopped, "UNKNOWN", &["INFO: Uvicorn running on http://127.0.0.1:8080"]),
        ),
        (
            "load-balancer-blocked",
            Evidence::Target(UnhealthyTarget { health_status: Some("HEALTHY".to_owned()), ..silent() }),
        ),
        ("load-balancer-blocked", replaced(&stopped, "HEALTHY", &["listening on :8080"])),
        ("load-balancer-health-check-failed", replaced(&stopped, "UNKNOWN", &[])),
        ("container-health-check-failed", replaced("Task failed container health checks", "UNHEALTHY", &[])),
        (
            "container-health-check-failed",
            event("(task 26e17af95b5e431893308026b892584f) failed container health checks."),
        ),
    ]
    .into_iter()
    .map(|(name, evidence)| Example::new(name, evidence))
    .collect()
}
