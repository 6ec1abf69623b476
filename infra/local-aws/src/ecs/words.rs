//! What ECS says where a rule refuses.

use crate::api_error::ApiError;
use infra_ecs::rules::{Finding, Findings};
use serde_json::Value;
use std::sync::LazyLock;

/// A rule, a part of the problem or of the path where a rule has several, and what ECS says.
static WORDS: LazyLock<Vec<(String, String, String)>> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).unwrap_or_default());

/// The first refusal of the rules that hold for a request, in ECS's own words where these are known.
pub(super) fn refuse(
    findings: &Findings,
    request: &Value,
    error: fn(String) -> ApiError,
) -> Result<(), ApiError> {
    let Some(finding) = findings.errors.first() else { return Ok(()) };
    let known = WORDS.iter().find(|(rule, part, _)| {
        finding.rule.number() == rule && (finding.problem.contains(part) || finding.path.contains(part))
    });
    let quoted = finding.problem.split('"').nth(1).unwrap_or_default();
    let path = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
    Err(error(match known {
        Some((.., words)) => {
            words.replace("{container}", container(finding, request)).replace("{quoted}", quoted)
        }
        None => format!("{path}{}", finding.message()),
    }))
}

/// The name of the container that a finding is about.
fn container<'a>(finding: &Finding, request: &'a Value) -> &'a str {
    let index = finding.path.strip_prefix("containerDefinitions[").and_then(|it| it.split_once(']'));
    let index: usize = index.and_then(|(index, _)| index.parse().ok()).unwrap_or_default();
    request["containerDefinitions"][index]["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_words_can_be_read() {
        assert!(super::WORDS.len() > 20);
    }
}
