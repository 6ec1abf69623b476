//! Placement as people write it on a command line: `spread:FIELD`, `binpack:memory`, `memberOf:EXPRESSION`.

use super::error::PlacementError;
use super::{PlacementConstraint, PlacementConstraintType, PlacementStrategy};
use crate::Expression;
use std::fmt;
use std::str::FromStr;

impl FromStr for PlacementStrategy {
    type Err = PlacementError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "random" => Ok(Self::random()),
            Some(("spread", field)) if !field.is_empty() => Ok(Self::spread(field)),
            Some(("binpack", "cpu")) => Ok(Self::binpack_cpu()),
            Some(("binpack", "memory")) => Ok(Self::binpack_memory()),
            _ => Err(PlacementError::NoStrategy(text.to_owned())),
        }
    }
}

impl fmt::Display for PlacementStrategy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.strategy_type.as_str();
        match &self.field {
            Some(field) => write!(formatter, "{name}:{field}"),
            None => formatter.write_str(name),
        }
    }
}

impl FromStr for PlacementConstraint {
    type Err = PlacementError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "distinctInstance" => Ok(Self::distinct_instance()),
            Some(("memberOf", expression)) => match expression.trim().parse::<Expression>() {
                Ok(expression) => Ok(Self::member_of(&expression)),
                Err(error) => {
                    Err(PlacementError::NoExpression { text: text.to_owned(), reason: error.to_string() })
                }
            },
            _ => Err(PlacementError::NoConstraint(text.to_owned())),
        }
    }
}

impl fmt::Display for PlacementConstraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.constraint_type, &self.expression) {
            (PlacementConstraintType::MemberOf, Some(expression)) => {
                write!(formatter, "memberOf:{expression}")
            }
            (PlacementConstraintType::MemberOf, None) => formatter.write_str("memberOf:"),
            (other, _) => formatter.write_str(other.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in [
            "spread:attribute:ecs.availability-zone",
            "spread:instanceId",
            "binpack:cpu",
            "binpack:memory",
            "random",
        ] {
            assert_eq!(text.parse::<PlacementStrategy>().unwrap().to_string(), text);
        }
        for text in ["distinctInstance", "memberOf:attribute:ecs.instance-type =~ t3.*"] {
            assert_eq!(text.parse::<PlacementConstraint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_none_is_refused_with_what_there_is() {
        for text in ["", "spread", "spread:", "binpack:disk", "random:cpu"] {
            assert!(
                text.parse::<PlacementStrategy>().unwrap_err().to_string().contains("spread:FIELD"),
                "{text}"
            );
        }
        for text in ["", "distinct", "memberOf"] {
            let error = text.parse::<PlacementConstraint>().unwrap_err().to_string();
            assert!(error.contains("distinctInstance or"), "{error}");
        }
        assert!("memberOf:attribute:".parse::<PlacementConstraint>().is_err());
    }
}
