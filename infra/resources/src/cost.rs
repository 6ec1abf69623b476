//! What a stack costs in a month, estimated from a price list that is part of the program: no call is made.

mod money;
mod prices;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub use money::Money;

use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_ecs::{CpuUnits, Mebibytes};
use money::UnitPrice;
use prices::Prices;

/// What runs all month and is paid for by the hour.
///
/// AWS: <https://docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/welcome.html>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tasks on Fargate, by service.
    pub fargate: Vec<FargateUse>,
    /// Container instances. The tasks on them cost nothing more.
    pub instances: Vec<InstanceUse>,
    /// Application Load Balancers.
    pub load_balancers: u32,
    /// Public addresses: one for each Fargate task and instance that has one, and one for each zone of a load
    /// balancer that faces the internet.
    pub public_ipv4_addresses: u32,
}

/// A service's tasks on Fargate.
///
/// AWS: <https://aws.amazon.com/fargate/pricing/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FargateUse {
    /// The service's name.
    pub name: String,
    /// How many run.
    pub tasks: u32,
    /// CPU of each.
    pub cpu: CpuUnits,
    /// Memory of each.
    pub memory: Mebibytes,
    /// The processor, which has a price of its own.
    pub architecture: CpuArchitecture,
    /// Whether they run on Fargate Spot, whose price varies.
    pub spot: bool,
}

/// EC2 instances of one type.
///
/// AWS: <https://aws.amazon.com/ec2/pricing/on-demand/> and <https://aws.amazon.com/ebs/pricing/>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceUse {
    /// The type, such as `t3.micro`.
    pub instance_type: String,
    /// How many run.
    pub count: u32,
    /// GiB of each one's root volume, which is taken to be of type gp3.
    pub root_volume_gib: u32,
}

/// What a month costs.
///
/// AWS: <https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html>,
/// which takes a month for 730 hours, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Each thing that is paid for.
    pub lines: Vec<Line>,
    /// The sum of the lines whose price is known.
    pub total: Money,
    /// The price list it is made with.
    pub prices: PriceList,
}

/// Where and when the prices of an estimate were true.
///
/// AWS: <https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PriceList {
    /// The region.
    pub region: &'static str,
    /// The month.
    pub date: &'static str,
    /// What amounts are in.
    pub currency: &'static str,
}

/// One thing that is paid for.
///
/// AWS: <https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is, and how many.
    pub what: String,
    /// What it costs in a month; nothing where no price is known.
    pub monthly: Option<Money>,
}

/// What a month costs more or less than before.
///
/// AWS: <https://docs.aws.amazon.com/pricing-calculator/latest/userguide/what-is-pricing-calculator.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The total before.
    pub before: Money,
    /// The total now.
    pub after: Money,
    /// By how much it is more; negative if it is less.
    pub more: Money,
}

/// AWS's own calculator takes a month for so many hours.
const HOURS: u128 = 730;
/// CPU units of a vCPU, and MiB of what Fargate's price list calls a GB.
const PARTS: u128 = 1024;

/// What this costs in a month.
pub fn estimate(usage: &Usage) -> Estimate {
    let prices = Prices::known();
    let mut lines: Vec<_> =
        usage.fargate.iter().filter(|it| it.tasks > 0).map(|it| fargate(it, prices)).collect();
    for instances in usage.instances.iter().filter(|it| it.count > 0) {
        lines.extend([instance_hours(instances, prices), root_volumes(instances, prices)]);
    }
    if usage.load_balancers > 0 {
        lines.push(load_balancers(usage.load_balancers, prices));
    }
    if usage.public_ipv4_addresses > 0 {
        let count = usage.public_ipv4_addresses;
        let monthly = hourly(prices.public_ipv4_hour, count);
        lines.push(Line::new(counted(count, "public IPv4 address", "public IPv4 addresses"), Some(monthly)));
    }
    let total = lines.iter().filter_map(|line| line.monthly).sum();
    Estimate { lines, total, prices: prices.into() }
}

