//! Verdicts on requests that come as lines of JSON, one for each line, whatever is in it.

use crate::ecs::requests::{self, Counts, MOST_BYTES, Progress};
use crate::ecs::rules::{Findings, Path, Rule};
use serde::Serialize;
use serde_json::{Map, Value};

/// What is said of a line.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The line's own id; null where it has none.
    pub id: Value,
    /// Whether ECS would take it.
    pub ok: bool,
    /// Errors and warnings.
    #[serde(flatten)]
    pub findings: Findings,
    /// How many tasks each capacity provider gets, for a strategy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What a rolling update may do, for a service.
    #[serde(flatten)]
    pub progress: Option<Progress>,
}

/// What a line was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// ECS would take it.
    Taken,
    /// ECS would refuse it.
    Refused,
    /// It is no JSON.
    NoJson,
}

/// The verdict on a line, as a line of JSON without its end.
///
/// # Errors
/// Never: a verdict has a JSON form.
pub fn answer(line: &[u8]) -> serde_json::Result<(Vec<u8>, Outcome)> {
    let (verdict, outcome) = judge(line);
    Ok((serde_json::to_vec(&verdict)?, outcome))
}

fn judge(line: &[u8]) -> (Verdict, Outcome) {
    let verdict = match serde_json::from_slice(line) {
        Ok(Value::Object(members)) => {
            let id = members.get("id").cloned().unwrap_or_default();
            request(&members, line.len()).unwrap_or_else(|error| refused(&error.to_string())).of(id)
        }
        Ok(_) => refused("the line is no object").of(Value::Null),
        Err(error) => {
            return (refused(&format!("the line is no JSON: {error}")).of(Value::Null), Outcome::NoJson);
        }
    };
    let outcome = if verdict.ok { Outcome::Taken } else { Outcome::Refused };
    (verdict, outcome)
}

fn request(members: &Map<String, Value>, bytes: usize) -> serde_json::Result<Verdict> {
    if !members.contains_key("id") {
        return Ok(refused("the line has no id"));
    }
    let mut names: Vec<&str> = members.keys().map(String::as_str).filter(|name| *name != "id").collect();
    names.sort_unstable();
    match names[..] {
        ["definition"] => definition(&members["definition"], bytes),
        ["desired", "strategy"] => {
            let mut request = members.clone();
            request.remove("id");
            let (findings, counts) = requests::placement(&Value::Object(request))?;
            Ok(Verdict { findings, counts, ..Verdict::default() })
        }
        ["service"] => {
            let (findings, progress) = requests::rolling_update(&members["service"])?;
            Ok(Verdict { findings, progress, ..Verdict::default() })
        }
        _ => Ok(refused(&format!(
            "a line has an id and `definition`, or `desired` and `strategy`, or `service`; this one has {}",
            names.join(", ")
        ))),
    }
}

fn definition(json: &Value, bytes: usize) -> serde_json::Result<Verdict> {
    // The line is a little longer than the definition in it; only near the limit does the difference matter.
    if bytes > MOST_BYTES {
        let bytes = json.to_string().len();
        if bytes > MOST_BYTES {
            return Ok(refused(&format!("{bytes} bytes, and ECS takes at most {MOST_BYTES}")));
        }
    }
    let findings = requests::task_definition(json)?;
    Ok(Verdict { findings, ..Verdict::default() })
}

fn refused(problem: &str) -> Verdict {
    let mut findings = Findings::default();
    findings.add(Rule::T01, &Path::Root, problem);
    Verdict { findings, ..Verdict::default() }
}

impl Verdict {
    fn of(mut self, id: Value) -> Self {
        self.ok = self.findings.is_ok();
        self.id = id;
        self
    }
}
