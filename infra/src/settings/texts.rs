//! The forms of settings that are texts.

use super::deployment::{items, stage};
use super::range::Text;
use infra_ecs::service::{PlacementConstraint, PlacementStrategy};
use infra_resources::partition::Arn;
use infra_resources::security_group::is_ipv4_range;
use infra_resources::service_scaling::schedule;
use infra_resources::{KmsKey, SecretSource};

/// A range of addresses.
pub(super) const IPV4_RANGE: Text = Text {
    is: "an IPv4 range (one address is a /32)",
    takes: is_ipv4_range,
    such_as: &["203.0.113.0/24", "0.0.0.0/0", "203.0.113.7/32", "203.0.113.7/24"],
    unlike: &[
        "",
        "0.0.0.0",
        "10.0.0/8",
        "10.0.0.0/33",
        "10.0.0.256/32",
        "10.0.0.0/-1",
        "::/0",
        " 10.0.0.0/8",
    ],
};

/// An availability zone, by its name.
pub(super) const ZONE: Text = Text {
    is: "the name of an availability zone",
    takes: is_zone,
    such_as: &["us-east-1e", "ap-southeast-2a", "us-gov-west-1b", "us-west-2-lax-1a"],
    unlike: &["", "us-east-1", "US-EAST-1E", "use1-az3", "us-east-1e ", "e", "us_east_1e"],
};

/// The name of a key pair.
pub(super) const KEY_PAIR: Text = Text {
    is: "the name of a key pair, 1 to 255 ASCII characters without space around them",
    takes: is_key_pair,
    such_as: &["my-key", "a", "key of mine", "123"],
    unlike: &["", " my-key", "my-key ", "schlüssel", "a\tb"],
};

/// An instance type.
pub(super) const INSTANCE_TYPE: Text = Text {
    is: "an instance type, family and size in lower case",
    takes: is_instance_type,
    such_as: &["t3.micro", "t4g.small", "m7i-flex.large", "u-6tb1.metal"],
    unlike: &["", "t3", "t3.", ".micro", "T3.micro", "t3.micro ", "t3 micro", "t3.micro.x"],
};

