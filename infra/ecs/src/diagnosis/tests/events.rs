//! What services complain of beside their tasks.

use super::example::{Example, event};

pub(super) fn examples() -> Vec<Example> {
    [
        (
            "target-group-missing",
            "(instance i-0a1b2c3d4e5f60718) (port 8080) is unhealthy in (target-group web) due to (reason \
             TARGET GROUP IS NOT FOUND)",
        ),
        (
            "deployment-blocked",
            "was unable to stop or start tasks during a deployment because of the service deployment \
             configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
        ),
        (
            "tasks-protected",
            "was unable to reach steady state because (taskSet ecs-svc/1234567890123456789) was unable to \
             scale in due to (reason 2 tasks under protection)",
        ),
        ("operations-throttled", "operations are being throttled. Will try again later."),
        ("starts-throttled", "is unable to consistently start tasks successfully."),
        (
            "targets-not-registered",
            "failed to register targets in target-group web with (error The target group 'web' does not \
             exist)",
        ),
        (
            "service-permissions-lost",
            "IAM permissions policies have been misconfigured or changed, and ECS can no longer maintain \
             your service",
        ),
        ("alarm-went-off", "(deployment ecs-svc/1234567890123456789) deployment failed: alarm detected."),
        (
            "lifecycle-hook-failed",
            "(deployment ecs-svc/1234567890123456789) deployment failed: Service deployment rolled back \
             because PRE_SCALE_UP lifecycle hook(s) failed.",
        ),
        (
            "networking-invalid",
            "(deployment ecs-svc/1234567890123456789) deployment failed: Service deployment rolled back \
             because of invalid networking configuration. The listener rule does not exist.",
        ),
        ("service-event", "could not launch 2 tasks for deployment ecs-svc/1234567890123456789."),
    ]
    .into_iter()
    .map(|(name, text)| Example::new(name, event(text)))
    .collect()
}
