//! Tasks that don't get as far as a running container.

use super::example::{Evidence, Example, event, exited, no_container, not_started};

const RETRIED: &str =
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref";
const SECRETS: &str = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:";
const USER: &str =
    "User: arn:aws:sts::123456789012:assumed-role/web-execution/26e17af95b5e431893308026b892584f is";

pub(super) fn each<const N: usize>(examples: [(&'static str, Evidence); N]) -> Vec<Example> {
    examples.into_iter().map(|(name, evidence)| Example::new(name, evidence)).collect()
}

pub(super) fn images() -> Vec<Example> {
    each([
        (
            "wrong-processor",
            not_started(
                "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest \
                 does not contain descriptor matching platform 'linux/arm64'",
            ),
        ),
        (
            "wrong-processor",
            no_container(
                "CannotPullContainerError: Error response from daemon: no matching manifest for \
                 linux/arm64/v8 in the manifest list entries",
            ),
        ),
        ("wrong-processor", exited(255, &["exec /usr/local/bin/web: exec format error"])),
        (
            "wrong-processor",
            no_container(
                "CannotStartContainerError: Error response from daemon: failed to create task for \
                 container: exec /web: exec format error: unknown",
            ),
        ),
        (
            "image-rate-limited",
            not_started(&format!(
                "{RETRIED} docker.io/library/nginx:1: httpReadSeeker: unexpected status code: 429 Too Many \
                 Requests - Server message: toomanyrequests: You have reached your unauthenticated pull \
                 rate limit."
            )),
        ),
        (
            "registry-unreachable",
            not_started(
                "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull \
                 registry auth from Amazon ECR: There is a connection issue between the task and Amazon \
                 ECR. Check your task network configuration.",
            ),
        ),
        (
            "registry-unreachable",
            not_started(&format!(
                "{RETRIED} docker.io/library/nginx:1: failed to do request: Head \
                 \"https://registry-1.docker.io/v2/library/nginx/manifests/1\": dial tcp 34.226.69.105:443: \
                 i/o timeout"
            )),
        ),
        (
            "registry-login-denied",
            not_started(&format!(
                "{SECRETS} unable to retrieve ecr registry auth: service call has been retried 1 time(s): \
                 AccessDeniedException: {USER} not authorized to perform: ecr:GetAuthorizationToken on \
                 resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action \
                 status code: 400, request id: d45b80b7-7a19-49eb-8fd2-44305bb5e5d7"
            )),
        ),
        (
            "image-not-found",
            not_started(&format!("{RETRIED} localhost:4566/web:9: localhost:4566/web:9: not found")),
        ),
        (
            "image-not-found",
            no_container(
                "CannotPullContainerError: Error response from daemon: manifest for localhost:4566/web:9 \
                 not found: manifest unknown: manifest unknown",
            ),
        ),
        (
            "image-pull-denied",
            not_started(&format!(
                "{RETRIED} docker.io/library/repository:latest: pull access denied, repository does not \
                 exist or may require authorization: server message: insufficient_scope: authorization \
                 failed."
            )),
        ),
        (
            "image-pull-denied",
            not_started(
                "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: \
                 httpReaderSeeker: failed open: unexpected status code \
                 https://prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com/1: 403 \
                 Forbidden",
            ),
        ),
        (
            "image-pull-denied",
            not_started(
                "CannotPullContainerError: The task can't pull the image. Check that the role has the \
                 permissions to pull images from the registry",
            ),
        ),
        (
            "disk-full",
            no_container(
                "CannotPullContainerError: failed to register layer: write /usr/lib/libLLVM.so: no space \
                 left on device",
            ),
        ),
        (
            "image-pull-failed",
            not_started("CannotPullContainerError: ref pull has been retried 5 time(s): unexpected EOF"),
        ),
    ])
}

pub(super) fn capacity() -> Vec<Example> {
    let launch = "was unable to place a task. Reason: ResourceInitializationError: Unable to launch instance(s) for capacity provider web-managed.";
    each([
        (
            "spot-interruption",
            Evidence::Stop(super::example::stopped("SpotInterruption", "Your Spot Task was interrupted.")),
        ),
        (
            "instance-lost",
            Evidence::Stop(super::example::stopped(
                "",
                "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated.",
            )),
        ),
        (
            "fargate-capacity-unavailable",
            event(
                "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again \
                 later or in a different availability zone. For more information, see the Troubleshooting \
                 section of the Amazon ECS Developer Guide.",
            ),
        ),
        (
            "fargate-quota",
            event(
                "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you \
                 can run concurrently.",
            ),
        ),
        (
            "instance-quota",
            event(&format!(
                "{launch} MaxSpotInstanceCountExceeded: Max spot instance count exceeded. RequestId: \
                 d45b80b7-7a19-49eb-8fd2-44305bb5e5d7."
            )),
        ),
        (
            "instance-capacity-unavailable",
            event(&format!(
                "{launch} UnfulfillableCapacity: Unable to fulfill capacity due to your request \
                 configuration."
            )),
        ),
        (
            "instance-launch-failed",
            event(&format!(
                "{launch} UnauthorizedOperation: You are not authorized to perform this operation. User: \
                 arn:aws:sts::123456789012:assumed-role/infra/ECSManagedInstances is not authorized to \
                 perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/instances because no \
                 identity-based policy allows the iam:PassRole action."
            )),
        ),
        ("no-instances", not_started("TaskFailedToStart: EMPTY CAPACITY PROVIDER")),
        ("no-instances", not_started("TaskFailedToStart: NO ACTIVE INSTANCES")),
        (
            "no-instances",
            event(
                "was unable to place a task because no container instance met all of its requirements. \
                 Reason: No Container Instances were found in your cluster. For more information, see the \
                 Troubleshooting section of the Amazon ECS Developer Guide.",
            ),
        ),
        (
            "launch-type-mismatch",
            not_started("The selected task definition is not compatible with the selected compute strategy"),
        ),
        (
            "provisioning-limit",
            event(
                "was unable to place tasks in your cluster because the tasks provisioning capacity limit \
                 was exceeded.",
            ),
        ),
    ])
}

pub(super) fn placement() -> Vec<Example> {
    let closest = |has: &str| {
        event(&format!(
            "was unable to place a task because no container instance met all of its requirements. The \
             closest matching (container-instance 26e17af95b5e431893308026b892584f) {has}. For more \
             information, see the Troubleshooting section of the Amazon ECS Developer Guide."
        ))
    };
    let failure = |reason: &str| Evidence::Placement(reason.to_owned());
    each([
        ("no-cpu", closest("has insufficient CPU units available")),
        ("no-cpu", failure("RESOURCE:CPU")),
        ("no-memory", not_started("TaskFailedToStart: RESOURCE:MEMORY")),
        ("host-port-taken", closest("is already using a port required by your task")),
        ("host-port-taken", failure("RESOURCE:PORTS")),
        ("no-gpu", failure("RESOURCE:GPU")),
        ("no-room", failure("RESOURCE:FPGA")),
        ("agent-disconnected", closest("encountered error \"AGENT\"")),
        ("agent-disconnected", failure("AGENT")),
        ("attribute-missing", closest("is missing an attribute required by your task")),
        ("attribute-missing", failure("ATTRIBUTE")),
        ("wrong-zone", failure("LOCATION")),
        (
            "constraint-unsatisfied",
            closest("encountered error \"MemberOf placement constraint unsatisfied.\""),
        ),
        ("distinct-instance", failure("DistinctInstance placement constraint unsatisfied.")),
        ("instance-inactive", failure("INACTIVE")),
        ("instance-missing", failure("MISSING")),
        ("no-place", closest("has something else")),
    ])
}
