//! Where a secret of a container is, as ECS takes it in `valueFrom`, and the right that reading it takes.

use crate::partition::Partition;

/// A secret in Secrets Manager, or a parameter in SSM's Parameter Store.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A secret, and which version of it: the current one where none is named.
    Secret {
        /// Its ARN, without what selects a part of it.
        arn: String,
        /// The staging label of the version.
        stage: Option<String>,
        /// The id of the version.
        version: Option<String>,
    },
    /// A parameter.
    Parameter {
        /// Its ARN.
        arn: String,
        /// Its name, with the slash at the beginning if it has one.
        name: String,
    },
}

/// AWS: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html> (secret name), with the hyphen and the six
/// characters that Secrets Manager adds.
const LONGEST_SECRET: usize = 512 + SUFFIX;
/// AWS: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html> (`Name`).
const LONGEST_PARAMETER: usize = 1011;
/// A hyphen and six characters.
const SUFFIX: usize = 7;

impl SecretSource {
    /// Reads a reference. A parameter that is named without an ARN is one of this region and account.
    pub fn read(value_from: &str, region: &str, account: &str) -> Option<Self> {
        let parts: Vec<&str> = value_from.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "secretsmanager", place, of, "secret", name, selected @ ..] => {
                let is_sound = is_place(place, of) && is_secret_name(name) && selected.len() <= 3;
                let selected = |index: usize| {
                    selected.get(index).filter(|part| !part.is_empty()).map(|part| (*part).to_owned())
                };
                let arn = parts.iter().take(7).copied().collect::<Vec<_>>().join(":");
                is_sound.then(|| Self::Secret { arn, stage: selected(1), version: selected(2) })
            }
            ["arn", _, "ssm", place, of, resource] => {
                let path = resource.strip_prefix("parameter/")?;
                // A name with a slash in it has one before it, too, which the ARN does not repeat.
                let name = if path.contains('/') { format!("/{path}") } else { path.to_owned() };
                let is_sound = is_place(place, of) && is_parameter_name(&name);
                is_sound.then(|| Self::Parameter { arn: value_from.to_owned(), name })
            }
            [name] if is_parameter_name(name) => {
                let resource = format!("parameter/{}", name.trim_start_matches('/'));
                let arn = Partition::of_region(region).arn("ssm", region, account, &resource);
                Some(Self::Parameter { arn, name: (*name).to_owned() })
            }
            _ => None,
        }
    }

    /// Whether a text is such a reference.
    pub fn is_one(value_from: &str) -> bool {
        Self::read(value_from, "", "").is_some()
    }

    /// The ARN.
    pub fn arn(&self) -> &str {
        match self {
            Self::Secret { arn, .. } | Self::Parameter { arn, .. } => arn,
        }
    }

    /// The region that it is in.
    pub fn region(&self) -> &str {
        self.arn().split(':').nth(3).unwrap_or_default()
    }

    /// The account that it is in.
    pub fn account(&self) -> &str {
        self.arn().split(':').nth(4).unwrap_or_default()
    }

    /// The partition that it is in, as ARNs call it.
    pub fn partition(&self) -> &str {
        self.arn().split(':').nth(1).unwrap_or_default()
    }

    /// What a role needs to read it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Secret { .. } => "secretsmanager:GetSecretValue",
            Self::Parameter { .. } => "ssm:GetParameters",
        }
    }

    /// On what a role needs it. The ARN of a secret ends in six characters that Secrets Manager chose: where they are left out, any
    /// stand for them.
    ///
    /// AWS: <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html>
    pub fn resource(&self) -> String {
        match self {
            Self::Secret { arn, .. } if !is_complete(arn) => format!("{arn}-??????"),
            _ => self.arn().to_owned(),
        }
    }
}

fn is_place(region: &str, account: &str) -> bool {
    !region.is_empty() && account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_complete(arn: &str) -> bool {
    arn.rsplit_once('-').is_some_and(|(_, suffix)| {
        suffix.len() + 1 == SUFFIX && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_secret_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    (1..=LONGEST_SECRET).contains(&name.len()) && name.bytes().all(allowed)
}

fn is_parameter_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    let parts = name.strip_prefix('/').unwrap_or(name);
    let is_whole = name.starts_with('/') || !name.contains('/');
    name.len() <= LONGEST_PARAMETER
        && is_whole
        && name.bytes().all(allowed)
        && parts.split('/').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf";

    fn read(text: &str) -> Option<SecretSource> {
        SecretSource::read(text, "eu-west-1", "123456789012")
    }

    #[test]
    fn what_follows_a_secrets_arn_selects_a_version_and_is_no_part_of_what_is_allowed() {
        for (selected, stage, version) in [
            ("", None, None),
            (":password::", None, None),
            ("::AWSPREVIOUS:", Some("AWSPREVIOUS"), None),
            (":password:AWSCURRENT:0f9d", Some("AWSCURRENT"), Some("0f9d")),
        ] {
            let source = read(&format!("{SECRET}{selected}")).unwrap();
            let (stage, version) = (stage.map(str::to_owned), version.map(str::to_owned));
            assert_eq!(source, SecretSource::Secret { arn: SECRET.to_owned(), stage, version });
            assert_eq!(
                (source.action(), source.resource().as_str()),
                ("secretsmanager:GetSecretValue", SECRET)
            );
        }
    }

    #[test]
    fn a_secret_without_its_suffix_is_the_one_of_that_name() {
        let short = SECRET.strip_suffix("-AbCdEf").unwrap();
        assert_eq!(read(&format!("{short}:user::")).unwrap().resource(), format!("{short}-??????"));
    }

    #[test]
    fn a_parameter_is_found_by_name_or_arn() {
        let arn = |path: &str| format!("arn:aws:ssm:eu-west-1:123456789012:parameter/{path}");
        for (path, name) in [("prod/db", "/prod/db"), ("db", "db")] {
            let expected = SecretSource::Parameter { arn: arn(path), name: name.to_owned() };
            assert_eq!(read(name).as_ref(), Some(&expected));
            assert_eq!(read(&arn(path)).as_ref(), Some(&expected));
            assert_eq!((expected.action(), expected.resource()), ("ssm:GetParameters", arn(path)));
        }
        assert_eq!(read("/db").unwrap().arn(), arn("db"));
        let china = SecretSource::read("db", "cn-north-1", "123456789012").unwrap();
        assert_eq!(china.arn(), "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/db");
        assert_eq!((china.region(), china.account()), ("cn-north-1", "123456789012"));
    }

    #[test]
    fn what_ecs_could_not_read_is_none() {
        for text in [
            "",
            "/",
            "prod/db",
            "/prod//db",
            "/prod/",
            "a b",
            "db:3",
            "arn:aws:s3:::bucket",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:",
            "arn:aws:secretsmanager:eu-west-1:1234:secret:db-AbCdEf",
            "arn:aws:ssm:eu-west-1:123456789012:document/db",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("{SECRET}:a:b:c:d")), None);
    }
}
