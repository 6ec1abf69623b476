//! A capacity provider strategy as it is typed on the command line.

use std::str::FromStr;

use infra_resources::ecs::CapacityProviderStrategyItem;
use infra_resources::ecs::rules::{self, Findings, Path};
use infra_resources::ecs::simulation::Share;

use crate::report::UserError;

/// A provider as it was typed, which need not be one that ECS takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item(CapacityProviderStrategyItem);

/// A text that is no provider with base and weight.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    #[error("`{0}` is neither base=N nor weight=N")]
    Part(String),
    #[error("`{0}` gives no whole number")]
    Number(String),
    #[error("{0} is given twice")]
    Twice(&'static str),
}

/// The strategy, if ECS takes it.
pub fn strategy(items: &[Item]) -> Result<Vec<Share>, UserError> {
    let items: Vec<_> = items.iter().map(|item| item.0.clone()).collect();
    let mut findings = Findings::default();
    rules::strategy(&items, &Path::Root, &mut findings);
    if !findings.is_ok() {
        let hint = "`--strategy FARGATE:base=2,weight=1 --strategy FARGATE_SPOT:weight=3` is a strategy";
        return Err(UserError::new(findings.refusals().join("\n"), hint));
    }
    Ok(items.iter().map(Share::from).collect())
}

/// `a, b and c`.
pub fn names(shares: &[&Share]) -> String {
    let names: Vec<&str> = shares.iter().map(|share| share.capacity_provider.as_str()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

impl From<Item> for CapacityProviderStrategyItem {
    fn from(item: Item) -> Self {
        item.0
    }
}

impl FromStr for Item {
    type Err = ItemError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, parts) = text.split_once(':').unwrap_or((text, ""));
        let (mut base, mut weight) = (None, None);
        for part in parts.split(',').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| ItemError::Part(part.to_owned()))?;
            let (key, field) = match key {
                "base" => ("base", &mut base),
                "weight" => ("weight", &mut weight),
                _ => return Err(ItemError::Part(part.to_owned())),
            };
            let number = value.parse().map_err(|_| ItemError::Number(part.to_owned()))?;
            if field.replace(number).is_some() {
                return Err(ItemError::Twice(key));
            }
        }
        let (base, weight) = (base.unwrap_or_default(), weight.unwrap_or_default());
        Ok(Self(CapacityProviderStrategyItem::new(name, base, weight)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(capacity_provider: &str, base: i32, weight: i32) -> Item {
        Item(CapacityProviderStrategyItem::new(capacity_provider, base, weight))
    }

    /// The rule by which the items are refused, or `ok`.
    fn verdict(items: &[Item]) -> String {
        let refused = strategy(items).err().map(|error| error.to_string());
        refused.map_or("ok".to_owned(), |text| text.split(':').next().unwrap().to_owned())
    }

    #[test]
    fn base_and_weight_are_optional() {
        assert_eq!("FARGATE:base=2,weight=1".parse(), Ok(item("FARGATE", 2, 1)));
        assert_eq!("FARGATE:weight=1,base=2".parse(), Ok(item("FARGATE", 2, 1)));
        assert_eq!("FARGATE_SPOT:weight=3".parse(), Ok(item("FARGATE_SPOT", 0, 3)));
        for bare in ["FARGATE", "FARGATE:"] {
            assert_eq!(bare.parse(), Ok(item("FARGATE", 0, 0)));
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_part_that_is_wrong() {
        let wrong = |text: &str| text.parse::<Item>().unwrap_err();
        assert_eq!(wrong("FARGATE:wieght=1"), ItemError::Part("wieght=1".to_owned()));
        assert_eq!(wrong("FARGATE:1"), ItemError::Part("1".to_owned()));
        assert_eq!(wrong("FARGATE:base=two"), ItemError::Number("base=two".to_owned()));
        assert_eq!(wrong("FARGATE:base=1,base=2"), ItemError::Twice("base"));
    }

    #[test]
    fn a_strategy_that_ecs_refuses_is_refused_by_the_same_rule() {
        let own =
            |count: usize| (0..count).map(|number| item(&format!("own-{number}"), 0, 1)).collect::<Vec<_>>();
        assert_eq!(verdict(&own(20)), "ok");
        assert_eq!(verdict(&own(21)), "C01");
        assert_eq!(verdict(&[item("FARGATE", 0, 1001)]), "C02");
        assert_eq!(verdict(&[item("FARGATE", 0, -1)]), "C02");
        assert_eq!(verdict(&[item("FARGATE", 100_001, 1)]), "C03");
        assert_eq!(verdict(&[item("FARGATE", 1, 1), item("FARGATE_SPOT", 1, 1)]), "C04");
        assert_eq!(verdict(&[item("FARGATE", 5, 0), item("FARGATE_SPOT", 0, 0)]), "C05");
        assert_eq!(verdict(&[item("FARGATE", 0, 1), item("own", 0, 1)]), "C06");
        assert_eq!(verdict(&[item("", 0, 1)]), "C07");
    }

    #[test]
    fn an_explicit_base_of_0_and_a_single_weight_of_0_pass() {
        assert_eq!(verdict(&[item("FARGATE", 2, 1), item("FARGATE_SPOT", 0, 3)]), "ok");
        assert_eq!(verdict(&[item("FARGATE", 0, 0)]), "ok");
    }
}
