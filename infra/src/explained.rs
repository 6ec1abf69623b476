//! The command that explains the rules which a stack breaks.

use infra_ecs::rules::Rule;
use infra_engine::stack::StackError;
use std::collections::BTreeSet;

/// The last line of an error, with the command for each rule that it names; nothing where it names none.
pub fn hint(errors: &[StackError]) -> String {
    let problems = errors.iter().flat_map(|error| match error {
        StackError::Refused { problems, .. } => problems.as_slice(),
        _ => &[],
    });
    match command(problems.filter_map(|problem| rule(problem))) {
        Some(command) => format!("\n{command}"),
        None => String::new(),
    }
}

/// Says which command explains these rules.
pub fn command(rules: impl Iterator<Item = Rule>) -> Option<String> {
    let commands = rules.map(|rule| format!("`cargo xtask explain {}`", rule.number()));
    let commands: Vec<_> = commands.collect::<BTreeSet<_>>().into_iter().collect();
    let verb = if commands.len() == 1 { "says" } else { "say" };
    (!commands.is_empty()).then(|| format!("{} {verb} why", commands.join(", ")))
}

/// The rule that a problem begins with: `T34: containerDefinitions[0].privileged: ...`.
fn rule(problem: &str) -> Option<Rule> {
    Rule::numbered(problem.split_once(": ")?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_engine::ResourceId;

    #[test]
    fn an_error_names_the_command_for_each_of_its_rules_once() {
        let problems = ["T34: c: a; valid: b", "D08: percent: a", "T34: other: a", "no rule: at all"];
        let id = ResourceId::new("service", "web");
        let refused = StackError::Refused { id: id.clone(), problems: problems.map(str::to_owned).to_vec() };
        assert_eq!(hint(&[refused]), "\n`cargo xtask explain D08`, `cargo xtask explain T34` say why");
        assert_eq!(hint(&[StackError::Duplicate(id)]), "");
    }
}
