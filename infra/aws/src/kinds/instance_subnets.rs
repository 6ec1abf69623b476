//! Looks up the subnets whose availability zones offer an instance type.

use super::default_vpc::default_subnets;
use crate::Aws;
use crate::clients::Ec2;
use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, LocationType, Subnet};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::InstanceSubnets as Wanted;
use infra_resources::instance_subnets::InstanceSubnetsOutputs;
use infra_wire::sdk_error::SdkResult;
use std::collections::BTreeSet;

/// Subnets for instances; nothing of them is ever written.
pub struct InstanceSubnets(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for InstanceSubnets {
    type Resource = Wanted;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations::reading(&["DescribeInstanceTypeOfferings", "DescribeSubnets"]);

    async fn read(&self, desired: &Wanted) -> ReadResult<Wanted> {
        let subnets = desired.subnet_ids.get()?;
        let (zones, offered) =
            tokio::try_join!(self.zones(subnets), zones_that_offer(&self.0, &desired.instance_type))?;
        let mut subnet_ids: Vec<String> = zones
            .iter()
            .filter(|(_, zone)| offered.contains(zone))
            .map(|(subnet, _)| subnet.clone())
            .collect();
        subnet_ids.sort();
        if subnet_ids.is_empty() {
            return Err(Failure::new(format!(
                "{} offers no {} in the availability zones of the default subnets",
                self.0.region, desired.instance_type
            ))
            .hint("choose another type: --set ec2.instance_type=t3.micro"));
        }
        let outputs = InstanceSubnetsOutputs { subnet_ids: subnet_ids.into() };
        Ok(Some(Live { properties: desired.clone(), outputs, tags: None }))
    }

    async fn create(&self, _: &Wanted, _: &Context<'_>) -> Result<InstanceSubnetsOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn update(
        &self,
        _: &Wanted,
        _: LiveOf<Wanted>,
        _: &Context<'_>,
    ) -> Result<InstanceSubnetsOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn delete(&self, _: &Found, _: &Context<'_>) -> Result<(), Failure> {
        Err(only_looked_up())
    }

    async fn list(&self, _: &str) -> Result<Vec<Found>, Failure> {
        Ok(Vec::new())
    }
}

/// The zones that offer an instance type.
///
/// # Errors
/// When EC2 can't be asked.
pub async fn zones_that_offer(aws: &Aws, instance_type: &str) -> Result<BTreeSet<String>, Failure> {
    let filter = Filter::builder().name("instance-type").values(instance_type).build();
    let request = aws.client::<Ec2>().describe_instance_type_offerings().filters(filter);
    let pages = request.location_type(LocationType::AvailabilityZone).into_paginator().items().send();
    let offerings = pages.collect::<Result<Vec<_>, _>>().await;
    let offerings = offerings.or_failure("ask which zones offer the instance type")?;
    Ok(offerings.iter().filter_map(|offering| offering.location().map(str::to_owned)).collect())
}

impl InstanceSubnets {
    /// Each subnet with its availability zone.
    async fn zones(&self, subnets: &[String]) -> Result<Vec<(String, String)>, Failure> {
        let mut described = default_subnets(&self.0).await?;
        let is_wanted =
            |subnet: &Subnet| subnet.subnet_id().is_some_and(|id| subnets.iter().any(|wanted| wanted == id));
        described.retain(is_wanted);
        let zone =
            |subnet: &Subnet| Some((subnet.subnet_id()?.to_owned(), subnet.availability_zone()?.to_owned()));
        Ok(described.iter().filter_map(zone).collect())
    }
}

fn only_looked_up() -> Failure {
    Failure::new("the subnets for instances are only looked up")
}
