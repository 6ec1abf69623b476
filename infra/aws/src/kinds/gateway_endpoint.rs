//! Reads and writes gateway endpoints.

use super::cluster::described::all_tags;
use crate::Aws;
use crate::clients::Ec2;
use crate::tags::{self, Tagging};
use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, ResourceType, VpcEndpoint, VpcEndpointType};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::{Ownership, RESOURCE_TAG, STACK_TAG, found, tags_for};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::GatewayEndpoint;
use infra_resources::gateway_endpoint::GatewayEndpointOutputs;
use infra_wire::sdk_error::SdkResult;

/// The tag by which the console calls an endpoint.
const NAME_TAG: &str = "Name";

/// Gateway endpoints.
pub struct GatewayEndpoints(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for GatewayEndpoints {
    type Resource = GatewayEndpoint;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];
    const ALREADY_EXISTS: Names = &["RouteAlreadyExists"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeClusters", "DescribeRouteTables", "DescribeVpcEndpoints", "ListClusters"],
        creates: &["CreateVpcEndpoint"],
        changes: &["CreateTags"],
        removes: &["DeleteVpcEndpoints"],
    };

    async fn read(&self, desired: &GatewayEndpoint) -> ReadResult<GatewayEndpoint> {
        let filters = [by("vpc-id", desired.vpc_id.get()?), by("service-name", &desired.service_name)];
        let endpoints = self.endpoints(filters.to_vec()).await?;
        let Some(endpoint) = endpoints.first() else { return Ok(None) };
        // Somebody else's serves as well, and is left as it is.
        let tags = Some(tags::from(endpoint.tags())).filter(|tags| {
            is_ours(tags, &self.0.stack) || (!tags.contains_key(STACK_TAG) && is_named_as_ours(tags, desired))
        });
        Ok(Some(Live { properties: desired.clone(), outputs: outputs(endpoint), tags }))
    }

    async fn create(
        &self,
        desired: &GatewayEndpoint,
        context: &Context<'_>,
    ) -> Result<GatewayEndpointOutputs, Failure> {
        let vpc_id = desired.vpc_id.get()?;
        let mut tags = context.tags();
        tags.insert(NAME_TAG.to_owned(), desired.name.clone());
        let created = self
            .0
            .client::<Ec2>()
            .create_vpc_endpoint()
            .vpc_id(vpc_id)
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .service_name(&desired.service_name)
            .route_table_ids(self.main_route_table(vpc_id).await?)
            .tag_specifications(tags::of_new(&tags, ResourceType::VpcEndpoint)?)
            .send()
            .await
            .or_failure("create the gateway endpoint")?;
        let endpoint = created.vpc_endpoint();
        endpoint.map(outputs).ok_or_else(|| Failure::new("EC2 answered without a gateway endpoint"))
    }

    /// Only a tag that somebody removed can differ.
    async fn update(
        &self,
        _: &GatewayEndpoint,
        live: LiveOf<GatewayEndpoint>,
        context: &Context<'_>,
    ) -> Result<GatewayEndpointOutputs, Failure> {
        tags::restore::<Ec2>(&self.0, live.outputs.endpoint_id.get()?, &live.tags, context).await?;
        Ok(live.outputs)
    }

    /// Another stack of this account may have found the endpoint and use it: then it becomes that stack's.
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        if let Some(heir) = self.another_stack(context.stack).await? {
            let mut tags = tags_for(&heir, &found.id);
            tags.insert(NAME_TAG.to_owned(), self.0.program.s3_endpoint(&heir));
            let call = "hand the gateway endpoint to another stack";
            return self.0.client::<Ec2>().put_tags(&found.locator, &tags, call).await;
        }
        let deleted =
            self.0.client::<Ec2>().delete_vpc_endpoints().vpc_endpoint_ids(&found.locator).send().await;
        let answer = deleted.none_if(Self::NOT_FOUND, "delete the gateway endpoint")?;
        // EC2 says of each endpoint by itself whether it could be deleted.
        let refused = answer.and_then(|answer| answer.unsuccessful.unwrap_or_default().into_iter().next());
        let error = refused.and_then(|item| item.error);
        match error.filter(|error| !error.code().is_some_and(|code| Self::NOT_FOUND.contains(&code))) {
            Some(error) => Err(Failure::new(format!(
                "delete the gateway endpoint: {}",
                error.message().unwrap_or("no reason given")
            ))),
            None => Ok(()),
        }
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let endpoints = self.endpoints(vec![by(&format!("tag:{STACK_TAG}"), stack)]).await?;
        let found = |endpoint: &VpcEndpoint| {
            let (tags, id) = (tags::from(endpoint.tags()), endpoint.vpc_endpoint_id()?);
            found::<GatewayEndpoint>(stack, &tags, tags.get(NAME_TAG).map_or(id, String::as_str), id)
        };
        Ok(endpoints.iter().filter_map(found).collect())
    }
}

impl GatewayEndpoints {
    /// A stack of this account and region beside this one.
    async fn another_stack(&self, stack: &str) -> Result<Option<String>, Failure> {
        let clusters = all_tags(&self.0).await?;
        let stacks = clusters.iter().filter_map(|tags| tags.get(STACK_TAG));
        Ok(stacks.filter(|other| *other != stack).min().cloned())
    }

    async fn endpoints(&self, filters: Vec<Filter>) -> Result<Vec<VpcEndpoint>, Failure> {
        let request = self.0.client::<Ec2>().describe_vpc_endpoints().set_filters(Some(filters));
        let pages = request.into_paginator().items().send();
        let mut endpoints =
            pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe gateway endpoints")?;
        endpoints.retain(|endpoint| {
            let state = endpoint.state().map(|state| state.as_str().to_ascii_lowercase());
            let gone = matches!(state.as_deref(), Some("deleting" | "deleted"));
            !gone && endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway)
        });
        Ok(endpoints)
    }

    async fn main_route_table(&self, vpc_id: &str) -> Result<String, Failure> {
        let request = self.0.client::<Ec2>().describe_route_tables().filters(by("vpc-id", vpc_id));
        let answer = request.filters(by("association.main", "true")).send().await;
        let answer = answer.or_failure("describe the VPC's main route table")?;
        let table = answer.route_tables().first().and_then(|table| table.route_table_id());
        table.map(str::to_owned).ok_or_else(|| Failure::new(format!("{vpc_id} has no main route table")))
    }
}

fn by(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn is_ours(tags: &Tags, stack: &str) -> bool {
    Ownership::of(tags, stack) == Ownership::Ours
}

/// Whether somebody removed the stack's tag and left the others.
fn is_named_as_ours(tags: &Tags, desired: &GatewayEndpoint) -> bool {
    tags.contains_key(RESOURCE_TAG) && tags.get(NAME_TAG) == Some(&desired.name)
}

fn outputs(endpoint: &VpcEndpoint) -> GatewayEndpointOutputs {
    GatewayEndpointOutputs { endpoint_id: endpoint.vpc_endpoint_id().unwrap_or_default().into() }
}
