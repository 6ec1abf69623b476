//! What is noted while a value is read: findings, and what stands in a file often enough to be told once for all places.

use crate::ecs::rules::{Findings, Minds, Path, Rule};

/// So many places are named.
const MOST_PLACES: usize = 3;
/// A name so similar is probably meant.
const SIMILAR: f64 = 0.85;
/// More names than this tell nobody anything.
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

    /// The first place, and all of them in words.
    fn told(&self) -> Option<(&str, String)> {
        let first = self.first.first()?;
        let others = self.count - self.first.len();
        let others = if others > 0 { format!(" and {others} more") } else { String::new() };
        Some((first, format!("{}{others}", self.first.join(", "))))
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
            self.findings.add(Rule::T01, &path, format!("no member of this name; there are {}", known.join(", ")));
        } else if matches!(parent, Path::Root) && self.form.answers.contains(&name) {
            self.answers.add(&path);
        } else if !UNREAD.contains(&name) {
            let at_root = matches!(parent, Path::Root);
            self.findings.warn(Rule::T01, &path, unknown(name, known, at_root), Minds::AwsCli);
        }
    }

    /// Everything that was noted.
    pub fn into_findings(self) -> Findings {
        let Self { mut findings, nulls, empty, answers, placeholders, .. } = self;
        if let Some((first, all)) = answers.told() {
            let problem = format!(
                "{all}: ECS answers this and ignores it in a request; aws-cli refuses it, amazon-ecs-deploy-task-definition \
                 drops it"
            );
            findings.warn(Rule::T01, &Path::Member(&Path::Root, first), problem, Minds::AwsCli);
        }
        if let Some((first, all)) = placeholders.told() {
            let problem = format!("{all}: to be filled in before it is sent; rules that need the value are skipped");
            findings.note(Rule::T01, &Path::Member(&Path::Root, first), problem, Minds::Check);
        }
        if let Some((first, all)) = nulls.told() {
            let problem = format!("{all}: null, which ECS and SDKs take as left out; aws-cli refuses it");
            findings.note(Rule::T01, &Path::Member(&Path::Root, first), problem, Minds::AwsCli);
        }
        if let Some((first, all)) = empty.told() {
            let problem = format!("{all}: an empty text, read as left out, as ECS writes it in answers");
            findings.note(Rule::T02, &Path::Member(&Path::Root, first), problem, Minds::Check);
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
    let refused = "aws-cli refuses it, ECS ignores it";
    if at_root && OF_CONTAINERS.contains(&name) {
        return format!("a member of containers, not of the whole: {refused}");
    }
    let similarity =
        |known: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &known.to_ascii_lowercase());
    let closest = known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    match closest.filter(|closest| similarity(closest) >= SIMILAR) {
        Some(closest) => format!("no member of this name is known; is `{closest}` meant? {refused}"),
        None if known.len() <= MOST_NAMES => {
            format!("no member of this name is known, but {}: {refused}", known.join(", "))
        }
        None => format!("no member of this name is known: {refused}"),
    }
}
