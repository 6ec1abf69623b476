//! A plan in a file: what `preview --out` writes, and `deploy --plan` applies or refuses.

use crate::session::Session;
use anyhow::{Context, Result, ensure};
use infra::storage::lease_bucket_id;
use infra_engine::plan::Step;
use infra_engine::{Found, Plan};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Files of another version are refused.
const VERSION: u32 = 1;

/// What a plan changes, and where.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanFile {
    version: u32,
    stack: String,
    region: String,
    account: String,
    changes: Vec<Planned>,
    deletions: Vec<Found>,
}

/// What happens to one resource.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Planned {
    /// Its address.
    resource: String,
    action: Value,
    name: String,
    /// The properties that differ.
    changes: Value,
    /// What it is to be; absent where it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desired: Option<Value>,
}

/// Something else would change than the file says.
#[derive(Debug)]
pub struct OutdatedPlan(Vec<String>);

impl fmt::Display for OutdatedPlan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the plan is not what a deploy would do by now; nothing was changed")?;
        self.0.iter().try_for_each(|line| write!(formatter, "\n  {line}"))
    }
}

impl std::error::Error for OutdatedPlan {}

impl PlanFile {
    /// What a plan changes. The lease's own bucket comes and goes with the lease, and is left out.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of(plan: &Plan, session: &Session) -> Result<Self> {
        let counts = |step: &&Step| step.id != lease_bucket_id();
        let stack = &session.program.stack;
        let planned = |step: &Step| {
            let node = stack.index_of(&step.id).map(|index| &stack.nodes()[index]);
            Ok(Planned {
                resource: step.id.to_string(),
                action: serde_json::to_value(step.action)?,
                name: step.name.clone(),
                changes: serde_json::to_value(&step.changes)?,
                desired: node.map(|node| node.desired.clone()),
            })
        };
        let changes = plan.changes().filter(counts).map(planned).collect::<serde_json::Result<_>>();
        Ok(Self {
            version: VERSION,
            stack: stack.name().to_owned(),
            region: session.aws.region.clone(),
            account: session.aws.account.id.clone(),
            changes: changes.context("the plan has no JSON form")?,
            deletions: plan.deletions.clone(),
        })
    }

    /// Reads one.
    ///
    /// # Errors
    /// When the file can't be read, or is not a plan of this version.
    pub fn read(file: &Path) -> Result<Self> {
        let shown = file.display();
        let text = std::fs::read_to_string(file).with_context(|| format!("{shown}: cannot read the plan"))?;
        let plan: Self = serde_json::from_str(&text)
            .with_context(|| format!("{shown} is not a plan: `preview --out FILE` writes one"))?;
        ensure!(
            plan.version == VERSION,
            "{shown} is a plan of version {}, this program has {VERSION}: write it again with `preview --out FILE`",
            plan.version
        );
        Ok(plan)
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self).context("the plan has no JSON form")?;
        text.push('\n');
        std::fs::write(file, text).with_context(|| format!("{}: cannot write the plan", file.display()))
    }

    /// Refuses what is another plan than this one.
    ///
    /// # Errors
    /// With what is different.
    pub fn refuse_unless(&self, now: &Self) -> Result<(), OutdatedPlan> {
        if self == now {
            return Ok(());
        }
        Err(OutdatedPlan(self.differences(now)))
    }

    fn differences(&self, now: &Self) -> Vec<String> {
        if self.place() != now.place() {
            return vec![format!("it is a plan of {}, not of {}", self.place(), now.place())];
        }
        let (agreed, would) = (self.by_name(), now.by_name());
        let mut lines = Vec::new();
        for (name, planned) in &would {
            match agreed.get(name) {
                None => lines.push(format!("not in the plan: {}", planned.in_words())),
                Some(before) if before != planned => {
                    lines.push(format!("otherwise than in the plan: {}", planned.in_words()));
                }
                Some(_) => {}
            }
        }
        let gone = agreed.iter().filter(|(name, _)| !would.contains_key(*name));
        lines.extend(gone.map(|(_, planned)| format!("not needed any more: {}", planned.in_words())));
        if lines.is_empty() {
            lines.push("other resources of these names would be deleted".to_owned());
        }
        lines
    }

    fn place(&self) -> String {
        format!("stack {} in {} (account {})", self.stack, self.region, self.account)
    }

    fn by_name(&self) -> BTreeMap<(&str, &str), &Planned> {
        self.changes
            .iter()
            .map(|planned| ((planned.resource.as_str(), planned.name.as_str()), planned))
            .collect()
    }
}

impl Planned {
    fn in_words(&self) -> String {
        format!("{} {} ({})", self.action.as_str().unwrap_or_default(), self.resource, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan(changes: &[(&str, &str, Value)]) -> PlanFile {
        let planned = |(action, resource, desired): &(&str, &str, Value)| Planned {
            resource: (*resource).to_owned(),
            action: json!(action),
            name: "demo".to_owned(),
            changes: json!([]),
            desired: Some(desired.clone()),
        };
        PlanFile {
            version: VERSION,
            stack: "demo".to_owned(),
            region: "eu-west-1".to_owned(),
            account: "123456789012".to_owned(),
            changes: changes.iter().map(planned).collect(),
            deletions: Vec::new(),
        }
    }

    #[test]
    fn the_same_plan_is_taken_also_from_its_file() {
        let folder = std::env::temp_dir().join(format!("plan-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (file, made) =
            (folder.join("plan.json"), plan(&[("create", "log-group/tasks", json!({"days": 1}))]));
        made.write(&file).unwrap();
        PlanFile::read(&file).unwrap().refuse_unless(&made).unwrap();
        std::fs::write(&file, "{}").unwrap();
        assert!(PlanFile::read(&file).unwrap_err().to_string().contains("is not a plan"));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn another_plan_is_refused_with_what_is_different() {
        let agreed = plan(&[
            ("create", "bucket/a", json!(1)),
            ("create", "bucket/b", json!(1)),
            ("update", "bucket/c", json!(1)),
        ]);
        let now = plan(&[
            ("create", "bucket/a", json!(1)),
            ("create", "bucket/b", json!(2)),
            ("delete", "bucket/d", json!(1)),
        ]);
        let refused = agreed.refuse_unless(&now).unwrap_err().to_string();
        for part in [
            "otherwise than in the plan: create bucket/b (demo)",
            "not in the plan: delete bucket/d (demo)",
            "not needed any more: update bucket/c (demo)",
        ] {
            assert!(refused.contains(part), "{refused}");
        }
        assert!(!refused.contains("bucket/a"), "{refused}");
    }

    #[test]
    fn a_plan_of_another_stack_is_refused_with_both() {
        let other = PlanFile { stack: "other".to_owned(), ..plan(&[]) };
        let refused = other.refuse_unless(&plan(&[])).unwrap_err().to_string();
        assert!(refused.contains("a plan of stack other in eu-west-1"), "{refused}");
        assert!(refused.contains("not of stack demo"), "{refused}");
    }
}
