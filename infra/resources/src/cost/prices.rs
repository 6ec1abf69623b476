//! The price list: `data/prices.json`, which says for which region and when it was true.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::money::UnitPrice;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;

/// On-demand list prices of one region, without free tiers and taxes.
///
/// AWS: <https://aws.amazon.com/fargate/pricing/>, <https://aws.amazon.com/ec2/pricing/on-demand/>,
/// <https://aws.amazon.com/ebs/pricing/>, <https://aws.amazon.com/elasticloadbalancing/pricing/> and
/// <https://aws.amazon.com/vpc/pricing/> (public IPv4 addresses).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    /// The month in which they were true.
    pub date: String,
    /// The region they are of.
    pub region: String,
    /// What they are paid in.
    pub currency: String,
    /// Linux tasks.
    pub fargate: FargatePrices,
    /// Spot prices move with supply and demand. These are 40 % of the price without Spot: AWS promises up to 70 %
    /// off, 50 to 70 % have been seen.
    pub fargate_spot_typical: FargatePrices,
    /// Storage of root volumes.
    pub gp3_gb_month: UnitPrice,
    /// An Application Load Balancer without any traffic.
    pub load_balancer_hour: UnitPrice,
    /// A load balancer capacity unit: what its traffic costs.
    pub lcu_hour: UnitPrice,
    /// An address, whether it is in use or not.
    pub public_ipv4_hour: UnitPrice,
    /// Linux instances by type.
    pub instance_hour: BTreeMap<String, UnitPrice>,
}

/// What tasks cost on either kind of processor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FargatePrices {
    #[serde(rename = "X86_64")]
    x86_64: FargatePrice,
    #[serde(rename = "ARM64")]
    arm64: FargatePrice,
}

/// What a task costs: its CPU and its memory are paid for apart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FargatePrice {
    /// 1024 CPU units.
    pub vcpu_hour: UnitPrice,
    /// 1024 MiB.
    pub gb_hour: UnitPrice,
}

static PRICES: LazyLock<Prices> = LazyLock::new(|| {
    let prices = serde_json::from_str(include_str!("../../data/prices.json"));
    // The file is part of the program, and a test reads it.
    prices.unwrap_or_else(|error| panic!("data/prices.json: {error}"))
});

impl Prices {
    pub(super) fn known() -> &'static Self {
        &PRICES
    }

    /// The price of a task's CPU and memory.
    pub(super) fn fargate(&self, architecture: CpuArchitecture, spot: bool) -> &FargatePrice {
        let prices = if spot { &self.fargate_spot_typical } else { &self.fargate };
        if architecture == CpuArchitecture::Arm64 { &prices.arm64 } else { &prices.x86_64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_ecs::InstanceType;

    #[test]
    fn the_list_says_when_and_where_it_is_true() {
        let prices = Prices::known();
        assert_eq!((prices.region.as_str(), prices.currency.as_str()), ("us-east-1", "USD"));
        let date: Vec<_> = prices.date.split('-').map(str::len).collect();
        assert_eq!(date, [4, 2], "{} is not a month", prices.date);
    }

    #[test]
    fn every_priced_type_is_known_and_the_defaults_are_priced() {
        let prices = Prices::known();
        for name in prices.instance_hour.keys() {
            InstanceType::named(name).unwrap();
        }
        for name in ["t2.micro", "t3.micro", "t4g.micro"] {
            assert!(prices.instance_hour.contains_key(name), "{name}");
        }
    }

    #[test]
    fn a_spot_task_costs_less() {
        let cost = |architecture, spot| {
            let price = Prices::known().fargate(architecture, spot);
            price.vcpu_hour.times(1_000, 1) + price.gb_hour.times(1_000, 1)
        };
        for architecture in [CpuArchitecture::X86_64, CpuArchitecture::Arm64] {
            assert!(cost(architecture, true) < cost(architecture, false));
        }
        assert!(cost(CpuArchitecture::Arm64, false) < cost(CpuArchitecture::X86_64, false));
    }
}
