//! From the text to the tree: one function for each level of precedence.

use super::condition::{Condition, Subject, Test};
use super::error::{Expected, ExpressionError, MAX_DEPTH};
use super::lexer::Cursor;

/// What goes with an operator.
#[derive(Clone, Copy)]
enum Argument {
    Value(fn(String) -> Test),
    List(fn(Vec<String>) -> Test),
    None(fn() -> Test),
}

/// Both spellings of every operator.
const OPERATORS: [(&str, &str, Argument); 12] = [
    ("==", "equals", Argument::Value(Test::Equals)),
    ("!=", "not_equals", Argument::Value(Test::NotEquals)),
    (">", "greater_than", Argument::Value(Test::GreaterThan)),
    (">=", "greater_than_equal", Argument::Value(Test::GreaterThanEqual)),
    ("<", "less_than", Argument::Value(Test::LessThan)),
    ("<=", "less_than_equal", Argument::Value(Test::LessThanEqual)),
    ("=~", "matches", Argument::Value(Test::Matches)),
    ("!~", "not_matches", Argument::Value(Test::NotMatches)),
    ("in", "in", Argument::List(Test::In)),
    ("!in", "not_in", Argument::List(Test::NotIn)),
    ("exists", "exists", Argument::None(|| Test::Exists)),
    ("!exists", "not_exists", Argument::None(|| Test::NotExists)),
];

pub(super) fn parse(text: &str) -> Result<Condition, ExpressionError> {
    let mut cursor = Cursor::new(text);
    let condition = either(&mut cursor, 0)?;
    if cursor.is_at_end() { Ok(condition) } else { Err(cursor.error(Expected::Connective)) }
}

fn either(cursor: &mut Cursor<'_>, depth: usize) -> Result<Condition, ExpressionError> {
    let first = both(cursor, depth)?;
    let mut others = Vec::new();
    while cursor.eat("||") || cursor.eat_word("or") {
        others.push(both(cursor, depth)?);
    }
    Ok(combined(first, others, Condition::Or))
}

fn both(cursor: &mut Cursor<'_>, depth: usize) -> Result<Condition, ExpressionError> {
    let first = single(cursor, depth)?;
    let mut others = Vec::new();
    while cursor.eat("&&") || cursor.eat_word("and") {
        others.push(single(cursor, depth)?);
    }
    Ok(combined(first, others, Condition::And))
}

fn combined(first: Condition, others: Vec<Condition>, all: fn(Vec<Condition>) -> Condition) -> Condition {
    if others.is_empty() { first } else { all(std::iter::once(first).chain(others).collect()) }
}

/// A comparison, a group, or the negation of either.
fn single(cursor: &mut Cursor<'_>, depth: usize) -> Result<Condition, ExpressionError> {
    let goes_deeper = cursor.is_at('(') || cursor.is_at('!') || cursor.is_at_word("not");
    if goes_deeper && depth == MAX_DEPTH {
        return Err(cursor.error(Expected::LessNesting));
    }
    if cursor.eat("!") || cursor.eat_word("not") {
        // `not(` is one level, as in the canonical text: that must not be deeper than what was parsed.
        let inner = if cursor.is_at('(') { group(cursor, depth + 1)? } else { single(cursor, depth + 1)? };
        return Ok(Condition::Not(Box::new(inner)));
    }
    if cursor.is_at('(') { group(cursor, depth + 1) } else { comparison(cursor) }
}

fn group(cursor: &mut Cursor<'_>, depth: usize) -> Result<Condition, ExpressionError> {
    cursor.eat("(");
    let condition = either(cursor, depth)?;
    if cursor.eat(")") { Ok(condition) } else { Err(cursor.error(Expected::GroupEnd)) }
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Condition, ExpressionError> {
    let subject = subject(cursor)?;
    let operator = cursor.token();
    let known = OPERATORS
        .iter()
        .find(|(sign, word, _)| operator.eq_ignore_ascii_case(sign) || operator.eq_ignore_ascii_case(word));
    let Some((_, _, argument)) = known else {
        return Err(cursor.error(Expected::Operator));
    };
    cursor.pass(operator.len());
    let test = match argument {
        Argument::Value(test) => test(cursor.value(false)?),
        Argument::List(test) => test(list(cursor)?),
        Argument::None(test) => test(),
    };
    Ok(Condition::Compare(subject, test))
}

fn subject(cursor: &mut Cursor<'_>) -> Result<Subject, ExpressionError> {
    let name = cursor.token();
    let subject = match name {
        "agentConnected" => Subject::AgentConnected,
        "agentVersion" => Subject::AgentVersion,
        "ec2InstanceId" => Subject::Ec2InstanceId,
        "registeredAt" => Subject::RegisteredAt,
        "runningTasksCount" => Subject::RunningTasksCount,
        "task:group" => Subject::TaskGroup,
        _ => {
            let Some(attribute) = name.strip_prefix("attribute:") else {
                return Err(cursor.error(Expected::Subject));
            };
            let attribute = attribute.parse().map_err(|_| cursor.error(Expected::AttributeName))?;
            Subject::Attribute(attribute)
        }
    };
    cursor.pass(name.len());
    Ok(subject)
}

fn list(cursor: &mut Cursor<'_>) -> Result<Vec<String>, ExpressionError> {
    if !cursor.eat("[") {
        return Err(cursor.error(Expected::List));
    }
    let mut values = vec![cursor.value(true)?];
    while cursor.eat(",") {
        values.push(cursor.value(true)?);
    }
    if cursor.eat("]") { Ok(values) } else { Err(cursor.error(Expected::ListEnd)) }
}
