//! Reads and writes launch templates.

use crate::Aws;
use crate::clients::Ec2;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    Filter, HttpTokensState, InstanceType, LaunchTemplate as Described,
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateIamInstanceProfileSpecification,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateTagSpecificationRequest,
    RequestLaunchTemplateData, ResourceType, ResponseLaunchTemplateData, VolumeType,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::{Ownership, STACK_TAG, found};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::LaunchTemplate;
use infra_resources::launch_template::{LaunchTemplateOutputs, MetadataOptions, RootVolume};
use infra_wire::sdk_error::SdkResult;

/// The root device of Amazon Linux.
const ROOT_DEVICE: &str = "/dev/xvda";

/// Launch templates.
pub struct LaunchTemplates(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for LaunchTemplates {
    type Resource = LaunchTemplate;

    const DELETED_BEFORE: Names = &["security-group"];
    /// Of a template, or of the version asked for.
    const NOT_FOUND: Names = &[
        "InvalidLaunchTemplateName.NotFoundException",
        "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateId.NotFoundException",
        "InvalidLaunchTemplateId.VersionNotFound",
    ];
    const ALREADY_EXISTS: Names = &["InvalidLaunchTemplateName.AlreadyExistsException"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeLaunchTemplateVersions", "DescribeLaunchTemplates"],
        creates: &["CreateLaunchTemplate", "CreateLaunchTemplateVersion"],
        changes: &["CreateTags"],
        removes: &["DeleteLaunchTemplate"],
    };

    async fn read(&self, desired: &LaunchTemplate) -> ReadResult<LaunchTemplate> {
        let ours = self.tagged(&self.0.stack).await?;
        let listed = ours.into_iter().find(|it| it.launch_template_name() == Some(&desired.name));
        let Some(template) = (match listed {
            Some(template) => Some(template),
            None => self.find(&desired.name).await?,
        }) else {
            return Ok(None);
        };
        let id = template.launch_template_id().unwrap_or_default();
        let Some(data) = self.newest(id).await? else { return Ok(None) };
        let version = template.latest_version_number().unwrap_or_default();
        Ok(Some(Live {
            properties: properties(&desired.name, &data),
            outputs: outputs(id, version),
            tags: Some(tags::from(template.tags())),
        }))
    }

    async fn create(
        &self,
        desired: &LaunchTemplate,
        context: &Context<'_>,
    ) -> Result<LaunchTemplateOutputs, Failure> {
        let created = self
            .0
            .client::<Ec2>()
            .create_launch_template()
            .launch_template_name(&desired.name)
            .launch_template_data(data(desired, context)?)
            .tag_specifications(tags::of_new(&context.tags(), ResourceType::LaunchTemplate)?)
            .send()
            .await
            .or_failure("create the launch template")?;
        let template = created.launch_template();
        let template = template.ok_or_else(|| Failure::new("EC2 answered without a launch template"))?;
        let version = template.latest_version_number().unwrap_or_default();
        Ok(outputs(template.launch_template_id().unwrap_or_default(), version))
    }

    /// A template's versions can't change: the desired one becomes a new version.
    async fn update(
        &self,
        desired: &LaunchTemplate,
        live: LiveOf<LaunchTemplate>,
        context: &Context<'_>,
    ) -> Result<LaunchTemplateOutputs, Failure> {
        let id = live.outputs.template_id.get()?;
        tags::restore::<Ec2>(&self.0, id, &live.tags, context).await?;
        if live.properties == *desired {
            return Ok(live.outputs);
        }
        let request = self.0.client::<Ec2>().create_launch_template_version().launch_template_id(id);
        let created = request.launch_template_data(data(desired, context)?).send().await;
        let created = created.or_failure("create a version of the launch template")?;
        let version = created.launch_template_version().and_then(|version| version.version_number());
        Ok(outputs(id, version.unwrap_or_default()))
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let deleted =
            self.0.client::<Ec2>().delete_launch_template().launch_template_id(&found.locator).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the launch template")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let found = |template: &Described| {
            let (name, id) = (template.launch_template_name()?, template.launch_template_id()?);
            found::<LaunchTemplate>(stack, &tags::from(template.tags()), name, id)
        };
        Ok(self.tagged(stack).await?.iter().filter_map(found).collect())
    }
}

impl LaunchTemplates {
    /// Those that carry the stack's tags.
    async fn tagged(&self, stack: &str) -> Result<Vec<Described>, Failure> {
        let filter = Filter::builder().name(format!("tag:{STACK_TAG}")).values(stack).build();
        let request = self.0.client::<Ec2>().describe_launch_templates().filters(filter);
        let pages = request.into_paginator().items().send();
        let mut templates = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list launch templates")?;
        templates.retain(|template| Ownership::of(&tags::from(template.tags()), stack) == Ownership::Ours);
        Ok(templates)
    }

