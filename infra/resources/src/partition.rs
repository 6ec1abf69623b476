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

/// Of each how the names of its regions begin, what ARNs call it, and the domain of its services' hosts. All regions that begin
/// otherwise are commercial ones, also those that AWS opens tomorrow.
const EACH: [(Partition, &str, &str, &str); 8] = [
    (Partition::Aws, "", "aws", "amazonaws.com"),
    (Partition::AwsCn, "cn-", "aws-cn", "amazonaws.com.cn"),
    (Partition::AwsUsGov, "us-gov-", "aws-us-gov", "amazonaws.com"),
    (Partition::AwsEusc, "eusc-", "aws-eusc", "amazonaws.eu"),
    (Partition::AwsIso, "us-iso-", "aws-iso", "c2s.ic.gov"),
    (Partition::AwsIsoB, "us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    (Partition::AwsIsoE, "eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    (Partition::AwsIsoF, "us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
];

impl Partition {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        EACH.into_iter().map(|(partition, ..)| partition)
    }

    /// The partition of a region.
    pub fn of_region(region: &str) -> Self {
        // The first one's beginning is that of every name.
        let found = EACH.iter().rev().find(|(_, beginning, ..)| region.starts_with(beginning));
        found.map_or(Self::Aws, |(partition, ..)| *partition)
    }

    /// What ARNs call it.
    pub const fn id(self) -> &'static str {
        EACH[self as usize].2
    }

    /// The domain that the hosts of its services are in.
    pub const fn dns_suffix(self) -> &'static str {
        EACH[self as usize].3
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

    /// Who ECS itself is in a trust policy: the same in every partition.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>
    pub fn ecs_principal() -> String {
        format!("ecs.{}", Self::Aws.dns_suffix())
    }

    /// Whom a web identity's token is for.
    ///
    /// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html>
    pub fn sts_audience(self) -> String {
        format!("sts.{}", self.dns_suffix())
    }

    /// Who CloudWatch Logs of a region is in the policy of a key.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
    pub fn logs_principal(self, region: &str) -> String {
        format!("logs.{region}.{}", self.dns_suffix())
    }

    /// Who writes a load balancer's access logs: the same in every partition.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>
    pub fn log_delivery_principal() -> String {
        format!("logdelivery.elasticloadbalancing.{}", Self::Aws.dns_suffix())
    }

    /// The service of a gateway endpoint for S3. Interface endpoints have the partition's own domain, this one does not.
    ///
    /// AWS: <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html>
    pub fn s3_gateway_service(region: &str) -> String {
        format!("com.amazonaws.{region}.s3")
    }
}

/// The parts of an ARN.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition.
    pub partition: Partition,
    /// The service.
    pub service: &'a str,
    /// The region; empty where the service names none.
    pub region: &'a str,
    /// The account; empty where the service names none.
    pub account: &'a str,
    /// What it is, as the service has it.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads one; nothing where a text is no ARN, or of a partition that is not known.
    pub fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, service, region, account, resource) =
            (next()?, next()?, next()?, next()?, next()?, next()?);
        let partition = Partition::all().find(|it| it.id() == partition)?;
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        let is_account =
            account.is_empty() || (account.len() == 12 && account.bytes().all(|it| it.is_ascii_digit()));
        let is_arn = arn == "arn" && !service.is_empty() && !resource.is_empty() && is_plain && is_account;
        is_arn.then_some(Self { partition, service, region, account, resource })
    }
}

/// Domains of services' hosts that speak IPv6 as well.
const DUAL_STACK: [&str; 2] = ["api.aws", "api.amazonwebservices.com.cn"];

/// Whether a host is one of AWS's own: a service's, or a VPC endpoint's.
pub fn is_aws_host(host: &str) -> bool {
    let is_in = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    Partition::all().any(|partition| is_in(partition.dns_suffix())) || DUAL_STACK.into_iter().any(is_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A region of each partition, its id, its domain, and who instances are there.
    const OF_REGIONS: [(&str, &str, &str, &str); 8] = [
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
        for ((region, id, suffix, ec2), partition) in OF_REGIONS.into_iter().zip(Partition::all()) {
            assert_eq!(Partition::of_region(region), partition, "{region}");
            assert_eq!((partition.id(), partition.dns_suffix()), (id, suffix), "{region}");
            assert_eq!(partition.ec2_principal(), ec2, "{region}");
        }
        assert_eq!(Partition::ecs_tasks_principal(), "ecs-tasks.amazonaws.com");
        assert_eq!(Partition::ecs_principal(), "ecs.amazonaws.com");
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
    fn an_arn_is_read_into_its_parts() {
        let arn = Arn::of("arn:aws-cn:acm:cn-north-1:123456789012:certificate/a:b").unwrap();
        assert_eq!((arn.partition, arn.service, arn.region), (Partition::AwsCn, "acm", "cn-north-1"));
        assert_eq!((arn.account, arn.resource), ("123456789012", "certificate/a:b"));
        for other in [
            "",
            "arn:aws:acm",
            "arn:aws-mars:acm:a:123456789012:b",
            "arn:aws:acm:a:1234:b",
            "arn:aws:acm:a::b c",
        ] {
            assert_eq!(Arn::of(other), None, "{other}");
        }
    }

    #[test]
    fn hosts_of_services_and_of_endpoints_are_aws_own() {
        for partition in Partition::all() {
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
