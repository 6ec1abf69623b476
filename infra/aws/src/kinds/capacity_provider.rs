//! Reads and writes capacity providers with Auto Scaling groups.

use super::cluster::described::clusters_with;
use crate::Aws;
use crate::clients::Ecs;
use crate::json_call::{Answer, json_of, with_body};
use crate::{partial, tags};
use async_trait::async_trait;
use aws_sdk_ecs::types::{CapacityProvider as Described, CapacityProviderField, CapacityProviderStatus};
use infra_ecs::body::lean;
use infra_ecs::capacity_provider::CapacityProviderOutputs;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::CapacityProvider;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(300);
/// Members of ours that ECS has within `autoScalingGroupProvider`.
const OF_THE_GROUP: [&str; 4] =
    ["autoScalingGroupArn", "managedScaling", "managedTerminationProtection", "managedDraining"];

/// Capacity providers.
pub struct CapacityProviders(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for CapacityProviders {
    type Resource = CapacityProvider;

    const DELETED_BEFORE: Names = &["auto-scaling-group"];
    const NOT_FOUND: Names = &["not found"];
    const ALREADY_EXISTS: Names = &["already exists"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeCapacityProviders", "DescribeClusters", "ListClusters"],
        creates: &["CreateCapacityProvider"],
        changes: &["TagResource", "UpdateCapacityProvider"],
        removes: &["DeleteCapacityProvider"],
    };

    async fn read(&self, desired: &CapacityProvider) -> ReadResult<CapacityProvider> {
        let json = Answer::default();
        let provider = self.find(&desired.name, &json).await?.filter(|provider| !is_going(provider));
        let Some(provider) = provider else { return Ok(None) };
        let reported = json.member("capacityProviders")?;
        let reported =
            reported.as_array().and_then(|all| all.iter().find(|it| it["name"] == desired.name.as_str()));
        let properties = self.properties(reported.cloned().unwrap_or_default(), desired)?;
        Ok(Some(Live { properties, outputs: outputs(&provider), tags: Some(tags::from(provider.tags())) }))
    }

    async fn create(
        &self,
        desired: &CapacityProvider,
        context: &Context<'_>,
    ) -> Result<CapacityProviderOutputs, Failure> {
        let body = json!({
            "name": desired.name,
            "autoScalingGroupProvider": of_the_group(desired, &OF_THE_GROUP)?,
            "tags": context.tags().iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Vec<_>>(),
        });
        poll_until(DEADLINE, context, async || {
            let call = self
                .0
                .client::<Ecs>()
                .create_capacity_provider()
                .customize()
                .mutate_request(with_body(&body));
            let created = call.send().await;
            let is_waiting = match &created {
                // Whatever it says, it may be that the old one of this name is still there.
                Err(_) => {
                    self.find(&desired.name, &Answer::default()).await?.is_some_and(|old| is_going(&old))
                }
                Ok(answer) => answer.capacity_provider().is_some_and(is_going),
            };
            if is_waiting {
                return Ok(Poll::Pending("the old capacity provider of this name to be gone".to_owned()));
            }
            let created = created.or_failure("create the capacity provider")?;
            let provider = created.capacity_provider();
            let provider =
                provider.ok_or_else(|| Failure::new("ECS answered without a capacity provider"))?;
            Ok(Poll::Ready(outputs(provider)))
        })
        .await
    }

    async fn update(
        &self,
        desired: &CapacityProvider,
        live: LiveOf<CapacityProvider>,
        context: &Context<'_>,
    ) -> Result<CapacityProviderOutputs, Failure> {
        let now = &live.properties;
        if now != desired {
            let body = json!({
                "name": desired.name,
                "autoScalingGroupProvider": of_the_group(desired, &OF_THE_GROUP[1..])?,
            });
            let call = self
                .0
                .client::<Ecs>()
                .update_capacity_provider()
                .customize()
                .mutate_request(with_body(&body));
            call.send().await.or_failure("change the capacity provider")?;
        }
        tags::restore::<Ecs>(&self.0, live.outputs.arn.get()?, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        poll_until(DEADLINE, context, async || {
            let Some(provider) = self.find(&found.name, &Answer::default()).await? else {
                return Ok(Poll::Ready(()));
            };
            if is_going(&provider) {
                return Ok(Poll::Pending("ECS to delete the capacity provider".to_owned()));
            }
            let refused = provider.update_status_reason().map(str::to_owned);
            let deleted =
                self.0.client::<Ecs>().delete_capacity_provider().capacity_provider(&found.name).send().await;
            match &deleted {
                Err(error) if problem_of(error).says("in use") || problem_of(error).says("associated") => {
                    let why = refused.map(|why| format!(" ({why})")).unwrap_or_default();
                    return Ok(Poll::Pending(format!("{}{why}", self.users(&found.name).await?)));
                }
                // A call was made again whose answer was lost.
                Err(error) if problem_of(error).is_one_of(Self::NOT_FOUND) => {}
                _ => drop(deleted.or_failure("delete the capacity provider")?),
            }
            Ok(Poll::Pending("ECS to delete the capacity provider".to_owned()))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        self.ours_among(None, stack).await
    }
}

impl CapacityProviders {
    /// Those of these providers that carry the stack's tags.
    ///
    /// # Errors
    /// When they can't be described.
    pub async fn ours_of(&self, names: Vec<String>, stack: &str) -> Result<Vec<Found>, Failure> {
        if names.is_empty() { Ok(Vec::new()) } else { self.ours_among(Some(names), stack).await }
    }

    /// Those that carry the stack's tags, of all or of these.
    async fn ours_among(&self, names: Option<Vec<String>>, stack: &str) -> Result<Vec<Found>, Failure> {
        let mut ours = Vec::new();
        let mut next_token = None;
        loop {
            let request =
                self.0.client::<Ecs>().describe_capacity_providers().include(CapacityProviderField::Tags);
            let request = request.set_capacity_providers(names.clone()).set_next_token(next_token);
            let answer = request.send().await.or_failure("list capacity providers")?;
            partial::described(answer.failures.as_deref(), "list capacity providers")?;
            let existing = answer.capacity_providers().iter().filter(|provider| exists(provider));
            ours.extend(existing.filter_map(|provider| {
                let name = provider.name()?;
                found::<CapacityProvider>(stack, &tags::from(provider.tags()), name, name)
            }));
            next_token = answer.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if next_token.is_none() {
                return Ok(ours);
            }
        }
    }

    async fn find(&self, name: &str, json: &Answer) -> Result<Option<Described>, Failure> {
        let request = self.0.client::<Ecs>().describe_capacity_providers().capacity_providers(name);
        let request = request.include(CapacityProviderField::Tags).customize().interceptor(json.clone());
        let answer = request.send().await.or_failure("describe the capacity provider")?;
        partial::described(answer.failures.as_deref(), "describe the capacity provider")?;
        let providers = answer.capacity_providers.unwrap_or_default();
        Ok(providers.into_iter().find(|provider| provider.name() == Some(name) && exists(provider)))
    }

    /// What still uses a capacity provider: any cluster can.
    async fn users(&self, name: &str) -> Result<String, Failure> {
        let clusters = clusters_with(&self.0, name).await?;
        Ok(match clusters.as_slice() {
            [] => "what still uses the capacity provider to let go of it".to_owned(),
            [one] => format!("cluster {one} to let go of the capacity provider"),
            many => format!("clusters {} to let go of the capacity provider", many.join(", ")),
        })
    }

    fn properties(
        &self,
        mut reported: Value,
        desired: &CapacityProvider,
    ) -> Result<CapacityProvider, Failure> {
        let mut members = Map::new();
        for member in OF_THE_GROUP {
            members.insert(member.to_owned(), reported["autoScalingGroupProvider"][member].take());
        }
        members.insert("name".to_owned(), json_of(&desired.name)?);
        members.insert("scaleInProtection".to_owned(), json_of(&desired.scale_in_protection)?);
        members.retain(|_, value| !value.is_null());
        CapacityProvider::deserialize(Value::Object(members))
            .map_err(|error| Failure::caused_by("unexpected answer from DescribeCapacityProviders", error))
    }
}

/// Whether it is being deleted: its status is still ACTIVE then.
fn is_going(provider: &Described) -> bool {
    provider.update_status().is_some_and(|status| status.as_str() == "DELETE_IN_PROGRESS")
}

/// A deleted provider is described for a while as INACTIVE.
fn exists(provider: &Described) -> bool {
    provider.status() != Some(&CapacityProviderStatus::Inactive)
}

fn of_the_group(desired: &CapacityProvider, members: &[&str]) -> Result<Value, Failure> {
    let all = lean(&json_of(desired)?);
    Ok(members.iter().filter_map(|&name| Some((name.to_owned(), all.get(name)?.clone()))).collect())
}

fn outputs(provider: &Described) -> CapacityProviderOutputs {
    CapacityProviderOutputs { arn: provider.capacity_provider_arn().unwrap_or_default().into() }
}
