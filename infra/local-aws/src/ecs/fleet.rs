//! The Auto Scaling groups behind, and the container instances that come of them.

mod xml;

use super::Ecs;
use super::instances::Instance;
use super::start::stop;
use super::state::{State, hex};
use crate::api_error::ApiError;
use crate::emulator::EmulatorError;
use infra_ecs::InstanceType;
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;
use xml::{Element, base64};

const AUTO_SCALING: (&str, &str) = ("Version", "2011-01-01");
const EC2: (&str, &str) = ("Version", "2016-11-15");

/// An Auto Scaling group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub name: String,
    pub arn: String,
    pub least: usize,
    pub most: usize,
    pub desired: usize,
    pub zones: Vec<String>,
    pub protected: bool,
    /// Its instances with their zones.
    instances: Vec<(String, String)>,
    template: Template,
}

/// A launch template's version.
#[derive(Clone, Debug, Default)]
struct Template {
    kind: Option<InstanceType>,
    image: String,
    /// The cluster that the user data name.
    cluster: Option<String>,
}

impl Ecs {
    /// Looks at the groups and the subnets, and brings instances, waiting tasks and the groups' sizes up to date.
    ///
    /// # Errors
    /// The emulator does not answer.
    pub async fn refresh(self: &std::sync::Arc<Self>) -> Result<(), EmulatorError> {
        let look = {
            let mut state = self.lock();
            state.forget(SystemTime::now());
            state.looks.0 += 1;
            state.looks.0
        };
        self.learn_zones().await?;
        let groups = self.groups().await?;
        // Somebody who looked later may have been answered first, and knows better.
        if !self.take_instances(look, &groups) {
            return Ok(());
        }
        self.place_waiting();
        self.scale(&groups).await
    }

    /// The same before an answer depends on it.
    pub(super) async fn look(self: &std::sync::Arc<Self>) -> Result<(), ApiError> {
        self.refresh().await.map_err(|error| ApiError::server(error.to_string()))
    }

    async fn learn_zones(&self) -> Result<(), EmulatorError> {
        let answer = self.ask("ec2", &[("Action", "DescribeSubnets"), EC2]).await?;
        let zone = |it: &Element| (it.text("subnetId").to_owned(), it.text("availabilityZone").to_owned());
        self.lock().zones.extend(answer.items("subnetSet").into_iter().map(zone));
        Ok(())
    }

    async fn groups(&self) -> Result<Vec<Group>, EmulatorError> {
        if self.lock().clusters.is_empty() {
            return Ok(Vec::new());
        }
        let form = [("Action", "DescribeAutoScalingGroups"), ("MaxRecords", "100"), AUTO_SCALING];
        let answer = self.ask("autoscaling", &form).await?;
        let mut groups = Vec::new();
        for group in answer.items("AutoScalingGroups") {
            let template = match group.all("LaunchTemplate").pop() {
                Some(reference) => self.template(reference).await?,
                None => Template::default(),
            };
            groups.push(Group::new(group, template));
        }
        Ok(groups)
    }

    async fn template(&self, reference: &Element) -> Result<Template, EmulatorError> {
        let (id, version) = (reference.text("LaunchTemplateId"), reference.text("Version"));
        let version = if version.is_empty() { "$Default" } else { version };
        let by = if id.is_empty() {
            ("LaunchTemplateName", reference.text("LaunchTemplateName"))
        } else {
            ("LaunchTemplateId", id)
        };
        let form =
            [("Action", "DescribeLaunchTemplateVersions"), EC2, by, ("LaunchTemplateVersion.1", version)];
        let answer = match self.ask("ec2", &form).await {
            // It is deleted: the group can't start anything.
            Err(EmulatorError::Refused { .. }) => return Ok(Template::default()),
            answer => answer?,
        };
        let user_data = base64(answer.text("userData")).unwrap_or_default();
        // `ECS_CLUSTER=demo`, or `echo "ECS_CLUSTER=demo" >> /etc/ecs/ecs.config`.
        let after =
            user_data.split("ECS_CLUSTER=").nth(1).unwrap_or_default().trim_start_matches(['"', '\'']);
        let name: String =
            after.chars().take_while(|it| it.is_ascii_alphanumeric() || "-_".contains(*it)).collect();
        Ok(Template {
            kind: InstanceType::named(answer.text("instanceType")).ok(),
            image: answer.text("imageId").to_owned(),
            cluster: Some(name).filter(|name| !name.is_empty()),
        })
    }

