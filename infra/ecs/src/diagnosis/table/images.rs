//! Images that can't be pulled, or don't fit.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>

use super::{Row, row};

pub(super) const WRONG_PROCESSOR: Row = row(
    "wrong-processor",
    &[
        "does not contain descriptor matching platform",
        "no matching manifest for",
        "no match for platform in manifest",
        "exec format error",
        "does not match the detected host platform",
    ],
    "{image} is not built for {processor}",
    "build it for this processor (`docker build --platform`), or ask for the one that it is built for \
     (runtimePlatform.cpuArchitecture)",
)
.hopeless();

pub(in super::super) const IMAGES: &[Row] = &[
    WRONG_PROCESSOR,
    row(
        "image-rate-limited",
        &["toomanyrequests", "CannotPull*rate limit", "CannotPull*429 Too Many Requests"],
        "the registry refuses to send {image} for now: too many pulls",
        "copy the image to ECR, or log in to the registry (repositoryCredentials)",
    ),
    row(
        "registry-unreachable",
        &[
            "connection issue between the task and Amazon ECR",
            "CannotPull*i/o timeout",
            "CannotPull*no such host",
            "CannotPull*connection refused",
            "CannotPull*network is unreachable",
            "CannotPull*deadline exceeded",
            "CannotPull*request canceled",
            "CannotPull*TLS handshake timeout",
            "CannotPull*failed to do request",
            "unable to retrieve ecr registry auth*deadline exceeded",
            "unable to retrieve ecr registry auth*RequestError",
        ],
        "the task finds no way to the registry of {image}",
        "give it a public address, a NAT gateway, or endpoints for ecr.api, ecr.dkr and S3, and let its \
         security group out to port 443",
    ),
    row(
        "registry-login-denied",
        &[
            "unable to retrieve ecr registry auth*AccessDenied",
            "not authorized to perform: ecr:GetAuthorizationToken",
        ],
        "{execution_role} may not log in to ECR (ecr:GetAuthorizationToken)",
        "attach the policy AmazonECSTaskExecutionRolePolicy to {execution_role}",
    )
    .hopeless(),
    row(
        "image-not-found",
        &[
            "CannotPull*manifest unknown",
            "CannotPull*name unknown",
            "CannotPull*manifest for*not found",
            "failed to resolve ref*: not found",
            "CannotPull*RepositoryNotFoundException",
            "CannotPull*ImageNotFoundException",
            "CannotPull*image not found",
            "CannotPull*no such image",
        ],
        "{image} is not in its registry",
        "push it, or correct the name or tag in the task definition",
    )
    .hopeless(),
    row(
        "image-pull-denied",
        &[
            "pull access denied",
            "CannotPull*denied:",
            "CannotPull*AccessDenied",
            "CannotPull*not authorized",
            "CannotPull*authorization failed",
            "CannotPull*unauthorized",
            "CannotPull*no basic auth credentials",
            "CannotPull*403 Forbidden",
            "CannotPull*role has the permissions to pull",
        ],
        "the registry does not give {image} to {execution_role}: no permission, or no such repository",
        "let {execution_role} pull it (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer; S3 endpoint policy), \
         set repositoryCredentials, or correct the name",
    )
    .hopeless(),
    row(
        "disk-full",
        &["no space left on device"],
        "there is no space left on the disk for {image}",
        "raise the task's ephemeralStorage or the instance's volume, or make the image smaller",
    ),
    row(
        "image-pull-failed",
        &["CannotPull"],
        "{image} can't be pulled: {quote}",
        "pull it by hand with the same role and network, and look at the registry's state",
    ),
];
