//! Log drivers and their options: T49 to T51, T53, T54, T75, X19.

use super::checked::Checked;
use crate::container::{ContainerDefinition, FirelensConfiguration, LogConfiguration, LogDriver};
use crate::rules::text::known;
use crate::rules::{Findings, Path, Rule};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        if let Some(logs) = &container.log_configuration {
            log_configuration(task, logs, &path.member("logConfiguration"), findings);
        }
        if let Some(firelens) = container.firelens_configuration.as_ref().filter(|_| task.fargate) {
            config_file(firelens, &path.member("firelensConfiguration"), findings);
        }
    });
}

fn log_configuration(task: &Checked<'_>, logs: &LogConfiguration, path: &Path<'_>, findings: &mut Findings) {
    let driver = path.member("logDriver");
    let on_fargate =
        matches!(logs.log_driver, LogDriver::AwsLogs | LogDriver::Splunk | LogDriver::AwsFirelens);
    if task.fargate && !on_fargate {
        findings.add(Rule::T49, &driver, "a log driver that Fargate does not have");
    }
    let has_router = |container: &ContainerDefinition| container.firelens_configuration.is_some();
    match logs.log_driver {
        LogDriver::AwsLogs => awslogs(task, logs, path, findings),
        LogDriver::AwsFirelens if !task.containers().iter().any(has_router) => {
            findings.add(Rule::T53, &driver, "awsfirelens, and no container routes logs");
        }
        LogDriver::Splunk => missing(Rule::T54, logs, &["splunk-token", "splunk-url"], path, findings),
        LogDriver::Gelf => missing(Rule::X19, logs, &["gelf-address"], path, findings),
        _ => {}
    }
    // FireLens passes options on to its router, where `mode` is a plugin's own.
    if logs.log_driver == LogDriver::AwsFirelens {
        return;
    }
    let mode = logs.options.get("mode").and_then(|mode| known(Some(mode)));
    if let Some(mode) = mode.filter(|mode| !matches!(*mode, "blocking" | "non-blocking")) {
        findings.add(Rule::T54, &path.member("options").member("mode"), format!("mode \"{mode}\""));
    }
}

fn awslogs(task: &Checked<'_>, logs: &LogConfiguration, path: &Path<'_>, findings: &mut Findings) {
    missing(Rule::T50, logs, &["awslogs-group", "awslogs-region"], path, findings);
    if task.fargate {
        missing(Rule::T51, logs, &["awslogs-stream-prefix"], path, findings);
    }
}

/// Options can also come from secrets.
fn missing(rule: Rule, logs: &LogConfiguration, options: &[&str], path: &Path<'_>, findings: &mut Findings) {
    let given = |option: &str| {
        logs.options.contains_key(option) || logs.secret_options.iter().any(|secret| secret.name == option)
    };
    for option in options.iter().filter(|option| !given(option)) {
        findings.add(rule, &path.member("options"), format!("{option} is missing"));
    }
}

fn config_file(firelens: &FirelensConfiguration, path: &Path<'_>, findings: &mut Findings) {
    let place = firelens.options.get("config-file-type");
    if let Some(place) = place.filter(|place| *place != "file") {
        let options = path.member("options");
        findings.add(Rule::T75, &options.member("config-file-type"), format!("\"{place}\" on Fargate"));
    }
}
