//! Reads and writes listeners.

use super::elb::{Named, answer, answered, listeners_and_rules, ours, tags_behind};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{Listener as Described, ProtocolEnum};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::Listener;
use infra_resources::listener::ListenerOutputs;
use infra_wire::sdk_error::SdkResult;

/// Listeners.
pub struct Listeners(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for Listeners {
    type Resource = Listener;

    const DELETED_BEFORE: Names = &["load-balancer"];
    const NOT_FOUND: Names = &["ListenerNotFound"];
    const ALREADY_EXISTS: Names = &["DuplicateListener"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeListeners", "DescribeLoadBalancers", "DescribeRules", "DescribeTags"],
        creates: &["CreateListener"],
        changes: &["AddTags", "ModifyListener"],
        removes: &["DeleteListener"],
    };

    async fn read(&self, desired: &Listener) -> ReadResult<Listener> {
        let behind = listeners_and_rules(&self.0, &self.0.stack).await?;
        let (balancer, port) = (desired.load_balancer_arn.get()?, i32::from(desired.port));
        let wanted = |listener: &&Described| {
            listener.load_balancer_arn() == Some(balancer) && listener.port() == Some(port)
        };
        let Some(listener) = behind.iter().map(|it| &it.listener).find(wanted) else { return Ok(None) };
        let arn = listener.listener_arn().unwrap_or_default();
        let properties = Listener { otherwise: answered(listener.default_actions()), ..desired.clone() };
        // A list has one already or still that is not known yet or gone.
        let Some(tags) = tags_behind(&self.0, &behind).await?.remove(arn) else { return Ok(None) };
        Ok(Some(Live { properties, outputs: ListenerOutputs { arn: arn.into() }, tags: Some(tags) }))
    }

    async fn create(&self, desired: &Listener, context: &Context<'_>) -> Result<ListenerOutputs, Failure> {
        let created = self
            .0
            .client::<Elb>()
            .create_listener()
            .load_balancer_arn(desired.load_balancer_arn.get()?)
            .protocol(ProtocolEnum::Http)
            .port(i32::from(desired.port))
            .default_actions(answer(&desired.otherwise))
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the listener")?;
        let arn = created.listeners().first().and_then(|listener| listener.listener_arn());
        Ok(ListenerOutputs { arn: arn.unwrap_or_default().into() })
    }

    async fn update(
        &self,
        desired: &Listener,
        live: LiveOf<Listener>,
        context: &Context<'_>,
    ) -> Result<ListenerOutputs, Failure> {
        let arn = live.outputs.arn.get()?;
        if live.properties.otherwise != desired.otherwise {
            let request = self.0.client::<Elb>().modify_listener().listener_arn(arn);
            let changed = request.default_actions(answer(&desired.otherwise)).send().await;
            changed.or_failure("change what the listener answers")?;
        }
        tags::restore::<Elb>(&self.0, arn, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let deleted = self.0.client::<Elb>().delete_listener().listener_arn(&found.locator).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the listener")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let behind = listeners_and_rules(&self.0, stack).await?;
        let candidates = behind.iter().map(|it| Named {
            arn: it.listener.listener_arn().unwrap_or_default().to_owned(),
            name: format!("{}:{}", it.balancer, it.listener.port().unwrap_or_default()),
        });
        Ok(ours::<Listener>(stack, candidates, &tags_behind(&self.0, &behind).await?))
    }
}
