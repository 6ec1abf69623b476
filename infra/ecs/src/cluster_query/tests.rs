//! What is an expression, what is none, and where that shows.

mod properties;

use super::{Attribute, Condition, Expected, Expression};

fn parse(text: &str) -> Expression {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn check_canonical(text: &str, canonical: &str) {
    assert_eq!(parse(text).to_string(), canonical);
}

#[track_caller]
fn check_refused(text: &str, position: usize, expected: Expected) {
    let error = text.parse::<Expression>().expect_err(text);
    assert_eq!((error.position(), error.expected()), (position, expected), "{error}");
}

/// "Create expressions to define container instances for Amazon ECS tasks", "Define which container instances
/// Amazon ECS uses for tasks" and "Example Amazon ECS task placement constraints", Amazon ECS Developer
/// Guide.
const DOCUMENTED: [&str; 18] = [
    "attribute:ecs.instance-type == t2.small",
    "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
    "attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d",
    "task:group == service:production",
    "not(task:group == database)",
    "runningTasksCount == 1",
    "agentVersion < 1.14.5",
    "registeredAt < 2018-02-13",
    "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']",
    "attribute:ecs.instance-type == g2.2xlarge",
    "attribute:stack == prod",
    "attribute:stack != prod",
    "attribute:ecs.instance-type in [t2.small, t2.medium]",
    "attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone == us-east-1a",
    "attribute:ecs.instance-type =~ t2.*",
    "task:group == service:daemon-service",
    "task:group == databases",
    "registeredAt >= 2018-06-18T22:28:28+00:00",
];

/// From public repositories, with values in place of their variables.
const IN_USE: [&str; 14] = [
    "attribute:flavor==test",
    "attribute:ecs.availability-zone==ap-south-1a",
    "ec2InstanceId in ['i-abcd1234'] and agentConnected==true",
    "ec2InstanceId in [i-abcd1234,i-wxyx7890]",
    "ec2InstanceId == 'i-abcd1234'",
    "task:group in [service:web,service:api]",
    "attribute:ecs.availability-zone in [\"us-west-2a\", \"us-west-2b\"]",
    "attribute:ecs.instance-type =~ (p[2,3]|g[3,4]|f[1]).*",
    "attribute:ecs.instance-type matches t2.*",
    "attribute:ecs.capability.external !exists",
    "attribute:gpu exists",
    "attribute:foundry.signoz.io/storage == persistent",
    "attribute:ecs.capability.gpu-driver-version =~ 595\\..*",
    "(attribute:ecs.instance-type == t2.small or attribute:ecs.instance-type == t2.medium) \
     and attribute:ecs.availability-zone == us-west-2a",
];

#[test]
fn all_documented_examples_are_expressions_and_keep_their_text() {
    for text in DOCUMENTED.into_iter().chain(IN_USE) {
        let expression = parse(text);
        assert_eq!(expression.text(), text);
        assert_eq!(parse(&expression.to_string()).condition(), expression.condition(), "{text}");
    }
}

#[test]
fn both_spellings_of_an_operator_are_the_same() {
    for (word, sign) in [
        ("equals", "=="),
        ("not_equals", "!="),
        ("greater_than", ">"),
        ("greater_than_equal", ">="),
        ("less_than", "<"),
        ("less_than_equal", "<="),
        ("matches", "=~"),
        ("not_matches", "!~"),
    ] {
        check_canonical(&format!("agentVersion {word} 1.0.0"), &format!("agentVersion {sign} 1.0.0"));
    }
    check_canonical("attribute:a not_in [b]", "attribute:a !in [b]");
    check_canonical("attribute:a not_exists", "attribute:a !exists");
    check_canonical(
        "!attribute:a exists&&attribute:b exists",
        "not(attribute:a exists) and attribute:b exists",
    );
    check_canonical("attribute:a exists||attribute:b==c", "attribute:a exists or attribute:b == c");
}

#[test]
fn space_and_case_are_free() {
    check_canonical(
        " \n attribute:a\tIN[ b ,c ]AND(attribute:d EXISTS)",
        "attribute:a in [b, c] and attribute:d exists",
    );
}

#[test]
fn not_binds_tighter_than_and_which_binds_tighter_than_or() {
    let [a, b, c] =
        ["a", "b", "c"].map(|name| parse(&format!("attribute:{name} exists")).condition().clone());
    let not_a = Condition::Not(Box::new(a.clone()));
    let expression = parse("not attribute:a exists and attribute:b exists or attribute:c exists");
    assert_eq!(
        *expression.condition(),
        Condition::Or(vec![Condition::And(vec![not_a, b.clone()]), c.clone()])
    );

    let expression = parse("attribute:a exists and (attribute:b exists or attribute:c exists)");
    assert_eq!(*expression.condition(), Condition::And(vec![a, Condition::Or(vec![b, c])]));
}

#[test]
fn parentheses_that_change_nothing_are_not_canonical() {
    check_canonical(
        "((attribute:a exists) and (attribute:b =~ (c)))",
        "attribute:a exists and attribute:b =~ (c)",
    );
    check_canonical("not((attribute:a exists))", "not(attribute:a exists)");
}

#[test]
fn a_value_may_hold_what_its_quotes_protect() {
    check_canonical("attribute:a == 'b'", "attribute:a == b");
    check_canonical("attribute:a == \"b and c\"", "attribute:a == 'b and c'");
    check_canonical("attribute:a == 'and'", "attribute:a == 'and'");
    check_canonical("attribute:a in ['b, c', d]", "attribute:a in ['b, c', d]");
    check_canonical("attribute:a == \"it's\"", "attribute:a == it's");
    check_canonical("attribute:a == 'it''s \"b\"'", "attribute:a == 'it''s \"b\"'");
    check_canonical("attribute:a == ''", "attribute:a == ''");
}

#[test]
fn an_error_names_the_column_and_what_would_be_valid() {
    check_refused("", 1, Expected::Subject);
    check_refused("   ", 4, Expected::Subject);
    check_refused("ecs.instance-type == t2.small", 1, Expected::Subject);
    check_refused("exists attribute:a", 1, Expected::Subject);
    check_refused("task:groups == a", 1, Expected::Subject);
    check_refused("attribute: == a", 1, Expected::AttributeName);
    check_refused("attribute:ecs.ami-id", 21, Expected::Operator);
    check_refused("attribute:a = b", 13, Expected::Operator);
    check_refused("attribute:a === b", 13, Expected::Operator);
    check_refused("attribute:a = ~ b", 13, Expected::Operator);
    check_refused("attribute:a not in [b]", 13, Expected::Operator);
    check_refused("attribute:a ==", 15, Expected::Value);
    check_refused("attribute:a == and attribute:b exists", 16, Expected::Value);
    check_refused("(attribute:a == )", 17, Expected::Value);
    check_refused("attribute:a == = b", 16, Expected::Value);
    check_refused("attribute:a in b", 16, Expected::List);
    check_refused("attribute:a in []", 17, Expected::Value);
    check_refused("attribute:a in [b, c", 21, Expected::ListEnd);
    check_refused("attribute:a in [b c]", 19, Expected::ListEnd);
    check_refused("attribute:a in [b,]", 19, Expected::Value);
    check_refused("attribute:a == 'b", 18, Expected::Quote('\'', 16));
    check_refused("attribute:a =~ (b|c", 20, Expected::Bracket(')'));
    check_refused("attribute:a == b]", 17, Expected::Connective);
    check_refused("attribute:a == b)", 17, Expected::Connective);
    check_refused("attribute:a == b c", 18, Expected::Connective);
    check_refused("attribute:a exists b", 20, Expected::Connective);
    check_refused("(attribute:a == b", 18, Expected::GroupEnd);
    check_refused("attribute:a exists and", 23, Expected::Subject);
    check_refused("attribute:a exists or or attribute:b exists", 23, Expected::Subject);
    check_refused("and attribute:a exists", 1, Expected::Subject);
    check_refused("not", 4, Expected::Subject);
}

#[test]
fn an_error_reads_as_one_line_and_points_at_the_column() {
    let text = "attribute:größe\t= b";
    let error = text.parse::<Expression>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "at column 17: expected an operator (==, !=, >, >=, <, <=, =~, !~, in, !in, exists or !exists), \
         found `=`"
    );
    assert_eq!(error.pointer(text), "attribute:größe = b\n                ^");

    let error = "attribute:a".parse::<Expression>().unwrap_err().to_string();
    assert!(error.ends_with("found end of expression"), "{error}");
}

