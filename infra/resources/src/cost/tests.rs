//! What estimates say, in amounts that can be checked with AWS's own calculator.

use super::*;

fn tasks(count: u32, architecture: CpuArchitecture, spot: bool) -> FargateUse {
    let (cpu, memory) = (CpuUnits(1024), Mebibytes(2048));
    FargateUse { name: "web".to_owned(), tasks: count, cpu, memory, architecture, spot }
}

fn instances(instance_type: &str, count: u32) -> InstanceUse {
    InstanceUse { instance_type: instance_type.to_owned(), count, root_volume_gib: 30 }
}

fn on_instances(instance_type: &str, count: u32) -> Estimate {
    estimate(&Usage { instances: vec![instances(instance_type, count)], ..Usage::default() })
}

fn words(estimate: &Estimate) -> Vec<String> {
    estimate.lines.iter().map(Line::to_string).collect()
}

#[test]
fn each_thing_is_a_line_and_the_lines_add_up() {
    let estimate = estimate(&Usage {
        fargate: vec![
            tasks(2, CpuArchitecture::X86_64, false),
            tasks(2, CpuArchitecture::Arm64, false),
            tasks(1, CpuArchitecture::X86_64, true),
        ],
        instances: vec![instances("t3.micro", 2)],
        load_balancers: 1,
        public_ipv4_addresses: 3,
    });
    insta::assert_snapshot!(words(&estimate).join("\n"), @r"
    web: 2 Fargate tasks with 1024 CPU units and 2048 MiB: 72.08 USD
    web: 2 Fargate tasks with 1024 CPU units and 2048 MiB (ARM64): 57.67 USD
    web: 1 Fargate Spot task with 1024 CPU units and 2048 MiB (a typical price: Spot varies): 14.42 USD
    2 t3.micro instances: 15.18 USD
    2 root volumes of 30 GiB (gp3): 4.80 USD
    1 load balancer, to which traffic adds 5.84 USD for each LCU: 16.43 USD
    3 public IPv4 addresses: 10.95 USD
    ");
    insta::assert_snapshot!(estimate, @"about 191.53 USD a month (estimate; us-east-1 prices of 2026-06, 730 hours; traffic, storage of images, logs and requests not included)");
    assert_eq!(estimate.total, estimate.lines.iter().map(|line| line.monthly.unwrap()).sum());
}

#[test]
fn what_is_not_used_costs_nothing() {
    let nothing = Usage {
        fargate: vec![tasks(0, CpuArchitecture::X86_64, false)],
        instances: vec![instances("t3.micro", 0)],
        ..Usage::default()
    };
    assert_eq!((estimate(&nothing).lines, estimate(&nothing).total), (Vec::new(), Money::default()));
}

#[test]
fn a_type_without_a_price_is_said_to_have_none() {
    let estimate = on_instances("p5.48xlarge", 1);
    assert_eq!(estimate.lines[0].monthly, None);
    assert_eq!(estimate.without_price().collect::<Vec<_>>(), ["1 p5.48xlarge instance"]);
    assert_eq!(estimate.total, Money::from_cents(240), "the root volume alone");
    insta::assert_snapshot!(words(&estimate).join("\n"), @r"
    1 p5.48xlarge instance: no price known
    1 root volume of 30 GiB (gp3): 2.40 USD
    ");
    insta::assert_snapshot!(estimate, @"more than 2.40 USD a month (estimate; us-east-1 prices of 2026-06, 730 hours; no price known of 1 p5.48xlarge instance; traffic, storage of images, logs and requests not included)");
}

#[test]
fn a_change_says_by_how_much() {
    let (before, after) = (on_instances("t3.micro", 1), on_instances("t3.micro", 3));
    insta::assert_snapshot!(after.change_from(&before), @"about 19.99 USD a month more: 29.98 instead of 9.99");
    insta::assert_snapshot!(before.change_from(&after), @"about 19.99 USD a month less: 9.99 instead of 29.98");
    insta::assert_snapshot!(after.change_from(&after), @"as before, about 29.98 USD a month");
}

#[test]
fn json_has_the_amounts_as_text() {
    let json = serde_json::to_string(&on_instances("t3.micro", 1)).unwrap();
    insta::assert_snapshot!(json, @r#"{"lines":[{"what":"1 t3.micro instance","monthly":"7.59"},{"what":"1 root volume of 30 GiB (gp3)","monthly":"2.40"}],"total":"9.99","prices":{"region":"us-east-1","date":"2026-06","currency":"USD"}}"#);
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let mut most = tasks(u32::MAX, CpuArchitecture::X86_64, false);
    (most.cpu, most.memory) = (CpuUnits(u32::MAX), Mebibytes(u32::MAX));
    let mut machines = instances("m5.4xlarge", u32::MAX);
    machines.root_volume_gib = u32::MAX;
    let estimate = estimate(&Usage {
        fargate: vec![most.clone(), most],
        instances: vec![machines],
        load_balancers: u32::MAX,
        public_ipv4_addresses: u32::MAX,
    });
    assert!(estimate.total > Money::default());
}
