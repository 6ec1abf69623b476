//! Physical names: pure functions of what they name, within the limits that AWS sets.

use sha2::{Digest, Sha256};

/// What a name of one kind may be.
#[derive(Clone, Copy, Debug)]
pub struct NameLimit {
    /// What the limit is for, in AWS's words.
    pub of: &'static str,
    /// The most characters it may have.
    pub characters: usize,
    /// How it may not begin; AWS does not look at case.
    pub begins: &'static [&'static str],
    /// How it may not end.
    pub ends: &'static [&'static str],
    /// AWS's page.
    pub page: &'static str,
}

/// A limit in length alone.
const fn at_most(of: &'static str, characters: usize, page: &'static str) -> NameLimit {
    NameLimit { of, characters, begins: &[], ends: &[], page }
}

/// At most 32 characters.
pub const LOAD_BALANCER: NameLimit = NameLimit {
    begins: &["internal-"],
    ..at_most("load balancer", 32, "CreateLoadBalancer, Elastic Load Balancing API Reference")
};
/// At most 32 characters.
pub const TARGET_GROUP: NameLimit =
    at_most("target group", 32, "CreateTargetGroup, Elastic Load Balancing API Reference");
/// At most 63 characters, lower case.
pub const BUCKET: NameLimit = NameLimit {
    begins: &["xn--", "sthree-", "amzn-s3-demo-"],
    ends: &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"],
    ..at_most("bucket", 63, "General purpose bucket naming rules, Amazon S3 User Guide")
};
/// At most 64 characters.
pub const ROLE: NameLimit = at_most("role", 64, "CreateRole, IAM API Reference");
/// The path of roles and instance profiles, at most 512 characters.
pub const ROLE_PATH: NameLimit = NameLimit {
    begins: &["/aws-service-role/", "/aws-reserved/"],
    ..at_most("role path", 512, "IAM identifiers (paths), IAM User Guide")
};
/// At most 128 characters.
pub const INSTANCE_PROFILE: NameLimit =
    at_most("instance profile", 128, "CreateInstanceProfile, IAM API Reference");
/// At most 128 characters.
pub const LAUNCH_TEMPLATE: NameLimit =
    at_most("launch template", 128, "CreateLaunchTemplate, Amazon EC2 API Reference");
/// At most 255 characters.
pub const AUTO_SCALING_GROUP: NameLimit =
    at_most("Auto Scaling group", 255, "CreateAutoScalingGroup, Amazon EC2 Auto Scaling API Reference");
/// Clusters, services and families of task definitions: at most 255 characters.
pub const ECS: NameLimit = at_most("ECS resource", 255, "CreateService, Amazon ECS API Reference");
/// At most 255 characters.
pub const CAPACITY_PROVIDER: NameLimit = NameLimit {
    begins: &["aws", "ecs", "fargate"],
    ..at_most("capacity provider", 255, "CreateCapacityProvider, Amazon ECS API Reference")
};
/// At most 255 characters.
pub const SECURITY_GROUP: NameLimit = NameLimit {
    begins: &["sg-"],
    ..at_most("security group", 255, "CreateSecurityGroup, Amazon EC2 API Reference")
};
/// At most 256 characters.
pub const REPOSITORY: NameLimit =
    at_most("ECR repository", 256, "CreateRepository, Amazon ECR API Reference");
/// At most 512 characters.
pub const LOG_GROUP: NameLimit = NameLimit {
    begins: &["aws/"],
    ..at_most("log group", 512, "CreateLogGroup, Amazon CloudWatch Logs API Reference")
};

/// A name that AWS would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is too long.
    #[error(
        "the {of} name `{name}` has {actual} characters, {over} over the limit of {limit}: choose a shorter stack name"
    )]
    TooLong {
        /// The name.
        name: String,
        /// What it is for.
        of: &'static str,
        /// How many characters it has.
        actual: usize,
        /// How many it may have.
        limit: usize,
        /// By how many it is too long.
        over: usize,
    },
    /// It begins or ends as AWS's own names do.
    #[error(
        "the {of} name `{name}` {does} with `{text}`, which AWS keeps for itself: choose another stack name \
         (AWS: {page})"
    )]
    Reserved {
        /// The name.
        name: String,
        /// What it is for.
        of: &'static str,
        /// `begins` or `ends`.
        does: &'static str,
        /// With what.
        text: &'static str,
        /// AWS's page.
        page: &'static str,
    },
}

