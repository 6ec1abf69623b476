//! Both sides of every limit, and that what is said to fit can be placed.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{CpuUnits, Mebibytes};

fn fleet(name: &str, most: u32) -> Fleet {
    Fleet { instance_type: InstanceType::named(name).unwrap(), most }
}

fn demand(cpu: u32, memory: u32) -> TaskDemand {
    let (cpu, memory) = (CpuUnits(cpu), Mebibytes(memory));
    TaskDemand { cpu, memory, host_ports: BTreeSet::new(), network_interface: false }
}

/// A service with ECS's own percentages: everything stays healthy, and twice as many may run.
fn service(name: &str, tasks: u32, demand: TaskDemand) -> ServiceDemand {
    ServiceDemand {
        name: name.to_owned(),
        demand,
        tasks,
        most_tasks: tasks,
        minimum_healthy_percent: 100,
        maximum_percent: 200,
        distinct_instance: false,
    }
}

fn with_port(port: u16) -> TaskDemand {
    TaskDemand { host_ports: [FixedHostPort::tcp(port)].into(), ..demand(128, 100) }
}

fn words(report: &FitReport) -> String {
    let lines = |kind: &str, lines: &[String]| lines.iter().map(|it| format!("{kind}: {it}\n")).collect();
    let kinds: [String; 3] = [
        lines("line", &report.lines),
        lines("problem", &report.problems),
        lines("warning", &report.warnings),
    ];
    kinds.concat()
}

fn fits(most: u32, services: &[ServiceDemand]) -> bool {
    check(&fleet("t2.micro", most), services).problems.is_empty()
}

#[test]
fn what_fits_is_said_in_numbers() {
    let services = [service("web", 2, demand(256, 200)), service("php", 1, demand(128, 400))];
    insta::assert_snapshot!(words(&check(&fleet("t3.micro", 2), &services)), @r"
    line: service web: 4 tasks fit on a t3.micro (memory: 200 of 898 MiB each); 2 run, up to 4 during an update, of which all have room
    line: service php: 2 tasks fit on a t3.micro (memory: 400 of 898 MiB each); 1 run, up to 2 during an update, of which all have room
    ");
}

#[test]
fn a_task_may_be_as_large_as_an_instance_and_no_larger() {
    let one = |cpu, memory| [service("php", 1, demand(cpu, memory))];
    assert!(fits(2, &one(1024, 898)));
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 2), &one(1025, 2048))), @r"
    line: service php: 0 tasks fit on a t2.micro (memory: 2048 of 898 MiB each); 1 wanted
    problem: service php: a task needs 2048 MiB of memory, a t2.micro has 898 MiB for tasks; choose a larger ec2.instance_type or lower php.memory_mib
    problem: service php: a task needs 1025 CPU units, a t2.micro has 1024; choose a larger ec2.instance_type or lower php.cpu_units
    ");
    let none = [service("php", 0, demand(1025, 2048))];
    assert!(fits(0, &none), "no task, no problem");
}

#[test]
fn a_port_of_the_instance_itself_is_for_no_task() {
    assert!(fits(2, &[service("web", 1, with_port(80))]));
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 2), &[service("web", 1, with_port(22))])), @r"
    line: service web: 0 tasks fit on a t2.micro (host port 22/tcp); 1 wanted
    problem: service web: a task asks for host port 22/tcp, but SSH (22), Docker (2375 and 2376) and the ECS agent (51678 to 51680) have their ports on every instance
    ");
}

#[test]
fn all_services_share_the_instances() {
    let services = [service("web", 2, demand(100, 449)), service("php", 2, demand(100, 400))];
    assert!(fits(3, &services));
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 1), &services)), @r"
    line: service web: 2 tasks fit on a t2.micro (memory: 449 of 898 MiB each); 2 wanted
    line: service php: 2 tasks fit on a t2.micro (memory: 400 of 898 MiB each); 2 wanted
    problem: all tasks together (2 of web, 2 of php) need 2 t2.micro instances, and there are at most 1; let there be more instances, choose a larger ec2.instance_type or run fewer tasks
    ");
}

