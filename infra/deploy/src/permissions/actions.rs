//! From a call that a kind of resource makes to the IAM actions that it needs. Most actions are called as the operation is; this
//! is what differs.
//!
//! AWS: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

/// The service of each kind's operations, as IAM calls it.
const SERVICES: [(&str, &str); 22] = [
    ("auto-scaling-group", "autoscaling"),
    ("capacity-provider", "ecs"),
    ("cluster", "ecs"),
    ("cluster-capacity", "ecs"),
    ("default-vpc", "ec2"),
    ("ecr-repository", "ecr"),
    ("gateway-endpoint", "ec2"),
    ("iam-role", "iam"),
    ("image", "ecr"),
    ("instance-profile", "iam"),
    ("instance-subnets", "ec2"),
    ("kms-key", "kms"),
    ("launch-template", "ec2"),
    ("listener", "elasticloadbalancing"),
    ("listener-rule", "elasticloadbalancing"),
    ("load-balancer", "elasticloadbalancing"),
    ("log-group", "logs"),
    ("security-group", "ec2"),
    ("service", "ecs"),
    ("service-scaling", "application-autoscaling"),
    ("target-group", "elasticloadbalancing"),
    ("task-definition", "ecs"),
];

/// Operations that kinds of other services call, too.
const OF_ANOTHER_SERVICE: [(&str, &str); 9] = [
    ("AssociateWebACL", "wafv2"),
    ("DeleteLogGroup", "logs"),
    ("DescribeClusters", "ecs"),
    ("DescribeRules", "elasticloadbalancing"),
    ("DescribeServices", "ecs"),
    ("DescribeTargetGroups", "elasticloadbalancing"),
    ("DescribeTargetHealth", "elasticloadbalancing"),
    ("GetLogEvents", "logs"),
    ("GetWebACLForResource", "wafv2"),
];
const OF_ECS: [&str; 2] = ["ListClusters", "ListServices"];

/// Buckets are called by HTTP's methods.
const BUCKET: &str = "bucket";

/// What IAM wants besides the action of the operation's name.
const BESIDES: [(&str, &[&str]); 12] = [
    ("AssociateWebACL", &["elasticloadbalancing:SetWebAcl"]),
    // Auto Scaling starts instances from the launch template in the name of who makes the group.
    ("CreateAutoScalingGroup", &["ec2:RunInstances", "iam:PassRole", "iam:CreateServiceLinkedRole"]),
    ("CreateCluster", &["iam:CreateServiceLinkedRole"]),
    ("CreateLaunchTemplate", &["iam:PassRole", "ssm:GetParameters"]),
    ("CreateLaunchTemplateVersion", &["iam:PassRole", "ssm:GetParameters"]),
    ("CreateLoadBalancer", &["iam:CreateServiceLinkedRole"]),
    ("CreateService", &["iam:PassRole"]),
    // Target tracking makes and deletes its alarms in the name of who sets the policy.
    ("DeleteScalingPolicy", &["cloudwatch:DeleteAlarms"]),
    ("PutScalingPolicy", &["cloudwatch:PutMetricAlarm"]),
    ("RegisterScalableTarget", &["application-autoscaling:TagResource", "iam:CreateServiceLinkedRole"]),
    ("RegisterTaskDefinition", &["ecs:TagResource", "iam:PassRole"]),
    ("UpdateService", &["iam:PassRole"]),
];

/// S3's actions, by the methods of their calls.
const OF_BUCKETS: [(&str, &[&str]); 3] = [
    (
        "GET",
        &[
            "s3:GetBucketCORS",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:ListAllMyBuckets",
            "s3:ListBucket",
        ],
    ),
    (
        "PUT",
        &[
            "s3:CreateBucket",
            "s3:PutBucketCORS",
            "s3:PutBucketPolicy",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketTagging",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutLifecycleConfiguration",
        ],
    ),
    (
        "DELETE",
        &[
            "s3:AbortMultipartUpload",
            "s3:DeleteBucket",
            "s3:DeleteBucketPolicy",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
            // CORS and lifecycle rules are taken away by the right to set them.
            "s3:PutBucketCORS",
            "s3:PutLifecycleConfiguration",
        ],
    ),
];

/// The actions that a kind's operation needs; nothing where this table does not know the kind.
pub fn of(kind: &str, operation: &str) -> Option<Vec<String>> {
    if kind == BUCKET {
        // `HEAD` asks what `GET` does; many objects are deleted by one `POST`.
        let method = match operation {
            "HEAD" => "GET",
            "POST" => "DELETE",
            other => other,
        };
        let actions = OF_BUCKETS.iter().find(|(of, _)| *of == method)?.1;
        return Some(actions.iter().map(|&action| action.to_owned()).collect());
    }
    let elsewhere = OF_ANOTHER_SERVICE.iter().find(|(name, _)| *name == operation);
    let elsewhere = elsewhere.or_else(|| OF_ECS.contains(&operation).then_some(&("", "ecs")));
    let (_, service) = elsewhere.or_else(|| SERVICES.iter().find(|(name, _)| *name == kind))?;
    let besides = BESIDES.iter().find(|(name, _)| *name == operation).map_or([].as_slice(), |(_, it)| it);
    let named = format!("{service}:{operation}");
    Some([named].into_iter().chain(besides.iter().map(|&action| action.to_owned())).collect())
}

/// What commands call besides the kinds: the lease, the log, tasks of their own, images that are pushed.
pub fn of_commands(reads_alone: bool) -> impl Iterator<Item = &'static str> {
    const READS: [&str; 15] = [
        "application-autoscaling:DescribeScalableTargets",
        "autoscaling:DescribeScalingActivities",
        "cloudwatch:DescribeAlarms",
        "ec2:DescribeInstances",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
        "ecs:DescribeContainerInstances",
        "ecs:DescribeServiceRevisions",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "logs:DescribeLogStreams",
        "s3:GetObject",
        // Whether secrets are there, and how old. Their values are read by the tasks alone.
        "secretsmanager:DescribeSecret",
        "secretsmanager:ListSecretVersionIds",
        "ssm:DescribeParameters",
    ];
    const WRITES: [&str; 10] = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
        "ecs:ContinueServiceDeployment",
        "ecs:ExecuteCommand",
        "ecs:RunTask",
        "ecs:StopTask",
        "s3:PutObject",
    ];
    READS.into_iter().chain(WRITES.into_iter().filter(move |_| !reads_alone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_an_action_of_its_service_and_what_aws_does_for_it() {
        for (kind, operation, actions) in [
            ("cluster", "CreateCluster", "ecs:CreateCluster iam:CreateServiceLinkedRole"),
            ("cluster", "DeleteLogGroup", "logs:DeleteLogGroup"),
            ("service-scaling", "ListServices", "ecs:ListServices"),
            ("log-group", "ListTagsForResource", "logs:ListTagsForResource"),
            ("ecr-repository", "ListTagsForResource", "ecr:ListTagsForResource"),
        ] {
            assert_eq!(of(kind, operation).map(|actions| actions.join(" ")), Some(actions.to_owned()));
        }
        assert_eq!(of("bucket", "POST"), of("bucket", "DELETE"));
        assert_eq!(of("queue", "GetQueueUrl"), None);
    }
}
