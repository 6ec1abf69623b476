//! For any tree the canonical text says the same, and for any text there is an answer.

use super::super::{Condition, Expression, Subject, Test};
use proptest::prelude::*;

fn subjects() -> impl Strategy<Value = Subject> {
    prop_oneof![
        Just(Subject::AgentConnected),
        Just(Subject::AgentVersion),
        Just(Subject::Ec2InstanceId),
        Just(Subject::RegisteredAt),
        Just(Subject::RunningTasksCount),
        Just(Subject::TaskGroup),
        r"[\w./\\-]{1,12}".prop_filter_map("a name", |name| name.parse().ok().map(Subject::Attribute)),
    ]
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9.-]{1,8}", r#"[a-z '"()\[\]\\,&|=!]{0,8}"#, any::<String>()]
}

fn operators() -> impl Strategy<Value = Test> {
    let lists = || prop::collection::vec(values(), 1..4);
    prop_oneof![
        values().prop_map(Test::Equals),
        values().prop_map(Test::NotEquals),
        values().prop_map(Test::GreaterThan),
        values().prop_map(Test::GreaterThanEqual),
        values().prop_map(Test::LessThan),
        values().prop_map(Test::LessThanEqual),
        values().prop_map(Test::Matches),
        values().prop_map(Test::NotMatches),
        lists().prop_map(Test::In),
        lists().prop_map(Test::NotIn),
        Just(Test::Exists),
        Just(Test::NotExists),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    let comparison = (subjects(), operators()).prop_map(|(subject, test)| Condition::Compare(subject, test));
    comparison.prop_recursive(5, 32, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|condition| Condition::Not(Box::new(condition))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner, 2..4).prop_map(Condition::Or),
        ]
    })
}

/// Texts that are nearly expressions, which random characters never are.
fn near_misses() -> impl Strategy<Value = String> {
    let words = [
        "attribute:a",
        "task:group",
        "==",
        "=",
        "!",
        "in",
        "!in",
        "exists",
        "[",
        "]",
        "(",
        ")",
        ",",
        "'",
        "\"",
        "b",
        "\\",
        "and",
        "or",
        "not",
        "&&",
        "||",
        "|",
        " ",
        "é",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..16).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn the_canonical_text_says_the_same(condition in conditions()) {
        let text = condition.to_string();
        prop_assert_eq!(text.parse::<Expression>().map(|parsed| parsed.condition), Ok(condition), "{}", text);
    }

    #[test]
    fn any_text_is_an_expression_or_has_an_error(text in prop_oneof![any::<String>(), near_misses()]) {
        match text.parse::<Expression>() {
            Ok(expression) => {
                let again = expression.to_string().parse::<Expression>();
                prop_assert_eq!(again.map(|again| again.condition), Ok(expression.condition));
            }
            Err(error) => {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.position()));
                prop_assert_eq!(error.pointer(&text).lines().count(), 2);
                prop_assert_eq!(error.to_string().lines().count(), 1);
            }
        }
    }
}
