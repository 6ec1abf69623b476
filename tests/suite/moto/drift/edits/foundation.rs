//! Changes by hand of what the apps stand on.

use e2e::aws_api::QueryService::{Ec2, Iam};
use serde_json::{Value, json};

use super::{Edit, Hand, merged};
use crate::moto::drift::places::Places;

/// Roles and the instance profile.
pub fn identity(at: &Places) -> Vec<Edit> {
    let (task, execution, stack) = (at.role("task"), at.role("execution"), at.stack);
    let all = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C\
               %22Resource%22%3A%22%2A%22%7D%5D%7D";
    let trust = all.replace("%22Action%22%3A%22%2A%22", "%22Action%22%3A%22sts%3AAssumeRole%22");
    let trust = trust.replace("Resource%22%3A%22%2A%22", "Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D");
    let more = "arn:aws:iam::123456789012:policy/by-hand";
    let profile = format!("{stack}-instance-profile-eu-west-1");
    let instance = at.role("instance");
    let iam = |action, parameters| Hand::Query(Iam, action, parameters);
    vec![
        Edit::new(
            format!("iam-role {task}"),
            &["inlinePolicies.uploads.Statement"],
            iam("PutRolePolicy", format!("RoleName={task}&PolicyName=uploads&PolicyDocument={all}")),
        ),
        Edit::new(
            format!("iam-role {task}"),
            &["inlinePolicies.more"],
            iam("PutRolePolicy", format!("RoleName={task}&PolicyName=more&PolicyDocument={all}")),
        ),
        Edit::new("", &[], iam("CreatePolicy", format!("PolicyName=by-hand&PolicyDocument={all}"))),
        Edit::new(
            format!("iam-role {execution}"),
            &["managedPolicies"],
            iam("AttachRolePolicy", format!("RoleName={execution}&PolicyArn={more}")),
        ),
        Edit::new(
            format!("iam-role {execution}"),
            &[
                "assumeRolePolicy.Statement[0].Condition",
                "assumeRolePolicy.Statement[0].Principal.AWS",
                "assumeRolePolicy.Statement[0].Principal.Service",
            ],
            iam("UpdateAssumeRolePolicy", format!("RoleName={execution}&PolicyDocument={trust}")),
        ),
        Edit::new(
            format!("instance-profile {profile}"),
            &["roleName"],
            iam(
                "RemoveRoleFromInstanceProfile",
                format!("InstanceProfileName={profile}&RoleName={instance}"),
            ),
        ),
    ]
}

/// The bucket.
pub fn storage(at: &Places) -> Vec<Edit> {
    let bucket = at.bucket();
    let resource = format!("bucket {bucket}");
    let edit = |properties: &[&str], part: &str, body: Option<&str>| {
        Edit::new(&resource, properties, Hand::S3(format!("{bucket}?{part}"), body.map(str::to_owned)))
    };
    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    let cors = "<CORSConfiguration><CORSRule><AllowedMethod>POST</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>\
                <CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
    // Protected by hand: all other tags stay.
    let tags = format!(
        "<Tagging><TagSet><Tag><Key>ecs-image-app:stack</Key><Value>{}</Value></Tag><Tag><Key>ecs-image-app:resource</Key>\
         <Value>bucket/images</Value></Tag><Tag><Key>ecs-image-app:protect</Key><Value>true</Value></Tag></TagSet></Tagging>",
        at.stack
    );
    let lifecycle =
        ["abortIncompleteUploadsAfterDays", "deleteOldVersionsAfterDays", "expiringPrefixes.incoming/"];
    vec![
        edit(&["blockPublicAccess"], "publicAccessBlock", None),
        edit(&["versioning"], "versioning", Some(suspended)),
        edit(&["encryption"], "encryption", None),
        edit(&lifecycle, "lifecycle", None),
        edit(&["policy"], "policy", None),
        edit(&["browserUploadOrigins"], "cors", Some(cors)),
        edit(&["protected"], "tagging", Some(&tags)),
    ]
}

/// Security groups.
pub fn network(at: &Places) -> Vec<Edit> {
    let rule = |group: &str, port: u16| {
        format!(
            "GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort={port}\
             &IpPermissions.1.ToPort={port}&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0"
        )
    };
    let everything = format!(
        "GroupId={}&IpPermissions.1.IpProtocol=-1&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0",
        at.load_balancer_group
    );
    let stack = at.stack;
    vec![
        Edit::new(
            format!("security-group {stack}-tasks-sg"),
            &["ingress"],
            Hand::Query(Ec2, "AuthorizeSecurityGroupIngress", rule(&at.task_group, 22)),
        ),
        Edit::new(
            format!("security-group {stack}-alb-sg"),
            &["allEgress"],
            Hand::Query(Ec2, "RevokeSecurityGroupEgress", everything),
        ),
        Edit::new(
            format!("security-group {stack}-alb-sg"),
            &["ingress"],
            Hand::Query(Ec2, "RevokeSecurityGroupIngress", rule(&at.load_balancer_group, 80)),
        ),
    ]
}

/// A repository and the log group.
pub fn registry_and_logs(at: &Places) -> Vec<Edit> {
    let repository = format!("{}-web-app", at.stack);
    let group = format!("/ecs/{}", at.stack);
    let of_repository = |more: Value| merged(json!({ "repositoryName": repository }), &more);
    let edit = |property, operation, body| {
        Edit::new(
            format!("ecr-repository {repository}"),
            &[property],
            Hand::Ecr(operation, of_repository(body)),
        )
    };
    vec![
        edit("imageTagMutability", "PutImageTagMutability", json!({ "imageTagMutability": "MUTABLE" })),
        edit(
            "scanOnPush",
            "PutImageScanningConfiguration",
            json!({ "imageScanningConfiguration": { "scanOnPush": false } }),
        ),
        edit("lifecyclePolicy", "DeleteLifecyclePolicy", json!({})),
        Edit::new(
            format!("log-group {group}"),
            &["retentionInDays"],
            Hand::Logs("PutRetentionPolicy", json!({ "logGroupName": group, "retentionInDays": 3 })),
        ),
    ]
}
