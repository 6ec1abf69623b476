//! Reads and writes IAM roles with their policies.

use super::policy_document;
use crate::Aws;
use crate::clients::Iam;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_iam::types::Role;
use futures::future::try_join_all;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::IamRole;
use infra_resources::iam_role::IamRoleOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What was made a moment ago is not known everywhere at once.
const KNOWN_DEADLINE: Duration = Duration::from_secs(60);

/// IAM roles.
pub struct IamRoles(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for IamRoles {
    type Resource = IamRole;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["NoSuchEntity"];
    const ALREADY_EXISTS: Names = &["EntityAlreadyExists"];
    const OPERATIONS: Operations = Operations {
        reads: &[
            "GetRole",
            "GetRolePolicy",
            "ListAttachedRolePolicies",
            "ListInstanceProfilesForRole",
            "ListRolePolicies",
            "ListRoles",
        ],
        creates: &["CreateRole"],
        changes: &[
            "AttachRolePolicy",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "TagRole",
            "UpdateAssumeRolePolicy",
        ],
        removes: &["DeleteRole", "DeleteRolePolicy", "DetachRolePolicy"],
    };

    async fn read(&self, desired: &IamRole) -> ReadResult<IamRole> {
        // One that is the stack's is asked for all at once; another one is looked at to be refused.
        let is_listed = self.listed(&self.0.stack).await?.iter().any(|it| it.role_name() == desired.name);
        if !is_listed && self.role(&desired.name).await?.is_none() {
            return Ok(None);
        }
        let (role, inline_policies, managed_policies, ()) = tokio::try_join!(
            self.role(&desired.name),
            self.inline_policies(&desired.name),
            self.managed_policies(&desired.name),
            self.ask_for_what_is_likely(desired)
        )?;
        let Some(role) = role else { return Ok(None) };
        let properties = IamRole {
            name: desired.name.clone(),
            path: role.path().to_owned(),
            assume_role_policy: document(role.assume_role_policy_document().unwrap_or_default()),
            inline_policies,
            managed_policies,
            permissions_boundary: role
                .permissions_boundary()
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
        };
        Ok(Some(Live { properties, outputs: outputs(&role), tags: Some(tags::from(role.tags())) }))
    }

    async fn create(&self, desired: &IamRole, context: &Context<'_>) -> Result<IamRoleOutputs, Failure> {
        let create = self
            .0
            .client::<Iam>()
            .create_role()
            .role_name(&desired.name)
            .path(&desired.path)
            .description(format!("{} of stack {}", desired.name, context.stack))
            .assume_role_policy_document(desired.assume_role_policy.to_string())
            .set_permissions_boundary(desired.permissions_boundary.clone())
            .set_tags(Some(tags::to(&context.tags())?));
        let created = create.send().await.or_failure("create the role")?;
        self.settle_policies(desired, &BTreeMap::new(), &[]).await?;
        created.role().map(outputs).ok_or_else(|| Failure::new("IAM answered without a role"))
    }

    async fn update(
        &self,
        desired: &IamRole,
        live: LiveOf<IamRole>,
        context: &Context<'_>,
    ) -> Result<IamRoleOutputs, Failure> {
        let (name, now) = (&desired.name, &live.properties);
        if now.path != desired.path {
            return Err(Failure::new(format!("its path is {} and can't become {}", now.path, desired.path))
                .hint("delete the role by hand, then deploy again"));
        }
        if now.assume_role_policy != desired.assume_role_policy {
            let request = self.0.client::<Iam>().update_assume_role_policy().role_name(name);
            let request = request.policy_document(desired.assume_role_policy.to_string());
            request.send().await.or_failure("change who may assume the role")?;
        }
        // Before the policies: an organisation may let them be written only within a boundary.
        if now.permissions_boundary != desired.permissions_boundary {
            self.bound(desired).await?;
        }
        self.settle_policies(desired, &now.inline_policies, &now.managed_policies).await?;
        if let Some(missing) = context.missing_tags(&live.tags) {
            let request = self.0.client::<Iam>().tag_role().role_name(name);
            request.set_tags(Some(tags::to(&missing)?)).send().await.or_failure("tag the role")?;
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let name = &found.name;
        poll_until(KNOWN_DEADLINE, context, async || {
            let (inline, managed) =
                tokio::try_join!(self.inline_policies(name), self.managed_policies(name))?;
            let removed = try_join_all(inline.keys().map(|policy| self.remove_inline(name, policy)));
            let detached = try_join_all(managed.iter().map(|policy| self.detach(name, policy)));
            tokio::try_join!(removed, detached)?;
            let deleted = self.0.client::<Iam>().delete_role().role_name(name).send().await;
            match &deleted {
                // What it has was not listed yet.
                Err(error) if problem_of(error).has_code(&["DeleteConflict"]) => {
                    self.refuse_if_others_have_it(name).await?;
                    let why = problem_of(error).message().unwrap_or_default().to_owned();
                    return Ok(Poll::Pending(format!("the role to be free ({why})")));
                }
                _ => {}
            }
            deleted.none_if(Self::NOT_FOUND, "delete the role")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let roles = self.listed(stack).await?;
        let all = try_join_all(roles.iter().map(async |role| {
            // A list has no tags.
            let Some(role) = self.role(role.role_name()).await? else { return Ok(None) };
            let name = role.role_name();
            Ok::<_, Failure>(found::<IamRole>(stack, &tags::from(role.tags()), name, name))
        }));
        Ok(all.await?.into_iter().flatten().collect())
    }
}

impl IamRoles {
    /// The role, if it is there.
    ///
    /// # Errors
    /// When it can't be read.
    pub async fn role(&self, name: &str) -> Result<Option<Role>, Failure> {
        let answer = self.0.client::<Iam>().get_role().role_name(name).send().await;
        Ok(answer.none_if(Self::NOT_FOUND, "get the role")?.and_then(|answer| answer.role))
    }

    /// Those that may be the stack's.
    async fn listed(&self, stack: &str) -> Result<Vec<Role>, Failure> {
        let path = format!("/{stack}/");
        let pages = self.0.client::<Iam>().list_roles().path_prefix(&path).into_paginator().items().send();
        let mut roles = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list roles")?;
        // IAM knows no regions, but a stack does: the same stack may be deployed in another one.
        roles.retain(|role| role.path() == path && role.role_name().ends_with(&self.0.region));
        Ok(roles)
    }

    /// Asks for the policies that are probably there while others find out which are: the answers are kept in the read cache.
    async fn ask_for_what_is_likely(&self, desired: &IamRole) -> Result<(), Failure> {
        let inline = desired.inline_policies.keys().map(|name| self.inline_policy(&desired.name, name));
        try_join_all(inline).await.map(drop)
    }

    async fn inline_policy(&self, role: &str, name: &str) -> Result<Option<Value>, Failure> {
        let policy = self.0.client::<Iam>().get_role_policy().role_name(role).policy_name(name).send().await;
        let policy = policy.none_if(Self::NOT_FOUND, "get the role's policy")?;
        Ok(policy.map(|policy| document(policy.policy_document())))
    }

    /// The policies written for a role, by name.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn inline_policies(&self, role: &str) -> Result<BTreeMap<String, Value>, Failure> {
        let pages =
            self.0.client::<Iam>().list_role_policies().role_name(role).into_paginator().items().send();
        let listed = pages.collect::<Result<Vec<_>, _>>().await;
        let Some(listed) = listed.none_if(Self::NOT_FOUND, "list the role's policies")? else {
            return Ok(BTreeMap::new());
        };
        let policies = try_join_all(listed.into_iter().map(async |name| {
            let policy = self.inline_policy(role, &name).await?;
            Ok::<_, Failure>(policy.map(|policy| (name, policy)))
        }));
        Ok(policies.await?.into_iter().flatten().collect())
    }

    /// The ARNs of the managed policies of a role.
    ///
    /// # Errors
    /// When they can't be read.
    pub async fn managed_policies(&self, role: &str) -> Result<Vec<String>, Failure> {
        let request = self.0.client::<Iam>().list_attached_role_policies().role_name(role);
        let pages = request.into_paginator().items().send();
        let listed = pages.collect::<Result<Vec<_>, _>>().await;
        let attached = listed.none_if(Self::NOT_FOUND, "list the role's managed policies")?;
        let attached = attached.unwrap_or_default();
        Ok(attached.iter().filter_map(|policy| policy.policy_arn().map(str::to_owned)).collect())
    }

    /// Puts the boundary that is desired; one that nobody gave is not ours to take away.
    async fn bound(&self, desired: &IamRole) -> Result<(), Failure> {
        let Some(boundary) = &desired.permissions_boundary else { return Ok(()) };
        let request = self.0.client::<Iam>().put_role_permissions_boundary().role_name(&desired.name);
        let request = request.permissions_boundary(boundary);
        request.send().await.or_failure("set the role's permissions boundary").map(drop)
    }

    /// Puts what is missing or different, removes what is not desired.
    async fn settle_policies(
        &self,
        desired: &IamRole,
        inline: &BTreeMap<String, Value>,
        managed: &[String],
    ) -> Result<(), Failure> {
        let role = &desired.name;
        let put = desired.inline_policies.iter().filter(|(name, policy)| inline.get(*name) != Some(policy));
        let put = try_join_all(put.map(async |(name, policy)| {
            let request = self.0.client::<Iam>().put_role_policy().role_name(role).policy_name(name);
            let request = request.policy_document(policy.to_string());
            request.send().await.or_failure("put the role's policy")
        }));
        let attach = desired.managed_policies.iter().filter(|arn| !managed.contains(arn));
        let attach = try_join_all(attach.map(async |arn| {
            let request = self.0.client::<Iam>().attach_role_policy().role_name(role).policy_arn(arn);
            request.send().await.or_failure("attach the managed policy")
        }));
        tokio::try_join!(put, attach)?;
        for name in inline.keys().filter(|name| !desired.inline_policies.contains_key(*name)) {
            self.remove_inline(role, name).await?;
        }
        for arn in managed.iter().filter(|arn| !desired.managed_policies.contains(arn)) {
            self.detach(role, arn).await?;
        }
        Ok(())
    }

    /// An instance profile that is not the stack's keeps the role for as long as its owner likes.
    async fn refuse_if_others_have_it(&self, role: &str) -> Result<(), Failure> {
        let request = self.0.client::<Iam>().list_instance_profiles_for_role().role_name(role);
        let pages = request.into_paginator().items().send();
        let profiles = pages.collect::<Result<Vec<_>, _>>().await;
        // Who may delete a role may not be allowed to look who has it: it is waited for without that.
        let none = ["NoSuchEntity", "AccessDenied"];
        let profiles = profiles.none_if(&none, "list the instance profiles with the role")?;
        let path = format!("/{}/", self.0.stack);
        match profiles.unwrap_or_default().iter().find(|profile| profile.path() != path) {
            Some(profile) => Err(in_a_profile(role, profile.instance_profile_name())),
            None => Ok(()),
        }
    }

    async fn remove_inline(&self, role: &str, policy: &str) -> Result<(), Failure> {
        let deleted =
            self.0.client::<Iam>().delete_role_policy().role_name(role).policy_name(policy).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the role's policy")?;
        Ok(())
    }

    async fn detach(&self, role: &str, policy: &str) -> Result<(), Failure> {
        let detached =
            self.0.client::<Iam>().detach_role_policy().role_name(role).policy_arn(policy).send().await;
        detached.none_if(Self::NOT_FOUND, "detach the managed policy")?;
        Ok(())
    }
}

fn in_a_profile(role: &str, profile: &str) -> Failure {
    Failure::new(format!(
        "it can't be deleted while instance profile {profile}, which is not of this stack, has the role"
    ))
    .hint(format!(
        "take it out (`aws iam remove-role-from-instance-profile --instance-profile-name {profile} --role-name {role}`), then \
         run the same command again"
    ))
}

/// A policy document; IAM gives them percent-encoded.
pub fn document(text: &str) -> Value {
    policy_document::parse(&percent_decode_str(text).decode_utf8_lossy())
}

fn outputs(role: &Role) -> IamRoleOutputs {
    IamRoleOutputs { arn: role.arn().into(), name: role.role_name().into() }
}
