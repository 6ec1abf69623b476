//! What the stack uses that is paid for by the hour.

use crate::settings::{AppSettings, Compute, Settings};
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::placement::{Share, place};
use infra_resources::cost::{FargateUse, InstanceUse, Usage};
use std::collections::BTreeMap;

/// The numbers that a deploy finds and does not decide on.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// How many tasks an autoscaler has given each app, by what the program calls it.
    pub tasks: BTreeMap<String, u32>,
    /// How many instances the capacity provider has started.
    pub instances: Option<u32>,
    /// How many availability zones the load balancer is in.
    pub zones: u32,
}

/// What the stack uses once these settings are deployed.
pub fn usage(settings: &Settings, counts: &Counts) -> Usage {
    let mut usage = Usage { load_balancers: 1, public_ipv4_addresses: counts.zones, ..Usage::default() };
    for (spec, app) in settings.apps.iter() {
        let scaled = counts.tasks.get(spec.name).filter(|_| app.scaling.enabled);
        let (fewest, most) = (app.scaling.min_tasks, app.scaling.max_tasks);
        let tasks = scaled.map_or(app.desired_count, |&tasks| tasks.min(most).max(fewest));
        usage.fargate.extend(on_fargate(spec.name, app, tasks));
    }
    if settings.has_instances() {
        let limit = |instances: i32| u32::try_from(instances).unwrap_or_default();
        let ec2 = &settings.ec2;
        let count = counts.instances.unwrap_or(limit(ec2.initial_instances));
        usage.instances.push(InstanceUse {
            instance_type: ec2.instance_type.clone(),
            count: count.min(limit(ec2.max_instances)).max(limit(ec2.min_instances)),
            root_volume_gib: limit(ec2.root_volume_gib),
        });
    }
    // Tasks on Fargate and instances have a public address each.
    let tasks = usage.fargate.iter().map(|it| it.tasks);
    let with_addresses = tasks.chain(usage.instances.iter().map(|it| it.count));
    usage.public_ipv4_addresses = with_addresses.fold(usage.public_ipv4_addresses, u32::saturating_add);
    usage
}

/// An app's tasks on Fargate and on Fargate Spot.
fn on_fargate(name: &str, app: &AppSettings, tasks: u32) -> Vec<FargateUse> {
    let shares = match app.runs_on {
        Compute::Ec2 => return Vec::new(),
        Compute::Fargate => vec![share(FARGATE, 0, 1)],
        Compute::FargateSpot => {
            let mix = app.spot_mix;
            vec![
                share(FARGATE, mix.fargate_base, mix.fargate_weight),
                share(FARGATE_SPOT, 0, mix.spot_weight),
            ]
        }
    };
    let placed = shares.iter().zip(place(tasks, &shares)).filter(|(_, tasks)| *tasks > 0);
    let of_share = placed.map(|(share, tasks)| FargateUse {
        name: name.to_owned(),
        tasks,
        cpu: app.cpu_units,
        memory: app.memory_mib,
        architecture: app.cpu_architecture,
        spot: share.capacity_provider == FARGATE_SPOT,
    });
    of_share.collect()
}

fn share(provider: &str, base: i32, weight: i32) -> Share {
    let number = |value: i32| u32::try_from(value).unwrap_or_default();
    Share { capacity_provider: provider.to_owned(), base: number(base), weight: number(weight) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(overrides: &[&str]) -> Settings {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        Settings::with_overrides(&overrides).unwrap()
    }

    #[test]
    fn each_app_is_counted_where_it_runs() {
        let usage = usage(&settings(&[]), &Counts { zones: 3, ..Counts::default() });
        assert_eq!((usage.fargate.len(), usage.fargate[0].tasks), (1, 2));
        assert_eq!((usage.instances.len(), usage.instances[0].count), (1, 1));
        // Three zones of the load balancer, two tasks, one instance.
        assert_eq!(usage.public_ipv4_addresses, 6);
    }

    #[test]
    fn what_the_autoscaler_decided_on_counts() {
        let counts = Counts { tasks: BTreeMap::from([("web".to_owned(), 3)]), ..Counts::default() };
        assert_eq!(usage(&settings(&[]), &counts).fargate[0].tasks, 3);
        assert_eq!(usage(&settings(&["web.scaling.enabled=false"]), &counts).fargate[0].tasks, 2);
    }

    #[test]
    fn a_mix_is_divided_as_ecs_divides_it() {
        let mix = settings(&["web.runs_on=fargate-spot", "web.desired_count=9", "web.scaling.max_tasks=9"]);
        let tasks = |usage: &Usage| usage.fargate.iter().map(|it| (it.spot, it.tasks)).collect::<Vec<_>>();
        assert_eq!(tasks(&usage(&mix, &Counts::default())), [(false, 3), (true, 6)]);
    }
}
