//! What ECS refuses of a capacity provider strategy: C01 to C07, C12.

use super::findings::Findings;
use super::path::Path;
use super::rule::Rule;
use super::text::is_name;
use crate::capacity::CapacityProviderStrategyItem;

const MOST_PROVIDERS: usize = 20;
const WEIGHT: std::ops::RangeInclusive<i32> = 0..=1000;
const BASE: std::ops::RangeInclusive<i32> = 0..=100_000;
const LONGEST_NAME: usize = 255;
/// Names of one's own must not begin like those of AWS.
const RESERVED: [&str; 3] = ["aws", "ecs", "fargate"];

/// Checks a strategy that is meant to be one: an empty list is refused.
pub fn strategy(items: &[CapacityProviderStrategyItem], path: &Path<'_>, findings: &mut Findings) {
    if items.len() > MOST_PROVIDERS {
        findings.add(Rule::C01, path, format!("{} capacity providers", items.len()));
    }
    for (index, item) in items.iter().enumerate() {
        numbers(item, &path.item(index), findings);
        name(item, &path.item(index), findings);
    }
    let with_base = items.iter().filter(|item| item.base.unwrap_or_default() > 0).count();
    if with_base > 1 {
        findings.add(Rule::C04, path, format!("{with_base} capacity providers have a base"));
    }
    // Whether one provider alone may have weight 0 is not settled; it gets all the tasks anyway.
    let weighted = items.iter().any(|item| item.weight.unwrap_or_default() > 0);
    if !weighted && items.len() != 1 {
        findings.add(Rule::C05, path, "no capacity provider has a weight above 0");
    }
    let fargate = items.iter().filter(|item| item.is_fargate()).count();
    if fargate > 0 && fargate < items.len() {
        findings.add(Rule::C06, path, "Fargate and Auto Scaling group providers in one strategy");
    }
}

fn numbers(item: &CapacityProviderStrategyItem, path: &Path<'_>, findings: &mut Findings) {
    if let Some(weight) = item.weight.filter(|weight| !WEIGHT.contains(weight)) {
        findings.add(Rule::C02, &path.member("weight"), format!("weight {weight}"));
    }
    if let Some(base) = item.base.filter(|base| !BASE.contains(base)) {
        findings.add(Rule::C03, &path.member("base"), format!("base {base}"));
    }
}

fn name(item: &CapacityProviderStrategyItem, path: &Path<'_>, findings: &mut Findings) {
    let (name, path) = (&item.capacity_provider, path.member("capacityProvider"));
    if name.is_empty() {
        findings.add(Rule::C07, &path, "no capacity provider is named");
    } else if !item.is_fargate() && !is_own_name(name) {
        findings.add(
            Rule::C12,
            &path,
            format!("\"{name}\" is not a valid name of a capacity provider of one's own"),
        );
    }
}

/// Whether a capacity provider of one's own may have this name.
pub fn is_own_name(name: &str) -> bool {
    let begins =
        |start: &&str| name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    is_name(name, LONGEST_NAME) && !RESERVED.iter().any(begins)
}