#[test]
fn two_instances_that_are_full_can_not_update_a_service() {
    let mut web = service("web", 2, demand(100, 800));
    assert!(fits(3, std::slice::from_ref(&web)));
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 2), std::slice::from_ref(&web))), @r"
    line: service web: 1 task fits on a t2.micro (memory: 800 of 898 MiB each); 2 run, up to 4 during an update, of which 2 have room
    problem: service web: an update can't begin: at least 2 of 2 tasks must stay healthy (100 %), and on 2 t2.micro instances there is no room for one more beside all that run; let there be one more instance or lower web.minimum_healthy_percent to 50 or less
    ");
    web.minimum_healthy_percent = 50;
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 2), &[web])), @r"
    line: service web: 1 task fits on a t2.micro (memory: 800 of 898 MiB each); 2 run, up to 4 during an update, of which 2 have room
    warning: service web: an update may run 4 tasks at once (200 % of 2), but only the 2 that run have room: it stops old tasks before it starts new ones, and 1 may be left meanwhile
    ");
}

#[test]
fn an_update_of_one_service_leaves_the_others_running() {
    let both = |memory| [service("web", 1, demand(1, memory)), service("php", 1, demand(1, memory))];
    assert!(fits(1, &both(299)), "300 MiB are left for a third task");
    assert!(!fits(1, &both(300)), "298 MiB are left");
}

#[test]
fn an_update_with_room_for_some_goes_in_smaller_steps() {
    let web = |tasks| [service("web", tasks, demand(100, 200))];
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 1), &web(3))), @r"
    line: service web: 4 tasks fit on a t2.micro (memory: 200 of 898 MiB each); 3 run, up to 6 during an update, of which 4 have room
    warning: service web: an update may run 6 tasks at once (200 % of 3), but only 4 have room: it goes in smaller steps
    ");
    assert!(!fits(1, &web(4)), "a fifth has no room");
    assert_eq!(check(&fleet("t2.micro", 2), &web(4)).warnings, [""; 0]);
}

#[test]
fn percentages_that_leave_no_step_are_a_problem_on_any_number_of_instances() {
    let mut web = service("web", 3, demand(100, 100));
    web.maximum_percent = 133;
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 9), std::slice::from_ref(&web))), @r"
    line: service web: 8 tasks fit on a t2.micro (memory: 100 of 898 MiB each); 3 run, up to 3 during an update, of which all have room
    problem: service web: an update can't begin: at least 3 of 3 tasks must stay healthy (100 %) and at most 3 may run (133 %); lower web.minimum_healthy_percent to 66 or less or raise web.maximum_percent
    ");
    web.maximum_percent = 134;
    assert!(fits(9, &[web]));
}

#[test]
fn fixed_ports_distinct_instances_and_interfaces_take_an_instance_each() {
    let apart = ServiceDemand { distinct_instance: true, ..service("web", 2, demand(1, 1)) };
    let awsvpc = TaskDemand { network_interface: true, ..demand(1, 1) };
    for web in [apart, service("web", 2, with_port(80)), service("web", 2, awsvpc)] {
        assert!(fits(3, std::slice::from_ref(&web)));
        assert!(!fits(2, std::slice::from_ref(&web)), "a third task can't start: {web:?}");
        assert!(!fits(1, &[web]));
    }
}

#[test]
fn what_an_autoscaler_may_do_is_a_warning() {
    let web = ServiceDemand { most_tasks: 4, ..service("web", 1, demand(100, 400)) };
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 1), std::slice::from_ref(&web))), @r"
    line: service web: 2 tasks fit on a t2.micro (memory: 400 of 898 MiB each); 1 run (up to 4 when scaled out), up to 2 during an update, of which all have room
    warning: when scaled out, all tasks together (4 of web) need 2 t2.micro instances, and there are at most 1; let there be more instances, choose a larger ec2.instance_type or run fewer tasks
    ");
    insta::assert_snapshot!(words(&check(&fleet("t2.micro", 2), std::slice::from_ref(&web))), @r"
    line: service web: 2 tasks fit on a t2.micro (memory: 400 of 898 MiB each); 1 run (up to 4 when scaled out), up to 2 during an update, of which all have room
    warning: when scaled out to 4 of web, service web: an update can't begin: at least 4 of 4 tasks must stay healthy (100 %), and on 2 t2.micro instances there is no room for one more beside all that run; let there be one more instance or lower web.minimum_healthy_percent to 75 or less
    ");
    assert_eq!(check(&fleet("t2.micro", 4), &[web]).warnings, [""; 0]);
}

#[test]
fn large_numbers_end_soon() {
    let mut web = service("web", u32::MAX, demand(0, 0));
    web.most_tasks = u32::MAX;
    check(&fleet("t2.micro", u32::MAX), &[web.clone(), service("php", u32::MAX, demand(u32::MAX, 1))]);
    web.demand = demand(1, 1);
    assert!(!fits(u32::MAX, &[web]));
}

