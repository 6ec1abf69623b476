//! Whether ECR is reached from where images are pulled: the subnets of tasks on Fargate, those of instances otherwise.

use super::instances::Instances;
use super::subject::Subject;
use crate::judgement::Judgement;
use infra_aws::Aws;
use infra_aws::network::{self, Ways};
use infra_ecs::task_definition::volume::Switch;
use infra_engine::Failure;

/// What a task needs endpoints for where nothing leads to the internet: the image's layers are in S3.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>
const ENDPOINTS: [&str; 4] = ["ecr.api", "ecr.dkr", "logs", "s3"];

/// All subnets.
pub async fn check(
    aws: &Aws,
    subject: &Subject,
    excluded_zones: &[String],
    instances: Option<&Instances>,
) -> Result<Judgement, Failure> {
    let mut places: Vec<(String, bool)> = match instances {
        Some(instances) => instances.networks.iter().map(|it| (it.subnet.clone(), it.is_public)).collect(),
        None => {
            // Where nothing is deployed yet, the first deploy asks for public addresses.
            let is_public = subject.awsvpc().is_none_or(|it| it.assign_public_ip == Some(Switch::Enabled));
            let subnets = subject.subnets(aws, excluded_zones).await?;
            subnets.into_iter().map(|subnet| (subnet, is_public)).collect()
        }
    };
    places.sort();
    places.dedup();
    if places.is_empty() {
        return Ok(Judgement::unknown("no instance is there whose subnet could be looked at"));
    }
    let subnets: Vec<String> = places.iter().map(|(subnet, _)| subnet.clone()).collect();
    let ways = network::ways_out(aws, &subnets).await?;
    let judgements =
        places.iter().map(|(subnet, is_public)| match ways.iter().find(|ways| ways.subnet == *subnet) {
            Some(ways) => reached(ways, *is_public),
            None => Judgement::failed(
                format!("subnet {subnet} is not there"),
                "deploy the stack, which takes the subnets that are there",
            ),
        });
    Ok(Judgement::all(judgements, "no subnet"))
}

fn reached(ways: &Ways, is_public: bool) -> Judgement {
    let subnet = &ways.subnet;
    let has = |name: &str| ways.endpoints.iter().any(|it| it.ends_with(&format!(".{name}")));
    let missing: Vec<_> = ENDPOINTS.into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() {
        return Judgement::ok(format!("{subnet} reaches ECR by VPC endpoints"));
    }
    let by_endpoints = format!("or VPC endpoints for {}", missing.join(", "));
    match ways.default_route.as_deref() {
        Some(target) if ways.is_blackhole => Judgement::failed(
            format!("the default route of {subnet} leads to {target}, which is gone"),
            format!("give it a route to an internet or NAT gateway, {by_endpoints}"),
        ),
        Some(target) if target.starts_with("nat-") => {
            Judgement::ok(format!("{subnet} reaches ECR by NAT gateway {target}"))
        }
        Some(target) if target.starts_with("igw-") && is_public => {
            Judgement::ok(format!("{subnet} reaches ECR by {target} and public addresses"))
        }
        Some(target) if target.starts_with("igw-") => Judgement::failed(
            format!("{subnet} leads to {target}, but what is in it has no public address"),
            format!("assign public addresses, or give it a NAT gateway, {by_endpoints}"),
        ),
        Some(target) => Judgement::unknown(format!(
            "the default route of {subnet} leads to {target}; what is behind that was not looked at"
        )),
        None => Judgement::failed(
            format!("{subnet} has no default route, nor endpoints for {}", missing.join(", ")),
            format!("give it a route to an internet or NAT gateway, {by_endpoints}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;

    #[test]
    fn ecr_is_reached_by_a_gateway_or_by_endpoints() {
        let all = ENDPOINTS.map(|name| format!("com.example.eu-west-1.{name}")).to_vec();
        let some = all[..2].to_vec();
        for (route, is_blackhole, endpoints, is_public, result) in [
            (Some("igw-1"), false, vec![], true, CheckResult::Ok),
            (Some("igw-1"), false, vec![], false, CheckResult::Failed),
            (Some("igw-1"), true, vec![], true, CheckResult::Failed),
            (Some("nat-1"), false, vec![], false, CheckResult::Ok),
            (Some("nat-1"), true, vec![], false, CheckResult::Failed),
            (Some("tgw-1"), false, vec![], false, CheckResult::Unknown),
            (None, false, vec![], true, CheckResult::Failed),
            (None, false, some, true, CheckResult::Failed),
            (None, false, all, false, CheckResult::Ok),
        ] {
            let default_route = route.map(str::to_owned);
            let ways = Ways { subnet: "subnet-1".to_owned(), default_route, is_blackhole, endpoints };
            let judged = reached(&ways, is_public);
            assert_eq!(judged.result, result, "{ways:?} {is_public}: {judged:?}");
        }
    }

    #[test]
    fn endpoints_that_are_missing_are_named() {
        let ways = Ways {
            subnet: "subnet-1".to_owned(),
            endpoints: vec!["x.s3".to_owned(), "x.ecr.api".to_owned()],
            ..Ways::default()
        };
        let judged = reached(&ways, false);
        assert_eq!(judged.what, "subnet-1 has no default route, nor endpoints for ecr.dkr, logs");
    }
}
