//! How a plan looks in a comment on a pull request.

use crate::plan_view::{Remark, in_words, remarks, totals};
use crate::session::Session;
use infra_engine::plan::Step;
use infra_engine::{Action, Plan};

/// A plan as Markdown, with what it costs.
pub fn text(plan: &Plan, session: &Session, cost: &[String]) -> String {
    let (stack, aws) = (session.program.stack.name(), &session.aws);
    let mut parts = vec![
        format!("### Stack `{stack}` in {} (account {})", aws.region, aws.account.id),
        format!("**{}**", totals(plan)),
    ];
    let remarks = remarks(plan, session);
    if !remarks.is_empty() {
        let lines = remarks.iter().map(|Remark { kind, text }| format!("- **{}:** {text}", kind.title()));
        parts.push(lines.collect::<Vec<_>>().join("\n"));
    }
    if !plan.is_empty() {
        let steps: Vec<String> = plan.changes().flat_map(lines_of).collect();
        parts.push(folded("What changes", "diff", &steps));
    }
    let lines: Vec<String> = session.program.fit.lines.iter().chain(cost).cloned().collect();
    if !lines.is_empty() {
        parts.push(folded("What fits, and what it costs", "text", &lines));
    }
    parts.join("\n\n")
}

/// A step and its properties, with the signs by which a diff is coloured.
fn lines_of(step: &Step) -> Vec<String> {
    let (sign, verb) = match step.action {
        Action::Keep => (" ", "keep"),
        Action::Create => ("+", "create"),
        Action::Update => ("!", "update"),
        Action::Replace => ("!", "replace"),
        Action::Recreate => ("!", "recreate"),
        Action::Delete => ("-", "delete"),
    };
    let first = format!("{sign} {verb} {} {}", step.kind, step.name);
    let properties = step.changes.iter().flat_map(|change| {
        let text = in_words(change);
        text.lines().map(|line| format!("{sign}     {line}")).collect::<Vec<_>>()
    });
    [first].into_iter().chain(properties).collect()
}

fn folded(title: &str, language: &str, lines: &[String]) -> String {
    let text = lines.join("\n");
    let fence = fence_around(&text);
    format!("<details><summary>{title}</summary>\n\n{fence}{language}\n{text}\n{fence}\n\n</details>")
}

/// A fence that nothing in the text ends.
fn fence_around(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_engine::ResourceId;
    use infra_engine::diff::Change;

    #[test]
    fn a_step_is_a_line_with_its_properties_below() {
        let change =
            Change { path: "retentionInDays".to_owned(), before: Some(14.into()), after: Some(90.into()) };
        let step = Step {
            action: Action::Update,
            kind: "log-group".to_owned(),
            name: "/ecs/demo".to_owned(),
            changes: vec![change],
            id: ResourceId::new("log-group", "tasks"),
        };
        assert_eq!(lines_of(&step), ["! update log-group /ecs/demo", "!     retentionInDays: 14 -> 90"]);
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        assert_eq!(fence_around("plain"), "```");
        assert_eq!(fence_around("a\n````sh\n"), "`````");
    }
}
