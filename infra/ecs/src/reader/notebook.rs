//! What is noted while a value is read: findings, and what stands in many places and is reported once.

use crate::rules::{Findings, IGNORED, Minds, Path, Rule};

/// So many places are named.
const MOST_PLACES: usize = 3;
/// A name so similar is probably meant.
const SIMILAR: f64 = 0.85;
/// More names than this help nobody.
const MOST_NAMES: usize = 12;

/// What kind of request is read, beside its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// Members that ECS has in answers about it, and not in requests.
    pub answers: &'static [&'static str],
    /// Whether it is a form of this program's own, where nothing may be but what it has.
    pub own: bool,
}

/// Members that ECS takes and these types leave out, as no rule is about them.
const UNREAD: &[&str] = &[
    "accessLogConfiguration",
    "clientToken",
    "forceNewDeployment",
    "gatewayConnectors",
    "inferenceAcceleratorOverrides",
    "monitoring",
    "service",
    "tags",
    "testTrafficRules",
    "timeout",
    "tls",
    "vpcLatticeConfigurations",
];

/// Members of containers that people write beside them.
const OF_CONTAINERS: &[&str] = &[
    "command",
    "environment",
    "healthCheck",
    "image",
    "logConfiguration",
    "mountPoints",
    "portMappings",
    "secrets",
    "ulimits",
];

/// Members of services that people write into task definitions.
const OF_SERVICES: &[&str] = &[
    "capacityProviderStrategy",
    "cluster",
    "deploymentConfiguration",
    "desiredCount",
    "enableExecuteCommand",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "placementStrategy",
    "platformVersion",
    "schedulingStrategy",
    "serviceName",
];

/// What is noted while a value is read.
#[derive(Default)]
pub struct Notebook {
    pub findings: Findings,
    pub form: Form,
    nulls: Places,
    empty: Places,
    answers: Places,
    placeholders: Places,
}

/// The first places of many.
#[derive(Default)]
struct Places {
    first: Vec<String>,
    count: usize,
}

impl Places {
    fn add(&mut self, path: &Path<'_>) {
        self.count += 1;
        if self.first.len() < MOST_PLACES {
            self.first.push(path.to_string());
        }
    }

    /// The first place, and the others in words.
    fn summary(&self) -> Option<(&str, String)> {
        let (first, others) = self.first.split_first()?;
        let more = self.count - self.first.len();
        let more = (more > 0).then(|| format!("{more} more"));
        let others: Vec<_> = others.iter().cloned().chain(more).collect();
        let others = match others.split_last() {
            None => String::new(),
            Some((last, [])) => format!("; so is {last}"),
            Some((last, others)) => format!("; so are {} and {last}", others.join(", ")),
        };
        Some((first, others))
    }
}

impl Notebook {
    pub fn new(form: Form) -> Self {
        Self { form, ..Self::default() }
    }

    pub fn null(&mut self, path: &Path<'_>) {
        self.nulls.add(path);
    }

    pub fn empty(&mut self, path: &Path<'_>) {
        self.empty.add(path);
    }

    /// A placeholder where something else than a text will be.
    pub fn placeholder(&mut self, path: &Path<'_>) {
        self.placeholders.add(path);
        self.findings.unknown(path);
    }

    /// A text with a placeholder in it.
    pub fn unfinished(&mut self, path: &Path<'_>) {
        self.findings.unfinished(path);
        // The container's own shell may fill these in.
        if !is_free(path) {
            self.placeholders.add(path);
        }
    }

    /// A member that the type does not have.
    pub fn unknown(&mut self, parent: &Path<'_>, name: &str, known: &[&str]) {
        let path = parent.member(name);
        if self.form.own {
            self.findings.add(Rule::T01, &path, format!("unknown member, beside {}", known.join(", ")));
        } else if matches!(parent, Path::Root) && self.form.answers.contains(&name) {
            self.answers.add(&path);
        } else if !UNREAD.contains(&name) {
            let at_root = matches!(parent, Path::Root);
            self.findings.unknown_member(&path, unknown(name, known, at_root));
        }
    }

    /// Everything that was noted.
    pub fn into_findings(self) -> Findings {
        let Self { mut findings, nulls, empty, answers, placeholders, .. } = self;
        if let Some((first, others)) = answers.summary() {
            let problem = format!(
                "a member of ECS's answers, which it ignores in a request; aws-cli refuses it, deploy tools drop it{others}"
            );
            findings.warn(Rule::T01, &Path::Member(&Path::Root, first), problem, Minds::AwsCli);
        }
        let notes = [
            (
                placeholders,
                Rule::T01,
                Minds::Check,
                "to be filled in before it is sent; rules that need it are skipped",
            ),
            (
                nulls,
                Rule::T01,
                Minds::AwsCli,
                "null, which ECS takes as left out, as deploy tools do; aws-cli refuses it",
            ),
            (empty, Rule::T02, Minds::Check, "an empty text, read as left out: ECS writes it so in answers"),
        ];
        for (places, rule, minds, problem) in &notes {
            if let Some((first, others)) = places.summary() {
                findings.note(*rule, &Path::Member(&Path::Root, first), format!("{problem}{others}"), *minds);
            }
        }
        findings
    }
}

/// Whether a text is the app's own matter: commands, variables' values, labels.
fn is_free(path: &Path<'_>) -> bool {
    match path {
        Path::Item(parent, _) => is_free(parent),
        Path::Member(_, "command" | "entryPoint") => true,
        Path::Member(Path::Item(Path::Member(_, "environment"), _), "value") => true,
        Path::Member(Path::Member(_, "dockerLabels"), _) => true,
        Path::Member(..) | Path::Root => false,
    }
}

fn unknown(name: &str, known: &[&str], at_root: bool) -> String {
    let refused = IGNORED;
    if at_root && OF_CONTAINERS.contains(&name) {
        return format!("a member of containers, not of the whole: {refused}");
    }
    if at_root && OF_SERVICES.contains(&name) && known.contains(&"containerDefinitions") {
        return format!("a member of services and run-task, not of task definitions: {refused}");
    }
    if name == "valueFrom" && known == ["name", "value"] {
        return format!("a member of `secrets`, not of `environment`: {refused}");
    }
    let similarity =
        |known: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &known.to_ascii_lowercase());
    let closest = known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    match closest.filter(|closest| similarity(closest) >= SIMILAR) {
        Some(closest) => format!("unknown member, is `{closest}` meant? {refused}"),
        None if known.len() <= MOST_NAMES => {
            format!("unknown member, beside {}: {refused}", known.join(", "))
        }
        None => format!("unknown member: {refused}"),
    }
}
