//! What was found, for people and for programs.

use crate::judgement::{CheckResult, Judgement};
use anyhow::{Context, Result};
use console::{StyledObject, style};
use infra_options::{folded, print};
use serde::Serialize;
use std::process::ExitCode;

/// Something is not as it must be.
const FAILED: u8 = 1;
/// So wide are lines at most.
const WIDTH: usize = 80;
/// Where the text of a check begins: after its result and its name.
const INDENT: usize = 26;

/// What was found.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Report {
    findings: Vec<Finding>,
}

/// A check of an app.
#[derive(Debug, Serialize)]
struct Finding {
    app: String,
    check: &'static str,
    #[serde(flatten)]
    judgement: Judgement,
}

impl Report {
    /// Takes an app's checks.
    pub fn add(&mut self, app: &str, checks: Vec<(&'static str, Judgement)>) {
        let findings = checks.into_iter();
        self.findings.extend(findings.map(|(check, judgement)| Finding {
            app: app.to_owned(),
            check,
            judgement,
        }));
    }

    /// 1 if something failed. What could not be looked at does not count.
    pub fn exit_code(&self) -> ExitCode {
        if self.count(CheckResult::Failed) > 0 { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
    }

    /// Prints it as lines, or as one list of JSON.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn print(&self, json: bool) -> Result<()> {
        if json {
            return print(serde_json::to_string_pretty(self).context("the checks have no JSON form")?);
        }
        let mut app = "";
        for finding in &self.findings {
            if app != finding.app {
                app = &finding.app;
                print(app)?;
            }
            let Judgement { result, what, next } = &finding.judgement;
            let line = format!("  {}  {:<15} {what}", sign(*result), finding.check);
            print(folded(&line, WIDTH, INDENT))?;
            if let Some(next) = next {
                let line = format!("{:INDENT$}{}", "", style(format!("next: {next}")).cyan());
                print(folded(&line, WIDTH, INDENT))?;
            }
        }
        infra_options::say!("{}", self.totals());
        Ok(())
    }

    fn count(&self, result: CheckResult) -> usize {
        self.findings.iter().filter(|finding| finding.judgement.result == result).count()
    }

    fn totals(&self) -> String {
        let [ok, failed, unknown] =
            [CheckResult::Ok, CheckResult::Failed, CheckResult::Unknown].map(|result| self.count(result));
        let unknown = if unknown > 0 { format!(", {unknown} could not be checked") } else { String::new() };
        format!("{ok} ok, {failed} failed{unknown}")
    }
}

fn sign(result: CheckResult) -> StyledObject<&'static str> {
    match result {
        CheckResult::Ok => style("ok    ").green(),
        CheckResult::Unknown => style("?     ").yellow(),
        CheckResult::Failed => style("failed").red(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(judgements: Vec<Judgement>) -> Report {
        let mut report = Report::default();
        report.add("web", judgements.into_iter().map(|judgement| ("image", judgement)).collect());
        report
    }

    #[test]
    fn only_what_failed_decides_on_the_exit_code() {
        let unknown = || Judgement::unknown("not authorized");
        let code = |judgements| format!("{:?}", report(judgements).exit_code());
        assert_eq!(code(vec![Judgement::ok("there"), unknown()]), format!("{:?}", ExitCode::SUCCESS));
        let failed = vec![unknown(), Judgement::failed("gone", "push it")];
        assert_eq!(code(failed.clone()), format!("{:?}", ExitCode::from(1)));
        assert_eq!(report(failed).totals(), "0 ok, 1 failed, 1 could not be checked");
    }

    #[test]
    fn programs_get_a_list_with_all_members() {
        let json = serde_json::to_value(report(vec![Judgement::ok("there")])).unwrap();
        assert_eq!(
            json,
            serde_json::json!([{"app": "web", "check": "image", "result": "ok", "what": "there", "next": null}])
        );
    }
}
