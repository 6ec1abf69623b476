//! Verdicts on requests that come as lines of JSON, one for each line, whatever is in it.

use crate::requests::{self, Counts, Progress};
use crate::rules::{Findings, Path, Rule};
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

/// How findings count.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Warnings are errors.
    pub strict: bool,
    /// Members that are not known are notes.
    pub allow_unknown: bool,
}

/// The verdict on a line, as a line of JSON without its end.
///
/// # Errors
/// Never: a verdict has a JSON form.
pub fn answer(line: &[u8]) -> serde_json::Result<(Vec<u8>, Outcome)> {
    answer_as(line, How::default())
}

/// As [`answer`], with findings that count so.
///
/// # Errors
/// Never: a verdict has a JSON form.
pub fn answer_as(line: &[u8], how: How) -> serde_json::Result<(Vec<u8>, Outcome)> {
    let (verdict, outcome) = judge(line, how);
    Ok((serde_json::to_vec(&verdict)?, outcome))
}

fn judge(line: &[u8], how: How) -> (Verdict, Outcome) {
    let verdict = match serde_json::from_slice(line) {
        Ok(Value::Object(members)) => {
            let id = members.get("id").cloned().unwrap_or_default();
            let mut verdict = request(&members).unwrap_or_else(|error| refused(&error.to_string()));
            if how.allow_unknown {
                verdict.findings.allow_unknown();
            }
            if how.strict {
                verdict.findings.strict();
            }
            verdict.of(id)
        }
        Ok(_) => refused("the line is not an object").of(Value::Null),
        Err(error) => {
            return (refused(&format!("the line is not JSON: {error}")).of(id_of(line)), Outcome::NoJson);
        }
    };
    let outcome = if verdict.ok { Outcome::Taken } else { Outcome::Refused };
    (verdict, outcome)
}

fn request(members: &Map<String, Value>) -> serde_json::Result<Verdict> {
    if !members.contains_key("id") {
        return Ok(refused("the line has no id"));
    }
    let mut names: Vec<&str> = members.keys().map(String::as_str).filter(|name| *name != "id").collect();
    names.sort_unstable();
    match names[..] {
        ["definition"] => {
            let findings = requests::definition(&members["definition"])?;
            Ok(Verdict { findings, ..Verdict::default() })
        }
        ["request"] => match requests::parts(&members["request"]).as_deref() {
            Ok([part]) => Ok(Verdict { findings: part.check()?, ..Verdict::default() }),
            Ok(_) => Ok(refused("more than one request: a line has one")),
            Err(no_request) => Ok(refused(&no_request.to_string())),
        },
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
            "a line has an id and `definition` or `request`, or `desired` and `strategy`, or `service`; beside the id, this one has {}",
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        ))),
    }
}

/// The id of a line that is no JSON as a whole, so that its sender knows which one it was.
fn id_of(line: &[u8]) -> Value {
    let text = String::from_utf8_lossy(line);
    let Some((_, rest)) = text.split_once("\"id\":") else { return Value::Null };
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    let first = values.next().and_then(Result::ok).unwrap_or_default();
    if first.is_string() || first.is_number() { first } else { Value::Null }
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
