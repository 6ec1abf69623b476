//! AWS's partitions: groups of regions with accounts, ARNs and host names of their own.

/// The partition that a region is in. What is written into a policy, a host name or a request follows from it.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> (partition).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// AWS GovCloud (US).
    AwsUsGov,
    /// The European Sovereign Cloud.
    AwsEusc,
    /// AWS Top Secret.
    AwsIso,
    /// AWS Secret.
    AwsIsoB,
    /// The isolated cloud for Europe.
    AwsIsoE,
    /// The isolated cloud of the third US agency.
    AwsIsoF,
}

/// How the names of a partition's regions begin; all others are commercial ones, also those that AWS opens tomorrow.
const BEGINNINGS: [(&str, Partition); 7] = [
    ("cn-", Partition::AwsCn),
    ("us-gov-", Partition::AwsUsGov),
    ("eusc-", Partition::AwsEusc),
    ("us-iso-", Partition::AwsIso),
    ("us-isob-", Partition::AwsIsoB),
    ("eu-isoe-", Partition::AwsIsoE),
    ("us-isof-", Partition::AwsIsoF),
];

impl Partition {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Aws,
        Self::AwsCn,
        Self::AwsUsGov,
        Self::AwsEusc,
        Self::AwsIso,
        Self::AwsIsoB,
        Self::AwsIsoE,
        Self::AwsIsoF,
    ];

    /// The partition of a region.
    pub fn of_region(region: &str) -> Self {
        let found = BEGINNINGS.iter().find(|(beginning, _)| region.starts_with(beginning));
        found.map_or(Self::Aws, |(_, partition)| *partition)
    }

    /// What ARNs call it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
            Self::AwsIso => "aws-iso",
            Self::AwsIsoB => "aws-iso-b",
            Self::AwsIsoE => "aws-iso-e",
            Self::AwsIsoF => "aws-iso-f",
        }
    }

    /// The domain that the hosts of its services are in.
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
            Self::AwsIso => "c2s.ic.gov",
            Self::AwsIsoB => "sc2s.sgov.gov",
            Self::AwsIsoE => "cloud.adc-e.uk",
            Self::AwsIsoF => "csp.hci.ic.gov",
        }
    }

    /// An ARN; some services name no region or no account in theirs.
    pub fn arn(self, service: &str, region: &str, account: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.id())
    }

    /// A bucket, or with a path what is in it.
    pub fn s3_arn(self, bucket_and_path: &str) -> String {
        self.arn("s3", "", "", bucket_and_path)
    }

    /// One of AWS's own policies, with the path that is part of its name.
    ///
    /// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies>
    pub fn aws_policy(self, name: &str) -> String {
        self.arn("iam", "", "aws", &format!("policy/{name}"))
    }

    /// Who instances are in a trust policy. Most service principals are the same everywhere; EC2's is not.
    ///
    /// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
    /// (service principals).
    pub fn ec2_principal(self) -> String {
        let suffix = match self {
            Self::AwsCn | Self::AwsIso | Self::AwsIsoB => self.dns_suffix(),
            // The sovereign cloud refuses its own domain here.
            _ => Self::Aws.dns_suffix(),
        };
        format!("ec2.{suffix}")
    }

    /// Who tasks are in a trust policy: the same in every partition.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>
    pub fn ecs_tasks_principal() -> String {
        format!("ecs-tasks.{}", Self::Aws.dns_suffix())
    }

    /// The service of a gateway endpoint for S3. Interface endpoints have the partition's own domain, this one does not.
    ///
    /// AWS: <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html>
    pub fn s3_gateway_service(region: &str) -> String {
        format!("com.amazonaws.{region}.s3")
    }
}

/// Domains of services' hosts that speak IPv6 as well.
const DUAL_STACK: [&str; 2] = ["api.aws", "api.amazonwebservices.com.cn"];

/// Whether a host is one of AWS's own: a service's, or a VPC endpoint's.
pub fn is_aws_host(host: &str) -> bool {
    let is_in = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    Partition::ALL.iter().any(|partition| is_in(partition.dns_suffix())) || DUAL_STACK.into_iter().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A region of each partition, its id, its domain, and who instances are there.
    const EACH: [(&str, &str, &str, &str); 8] = [
        ("us-east-1", "aws", "amazonaws.com", "ec2.amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn", "ec2.amazonaws.com.cn"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com", "ec2.amazonaws.com"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu", "ec2.amazonaws.com"),
        ("us-iso-east-1", "aws-iso", "c2s.ic.gov", "ec2.c2s.ic.gov"),
        ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov", "ec2.sc2s.sgov.gov"),
        ("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk", "ec2.amazonaws.com"),
        ("us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov", "ec2.amazonaws.com"),
    ];

    #[test]
    fn each_partition_has_its_id_its_domain_and_its_principals() {
        for ((region, id, suffix, ec2), partition) in EACH.into_iter().zip(Partition::ALL) {
            assert_eq!(Partition::of_region(region), partition, "{region}");
            assert_eq!((partition.id(), partition.dns_suffix()), (id, suffix), "{region}");
            assert_eq!(partition.ec2_principal(), ec2, "{region}");
        }
        assert_eq!(Partition::ecs_tasks_principal(), "ecs-tasks.amazonaws.com");
    }

    #[test]
    fn other_regions_are_commercial_ones() {
        for region in
            ["eu-central-1", "us-west-2", "mx-central-1", "ca-west-1", "il-central-1", "xx-new-1", ""]
        {
            assert_eq!(Partition::of_region(region), Partition::Aws, "{region}");
        }
    }

    #[test]
    fn an_arn_is_of_its_partition() {
        let china = Partition::AwsCn;
        let arn = china.arn("ecr", "cn-north-1", "123456789012", "repository/web");
        assert_eq!(arn, "arn:aws-cn:ecr:cn-north-1:123456789012:repository/web");
        assert_eq!(china.s3_arn("images/*"), "arn:aws-cn:s3:::images/*");
        assert_eq!(china.aws_policy("service-role/A"), "arn:aws-cn:iam::aws:policy/service-role/A");
    }

    #[test]
    fn hosts_of_services_and_of_endpoints_are_aws_own() {
        for partition in Partition::ALL {
            assert!(is_aws_host(&format!("ecs.some-region-1.{}", partition.dns_suffix())), "{partition:?}");
        }
        assert!(
            is_aws_host("vpce-1.ecs.us-east-1.vpce.amazonaws.com") && is_aws_host("ecs.us-east-1.api.aws")
        );
        for other in ["localhost", "10.0.0.1", "notamazonaws.com", "amazonaws.com", "amazonaws.com.example"] {
            assert!(!is_aws_host(other), "{other}");
        }
    }

    #[test]
    fn the_gateway_to_s3_has_the_same_domain_everywhere() {
        let name = Partition::s3_gateway_service("cn-north-1");
        assert_eq!(name, "com.amazonaws.cn-north-1.s3");
    }
}
