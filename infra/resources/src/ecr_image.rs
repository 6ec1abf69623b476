//! References to images in private ECR repositories: whose repository, in which region.

use crate::partition::Partition;

/// The repository that an image reference such as
/// `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web@sha256:...` names.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcrImage {
    /// The twelve digits of the account that the registry is of.
    pub account: String,
    /// The region of the registry.
    pub region: String,
    /// The repository's name.
    pub repository: String,
}

impl EcrImage {
    /// The repository of a reference; nothing where the image is not in a private ECR registry.
    pub fn of(reference: &str) -> Option<Self> {
        let (host, path) = reference.split_once('/')?;
        let (account, rest) = host.split_once('.')?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let region = region_of(rest).filter(|_| is_account)?;
        let untagged = path.split('@').next().unwrap_or(path);
        let repository = untagged.split(':').next().unwrap_or(untagged);
        let (account, region) = (account.to_owned(), region.to_owned());
        (!repository.is_empty()).then(|| Self { account, region, repository: repository.to_owned() })
    }

    /// The partition of the registry.
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.region)
    }

    /// The repository as policies name it.
    pub fn repository_arn(&self) -> String {
        let Self { account, region, repository } = self;
        self.partition().arn("ecr", region, account, &format!("repository/{repository}"))
    }
}

/// The region in what follows the account in a registry's host.
fn region_of(rest: &str) -> Option<&str> {
    let old = ["dkr.ecr.", "dkr.ecr-fips."].iter().find_map(|begin| rest.strip_prefix(begin));
    if let Some((region, suffix)) = old.and_then(|rest| rest.split_once('.')) {
        return (suffix == Partition::of_region(region).dns_suffix()).then_some(region);
    }
    // Hosts with both IPv4 and IPv6 addresses are in a domain of their own: `on.aws`, in China another one.
    let dual = ["dkr-ecr.", "dkr-ecr-fips."].iter().find_map(|begin| rest.strip_prefix(begin))?;
    let (region, suffix) = dual.split_once('.')?;
    suffix.starts_with("on.").then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(reference: &str) -> Option<String> {
        EcrImage::of(reference).map(|image| image.repository_arn())
    }

    #[test]
    fn a_reference_names_a_repository_whatever_its_region_tag_or_digest() {
        for (reference, expected) in [
            (
                "111111111111.dkr.ecr.eu-west-1.amazonaws.com/web:1",
                "arn:aws:ecr:eu-west-1:111111111111:repository/web",
            ),
            (
                "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/a/web:1@sha256:00",
                "arn:aws:ecr:eu-west-1:111111111111:repository/team/a/web",
            ),
            (
                "111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/web",
                "arn:aws-cn:ecr:cn-north-1:111111111111:repository/web",
            ),
            (
                "111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web@sha256:00",
                "arn:aws-us-gov:ecr:us-gov-west-1:111111111111:repository/web",
            ),
            (
                "111111111111.dkr.ecr.eusc-de-east-1.amazonaws.eu/web",
                "arn:aws-eusc:ecr:eusc-de-east-1:111111111111:repository/web",
            ),
            (
                "111111111111.dkr-ecr.us-east-1.on.aws/web:2",
                "arn:aws:ecr:us-east-1:111111111111:repository/web",
            ),
            (
                "111111111111.dkr-ecr-fips.us-gov-east-1.on.aws/web",
                "arn:aws-us-gov:ecr:us-gov-east-1:111111111111:repository/web",
            ),
        ] {
            assert_eq!(arn(reference).as_deref(), Some(expected), "{reference}");
        }
    }

    #[test]
    fn images_of_other_registries_are_in_no_private_repository() {
        for reference in [
            "nginx",
            "nginx:1.27",
            "docker.io/library/nginx:1",
            "public.ecr.aws/nginx/nginx:1",
            "ghcr.io/owner/web@sha256:00",
            "127.0.0.1:4566/web:1",
            "11111111111.dkr.ecr.eu-west-1.amazonaws.com/web",
            "111111111111.dkr.ecr.eu-west-1.example.com/web",
            "111111111111.dkr.ecr.cn-north-1.amazonaws.com/web",
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/",
        ] {
            assert_eq!(arn(reference), None, "{reference}");
        }
    }
}