#[test]
fn a_group_64_deep_is_accepted_and_one_more_is_refused() {
    let nested = |opening: &str, depth, closing: &str| {
        format!("{}attribute:a exists{}", opening.repeat(depth), closing.repeat(depth))
    };
    for (opening, closing) in [("(", ")"), ("not(", ")"), ("!", ""), ("not ", "")] {
        parse(&parse(&nested(opening, 64, closing)).to_string());
        check_refused(&nested(opening, 65, closing), 64 * opening.len() + 1, Expected::LessNesting);
    }
}

#[test]
fn an_endless_text_ends_in_an_answer() {
    for opening in ["(", "not(", "!", "not "] {
        check_refused(&opening.repeat(100_000), 64 * opening.len() + 1, Expected::LessNesting);
    }
    let chain = "attribute:a exists and ".repeat(100_000);
    let error = chain.parse::<Expression>().unwrap_err();
    assert_eq!(error.pointer(&chain).len(), 2 * chain.len() + 2);
    assert_eq!(parse(&format!("{chain}attribute:a exists")).attributes().count(), 100_001);
}

#[test]
fn the_attributes_are_those_mentioned_anywhere() {
    let expression =
        parse("not(attribute:a in [attribute:b] or (attribute:ecs.ami-id exists and agentVersion > 1))");
    assert_eq!(expression.attributes().collect::<Vec<_>>(), ["a", "ecs.ami-id"]);
}

#[test]
fn constructors_write_the_text() {
    let other_zone = Attribute::AVAILABILITY_ZONE.not_equals("ap-south-1c");
    let expression = Attribute::INSTANCE_TYPE.matches("t3.*").and(other_zone);
    let text = "attribute:ecs.instance-type =~ t3.* and attribute:ecs.availability-zone != ap-south-1c";
    assert_eq!(expression, parse(text));

    let stack: Attribute = "stack".parse().unwrap();
    let elsewhere = stack.clone().is_in("test", &["old stack"]).or(stack.not_exists());
    let expression = Expression::task_group("service:database").negated().and(elsewhere);
    let text = "not(task:group == service:database) and \
                (attribute:stack in [test, 'old stack'] or attribute:stack !exists)";
    assert_eq!(String::from(expression), text);

    let error = "a b".parse::<Attribute>().unwrap_err().to_string();
    assert!(error.contains("expected the name of an attribute") && error.ends_with("found `a b`"), "{error}");
}
