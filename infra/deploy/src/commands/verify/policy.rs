//! Whether policies allow an action on a resource, and whether a role may be assumed, by the documents alone.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>. What conditions say is not
//! worked out: a statement that has some leaves the answer open.

use serde_json::Value;

/// Whether something is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement allows it, or one denies it.
    Denied,
    /// A condition decides.
    Open,
}

/// What these documents say of an action on a resource.
pub fn decide(documents: &[Value], action: &str, resource: &str) -> Decision {
    let about = |statement: &&Value| {
        covers(statement, "Action", "NotAction", &action.to_ascii_lowercase(), str::to_ascii_lowercase)
            && covers(statement, "Resource", "NotResource", resource, str::to_owned)
    };
    let statements = documents.iter().flat_map(statements).filter(about);
    decided(&statements.collect::<Vec<_>>())
}

/// Whether a trust policy lets a service of AWS assume the role. Who is trusted under conditions counts as trusted: those
/// against a confused deputy compare what only the service knows.
pub fn trusts(trust: &Value, principal: &str) -> bool {
    let is_meant = |statement: &&Value| {
        let services = texts(&statement["Principal"]["Service"]);
        services.contains(&principal) || statement["Principal"] == "*"
    };
    let assumes = |statement: &&Value| {
        covers(statement, "Action", "NotAction", "sts:assumerole", str::to_ascii_lowercase)
    };
    let meant: Vec<_> = statements(trust).filter(is_meant).filter(assumes).collect();
    decided(&meant) != Decision::Denied
}

/// A denial counts before whatever allows it.
fn decided(statements: &[&Value]) -> Decision {
    let with = |effect: &str, conditional: bool| {
        statements.iter().any(|it| it["Effect"] == effect && it["Condition"].is_null() != conditional)
    };
    if with("Deny", false) || !(with("Allow", false) || with("Allow", true)) {
        Decision::Denied
    } else if with("Deny", true) || !with("Allow", false) {
        Decision::Open
    } else {
        Decision::Allowed
    }
}

/// A document has one statement or a list of them.
fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let statement = &document["Statement"];
    let (many, one) = match statement {
        Value::Array(many) => (many.as_slice(), None),
        Value::Null => (&[][..], None),
        one => (&[][..], Some(one)),
    };
    many.iter().chain(one)
}

/// Whether a statement's member covers a value, or its opposite leaves it in.
fn covers(statement: &Value, member: &str, opposite: &str, value: &str, form: fn(&str) -> String) -> bool {
    let any = |member: &str| texts(&statement[member]).iter().any(|it| is_like(form(it).as_bytes(), value));
    if statement[opposite].is_null() { any(member) } else { !any(opposite) }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// `*` stands for any text, `?` for one character.
fn is_like(pattern: &[u8], text: &str) -> bool {
    let (text, mut at, mut place) = (text.as_bytes(), 0, 0);
    let mut star = None;
    while place < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(&byte) if byte == b'?' || text.get(place) == Some(&byte) => {
                (at, place) = (at + 1, place + 1);
            }
            _ => {
                // The last star takes one more.
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                (at, place) = (star_at + 1, taken + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn allow(action: Value, resource: Value) -> Value {
        json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
    }

    #[test]
    fn what_a_statement_allows_is_allowed_unless_another_denies_it() {
        let deny = json!({"Statement": {"Effect": "Deny", "Action": "ecr:*", "Resource": "*"}});
        let not = json!({"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}});
        let under = json!({"Statement": {
            "Effect": "Allow", "Action": "ecr:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        }});
        let (all, pull) = (allow(json!("*"), json!("*")), allow(json!(["ECR:BatchGet*"]), json!("repo/a?c")));
        for (documents, decision) in [
            (vec![], Decision::Denied),
            (vec![all.clone()], Decision::Allowed),
            (vec![pull], Decision::Allowed),
            (vec![not], Decision::Allowed),
            (vec![allow(json!("ecr:BatchGetImage"), json!(["other", "repo/*"]))], Decision::Allowed),
            (vec![allow(json!("ecr:BatchGetImage"), json!("repo/ab"))], Decision::Denied),
            (vec![allow(json!("ecr:Get*"), json!("*"))], Decision::Denied),
            (vec![under.clone()], Decision::Open),
            (vec![under, all.clone()], Decision::Allowed),
            (vec![all, deny], Decision::Denied),
        ] {
            assert_eq!(decide(&documents, "ecr:BatchGetImage", "repo/abc"), decision, "{documents:?}");
        }
    }

    #[test]
    fn a_role_is_for_whom_its_trust_policy_names() {
        let trust = |principal: Value, action: &str| {
            json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action,
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}]})
        };
        let tasks = "ecs-tasks.example.com";
        assert!(trusts(&trust(json!({"Service": tasks}), "sts:AssumeRole"), tasks));
        assert!(trusts(&trust(json!({"Service": ["ec2.example.com", tasks]}), "sts:*"), tasks));
        assert!(!trusts(&trust(json!({"Service": "ec2.example.com"}), "sts:AssumeRole"), tasks));
        assert!(!trusts(&trust(json!({"Service": tasks}), "sts:TagSession"), tasks));
        assert!(!trusts(&json!({}), tasks));
    }

    #[test]
    fn stars_and_question_marks_stand_for_texts() {
        for (pattern, text, is) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c*", "abcd", true),
            ("a*bc", "abbbc", true),
            ("a?c", "ac", false),
            ("abc", "abcd", false),
            ("", "a", false),
        ] {
            assert_eq!(is_like(pattern.as_bytes(), text), is, "{pattern} {text}");
        }
    }
}
