//! Reads and writes listeners.

mod otherwise;
mod tls;

use super::elb::{Named, listeners_and_rules, ours, tags_behind};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::Listener as Described;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::Listener;
use infra_resources::listener::{ListenerOutputs, Otherwise};
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
        reads: &[
            "DescribeListenerAttributes",
            "DescribeListeners",
            "DescribeLoadBalancers",
            "DescribeRules",
            "DescribeTags",
        ],
        creates: &["CreateListener"],
        changes: &["AddTags", "ModifyListener", "ModifyListenerAttributes"],
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
        let (tags, tls) = tokio::try_join!(tags_behind(&self.0, &behind), tls::read(&self.0, listener))?;
        // A list has one already or still that is not known yet or gone.
        let Some(tags) = tags.get(arn).cloned() else { return Ok(None) };
        let otherwise = otherwise::of(listener.default_actions());
        let properties = Listener { tls, otherwise, ..desired.clone() };
        Ok(Some(Live { properties, outputs: ListenerOutputs { arn: arn.into() }, tags: Some(tags) }))
    }

    async fn create(&self, desired: &Listener, context: &Context<'_>) -> Result<ListenerOutputs, Failure> {
        let tls = desired.tls.as_ref();
        let created = self
            .0
            .client::<Elb>()
            .create_listener()
            .load_balancer_arn(desired.load_balancer_arn.get()?)
            .protocol(tls::protocol(tls))
            .set_ssl_policy(tls.map(|tls| tls.security_policy.clone()))
            .set_certificates(tls::certificates(tls)?)
            .port(i32::from(desired.port))
            .default_actions(otherwise::action(&desired.otherwise))
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the listener")?;
        let arn =
            created.listeners().first().and_then(|listener| listener.listener_arn()).unwrap_or_default();
        if let Some(tls) = tls {
            tls::put_header(&self.0, arn, tls).await?;
        }
        Ok(ListenerOutputs { arn: arn.into() })
    }

    async fn update(
        &self,
        desired: &Listener,
        live: LiveOf<Listener>,
        context: &Context<'_>,
    ) -> Result<ListenerOutputs, Failure> {
        let (arn, now) = (live.outputs.arn.get()?, &live.properties);
        if at_once(now) != at_once(desired) {
            let tls = desired.tls.as_ref();
            let request = self.0.client::<Elb>().modify_listener().listener_arn(arn);
            let request = request
                .protocol(tls::protocol(tls))
                .set_ssl_policy(tls.map(|tls| tls.security_policy.clone()))
                .set_certificates(tls::certificates(tls)?)
                .default_actions(otherwise::action(&desired.otherwise));
            request.send().await.or_failure("change the listener")?;
        }
        if let Some(tls) =
            desired.tls.as_ref().filter(|tls| header(now) != Some(&tls.strict_transport_security))
        {
            tls::put_header(&self.0, arn, tls).await?;
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

/// What one call changes: all but the header.
fn at_once(listener: &Listener) -> (Option<(&Output<String>, &str)>, &Otherwise) {
    let tls = listener.tls.as_ref().map(|tls| (&tls.certificate_arn, tls.security_policy.as_str()));
    (tls, &listener.otherwise)
}

fn header(listener: &Listener) -> Option<&String> {
    listener.tls.as_ref().map(|tls| &tls.strict_transport_security)
}