impl NameLimit {
    /// Why AWS would refuse a name; nothing for a sound one.
    pub fn problems(self, name: &str) -> Vec<String> {
        self.check(name.to_owned()).err().iter().map(ToString::to_string).collect()
    }

    /// The name itself, if AWS takes it.
    ///
    /// # Errors
    /// When it is too long, with the limit and by how much; when it begins or ends as AWS's own names do.
    pub fn check(self, name: String) -> Result<String, NameError> {
        let Self { of, characters: limit, page, .. } = self;
        let reserved = |name, does, text: &&'static str| NameError::Reserved { name, of, does, text, page };
        let lower = name.to_ascii_lowercase();
        if let Some(text) = self.begins.iter().find(|text| lower.starts_with(**text)) {
            return Err(reserved(name, "begins", text));
        }
        if let Some(text) = self.ends.iter().find(|text| lower.ends_with(**text)) {
            return Err(reserved(name, "ends", text));
        }
        let actual = name.chars().count();
        match actual.checked_sub(limit) {
            None | Some(0) => Ok(name),
            Some(over) => Err(NameError::TooLong { name, of, actual, limit, over }),
        }
    }
}

/// Four hexadecimal digits that change with properties that can't change in place.
///
/// Part of a physical name, it makes a replacement a new resource beside the old one instead of a conflict.
pub fn short_hash(properties: &[&str]) -> String {
    let mut hash = Sha256::new();
    for property in properties {
        hash.update(property.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(2).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether Elastic Load Balancing takes this as the name of a load balancer or a target group.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html>
/// and <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>.
pub(crate) fn is_load_balancing_name(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_at_the_limit_is_accepted() {
        assert_eq!(TARGET_GROUP.check("a".repeat(32)), Ok("a".repeat(32)));
    }

    #[test]
    fn a_longer_name_is_refused_with_the_limit() {
        let error = TARGET_GROUP.check("a".repeat(34)).unwrap_err().to_string();
        assert!(error.contains("target group") && error.contains("2 over the limit of 32"), "{error}");
    }

    #[test]
    fn each_kind_knows_the_names_that_aws_keeps_for_itself() {
        for (limit, names) in [
            (SECURITY_GROUP, &["sg-alb-sg", "SG-x"][..]),
            (LOAD_BALANCER, &["internal-alb"]),
            (BUCKET, &["xn--a", "sthree-images", "sthree-configurator-x", "amzn-s3-demo-images"]),
            (BUCKET, &["a-s3alias", "a--ol-s3", "a.mrap", "a--x-s3", "a--table-s3"]),
            (ROLE_PATH, &["/aws-service-role/", "/aws-reserved/sso/"]),
            (CAPACITY_PROVIDER, &["aws-ec2", "ECS-ec2", "fargates"]),
            (LOG_GROUP, &["aws/ecs"]),
        ] {
            for name in names {
                let error = limit.check((*name).to_owned()).unwrap_err().to_string();
                assert!(error.contains(limit.of) && error.contains(limit.page), "{error}");
                assert!(error.contains("choose another stack name"), "{error}");
            }
        }
    }

    #[test]
    fn names_that_only_look_reserved_are_accepted() {
        for (limit, name) in [
            (SECURITY_GROUP, "sgs-alb-sg"),
            (LOAD_BALANCER, "internals-alb"),
            (BUCKET, "sthreed-images-1-eu-west-1"),
            (BUCKET, "amzn-images-1-eu-west-1"),
            (ROLE_PATH, "/aws-service-roles/"),
            (ROLE_PATH, "/service-role/"),
            (CAPACITY_PROVIDER, "of-aws-ec2"),
            (LOG_GROUP, "/aws/ecs"),
        ] {
            assert!(limit.check(name.to_owned()).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_hash_shows_where_one_property_ends() {
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
        assert_eq!(short_hash(&["HTTP", "80"]).len(), 4);
    }
}
