//! One value of the JSON that is read: what it is, and what is said of it.

use super::notebook::Notebook;
use super::placeholder::{is_not_a_region, is_placeholder};
use crate::rules::{Minds, Path, Rule};
use serde_json::Value;
use std::cell::RefCell;

/// A value, and where it stands.
pub struct Place<'a> {
    /// `None`: the member is left out.
    pub json: Option<&'a Value>,
    pub path: Path<'a>,
    pub notes: &'a RefCell<Notebook>,
    /// Within a value that is known to be broken.
    pub quiet: bool,
}

impl<'a> Place<'a> {
    pub fn wrong(&self, rule: Rule, problem: &str) {
        if !self.quiet {
            self.notes.borrow_mut().findings.add_broken(rule, &self.path, problem);
        }
    }

    /// A container instance may have log drivers of its own: ECS takes any text, and starts the task only where one has it.
    pub fn own_log_driver(&self, problem: &str) {
        let problem = format!("{problem}: only an instance whose agent has this driver starts the task");
        if !self.quiet {
            self.notes.borrow_mut().findings.warn(Rule::T02, &self.path, problem, Minds::Agent);
        }
    }

    /// Whether something will be put here that is not there yet, where a text is not what is expected.
    pub fn is_unknown(&self) -> bool {
        let Some(Value::String(text)) = self.json else { return false };
        // A request is more than a text that something will be put in the place of.
        if matches!(self.path, Path::Root) {
            return false;
        }
        let unknown = is_placeholder(text) && !self.notes.borrow().form.own;
        if unknown && !self.quiet {
            self.notes.borrow_mut().placeholder(&self.path);
        }
        unknown
    }

    /// Says that the value is not what is expected here, and what is there instead.
    pub fn not(&self, expected: &str) {
        match self.json {
            None => self.wrong(Rule::T01, &format!("{expected} is required")),
            Some(json) => {
                let hint = quotes(json, expected);
                self.wrong(Rule::T01, &format!("{} where {expected} is expected{hint}", shown(json)));
            }
        }
    }

    pub fn integer(&self, least: i64, most: i64) -> i64 {
        if self.is_unknown() {
            return 0;
        }
        match self.json.and_then(Value::as_i64) {
            Some(number) if (least..=most).contains(&number) => return number,
            Some(number) => self.wrong(Rule::T01, &format!("{number} is beyond {least} to {most}")),
            None => self.not("a whole number"),
        }
        0
    }

    pub fn text(&self, expected: &str) -> &'a str {
        if let Some(Value::String(text)) = self.json {
            let is_region = matches!(self.path, Path::Member(_, "awslogs-region"));
            if (is_placeholder(text) || (is_region && is_not_a_region(text))) && !self.quiet {
                self.notes.borrow_mut().unfinished(&self.path);
            }
            return text;
        }
        self.not(expected);
        ""
    }
}

/// Whether quotes alone are wrong, in words.
fn quotes(json: &Value, expected: &str) -> String {
    match json {
        Value::Number(_) | Value::Bool(_) if expected == "a text" => format!(": write \"{json}\", in quotes"),
        Value::String(text) => {
            let inner: Option<Value> = serde_json::from_str(text).ok();
            let fits = inner.is_some_and(|inner| match expected {
                "a whole number" => inner.is_i64(),
                "a number" => inner.is_number(),
                "true or false" => inner.is_boolean(),
                _ => false,
            });
            if fits { format!(": write {}, without quotes", text.trim()) } else { String::new() }
        }
        _ => String::new(),
    }
}

/// A value in a message: short ones as they are.
fn shown(json: &Value) -> String {
    match json {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Bool(_) | Value::Number(_) => json.to_string(),
        Value::String(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        Value::String(_) => "a text".to_owned(),
    }
}
