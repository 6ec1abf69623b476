//! Which findings depend on a value that could not be read, or is not known yet.

use super::finding::Finding;
use super::rule::Rule;

/// Rules that are about some launch types only.
#[rustfmt::skip]
const BY_LAUNCH_TYPE: &[Rule] = &[
    Rule::T08, Rule::T09, Rule::T10, Rule::T11, Rule::T12, Rule::T14, Rule::T34, Rule::T35, Rule::T36, Rule::T37,
    Rule::T38, Rule::T39, Rule::T40, Rule::T42, Rule::T48, Rule::T49, Rule::T51, Rule::T52, Rule::T57, Rule::T65,
    Rule::T70, Rule::T71, Rule::T72, Rule::T75, Rule::X01, Rule::X11, Rule::X12, Rule::X15, Rule::X16,
    Rule::X17, Rule::X21, Rule::X24, Rule::X28, Rule::X29, Rule::X30,
];

/// Rules that are about some network modes only.
#[rustfmt::skip]
const BY_NETWORK_MODE: &[Rule] = &[
    Rule::T08, Rule::T21, Rule::T22, Rule::T23, Rule::T25, Rule::T26, Rule::T28, Rule::T29, Rule::T30, Rule::T31,
    Rule::T32, Rule::T33, Rule::T65, Rule::T66, Rule::T67, Rule::T69, Rule::T70, Rule::T71, Rule::T77, Rule::X03, Rule::X16,
];

/// Rules that look at a member from elsewhere: where it is broken, they can't say.
const READ_ELSEWHERE: &[(&str, &[Rule])] = &[
    ("requiresCompatibilities", BY_LAUNCH_TYPE),
    (
        "containerDefinitions",
        &[
            Rule::T04,
            Rule::T07,
            Rule::T15,
            Rule::T17,
            Rule::T46,
            Rule::T53,
            Rule::T55,
            Rule::T67,
            Rule::T77,
            Rule::X05,
        ],
    ),
    ("essential", &[Rule::T07, Rule::T55]),
    ("cpu", &[Rule::T10, Rule::T11, Rule::T15]),
    ("memory", &[Rule::T10, Rule::T16, Rule::T17, Rule::T18, Rule::T19, Rule::X05]),
    ("memoryReservation", &[Rule::T17, Rule::T18, Rule::T19]),
    ("name", &[Rule::T05, Rule::T45, Rule::T46, Rule::T55, Rule::T61, Rule::T67, Rule::T77, Rule::X10]),
    ("dependsOn", &[Rule::T55, Rule::X31]),
    ("containerName", &[Rule::T55, Rule::X31]),
    ("condition", &[Rule::T55]),
    ("healthCheck", &[Rule::T55]),
    ("links", &[Rule::X31]),
    ("volumesFrom", &[Rule::X31]),
    ("volumes", &[Rule::T45, Rule::T46, Rule::X24]),
    ("mountPoints", &[Rule::T46]),
    ("sourceVolume", &[Rule::T46]),
    ("firelensConfiguration", &[Rule::T53]),
    ("executionRoleArn", &[Rule::T52, Rule::X29]),
    ("ipcMode", &[Rule::T66]),
    ("pidMode", &[Rule::X17]),
    ("networkMode", BY_NETWORK_MODE),
    ("operatingSystemFamily", &[Rule::T11, Rule::T12, Rule::T64, Rule::T65, Rule::T72, Rule::X17, Rule::X25]),
    ("runtimePlatform", &[Rule::X17, Rule::X25]),
    ("launchType", &[Rule::C10, Rule::C14, Rule::S04, Rule::S10, Rule::S11, Rule::S12, Rule::S15, Rule::S21]),
    (
        "capacityProvider",
        &[Rule::C05, Rule::C06, Rule::C12, Rule::S04, Rule::S10, Rule::S11, Rule::S12, Rule::S15],
    ),
    (
        "capacityProviderStrategy",
        &[Rule::C10, Rule::C14, Rule::S04, Rule::S10, Rule::S11, Rule::S12, Rule::S15],
    ),
    ("schedulingStrategy", &[Rule::S03, Rule::S04, Rule::S05, Rule::S21]),
    ("loadBalancers", &[Rule::S16, Rule::S17, Rule::S18, Rule::D14]),
    ("networkConfiguration", &[Rule::S15, Rule::S16]),
    ("deploymentController", BY_CONTROLLER),
    ("type", BY_CONTROLLER),
    ("strategy", &[Rule::D02, Rule::D11, Rule::D12, Rule::D14, Rule::D17, Rule::D19, Rule::L09]),
    ("maximumPercent", &[Rule::S05, Rule::S21, Rule::D08]),
];

/// Rules that are about some deployment controllers only.
const BY_CONTROLLER: &[Rule] = &[Rule::S02, Rule::S04, Rule::S17, Rule::D02, Rule::D17, Rule::D18];

/// Whether a finding may be there only because the value at a path is broken.
pub fn depends(finding: &Finding, broken: &str) -> bool {
    looks_there(finding.rule, broken) || is_within(&finding.path, scope(broken))
}

/// Whether a finding is about the text at a path, and about nothing beside it.
pub fn is_about(finding: &Finding, unfinished: &str) -> bool {
    // A secret's fields are as many whatever stands in them.
    finding.rule != Rule::T78
        && (looks_there(finding.rule, unfinished) || is_within(&finding.path, unfinished))
}

fn looks_there(rule: Rule, path: &str) -> bool {
    // Variables have names, too, which nothing but variables refers to.
    if path.ends_with(".name") && (path.contains(".environment[") || path.contains(".secrets[")) {
        return matches!(rule, Rule::T61 | Rule::X10);
    }
    let member = path.rsplit('.').next().unwrap_or(path).split('[').next().unwrap_or(path);
    READ_ELSEWHERE.iter().any(|(name, rules)| *name == member && rules.contains(&rule))
}

/// The object that a broken member belongs to, as its siblings may depend on it; the member alone where that object is the
/// definition or a container.
fn scope(path: &str) -> &str {
    let Some((parent, _)) = path.rsplit_once('.') else { return path };
    let is_container = parent.starts_with("containerDefinitions[") && !parent.contains('.');
    if is_container { path } else { parent }
}

/// Whether a path leads to a value or to a part of it.
fn is_within(path: &str, value: &str) -> bool {
    let rest = path.strip_prefix(value);
    rest.is_some_and(|rest| value.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_lies_within_its_whole() {
        assert!(is_within("volumes[0].name", "volumes") && is_within("cpu", "cpu"));
        assert!(!is_within("cpus", "cpu") && !is_within("volumes", "volumes[0]"));
    }
}
