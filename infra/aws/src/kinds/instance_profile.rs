//! Reads and writes instance profiles.

use crate::Aws;
use crate::clients::Iam;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_iam::types::InstanceProfile as Described;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::InstanceProfile;
use infra_resources::instance_profile::InstanceProfileOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::time::Duration;

/// IAM takes a while until what was made a moment ago is known everywhere.
const KNOWN_DEADLINE: Duration = Duration::from_secs(60);

/// Instance profiles.
pub struct InstanceProfiles(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for InstanceProfiles {
    type Resource = InstanceProfile;

    const DELETED_BEFORE: Names = &["iam-role"];
    const NOT_FOUND: Names = &["NoSuchEntity"];
    const ALREADY_EXISTS: Names = &["EntityAlreadyExists"];
    const OPERATIONS: Operations = Operations {
        reads: &["GetInstanceProfile", "ListInstanceProfiles"],
        creates: &["CreateInstanceProfile"],
        changes: &["AddRoleToInstanceProfile", "TagInstanceProfile"],
        removes: &["DeleteInstanceProfile", "RemoveRoleFromInstanceProfile"],
    };

    async fn read(&self, desired: &InstanceProfile) -> ReadResult<InstanceProfile> {
        let Some(profile) = self.find(&desired.name).await? else { return Ok(None) };
        let role = profile.roles().first().map(|role| role.role_name().to_owned());
        let properties = InstanceProfile {
            name: desired.name.clone(),
            path: profile.path().to_owned(),
            role_name: role.unwrap_or_default().into(),
        };
        Ok(Some(Live { properties, outputs: outputs(&profile), tags: Some(tags::from(profile.tags())) }))
    }

    async fn create(
        &self,
        desired: &InstanceProfile,
        context: &Context<'_>,
    ) -> Result<InstanceProfileOutputs, Failure> {
        let created = self
            .0
            .client::<Iam>()
            .create_instance_profile()
            .instance_profile_name(&desired.name)
            .path(&desired.path)
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the instance profile")?;
        self.add_role(desired, context).await?;
        let profile = created.instance_profile();
        profile.map(outputs).ok_or_else(|| Failure::new("IAM answered without an instance profile"))
    }

    async fn update(
        &self,
        desired: &InstanceProfile,
        live: LiveOf<InstanceProfile>,
        context: &Context<'_>,
    ) -> Result<InstanceProfileOutputs, Failure> {
        let (name, now) = (&desired.name, &live.properties);
        if now.path != desired.path {
            return Err(Failure::new(format!("its path is {} and can't become {}", now.path, desired.path))
                .hint("delete the instance profile by hand, then deploy again"));
        }
        if now.role_name != desired.role_name {
            let role = now.role_name.get()?;
            if !role.is_empty() {
                self.remove_role(name, role).await?;
            }
            self.add_role(desired, context).await?;
        }
        if let Some(missing) = context.missing_tags(&live.tags) {
            let request = self.0.client::<Iam>().tag_instance_profile().instance_profile_name(name);
            let request = request.set_tags(Some(tags::to(&missing)?));
            request.send().await.or_failure("tag the instance profile")?;
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        poll_until(KNOWN_DEADLINE, context, async || {
            let profile = self.find(&found.name).await?;
            for role in profile.iter().flat_map(Described::roles) {
                self.remove_role(&found.name, role.role_name()).await?;
            }
            let request = self.0.client::<Iam>().delete_instance_profile().instance_profile_name(&found.name);
            let deleted = request.send().await;
            match &deleted {
                // What it has was not listed yet.
                Err(error) if problem_of(error).has_code(&["DeleteConflict"]) => {
                    let why = problem_of(error).message().unwrap_or_default().to_owned();
                    return Ok(Poll::Pending(format!("the instance profile to be free ({why})")));
                }
                _ => {}
            }
            deleted.none_if(Self::NOT_FOUND, "delete the instance profile")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let path = format!("/{stack}/");
        let request = self.0.client::<Iam>().list_instance_profiles().path_prefix(&path);
        let pages = request.into_paginator().items().send();
        let profiles = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list instance profiles")?;
        let mut ours = Vec::new();
        // IAM knows no regions, but a stack does: the same stack may be deployed in another one.
        let here = |name: &str| name.ends_with(&self.0.region);
        for profile in profiles.iter().filter(|it| it.path() == path && here(it.instance_profile_name())) {
            let name = profile.instance_profile_name();
            // A list has no tags.
            let Some(profile) = self.find(name).await? else { continue };
            ours.extend(found::<InstanceProfile>(stack, &tags::from(profile.tags()), name, name));
        }
        Ok(ours)
    }
}

impl InstanceProfiles {
    async fn find(&self, name: &str) -> Result<Option<Described>, Failure> {
        let answer = self.0.client::<Iam>().get_instance_profile().instance_profile_name(name).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "get the instance profile")?;
        Ok(answer.and_then(|answer| answer.instance_profile))
    }

    async fn add_role(&self, desired: &InstanceProfile, context: &Context<'_>) -> Result<(), Failure> {
        let role = desired.role_name.get()?;
        poll_until(KNOWN_DEADLINE, context, async || {
            let request =
                self.0.client::<Iam>().add_role_to_instance_profile().instance_profile_name(&desired.name);
            let added = request.role_name(role).send().await;
            match &added {
                Err(error) if problem_of(error).has_code(Self::NOT_FOUND) => {
                    return Ok(Poll::Pending(format!("IAM to know {role} and {}", desired.name)));
                }
                _ => {}
            }
            // A profile has one role: the answer to a repeated call is that there is one already.
            added.none_if(&["LimitExceeded"], "put the role into the instance profile")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    async fn remove_role(&self, profile: &str, role: &str) -> Result<(), Failure> {
        let request =
            self.0.client::<Iam>().remove_role_from_instance_profile().instance_profile_name(profile);
        let removed = request.role_name(role).send().await;
        removed.none_if(Self::NOT_FOUND, "take the role out of the instance profile")?;
        Ok(())
    }
}

fn outputs(profile: &Described) -> InstanceProfileOutputs {
    InstanceProfileOutputs { arn: profile.arn().into() }
}
