//! What a check found: that all is well, that something is not, or that it could not be looked at.

use infra_engine::Failure;
use infra_engine::failure::in_one_line;
use serde::Serialize;

/// How a check ended; in this order one is worse than the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckResult {
    /// What is needed is there.
    Ok,
    /// It could not be looked at.
    Unknown,
    /// It is not there, or not as it must be.
    Failed,
}

/// A check's result, what it is about, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// How it ended.
    pub result: CheckResult,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub next: Option<String>,
}

impl Judgement {
    /// All is well.
    pub fn ok(what: impl Into<String>) -> Self {
        Self { result: CheckResult::Ok, what: what.into(), next: None }
    }

    /// Something is not as it must be.
    pub fn failed(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { result: CheckResult::Failed, what: what.into(), next: Some(next.into()) }
    }

    /// It could not be looked at, for this reason.
    pub fn unknown(what: impl Into<String>) -> Self {
        Self { result: CheckResult::Unknown, what: what.into(), next: None }
    }

    /// The same with a word on what to do next.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }

    /// Several as one: the worst decides, and only what is as bad is told. None at all is well.
    pub fn all(judgements: impl IntoIterator<Item = Self>, none: &str) -> Self {
        let judgements: Vec<_> = judgements.into_iter().collect();
        let Some(result) = judgements.iter().map(|it| it.result).max() else { return Self::ok(none) };
        let worst = || judgements.iter().filter(|it| it.result == result);
        Self {
            result,
            what: distinct(worst().map(|it| it.what.as_str())).unwrap_or_default(),
            next: distinct(worst().filter_map(|it| it.next.as_deref())),
        }
    }
}

/// What can't be read could not be looked at.
impl From<&Failure> for Judgement {
    fn from(failure: &Failure) -> Self {
        Self { next: failure.what_to_do().map(str::to_owned), ..Self::unknown(in_one_line(failure)) }
    }
}

impl From<Result<Self, Failure>> for Judgement {
    fn from(checked: Result<Self, Failure>) -> Self {
        checked.unwrap_or_else(|failure| Self::from(&failure))
    }
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut once = Vec::new();
    for text in texts {
        if !once.contains(&text) {
            once.push(text);
        }
    }
    (!once.is_empty()).then(|| once.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_decides_and_is_told_once() {
        let ok = || Judgement::ok("fine");
        let unknown = || Judgement::unknown("unreadable");
        let failed = || Judgement::failed("missing", "make it");
        assert_eq!(Judgement::all([], "none is needed"), Judgement::ok("none is needed"));
        assert_eq!(Judgement::all([ok(), unknown(), ok()], ""), unknown());
        assert_eq!(Judgement::all([failed(), unknown(), failed()], ""), failed());
        let two = Judgement::all([failed(), Judgement::failed("wrong", "mend it")], "");
        assert_eq!(two, Judgement::failed("missing; wrong", "make it; mend it"));
    }

    #[test]
    fn what_may_not_be_read_is_no_failure() {
        let denied = Failure::new("get the role: not authorized").hint("ask for the right in IAM");
        let judgement = Judgement::from(Err(denied));
        assert_eq!(
            judgement,
            Judgement::unknown("get the role: not authorized").next("ask for the right in IAM")
        );
    }
}