    async fn ask(&self, service: &str, form: &[(&str, &str)]) -> Result<Element, EmulatorError> {
        let answer = self.emulator.query(service, form).await?;
        Element::read(&answer).map_err(|error| EmulatorError::Silent {
            address: self.emulator.address.clone(),
            why: format!("its answer can't be read: {error}"),
        })
    }

    /// Registers instances that are new, and lets those go that are no longer in their group; unless a later look is taken
    /// over.
    fn take_instances(&self, look: u64, groups: &[Group]) -> bool {
        let gone = {
            let mut state = self.lock();
            if state.looks.1 > look {
                return false;
            }
            state.looks.1 = look;
            let mut kept = BTreeSet::new();
            for group in groups {
                kept.extend(state.instances_of(group));
            }
            let gone: Vec<String> =
                state.instances.keys().filter(|id| !kept.contains(*id)).cloned().collect();
            let instances: Vec<Instance> = gone.iter().filter_map(|id| state.instances.remove(id)).collect();
            let tasks = state.tasks.values().filter(|task| task.is_alive());
            let of = |task: &super::task::Task| {
                let instance = instances.iter().find(|it| Some(&it.id) == task.instance.as_ref())?;
                Some((task.id.clone(), instance.ec2_id.clone()))
            };
            tasks.filter_map(of).collect::<Vec<_>>()
        };
        for (task, instance) in gone {
            stop(self, &task, "TerminationNotice", &format!("Host EC2 (instance {instance}) terminated."));
        }
        true
    }
}

/// The group of this name.
pub(super) async fn group(ecs: &Ecs, name: &str) -> Result<Option<Group>, ApiError> {
    let form =
        [("Action", "DescribeAutoScalingGroups"), ("AutoScalingGroupNames.member.1", name), AUTO_SCALING];
    let answer = ecs.ask("autoscaling", &form).await.map_err(|error| ApiError::server(error.to_string()))?;
    let groups = answer.items("AutoScalingGroups").into_iter();
    Ok(groups.map(|group| Group::new(group, Template::default())).find(|group| group.name == name))
}

/// Sets a group's desired capacity.
pub(super) async fn set_desired(ecs: &Ecs, group: &str, desired: usize) -> Result<(), EmulatorError> {
    let desired = desired.to_string();
    let form = [
        ("Action", "SetDesiredCapacity"),
        ("AutoScalingGroupName", group),
        ("DesiredCapacity", &desired),
        AUTO_SCALING,
    ];
    ecs.emulator.query("autoscaling", &form).await.map(drop)
}

impl Group {
    fn new(group: &Element, template: Template) -> Self {
        let number = |name: &str| group.text(name).parse().unwrap_or_default();
        let runs = |it: &&Element| !it.text("LifecycleState").starts_with("Terminat");
        let instances = group.items("Instances").into_iter().filter(runs);
        let instance =
            |it: &Element| (it.text("InstanceId").to_owned(), it.text("AvailabilityZone").to_owned());
        Self {
            name: group.text("AutoScalingGroupName").to_owned(),
            arn: group.text("AutoScalingGroupARN").to_owned(),
            least: number("MinSize"),
            most: number("MaxSize"),
            desired: number("DesiredCapacity"),
            zones: group.items("AvailabilityZones").into_iter().map(Element::content).collect(),
            protected: group.text("NewInstancesProtectedFromScaleIn") == "true",
            instances: instances.map(instance).collect(),
            template,
        }
    }

    /// What each of its instances is; none for a type that is not known.
    pub fn kind(&self) -> Option<InstanceType> {
        self.template.kind
    }
}