/// A reference to an image.
pub(super) const IMAGE: Text = Text {
    is: "an image of at most 255 characters, with a tag or a digest",
    takes: is_image,
    such_as: &[
        "public.ecr.aws/nginx/nginx:1.27-alpine",
        "nginx",
        "127.0.0.1:4566/team/web:src-0",
        "ghcr.io/owner/web:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    ],
    unlike: &[
        "",
        " nginx",
        "nginx:",
        "nginx:a b",
        "owner/Web:1",
        "/web:1",
        "web//a",
        "web@sha256:12",
        "https://a/b",
    ],
};

/// The name of an environment variable.
pub(super) const VARIABLE: Text = Text {
    is: "the name of a variable: letters, digits and underscores, not beginning with a digit",
    takes: is_variable,
    such_as: &["DB_PASSWORD", "token", "_A1"],
    unlike: &["", "1A", "A-B", "A=B", "A B", "PASSWÖRD"],
};

/// Where a secret is.
pub(super) const SECRET: Text = Text {
    is: "the ARN of a secret in Secrets Manager, which :json-key:version-stage:version-id may follow, or the ARN or the name of \
         a parameter in SSM",
    takes: SecretSource::is_one,
    such_as: &["/prod/db-password", "db-password"],
    unlike: &["", "prod/db-password", "/prod//db", "a b", "db:1", "arn:x:s3:::bucket", "hunter2!"],
};

/// A key of KMS.
pub(super) const KMS_KEY: Text = Text {
    is: "a customer managed key of KMS: an alias, or the ARN of a key or an alias",
    takes: KmsKey::is_one,
    such_as: &["alias/images", "alias/team/images-1"],
    unlike: &[
        "",
        "images",
        "alias/",
        "alias/aws/s3",
        "alias/a b",
        "arn:x:kms:y:123456789012:grant/z",
        "key/1",
    ],
};

/// The name of a scheduled action.
pub(super) const SCHEDULE_NAME: Text = Text {
    is: "a name of 1 to 256 characters without `:`, `/`, `|` and space around them",
    takes: is_schedule_name,
    such_as: &["night", "a", "every Monday"],
    unlike: &["", " night", "night ", "a:b", "a/b", "a|b", "a\nb"],
};

/// When a scheduled action happens.
pub(super) const SCHEDULE: Text = Text {
    is: "a schedule with cron(...) of six fields, rate(...) or at(...)",
    takes: |text| schedule::problem(text).is_none(),
    such_as: &["cron(0 8 ? * MON-FRI *)", "rate(1 day)", "at(2037-01-01T00:00:00)"],
    unlike: &[
        "",
        "0 8 * * *",
        "cron(0 8 * * *)",
        "cron(60 8 * * ? *)",
        "rate(2 day)",
        "at(2027-02-29T00:00:00)",
    ],
};

/// A time zone.
pub(super) const TIME_ZONE: Text = Text {
    is: "a time zone by its IANA name",
    takes: |text| schedule::zone_problem(text).is_none(),
    such_as: &["Asia/Kolkata", "UTC", "Europe/Berlin"],
    unlike: &["", "utc", "Asia/Calcuta", "GMT+2", "Mars/Phobos"],
};

/// Which instances are taken first.
pub(super) const STRATEGY: Text = Text {
    is: "a placement strategy",
    takes: |text| text.parse::<PlacementStrategy>().is_ok(),
    such_as: &["binpack:memory", "spread:attribute:ecs.availability-zone", "spread:instanceId", "random"],
    unlike: &["", "binpack", "spreads:instanceId"],
};

/// Which instances may be taken at all.
pub(super) const CONSTRAINT: Text = Text {
    is: "a placement constraint",
    takes: |text| text.parse::<PlacementConstraint>().is_ok(),
    such_as: &["distinctInstance", "memberOf:attribute:ecs.instance-type =~ t3.*"],
    unlike: &["", "distinctInstances", "memberof"],
};

/// Where a deployment waits.
pub(super) const PAUSES: Text = Text {
    is: "stages of a deployment at which it can wait, with commas between them: RECONCILE_SERVICE, PRE_SCALE_UP, \
         POST_SCALE_UP, POST_TEST_TRAFFIC_SHIFT, PRE_PRODUCTION_TRAFFIC_SHIFT or POST_PRODUCTION_TRAFFIC_SHIFT",
    takes: |text| items(text).all(|name| stage(name).is_some()),
    such_as: &[
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_SCALE_UP,POST_PRODUCTION_TRAFFIC_SHIFT",
        "PRE_SCALE_UP, POST_SCALE_UP",
    ],
    unlike: &[
        "",
        "PRODUCTION_TRAFFIC_SHIFT",
        "TEST_TRAFFIC_SHIFT",
        "post_scale_up",
        "PRE_SCALE_UP,",
        "BAKE_TIME",
    ],
};

/// A managed policy.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html> (`PolicyName`, `Path`).
pub(super) const MANAGED_POLICY: Text = Text {
    is: "the ARN of a managed policy, or the path and name of one of the account's",
    takes: is_managed_policy,
    such_as: &["developer-boundary", "team/developer-boundary"],
    unlike: &["", "/boundary", "team//boundary", "my boundary", "arn:", "policy/boundary/", "schlüssel"],
};

/// Names of alarms.
///
/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html> (`AlarmName`).
pub(super) const ALARMS: Text = Text {
    is: "names of CloudWatch alarms of 1 to 255 characters, with commas between them",
    takes: |text| items(text).all(is_alarm),
    such_as: &["web-errors", "web-errors,web-latency", "errors of the app, 123"],
    unlike: &["", ",", "web-errors,", "a\nb"],
};

/// As shells and most programs take them; ECS refuses `=` alone.
fn is_variable(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A certificate in ACM.
///
/// AWS: <https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html> (`CertificateArn`).
pub(super) const CERTIFICATE: Text = Text {
    is: "the ARN of a certificate in ACM",
    takes: |text| is_arn_of(text, "acm", "certificate/"),
    // Of one partition, as in a comment: which it is, is the region's to say.
    such_as: &[concat!(
        "arn:",
        "aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    )],
    unlike: &[
        "",
        "images.example.com",
        "12345678-1234-1234-1234-123456789012",
        concat!("arn:", "aws:acm:us-east-1:123456789012:certificate/"),
        concat!("arn:", "aws:acm::123456789012:certificate/1"),
        concat!("arn:", "aws:iam::123456789012:server-certificate/a"),
    ],
};

/// A web ACL for what is in a region.
///
/// AWS: <https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html> (`WebACLArn`).
pub(super) const WEB_ACL: Text = Text {
    is: "the ARN of a regional web ACL of AWS WAF",
    takes: |text| is_arn_of(text, "wafv2", "regional/webacl/"),
    such_as: &[concat!(
        "arn:",
        "aws:wafv2:us-east-1:123456789012:regional/webacl/images/12345678-1234-1234-1234-123456789012"
    )],
    unlike: &[
        "",
        "images",
        concat!("arn:", "aws:wafv2:us-east-1:123456789012:global/webacl/images/1"),
        concat!("arn:", "aws:waf::123456789012:webacl/1"),
    ],
};

/// The name of a host.
pub(super) const DOMAIN: Text = Text {
    is: "a domain name in lower case",
    takes: is_domain,
    such_as: &["images.example.com", "a.example", "xn--bilder-gva.example", "3.example.co.uk"],
    unlike: &[
        "",
        "localhost",
        "images.example.com.",
        "Images.example.com",
        "*.example.com",
        "a_b.example",
        "-a.example",
        "10.0.0.1",
        "https://a.example",
        "a..example",
    ],
};

/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn is_arn_of(text: &str, service: &str, kind: &str) -> bool {
    Arn::of(text).is_some_and(|arn| {
        let id = arn.resource.strip_prefix(kind).unwrap_or_default();
        arn.service == service && !arn.region.is_empty() && !arn.account.is_empty() && !id.is_empty()
    }) && text.len() <= 2048
}

/// Labels of letters, digits and hyphens within; the last one is no number, as an address's is.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(sound)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_alarm(name: &str) -> bool {
    (1..=255).contains(&name.chars().count()) && !name.contains(char::is_control)
}

fn is_managed_policy(text: &str) -> bool {
    let name = if text.starts_with("arn:") {
        // The account's, or of AWS, which has no number.
        let parts: Vec<_> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            [_, partition, "iam", "", account, policy] if !partition.is_empty() && !account.is_empty() => {
                policy.strip_prefix("policy/").unwrap_or_default()
            }
            _ => "",
        }
    } else {
        text
    };
    let part = |part: &str| {
        (1..=128).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
    };
    name.len() <= 512 && name.split('/').all(part)
}

fn is_zone(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let last = text.rsplit('-').next().unwrap_or_default();
    let number = last.trim_end_matches(|c: char| c.is_ascii_lowercase());
    text.split('-').count() >= 3
        && text.split('-').all(part)
        && last.len() == number.len() + 1
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_key_pair(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        && text.trim() == text
}

fn is_instance_type(text: &str) -> bool {
    let part = |part: &str| {
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !part.is_empty() && part.bytes().all(sound)
    };
    text.split_once('.').is_some_and(|(family, size)| part(family) && part(size))
}

fn is_schedule_name(text: &str) -> bool {
    (1..=256).contains(&text.chars().count())
        && !text.contains([':', '/', '|'])
        && !text.contains(char::is_control)
        && text.trim_matches(' ') == text
}

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html> (`image`);
/// the form is that of container registries.
fn is_image(text: &str) -> bool {
    let (named, digest) = text.split_once('@').map_or((text, None), |(named, digest)| (named, Some(digest)));
    // A colon before the last slash is that of a port.
    let after = named.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match named[after..].find(':') {
        Some(colon) => (&named[..after + colon], Some(&named[after + colon + 1..])),
        None => (named, None),
    };
    text.len() <= 255
        && is_image_name(name)
        && tag.is_none_or(is_image_tag)
        && digest.is_none_or(|digest| {
            digest.split_once(':').is_some_and(|(algorithm, hex)| {
                !algorithm.is_empty() && hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
}

fn is_image_name(name: &str) -> bool {
    let mut parts = name.split('/').peekable();
    let host = |part: &str| part.contains(['.', ':']) || part == "localhost";
    if name.contains('/') && parts.peek().is_some_and(|first| host(first)) {
        let host = parts.next().unwrap_or_default();
        let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        if host.is_empty()
            || !host.bytes().all(sound)
            || port.is_some_and(|port| port.parse::<u16>().is_err())
        {
            return false;
        }
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    parts.all(|part| {
        let bytes = part.as_bytes();
        let ends = [bytes.first(), bytes.last()];
        ends.into_iter().all(|end| end.is_some_and(|byte| letter(*byte)))
            && bytes.iter().all(|byte| letter(*byte) || b"._-".contains(byte))
    })
}

fn is_image_tag(tag: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(letter)
        && tag.bytes().all(|byte| letter(byte) || byte == b'.' || byte == b'-')
}
