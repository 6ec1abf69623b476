//! What aws-cli demands within a request and the types leave open, or don't read as no rule is about it.

use crate::rules::{Findings, Minds, Path, Rule};
use serde_json::Value;

/// Objects, and the members without which aws-cli refuses them.
const OF_SERVICES: [(&[&str], &[&str]); 7] = [
    (&["deploymentConfiguration", "alarms"], &["alarmNames"]),
    (&["vpcLatticeConfigurations", "*"], &["roleArn", "targetGroupArn", "portName"]),
    (&["serviceConnectConfiguration", "accessLogConfiguration"], &["format"]),
    (&["serviceConnectConfiguration", "services", "*", "tls"], &["issuerCertificateAuthority"]),
    (
        &["serviceConnectConfiguration", "services", "*", "clientAliases", "*", "testTrafficRules"],
        &["header"],
    ),
    (
        &["serviceConnectConfiguration", "services", "*", "clientAliases", "*", "testTrafficRules", "header"],
        &["name"],
    ),
    (
        &[
            "serviceConnectConfiguration",
            "services",
            "*",
            "clientAliases",
            "*",
            "testTrafficRules",
            "header",
            "value",
        ],
        &["exact"],
    ),
];

/// Warns of what is left out of a service.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
/// (what is required).
pub fn of_service(json: &Value, findings: &mut Findings) {
    for (way, members) in OF_SERVICES {
        look(json, &Path::Root, way, members, findings);
    }
}

fn look(json: &Value, path: &Path<'_>, way: &[&str], members: &[&str], findings: &mut Findings) {
    match way.split_first() {
        Some((&"*", way)) => {
            for (index, item) in json.as_array().into_iter().flatten().enumerate() {
                look(item, &path.item(index), way, members, findings);
            }
        }
        Some((name, way)) => {
            if let Some(inner) = json.get(name) {
                look(inner, &path.member(name), way, members, findings);
            }
        }
        None if json.is_object() => {
            let is_left_out = |name: &&&str| json.get(name).is_none_or(Value::is_null);
            for name in members.iter().filter(is_left_out) {
                warn(&path.member(name), name, findings);
            }
        }
        None => {}
    }
}

/// One finding is enough where ECS minds, too.
fn warn(path: &Path<'_>, name: &str, findings: &mut Findings) {
    let place = path.to_string();
    if findings.errors.iter().all(|error| error.path != place) {
        findings.warn(
            Rule::T01,
            path,
            format!("{name} is required: aws-cli refuses it without"),
            Minds::AwsCli,
        );
    }
}