impl State {
    /// The ids of a group's container instances: those that the group has, and as many more as it is to have.
    fn instances_of(&mut self, group: &Group) -> Vec<String> {
        let provider = self.providers.values().find(|provider| provider.group() == group.name);
        let provider = provider.map(|provider| provider.is.name.clone());
        let has = |cluster: &&super::clusters::Cluster| {
            provider.as_ref().is_some_and(|it| cluster.providers.contains(it))
        };
        let of_provider = self.clusters.values().filter(|it| it.active).find(has);
        let named = group.template.cluster.as_deref().filter(|name| self.cluster(Some(name)).is_ok());
        let cluster = named.or(of_provider.map(|it| it.name.as_str())).map(str::to_owned);
        let (Some(cluster), Some(kind)) = (cluster, group.kind()) else { return Vec::new() };
        let provider = provider
            .filter(|it| self.clusters.get(&cluster).is_some_and(|cluster| cluster.providers.contains(it)));
        let mut ids = self.kept(group, &cluster);
        let slots: Vec<&String> = ids.iter().filter_map(|id| Some(&self.instances.get(id)?.slot)).collect();
        let mut new: Vec<_> =
            group.instances.iter().filter(|(id, _)| !slots.contains(&id)).cloned().collect();
        for index in ids.len() + new.len()..group.desired {
            let zone = group.zones.get(index % group.zones.len().max(1));
            new.push((format!("i-{}", hex(17)), zone.cloned().unwrap_or_default()));
        }
        for id in &ids {
            self.instances.entry(id.clone()).and_modify(|it| it.provider.clone_from(&provider));
        }
        for (ec2_id, zone) in new {
            let id = hex(32);
            ids.push(id.clone());
            let instance = Instance {
                id: id.clone(),
                slot: ec2_id.clone(),
                ec2_id,
                cluster: cluster.clone(),
                provider: provider.clone(),
                group: group.name.clone(),
                attributes: attributes(group, kind, &zone),
                zone,
                kind,
                status: "ACTIVE",
                registered_at: SystemTime::now(),
            };
            self.instances.insert(id, instance);
        }
        ids
    }

    /// The ids of the instances that stay. Where the group gets fewer, those with tasks do, whichever the emulator takes away:
    /// they take the places of those that it lists.
    fn kept(&mut self, group: &Group, cluster: &str) -> Vec<String> {
        let count = group.desired.max(group.instances.len());
        let is_listed = |it: &Instance| group.instances.iter().any(|(id, _)| *id == it.slot);
        let is_empty =
            |it: &Instance| !self.alive_in(cluster).any(|task| task.instance.as_ref() == Some(&it.id));
        let known = self.instances.values().filter(|it| it.group == group.name && it.cluster == cluster);
        let mut known: Vec<&Instance> = known.collect();
        let shrinks = known.len() > count;
        known.retain(|it| shrinks || is_listed(it) || group.instances.len() < group.desired);
        known.sort_by_key(|it| (shrinks && is_empty(it), !is_listed(it), is_empty(it), it.registered_at));
        known.truncate(count);
        let mut free: Vec<String> = group.instances.iter().map(|(id, _)| id.clone()).collect();
        free.retain(|slot| !known.iter().any(|it| it.slot == *slot));
        let unlisted: Vec<String> =
            known.iter().filter(|it| !is_listed(it)).map(|it| it.id.clone()).collect();
        let kept = known.into_iter().map(|it| it.id.clone()).collect();
        for (id, slot) in unlisted.into_iter().zip(free) {
            self.instances.entry(id).and_modify(|it| it.slot = slot);
        }
        kept
    }
}

/// What ECS's agent says of an instance.
fn attributes(group: &Group, kind: InstanceType, zone: &str) -> BTreeMap<String, Option<String>> {
    let architecture = if kind.architecture.as_str() == "ARM64" { "arm64" } else { "x86_64" };
    [
        ("ecs.ami-id", group.template.image.as_str()),
        ("ecs.availability-zone", zone),
        ("ecs.cpu-architecture", architecture),
        ("ecs.instance-type", kind.name),
        ("ecs.os-family", "LINUX"),
        ("ecs.os-type", "linux"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
    .collect()
}
