//! `explain RULE`: why a rule of ECS is there, what breaks it and where it stands. It needs neither AWS nor the provider.

use std::process::ExitCode;

use console::style;
use infra_ecs::rules::Rule;
use infra_options::explain::Options;
use serde_json::json;

use crate::report::UserError;

/// Whether a rule is asked for, and not a resource of the stack.
pub fn is_rule(options: &Options) -> bool {
    Rule::is_number(&options.resource)
}

/// Prints the rule.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let rule = Rule::numbered(&options.resource).ok_or_else(|| unknown(&options.resource))?;
    infra_options::print(if options.stack.json { json_of(rule) } else { text(rule) })?;
    Ok(ExitCode::SUCCESS)
}

fn text(rule: Rule) -> String {
    let mut lines = vec![format!("{}: {}", style(rule.number()).bold(), rule.valid())];
    let mut line = |title: &str, text: &str| lines.push(format!("  {title:<8} {text}"));
    if let Some(explanation) = rule.explanation() {
        line("why", explanation.reason);
        line("example", &format!("{} with", explanation.request_in_words()));
        explanation.changes().iter().for_each(|change| line("", &format!("  {change}")));
    }
    line("then", severity(rule));
    line("AWS", rule.page());
    lines.join("\n")
}

fn json_of(rule: Rule) -> String {
    let explanation = rule.explanation();
    let example = explanation.map(|it| json!({"request": it.request_in_words(), "with": it.changes()}));
    json!({
        "rule": rule.number(),
        "valid": rule.valid(),
        "why": explanation.map(|it| it.reason),
        "example": example,
        "then": severity(rule),
        "page": rule.page(),
    })
    .to_string()
}

fn severity(rule: Rule) -> &'static str {
    if rule.is_disputed() {
        "a warning, as AWS's own documents disagree"
    } else {
        "ECS refuses it; `check`, `preview` and `deploy` do before any call"
    }
}

/// A number that no rule has; those of the same letter are named.
fn unknown(number: &str) -> UserError {
    let letter = number.get(..1).unwrap_or_default().to_ascii_uppercase();
    let numbers = Rule::ALL.iter().map(|rule| rule.number()).filter(|it| it.starts_with(&letter));
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    UserError::new(format!("there is no rule {number}"), format!("those with {letter} are {numbers}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_shown_with_its_reason_an_example_and_the_page() {
        console::set_colors_enabled(false);
        insta::assert_snapshot!(text(Rule::T34), @"
        T34: privileged containers on EC2 alone
          why      a privileged container has the rights of root on its host, and Fargate's hosts are AWS's
          example  a task definition for Fargate with
                     containerDefinitions[0].privileged = true
          then     ECS refuses it; `check`, `preview` and `deploy` do before any call
          AWS      Amazon ECS task definition differences for Fargate
        ");
        insta::assert_snapshot!(text(Rule::X30), @r#"
        X30: 256 CPU units or more; older pages do not allow 128 to 255
          why      an older page begins at 256, the API's at 128
          example  a task definition for EC2 with network mode bridge with
                     cpu = "128"
          then     a warning, as AWS's own documents disagree
          AWS      RegisterTaskDefinition (cpu), Amazon ECS API Reference
        "#);
        insta::assert_snapshot!(json_of(Rule::D08), @r#"{"example":{"request":"a service on Fargate","with":["deploymentConfiguration.minimumHealthyPercent = 100","deploymentConfiguration.maximumPercent = 100"]},"page":"DeploymentConfiguration, Amazon ECS API Reference","rule":"D08","then":"ECS refuses it; `check`, `preview` and `deploy` do before any call","valid":"a minimumHealthyPercent below 100 or a maximumPercent above: with both 100 no task may stop or start","why":"no task may be stopped before another runs, and none may be started: nothing could move"}"#);
    }

    #[test]
    fn a_number_that_no_rule_has_is_answered_with_those_that_there_are() {
        let error = unknown("L99");
        assert_eq!(error.to_string(), "there is no rule L99");
        assert_eq!(error.hint, "those with L are L01, L02, L03, L04, L05, L08, L09");
    }
}
