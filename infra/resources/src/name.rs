//! Physical names: pure functions of what they name, within the limits that AWS sets.

use sha2::{Digest, Sha256};

/// How long a name of one kind may be.
#[derive(Clone, Copy, Debug)]
pub struct NameLimit {
    /// What the limit is for, in AWS's words.
    pub of: &'static str,
    /// The most characters it may have.
    pub characters: usize,
}

/// `CreateLoadBalancer`: at most 32 characters.
pub const LOAD_BALANCER: NameLimit = NameLimit { of: "load balancer", characters: 32 };
/// `CreateTargetGroup`: at most 32 characters.
pub const TARGET_GROUP: NameLimit = NameLimit { of: "target group", characters: 32 };
/// S3 "Bucket naming rules": at most 63 characters, lower case.
pub const BUCKET: NameLimit = NameLimit { of: "bucket", characters: 63 };
/// `CreateRole`: at most 64 characters.
pub const ROLE: NameLimit = NameLimit { of: "role", characters: 64 };
/// `CreateInstanceProfile`: at most 128 characters.
pub const INSTANCE_PROFILE: NameLimit = NameLimit { of: "instance profile", characters: 128 };
/// `CreateLaunchTemplate`: at most 128 characters.
pub const LAUNCH_TEMPLATE: NameLimit = NameLimit { of: "launch template", characters: 128 };
/// `CreateAutoScalingGroup`: at most 255 characters.
pub const AUTO_SCALING_GROUP: NameLimit = NameLimit { of: "Auto Scaling group", characters: 255 };
/// `CreateCluster`, `CreateService` and `RegisterTaskDefinition`: at most 255 characters.
pub const ECS: NameLimit = NameLimit { of: "ECS resource", characters: 255 };
/// `CreateSecurityGroup`: at most 255 characters.
pub const SECURITY_GROUP: NameLimit = NameLimit { of: "security group", characters: 255 };
/// `CreateRepository`: at most 256 characters.
pub const REPOSITORY: NameLimit = NameLimit { of: "ECR repository", characters: 256 };
/// `CreateLogGroup`: at most 512 characters.
pub const LOG_GROUP: NameLimit = NameLimit { of: "log group", characters: 512 };

/// A name that AWS would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the {of} name `{name}` has {actual} characters, {over} over the limit of {limit}: choose a shorter stack name"
)]
pub struct NameError {
    name: String,
    of: &'static str,
    actual: usize,
    limit: usize,
    over: usize,
}

impl NameLimit {
    /// The name itself, if it is within the limit.
    ///
    /// # Errors
    /// When it is longer, with the limit and by how much.
    pub fn check(self, name: String) -> Result<String, NameError> {
        let actual = name.chars().count();
        match actual.checked_sub(self.characters) {
            None | Some(0) => Ok(name),
            Some(over) => Err(NameError { name, of: self.of, actual, limit: self.characters, over }),
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
    fn the_hash_tells_where_one_property_ends() {
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
        assert_eq!(short_hash(&["HTTP", "80"]).len(), 4);
    }
}
