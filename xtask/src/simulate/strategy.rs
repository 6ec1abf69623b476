//! A capacity provider strategy from the command line, by the rules of ECS.

use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::placement::Share;
use infra_ecs::rules::{self, Findings, Path};
use infra_options::strategy::Item;

use crate::report::UserError;

/// The strategy, if ECS takes it.
pub fn strategy(items: &[Item]) -> Result<Vec<Share>, UserError> {
    let items: Vec<_> = items.iter().cloned().map(CapacityProviderStrategyItem::from).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn item(capacity_provider: &str, base: i32, weight: i32) -> Item {
        format!("{capacity_provider}:base={base},weight={weight}").parse().unwrap()
    }

    /// The rule by which the items are refused, or `ok`.
    fn verdict(items: &[Item]) -> String {
        let refused = strategy(items).err().map(|error| error.to_string());
        refused.map_or("ok".to_owned(), |text| text.split(':').next().unwrap().to_owned())
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
