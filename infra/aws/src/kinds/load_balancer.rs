//! Reads and writes Application Load Balancers.

mod attributes;
mod web_acl;

use self::attributes::Attributes;
use super::elb::{Named, arns_of, load_balancers_of, ours, resource_label, tags_of};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{
    LoadBalancer as Described, LoadBalancerSchemeEnum, LoadBalancerTypeEnum,
};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::LoadBalancer;
use infra_resources::load_balancer::LoadBalancerOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;

const GONE_DEADLINE: Duration = Duration::from_secs(300);

/// Load balancers.
pub struct LoadBalancers(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for LoadBalancers {
    type Resource = LoadBalancer;

    const DELETED_BEFORE: Names = &["bucket", "security-group"];
    const NOT_FOUND: Names = &["LoadBalancerNotFound"];
    const ALREADY_EXISTS: Names = &["DuplicateLoadBalancerName"];
    const OPERATIONS: Operations = Operations {
        reads: &[
            "DescribeLoadBalancerAttributes",
            "DescribeLoadBalancers",
            "DescribeTags",
            "GetWebACLForResource",
        ],
        creates: &["CreateLoadBalancer"],
        changes: &[
            "AddTags",
            "AssociateWebACL",
            "ModifyLoadBalancerAttributes",
            "SetSecurityGroups",
            "SetSubnets",
        ],
        removes: &["DeleteLoadBalancer"],
    };

    async fn read(&self, desired: &LoadBalancer) -> ReadResult<LoadBalancer> {
        let balancers = load_balancers_of(&self.0, &self.0.stack).await?;
        let named = |balancer: &&Described| balancer.load_balancer_name() == Some(&desired.name);
        let Some(balancer) = balancers.iter().find(named) else { return Ok(None) };
        let (arn, all) = (balancer.load_balancer_arn().unwrap_or_default(), arns_of(&balancers));
        let web_acl = async {
            match &desired.web_acl_arn {
                Some(_) => web_acl::read(&self.0, arn).await,
                None => Ok(None),
            }
        };
        let (attributes, tags, web_acl_arn) =
            tokio::try_join!(Attributes::read(&self.0, arn), tags_of(&self.0, &all), web_acl)?;
        // The list has it already or still, and the load balancer is not known yet or gone.
        let (Some(attributes), Some(tags)) = (attributes, tags.get(arn)) else { return Ok(None) };
        let mut subnet_ids: Vec<String> = balancer
            .availability_zones()
            .iter()
            .filter_map(|zone| zone.subnet_id().map(str::to_owned))
            .collect();
        subnet_ids.sort();
        let properties = attributes.over(LoadBalancer {
            subnet_ids: subnet_ids.into(),
            security_group_ids: balancer.security_groups().iter().cloned().map(Output::Known).collect(),
            web_acl_arn,
            ..desired.clone()
        });
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
        let arn = balancer.load_balancer_arn().unwrap_or_default();
        attributes::put(&self.0, arn, attributes::of(desired)?).await?;
        if let Some(web_acl) = &desired.web_acl_arn {
            web_acl::put(&self.0, arn, web_acl, context).await?;
        }
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
        let attributes = attributes::of(desired)?;
        if attributes::of(now)? != attributes {
            attributes::put(&self.0, arn, attributes).await?;
        }
        if let Some(web_acl) = desired.web_acl_arn.as_ref().filter(|_| now.web_acl_arn != desired.web_acl_arn)
        {
            web_acl::put(&self.0, arn, web_acl, context).await?;
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
}

/// Refuses where a load balancer can't be deleted: a teardown asks before it deletes anything.
///
/// # Errors
/// When it is protected, with how to lift that, or when it can't be read.
pub async fn refuse_protected(aws: &Aws, found: &Found) -> Result<(), Failure> {
    match Attributes::read(aws, &found.locator).await? {
        Some(attributes) if attributes.is_protected() => {
            let failure = Failure::new(format!("load balancer {} is protected against deletion", found.name));
            Err(failure.hint(how_to_lift(&found.locator)))
        }
        _ => Ok(()),
    }
}

/// AWS says that it is protected without saying what to do.
fn with_protection(failure: Failure, arn: &str) -> Failure {
    if !failure.to_string().contains("deletion protection") {
        return failure;
    }
    failure.hint(how_to_lift(arn))
}

fn how_to_lift(arn: &str) -> String {
    format!(
        "deploy with load_balancer.deletion_protection=false, or take the protection away (`aws elbv2 \
         modify-load-balancer-attributes --load-balancer-arn {arn} --attributes \
         Key=deletion_protection.enabled,Value=false`), then run the same command again"
    )
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
