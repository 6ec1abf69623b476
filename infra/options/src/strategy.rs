//! A capacity provider strategy as it is typed on the command line.

use std::str::FromStr;

use infra_ecs::CapacityProviderStrategyItem;

/// A provider as it was typed, which need not be one that ECS takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item(CapacityProviderStrategyItem);

/// A text that is not a provider with base and weight.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// A part is something else.
    #[error("`{0}` is neither base=N nor weight=N")]
    Part(String),
    /// A part gives no number.
    #[error("`{0}` gives no whole number")]
    Number(String),
    /// A part is there twice.
    #[error("{0} is given twice")]
    Twice(&'static str),
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
}