/// Up to four kinds of tasks, few enough of each to try every placement.
fn services() -> impl Strategy<Value = Vec<ServiceDemand>> {
    let sizes = (1..=1024_u32, 1..=898_u32, prop::option::weighted(0.3, 80..=82_u16), any::<bool>());
    let counts = (0..=2_u32, 0..=1_u32, prop_oneof![Just(0), Just(50), Just(100)], 100..=200_u32);
    let service =
        (sizes, counts, prop::bool::weighted(0.3)).prop_map(|(sizes, counts, distinct_instance)| {
            let (cpu, memory, port, network_interface) = sizes;
            let (tasks, more, minimum_healthy_percent, maximum_percent) = counts;
            let host_ports = port.filter(|_| !network_interface).map(FixedHostPort::tcp);
            let host_ports = host_ports.into_iter().collect();
            let demand = TaskDemand { host_ports, network_interface, ..demand(cpu, memory) };
            ServiceDemand {
                most_tasks: tasks + more,
                minimum_healthy_percent,
                maximum_percent,
                distinct_instance,
                ..service("any", tasks, demand)
            }
        });
    prop::collection::vec(service, 1..=4)
}

/// Tries every placement, without anything of what [`check`] is made of. Tasks are numbers of services.
fn can_be_placed(services: &[ServiceDemand], tasks: &[usize], instances: &mut [Vec<usize>]) -> bool {
    let Some((&task, others)) = tasks.split_first() else { return true };
    (0..instances.len()).any(|index| {
        instances[index].push(task);
        let placed = is_allowed(services, &instances[index]) && can_be_placed(services, others, instances);
        instances[index].pop();
        placed
    })
}

/// Whether a `t2.micro` can run these tasks.
fn is_allowed(services: &[ServiceDemand], tasks: &[usize]) -> bool {
    let demands = || tasks.iter().map(|&task| &services[task].demand);
    let ports: Vec<_> = demands().flat_map(|demand| &demand.host_ports).collect();
    let alone = |task: &usize| {
        !services[*task].distinct_instance || tasks.iter().filter(|&other| other == task).count() == 1
    };
    demands().map(|demand| demand.cpu.0).sum::<u32>() <= 1024
        && demands().map(|demand| demand.memory.0).sum::<u32>() <= 898
        && demands().filter(|demand| demand.network_interface).count() <= 1
        && ports.iter().collect::<BTreeSet<_>>().len() == ports.len()
        && tasks.iter().all(alone)
}

/// The number of each service, once for every task of it.
fn tasks_of(services: &[ServiceDemand]) -> Vec<usize> {
    let repeated = |(index, service): (usize, &ServiceDemand)| vec![index; service.tasks as usize];
    services.iter().enumerate().flat_map(repeated).collect()
}

proptest! {
    #[test]
    fn what_fits_can_be_placed_and_updated(services in services(), most in 0..=4_u32) {
        if !fits(most, &services) {
            return Ok(());
        }
        let mut instances = vec![Vec::new(); most as usize];
        let running = tasks_of(&services);
        prop_assert!(can_be_placed(&services, &running, &mut instances));
        for (index, service) in services.iter().enumerate().filter(|(_, service)| service.tasks > 0) {
            let may_stop = service.minimum_healthy_percent * service.tasks <= 100 * (service.tasks - 1);
            let one_more: Vec<_> = running.iter().copied().chain([index]).collect();
            let may_start = service.maximum_percent * service.tasks >= 100 * (service.tasks + 1);
            prop_assert!(may_stop || may_start && can_be_placed(&services, &one_more, &mut instances));
        }
    }

    #[test]
    fn one_more_instance_never_makes_it_worse(services in services(), most in 0..=6_u32) {
        let (few, more) = (check(&fleet("t2.micro", most), &services), check(&fleet("t2.micro", most + 1), &services));
        prop_assert!(!few.problems.is_empty() || more.problems.is_empty());
        let fine = few.problems.is_empty() && few.warnings.is_empty();
        prop_assert!(!fine || more.warnings.is_empty());
    }

    #[test]
    fn the_number_of_instances_that_are_needed_is_enough(services in services()) {
        let tasks: Vec<u32> = services.iter().map(|service| service.tasks).collect();
        let needed = instances_needed(&fleet("t2.micro", 0), &services, &tasks).unwrap();
        let placed = |most| !packings(&fleet("t2.micro", most), &services, &tasks).is_empty();
        prop_assert!(placed(needed) && (needed == 0 || !placed(needed - 1)));
    }
}
