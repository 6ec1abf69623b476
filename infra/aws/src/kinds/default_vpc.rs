//! Looks up the default VPC and its subnets.

use crate::Aws;
use crate::clients::Ec2;
use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, Subnet};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::DefaultVpc;
use infra_resources::default_vpc::DefaultVpcOutputs;
use infra_wire::sdk_error::SdkResult;

/// The default VPC; nothing of it is ever written.
pub struct DefaultVpcs(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for DefaultVpcs {
    type Resource = DefaultVpc;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations::reading(&["DescribeSubnets", "DescribeVpcs"]);

    async fn read(&self, desired: &DefaultVpc) -> ReadResult<DefaultVpc> {
        let (vpc_id, subnets) = tokio::try_join!(self.default_vpc(), default_subnets(&self.0))?;
        let subnet_ids = usable(&subnets, &vpc_id, &desired.excluded_zones)?;
        let outputs = DefaultVpcOutputs { vpc_id: vpc_id.into(), subnet_ids: subnet_ids.into() };
        Ok(Some(Live { properties: desired.clone(), outputs, tags: None }))
    }

    async fn create(&self, _: &DefaultVpc, _: &Context<'_>) -> Result<DefaultVpcOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn update(
        &self,
        _: &DefaultVpc,
        _: LiveOf<DefaultVpc>,
        _: &Context<'_>,
    ) -> Result<DefaultVpcOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn delete(&self, _: &Found, _: &Context<'_>) -> Result<(), Failure> {
        Err(only_looked_up())
    }

    async fn list(&self, _: &str) -> Result<Vec<Found>, Failure> {
        Ok(Vec::new())
    }
}

impl DefaultVpcs {
    async fn default_vpc(&self) -> Result<String, Failure> {
        let filter = Filter::builder().name("is-default").values("true").build();
        let vpcs = self
            .0
            .client::<Ec2>()
            .describe_vpcs()
            .filters(filter)
            .send()
            .await
            .or_failure("describe the default VPC")?;
        let default = vpcs.vpcs().iter().find(|vpc| vpc.is_default() == Some(true));
        default.and_then(|vpc| vpc.vpc_id()).map(str::to_owned).ok_or_else(|| {
            Failure::new(format!("there is no default VPC in {}", self.0.region))
                .hint("create one with `aws ec2 create-default-vpc`, or choose another region")
        })
    }
}

/// The default subnets of all zones. Only a default VPC has such, so nobody has to wait for its id.
///
/// # Errors
/// When they can't be described.
pub async fn default_subnets(aws: &Aws) -> Result<Vec<Subnet>, Failure> {
    let filter = Filter::builder().name("default-for-az").values("true").build();
    let pages = aws.client::<Ec2>().describe_subnets().filters(filter).into_paginator().items().send();
    pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe the default subnets")
}

fn usable(subnets: &[Subnet], vpc_id: &str, excluded_zones: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids: Vec<String> = subnets
        .iter()
        .filter(|subnet| subnet.default_for_az() == Some(true) && subnet.vpc_id() == Some(vpc_id))
        .filter(|subnet| !excluded_zones.iter().any(|zone| subnet.availability_zone() == Some(zone)))
        .filter_map(|subnet| subnet.subnet_id().map(str::to_owned))
        .collect();
    ids.sort();
    if ids.len() < 2 {
        return Err(Failure::new(format!(
            "{vpc_id} has {} default subnets that may be used, but a load balancer needs two",
            ids.len()
        ))
        .hint("create them with `aws ec2 create-default-subnet`, or leave out fewer availability zones"));
    }
    Ok(ids)
}

fn only_looked_up() -> Failure {
    Failure::new("the default VPC is only looked up")
}
