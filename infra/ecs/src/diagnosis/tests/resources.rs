//! What a task needs before its containers start.

use super::example::{Example, event, no_container, not_started};
use super::starting::each;

const SECRETS: &str = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:web/database-7qFlRJ";
const REFUSED: &str =
    "https response error StatusCode: 400, RequestID: d45b80b7-7a19-49eb-8fd2-44305bb5e5d7, api error";
const USER: &str =
    "User: arn:aws:sts::123456789012:assumed-role/web-execution/26e17af95b5e431893308026b892584f is";

pub(super) fn examples() -> Vec<Example> {
    let asm = format!("{SECRETS} unable to retrieve secret from asm:");
    let ssm =
        format!("{SECRETS} unable to retrieve secrets from ssm: service call has been retried 1 time(s):");
    let fetch = format!(
        "{asm} service call has been retried 1 time(s): failed to fetch secret {SECRET} from secrets manager:"
    );
    let logs = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream:";
    each([
        (
            "secrets-unreachable",
            not_started(&format!(
                "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve \
                 secret from asm: There is a connection issue between the task and AWS Secrets Manager. \
                 Check your task network configuration. failed to fetch secret {SECRET} from secrets \
                 manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: \
                 0, RequestID: , canceled, context deadline exceeded"
            )),
        ),
        (
            "secret-key-missing",
            not_started(&format!(
                "{asm} retrieved secret from Secrets Manager did not contain json key password"
            )),
        ),
        (
            "parameter-denied",
            not_started(&format!(
                "{ssm} operation error SSM: GetParameters, {REFUSED} AccessDeniedException: {USER} not \
                 authorized to perform: ssm:GetParameters on resource: \
                 arn:aws:ssm:eu-central-1:123456789012:parameter/web/key because no identity-based policy \
                 allows the ssm:GetParameters action"
            )),
        ),
        ("parameter-not-found", not_started(&format!("{ssm} invalid ssm parameters: /web/key"))),
        ("parameter-not-found", not_started(&format!("{ssm} invalid parameters: /web/key"))),
        (
            "secret-denied",
            not_started(&format!(
                "{fetch} operation error Secrets Manager: GetSecretValue, {REFUSED} AccessDeniedException: \
                 {USER} not authorized to perform: secretsmanager:GetSecretValue on resource: {SECRET} \
                 because no identity-based policy allows the secretsmanager:GetSecretValue action"
            )),
        ),
        (
            "secret-not-found",
            not_started(&format!(
                "{fetch} operation error Secrets Manager: GetSecretValue, {REFUSED} \
                 ResourceNotFoundException: Secrets Manager can't find the specified secret."
            )),
        ),
        (
            "environment-file-unreadable",
            not_started(
                "ResourceInitializationError: failed to download env files: file download command: non \
                 empty error stream: service call has been retried 1 time(s): failed to download \
                 arn:aws:s3:::demo/web.env: AccessDenied: Access Denied",
            ),
        ),
        (
            "logs-unreachable",
            not_started(
                "ResourceInitializationError: failed to validate logger args: The task cannot find the \
                 Amazon CloudWatch log group defined in the task definition. There is a connection issue \
                 between the task and Amazon CloudWatch. Check your network configuration. : signal: killed",
            ),
        ),
        (
            "log-group-missing",
            not_started(&format!(
                "{logs} ResourceNotFoundException: The specified log group does not exist. : exit status 1"
            )),
        ),
        (
            "log-group-missing",
            no_container(
                "CannotStartContainerError: Error response from daemon: failed to initialize logging \
                 driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified \
                 log group does not exist.",
            ),
        ),
        (
            "log-denied",
            not_started(&format!(
                "{logs} AccessDeniedException: {USER} not authorized to perform: logs:CreateLogStream on \
                 resource: arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/web:log-stream:web"
            )),
        ),
        (
            "log-driver-failed",
            no_container(
                "CannotStartContainerError: Error response from daemon: failed to initialize logging \
                 driver: dial unix /var/run/fluent.sock: connect: no such file or directory",
            ),
        ),
        (
            "service-linked-role-missing",
            event(
                "failed to launch a task with (error ECS was unable to assume the role \
                 'arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS' \
                 that was provided for this task. Please verify that the role being passed has the proper \
                 trust relationship and permissions and that your IAM user has permissions to pass this \
                 role.).",
            ),
        ),
        (
            "role-unusable",
            event(
                "failed to launch a task with (error ECS was unable to assume the role \
                 'arn:aws:iam::123456789012:role/web-task' that was provided for this task. Please verify \
                 that the role being passed has the proper trust relationship and permissions and that your \
                 IAM user has permissions to pass this role.).",
            ),
        ),
        (
            "file-system-not-mounted",
            not_started(
                "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: \
                 stderr: mount.nfs4: access denied by server while mounting 127.0.0.1:/ : unsuccessful EFS \
                 utils command execution; code: 32",
            ),
        ),
        (
            "volume-not-created",
            no_container("CannotCreateVolumeError: volume data: Error response from daemon: no such driver"),
        ),
        ("volume-not-created", not_started("Timeout waiting for EphemeralStorage provisioning to complete")),
        (
            "subnet-full",
            not_started(
                "Unexpected EC2 error while attempting to Create Network Interface in subnet \
                 'subnet-0a1b2c3d': InsufficientFreeAddressesInSubnet",
            ),
        ),
        (
            "subnet-full",
            not_started(
                "Unexpected EC2 error while attempting to Create Network Interface with public IP \
                 assignment enabled in subnet 'subnet-0a1b2c3d'",
            ),
        ),
        ("network-interface-limit", not_started("TaskFailedToStart: RESOURCE:ENI")),
        ("network-interface-limit", not_started("Unable to attach network interface to unused device index")),
        (
            "network-interface-failed",
            not_started("Timeout waiting for network interface provisioning to complete."),
        ),
        (
            "network-interface-failed",
            not_started(
                "Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation",
            ),
        ),
    ])
}
