//! Reads and writes Application Load Balancers.

use super::elb::{Named, arns_of, load_balancers_of, ours, resource_label, tags_of};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer as Described, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerTypeEnum,
};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::LoadBalancer;
use infra_resources::load_balancer::LoadBalancerOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::SdkResult;
use std::collections::HashMap;
use std::time::Duration;

const DROP_INVALID_HEADERS: &str = "routing.http.drop_invalid_header_fields.enabled";
const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
/// What AWS does unless it is set otherwise ("Application Load Balancers", Elastic Load Balancing).
const DROPS_INVALID_HEADERS: bool = false;
const IDLE_TIMEOUT_SECONDS: u32 = 60;
const GONE_DEADLINE: Duration = Duration::from_secs(300);

/// Load balancers.
pub struct LoadBalancers(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for LoadBalancers {
    type Resource = LoadBalancer;

    const DELETED_BEFORE: Names = &["security-group"];
    const NOT_FOUND: Names = &["LoadBalancerNotFound"];
    const ALREADY_EXISTS: Names = &["DuplicateLoadBalancerName"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeLoadBalancerAttributes", "DescribeLoadBalancers", "DescribeTags"],
        creates: &["CreateLoadBalancer"],
        changes: &["AddTags", "ModifyLoadBalancerAttributes", "SetSecurityGroups", "SetSubnets"],
        removes: &["DeleteLoadBalancer"],
    };

    async fn read(&self, desired: &LoadBalancer) -> ReadResult<LoadBalancer> {
        let balancers = load_balancers_of(&self.0, &self.0.stack).await?;
        let named = |balancer: &&Described| balancer.load_balancer_name() == Some(&desired.name);
        let Some(balancer) = balancers.iter().find(named) else { return Ok(None) };
        let (arn, all) = (balancer.load_balancer_arn().unwrap_or_default(), arns_of(&balancers));
        let (attributes, tags) = tokio::try_join!(self.attributes(arn), tags_of(&self.0, &all))?;
        // The list has it already or still, and the load balancer is not known yet or gone.
        let (Some(attributes), Some(tags)) = (attributes, tags.get(arn)) else { return Ok(None) };
        let mut subnet_ids: Vec<String> = balancer
            .availability_zones()
            .iter()
            .filter_map(|zone| zone.subnet_id().map(str::to_owned))
            .collect();
        subnet_ids.sort();
        let properties = LoadBalancer {
            name: desired.name.clone(),
            subnet_ids: subnet_ids.into(),
            security_group_ids: balancer.security_groups().iter().cloned().map(Output::Known).collect(),
            drop_invalid_header_fields: match attributes.get(DROP_INVALID_HEADERS) {
                Some(value) => value == "true",
                None => DROPS_INVALID_HEADERS,
            },
            idle_timeout_seconds: match attributes.get(IDLE_TIMEOUT) {
                Some(value) => value.parse().unwrap_or_default(),
                None => IDLE_TIMEOUT_SECONDS,
            },
        };
        Ok(Some(Live { properties, outputs: outputs(balancer), tags: Some(tags.clone()) }))
    }

    async fn create(
        &self,
        desired: &LoadBalancer,
        context: &Context<'_>,
    ) -> Result<LoadBalancerOutputs, Failure> {
        let created = self
            .0
            .client::<Elb>()
            .create_load_balancer()
            .name(&desired.name)
            .r#type(LoadBalancerTypeEnum::Application)
            .scheme(LoadBalancerSchemeEnum::InternetFacing)
            .set_subnets(Some(desired.subnet_ids.get()?.clone()))
            .set_security_groups(Some(group_ids(desired)?))
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the load balancer")?;
        let balancer = created.load_balancers().first();
        let balancer =
            balancer.ok_or_else(|| Failure::new("the service answered without a load balancer"))?;
        self.put_attributes(balancer.load_balancer_arn().unwrap_or_default(), desired).await?;
        Ok(outputs(balancer))
    }

    async fn update(
        &self,
        desired: &LoadBalancer,
        live: LiveOf<LoadBalancer>,
        context: &Context<'_>,
    ) -> Result<LoadBalancerOutputs, Failure> {
        let (arn, now) = (live.outputs.arn.get()?, &live.properties);
        if now.subnet_ids != desired.subnet_ids {
            let subnets = desired.subnet_ids.get()?.clone();
            let request =
                self.0.client::<Elb>().set_subnets().load_balancer_arn(arn).set_subnets(Some(subnets));
            request.send().await.or_failure("change the load balancer's subnets")?;
        }
        if now.security_group_ids != desired.security_group_ids {
            let request = self.0.client::<Elb>().set_security_groups().load_balancer_arn(arn);
            let request = request.set_security_groups(Some(group_ids(desired)?));
            request.send().await.or_failure("change the load balancer's security groups")?;
        }
        let attributes =
            |balancer: &LoadBalancer| (balancer.drop_invalid_header_fields, balancer.idle_timeout_seconds);
        if attributes(now) != attributes(desired) {
            self.put_attributes(arn, desired).await?;
        }
        tags::restore::<Elb>(&self.0, arn, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let deleted =
            self.0.client::<Elb>().delete_load_balancer().load_balancer_arn(&found.locator).send().await;
        let deleted = deleted.none_if(Self::NOT_FOUND, "delete the load balancer");
        deleted.map_err(|failure| with_protection(failure, &found.locator))?;
        poll_until(GONE_DEADLINE, context, async || {
            Ok(match self.find(&found.name).await? {
                None => Poll::Ready(()),
                Some(_) => Poll::Pending("the load balancer to be gone".to_owned()),
            })
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let balancers = load_balancers_of(&self.0, stack).await?;
        let candidates = balancers.iter().map(|balancer| Named {
            arn: balancer.load_balancer_arn().unwrap_or_default().to_owned(),
            name: balancer.load_balancer_name().unwrap_or_default().to_owned(),
        });
        let tags = tags_of(&self.0, &arns_of(&balancers)).await?;
        Ok(ours::<LoadBalancer>(stack, candidates, &tags))
    }
}

impl LoadBalancers {
    async fn find(&self, name: &str) -> Result<Option<Described>, Failure> {
        let answer = self.0.client::<Elb>().describe_load_balancers().names(name).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "describe the load balancer")?;
        Ok(answer.and_then(|answer| answer.load_balancers().first().cloned()))
    }

    async fn attributes(&self, arn: &str) -> Result<Option<HashMap<String, String>>, Failure> {
        let answer =
            self.0.client::<Elb>().describe_load_balancer_attributes().load_balancer_arn(arn).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "describe the load balancer's attributes")?;
        let attributes = answer.map(|answer| answer.attributes.unwrap_or_default());
        let pairs =
            |it: Vec<LoadBalancerAttribute>| it.into_iter().filter_map(|it| Some((it.key?, it.value?)));
        Ok(attributes.map(|attributes| pairs(attributes).collect()))
    }

    async fn put_attributes(&self, arn: &str, desired: &LoadBalancer) -> Result<(), Failure> {
        let attribute =
            |key: &str, value: String| LoadBalancerAttribute::builder().key(key).value(value).build();
        let request = self.0.client::<Elb>().modify_load_balancer_attributes().load_balancer_arn(arn);
        let request = request
            .attributes(attribute(DROP_INVALID_HEADERS, desired.drop_invalid_header_fields.to_string()))
            .attributes(attribute(IDLE_TIMEOUT, desired.idle_timeout_seconds.to_string()));
        request.send().await.or_failure("set the load balancer's attributes")?;
        Ok(())
    }
}

/// Somebody may have protected it by hand, which AWS says without saying what to do.
fn with_protection(failure: Failure, arn: &str) -> Failure {
    if !failure.to_string().contains("deletion protection") {
        return failure;
    }
    failure.hint(format!(
        "take the protection away (`aws elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} --attributes \
         Key=deletion_protection.enabled,Value=false`), then run the same command again"
    ))
}

fn group_ids(desired: &LoadBalancer) -> Result<Vec<String>, Failure> {
    desired.security_group_ids.iter().map(|group| group.get().cloned()).collect()
}

fn outputs(balancer: &Described) -> LoadBalancerOutputs {
    LoadBalancerOutputs {
        arn: balancer.load_balancer_arn().unwrap_or_default().into(),
        dns_name: balancer.dns_name().unwrap_or_default().into(),
        resource_label: resource_label(balancer.load_balancer_arn().unwrap_or_default()).into(),
    }
}
