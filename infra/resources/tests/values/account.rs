//! Made-up values of what stands by itself in an account.

use std::net::Ipv4Addr;

use infra_engine::Output;
use infra_resources::bucket::{AES_256, KMS};
use infra_resources::ecr_repository::keep_newest;
use infra_resources::{
    Bucket, EcrRepository, IamRole, Ingress, LogGroup, SecurityGroup, TagMutability, TrafficSource,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

pub fn bucket(name: &str) -> impl Strategy<Value = Bucket> + use<> {
    let (name, arn) = (name.to_owned(), format!("arn:aws:s3:::{name}"));
    let origins = vec!["https://a.example", "https://b.example", "https://c.example"];
    (
        (any::<bool>(), any::<bool>(), any::<bool>()),
        (1..30, 1..90),
        btree_map(select(vec!["incoming/", "logs/", "tmp/"]), 1..30, 0..3),
        subsequence(origins, 0..=3).prop_shuffle(),
        option::of(policy("Deny", json!({"Principal": "*", "Resource": [arn.clone(), format!("{arn}/*")]}))),
        kms_key(),
    )
        .prop_map(
            move |((versioning, blocked, protected), (abort, old), prefixes, origins, policy, key)| Bucket {
                name: name.clone(),
                versioning,
                block_public_access: blocked,
                encryption: if key.is_some() { KMS } else { AES_256 }.to_owned(),
                kms_key_arn: key,
                abort_incomplete_uploads_after_days: abort,
                delete_old_versions_after_days: old,
                expiring_prefixes: prefixes
                    .into_iter()
                    .map(|(prefix, days)| (prefix.to_owned(), days))
                    .collect(),
                browser_upload_origins: origins.into_iter().map(str::to_owned).collect(),
                policy: policy.unwrap_or_default(),
                protected,
            },
        )
}

/// The ARN of a key of KMS, or none.
pub fn kms_key() -> impl Strategy<Value = Option<Output<String>>> {
    let arn = |id| format!("arn:aws:kms:eu-west-1:123456789012:key/{id}");
    let ids = ["1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab"];
    option::of(select(ids.map(arn).to_vec()).prop_map(Output::Known))
}

pub fn ecr_repository(name: &str) -> impl Strategy<Value = EcrRepository> + use<> {
    let name = name.to_owned();
    let mutability = prop_oneof![Just(TagMutability::Mutable), Just(TagMutability::Immutable)];
    (any::<bool>(), mutability, 1..100_u32).prop_map(move |(scan_on_push, image_tag_mutability, images)| {
        let lifecycle_policy = keep_newest(images);
        EcrRepository {
            name: name.clone(),
            scan_on_push,
            image_tag_mutability,
            kms_key_arn: None,
            lifecycle_policy,
        }
    })
}

pub fn log_group(name: &str) -> impl Strategy<Value = LogGroup> + use<> {
    let name = name.to_owned();
    (select(vec![1, 3, 5, 7, 14, 30, 60, 90, 365]), kms_key()).prop_map(
        move |(retention_in_days, kms_key_arn)| LogGroup {
            name: name.clone(),
            retention_in_days,
            kms_key_arn,
        },
    )
}

pub fn iam_role(name: &str, path: &str) -> impl Strategy<Value = IamRole> + use<> {
    let (name, path) = (name.to_owned(), path.to_owned());
    let managed = vec!["AmazonS3ReadOnlyAccess", "AmazonSSMManagedInstanceCore", "CloudWatchReadOnlyAccess"];
    (
        select(vec!["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"]),
        btree_map("[a-z]{1,8}", policy("Allow", json!({"Resource": "*"})), 0..4),
        subsequence(managed, 0..=3).prop_shuffle(),
        option::of(select(vec![
            "arn:aws:iam::aws:policy/PowerUserAccess",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ])),
    )
        .prop_map(move |(service, inline_policies, managed, boundary)| IamRole {
            name: name.clone(),
            path: path.clone(),
            assume_role_policy: json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
            ]}),
            inline_policies,
            managed_policies: managed.iter().map(|name| format!("arn:aws:iam::aws:policy/{name}")).collect(),
            permissions_boundary: boundary.map(str::to_owned),
        })
}

pub fn security_group(
    name: &str,
    vpc_id: Output<String>,
    other: Option<Output<String>>,
) -> impl Strategy<Value = SecurityGroup> + use<> {
    let name = name.to_owned();
    let range = (any::<Ipv4Addr>(), 0..=32_u8)
        .prop_map(|(address, bits)| TrafficSource::Cidr(format!("{address}/{bits}")));
    let source = match other {
        Some(group) => prop_oneof![range, Just(TrafficSource::SecurityGroup(group))].boxed(),
        None => range.boxed(),
    };
    let rule = (1..60_000_u16, 0..100_u16, source).prop_map(|(port, more, from)| Ingress {
        from_port: port,
        to_port: port + more,
        from,
    });
    (vec(rule, 0..6), any::<bool>()).prop_map(move |(mut ingress, all_egress)| {
        ingress.extend(ingress.first().cloned());
        SecurityGroup { name: name.clone(), vpc_id: vpc_id.clone(), ingress, all_egress }
    })
}

/// A policy document with one to three statements that all have these members, too.
fn policy(effect: &'static str, members: Value) -> impl Strategy<Value = Value> {
    let actions = subsequence(vec!["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], 1..=3).prop_shuffle();
    vec((actions, any::<bool>()), 1..3).prop_map(move |statements| {
        let statements = statements.iter().map(|(actions, secure)| {
            let mut statement = members.clone();
            statement["Effect"] = json!(effect);
            statement["Action"] = json!(actions);
            if *secure {
                statement["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}});
            }
            statement
        });
        json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
    })
}