    async fn find(&self, name: &str) -> Result<Option<Described>, Failure> {
        let answer =
            self.0.client::<Ec2>().describe_launch_templates().launch_template_names(name).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "describe the launch template")?;
        let templates = answer.and_then(|answer| answer.launch_templates).unwrap_or_default();
        Ok(templates.into_iter().find(|template| template.launch_template_name() == Some(name)))
    }

    async fn newest(&self, id: &str) -> Result<Option<ResponseLaunchTemplateData>, Failure> {
        let request = self.0.client::<Ec2>().describe_launch_template_versions().launch_template_id(id);
        let answer = request.versions("$Latest").send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "describe the launch template's newest version")?;
        let versions = answer.and_then(|answer| answer.launch_template_versions).unwrap_or_default();
        Ok(versions.into_iter().next_back().and_then(|version| version.launch_template_data))
    }
}

fn properties(name: &str, data: &ResponseLaunchTemplateData) -> LaunchTemplate {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let disk = data.block_device_mappings().iter().find(|it| it.device_name() == Some(ROOT_DEVICE));
    let disk = disk.and_then(|mapping| mapping.ebs());
    let metadata = data.metadata_options();
    let tokens = metadata.and_then(|options| options.http_tokens());
    LaunchTemplate {
        name: name.to_owned(),
        image_id: text(data.image_id()),
        instance_type: text(data.instance_type().map(InstanceType::as_str)),
        instance_profile_name: data.iam_instance_profile().map(profile_name).unwrap_or_default(),
        security_group_ids: data.security_group_ids().iter().map(|id| id.as_str().into()).collect(),
        key_name: data.key_name().filter(|name| !name.is_empty()).map(str::to_owned),
        user_data: decoded(data.user_data().unwrap_or_default()),
        root_volume: RootVolume {
            size_gib: disk.and_then(|disk| disk.volume_size()).unwrap_or_default(),
            volume_type: text(disk.and_then(|disk| disk.volume_type()).map(VolumeType::as_str)),
            encrypted: disk.and_then(|disk| disk.encrypted()).unwrap_or_default(),
            kms_key_arn: disk.and_then(|disk| disk.kms_key_id()).map(Into::into),
        },
        metadata: MetadataOptions {
            tokens_required: tokens
                .is_some_and(|tokens| tokens.as_str() == HttpTokensState::Required.as_str()),
            hop_limit: metadata.and_then(|options| options.http_put_response_hop_limit()).unwrap_or_default(),
        },
    }
}

/// A template as EC2 takes it. Its instances and their disks carry the stack's tags.
fn data(desired: &LaunchTemplate, context: &Context<'_>) -> Result<RequestLaunchTemplateData, Failure> {
    let disk = LaunchTemplateEbsBlockDeviceRequest::builder()
        .volume_size(desired.root_volume.size_gib)
        .volume_type(VolumeType::from(desired.root_volume.volume_type.as_str()))
        .encrypted(desired.root_volume.encrypted)
        .set_kms_key_id(desired.root_volume.kms_key_arn.as_ref().map(Output::get).transpose()?.cloned())
        .delete_on_termination(true);
    let mapping =
        LaunchTemplateBlockDeviceMappingRequest::builder().device_name(ROOT_DEVICE).ebs(disk.build()).build();
    let tokens = if desired.metadata.tokens_required {
        LaunchTemplateHttpTokensState::Required
    } else {
        LaunchTemplateHttpTokensState::Optional
    };
    let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::Enabled)
        .http_tokens(tokens)
        .http_put_response_hop_limit(desired.metadata.hop_limit);
    let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder()
        .name(&desired.instance_profile_name)
        .build();
    let groups = desired.security_group_ids.iter().map(|id| id.get().cloned());
    let tagged = [ResourceType::Instance, ResourceType::Volume].into_iter().map(|kind| {
        let request = LaunchTemplateTagSpecificationRequest::builder().resource_type(kind);
        Ok::<_, Failure>(request.set_tags(Some(tags::to(&context.tags())?)).build())
    });
    Ok(RequestLaunchTemplateData::builder()
        .image_id(&desired.image_id)
        .instance_type(InstanceType::from(desired.instance_type.as_str()))
        .iam_instance_profile(profile)
        .set_security_group_ids(Some(groups.collect::<Result<_, _>>()?))
        .set_key_name(desired.key_name.clone())
        .user_data(BASE64_STANDARD.encode(&desired.user_data))
        .block_device_mappings(mapping)
        .metadata_options(metadata.build())
        .set_tag_specifications(Some(tagged.collect::<Result<_, _>>()?))
        .build())
}

/// A template made by hand may give its ARN instead, which ends in the name.
fn profile_name(profile: &LaunchTemplateIamInstanceProfileSpecification) -> String {
    let arn = profile.arn().and_then(|arn| arn.rsplit('/').next());
    profile.name().or(arn).unwrap_or_default().to_owned()
}

/// What is no text shows as a difference.
fn decoded(user_data: &str) -> String {
    let bytes = BASE64_STANDARD.decode(user_data).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn outputs(id: &str, version: i64) -> LaunchTemplateOutputs {
    LaunchTemplateOutputs { template_id: id.into(), version: version.to_string().into() }
}