fn fargate(tasks: &FargateUse, prices: &Prices) -> Line {
    let price = prices.fargate(tasks.architecture, tasks.spot);
    let hours = u128::from(tasks.tasks) * HOURS;
    let cpu = price.vcpu_hour.times(hours * u128::from(tasks.cpu.0), PARTS);
    let memory = price.gb_hour.times(hours * u128::from(tasks.memory.0), PARTS);
    let processor = if tasks.architecture == CpuArchitecture::Arm64 { " (ARM64)" } else { "" };
    let (kind, note) =
        if tasks.spot { ("Fargate Spot", " (a typical price: Spot varies)") } else { ("Fargate", "") };
    let count = counted(tasks.tasks, &format!("{kind} task"), &format!("{kind} tasks"));
    let (name, cpu_units, mib) = (&tasks.name, tasks.cpu.0, tasks.memory.0);
    Line::new(
        format!("{name}: {count} with {cpu_units} CPU units and {mib} MiB{processor}{note}"),
        Some(cpu + memory),
    )
}

fn instance_hours(instances: &InstanceUse, prices: &Prices) -> Line {
    let InstanceUse { instance_type, count, .. } = instances;
    let price = prices.instance_hour.get(instance_type);
    let what = counted(*count, &format!("{instance_type} instance"), &format!("{instance_type} instances"));
    Line::new(what, price.map(|price| hourly(*price, *count)))
}

fn root_volumes(instances: &InstanceUse, prices: &Prices) -> Line {
    let InstanceUse { count, root_volume_gib: gib, .. } = instances;
    let monthly = prices.gp3_gb_month.times(u128::from(*count) * u128::from(*gib), 1);
    Line::new(format!("{} of {gib} GiB (gp3)", counted(*count, "root volume", "root volumes")), Some(monthly))
}

fn load_balancers(count: u32, prices: &Prices) -> Line {
    let traffic = hourly(prices.lcu_hour, 1);
    let what = counted(count, "load balancer", "load balancers");
    let what = format!("{what}, to which traffic adds {traffic} {} for each LCU", prices.currency);
    Line::new(what, Some(hourly(prices.load_balancer_hour, count)))
}

fn hourly(price: UnitPrice, count: u32) -> Money {
    price.times(u128::from(count) * HOURS, 1)
}

fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

impl From<&'static Prices> for PriceList {
    fn from(prices: &'static Prices) -> Self {
        Self { region: &prices.region, date: &prices.date, currency: &prices.currency }
    }
}

impl Line {
    fn new(what: String, monthly: Option<Money>) -> Self {
        Self { what, monthly }
    }
}

impl Estimate {
    /// What changes from an estimate that was made before.
    pub fn change_from(&self, before: &Self) -> Change {
        Change { before: before.total, after: self.total, more: self.total - before.total }
    }

    /// What no price is known of: it comes on top of the total.
    pub fn without_price(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|line| line.monthly.is_none()).map(|line| line.what.as_str())
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PriceList { region, date, currency } = self.prices;
        let unknown: Vec<_> = self.without_price().collect();
        let about = if unknown.is_empty() { "about" } else { "more than" };
        write!(formatter, "{about} {} {currency} a month (estimate; ", self.total)?;
        write!(formatter, "{region} prices of {date}, {HOURS} hours; ")?;
        if !unknown.is_empty() {
            write!(formatter, "no price known of {}; ", unknown.join(" and "))?;
        }
        write!(formatter, "traffic, storage of images, logs and requests not included)")
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.monthly {
            Some(monthly) => write!(formatter, "{}: {monthly} {}", self.what, Prices::known().currency),
            None => write!(formatter, "{}: no price known", self.what),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after, more } = self;
        let currency = &Prices::known().currency;
        if *more == Money::default() {
            return write!(formatter, "as before, about {after} {currency} a month");
        }
        let (by, word) = if *more > Money::default() { (*more, "more") } else { (*before - *after, "less") };
        write!(formatter, "about {by} {currency} a month {word}: {after} instead of {before}")
    }
}
