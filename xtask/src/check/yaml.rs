//! YAML, as `amazon-ecs-deploy-task-definition` and other tools take it, with the line of each value.

mod templates;

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use serde_json::{Map, Number, Value};

use super::relaxed::{Read, Torn};
use templates::Templates;

/// Aliases can make a document of any size out of a short text.
const MOST_VALUES: usize = 100_000;
const TOO_LARGE: &str = "more values than a request to ECS can have";

/// Reads every document of a text.
///
/// # Errors
/// Where it is not YAML.
pub fn read(text: &str) -> Result<Vec<Read>, Torn> {
    let templates = Templates::hide(text);
    let mut events = Events {
        parser: Parser::new_from_str(templates.text()),
        templates: &templates,
        anchors: BTreeMap::new(),
        values: 0,
    };
    let mut documents = Vec::new();
    while let Some((event, span)) = events.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event => {
                let mut read = Read::default();
                read.json = events.value(event, span, &mut String::new(), &mut read.lines)?;
                read.remarks = templates.remarks().into_iter().collect();
                documents.push(read);
            }
        }
    }
    Ok(documents)
}

struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    templates: &'a Templates,
    anchors: BTreeMap<usize, Value>,
    values: usize,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, Torn> {
        self.parser.next_event().transpose().map_err(|error: ScanError| Torn {
            line: error.marker().line(),
            problem: format!("not YAML: {}", error.info()),
        })
    }

    fn needed(&mut self) -> Result<(Event<'a>, Span), Torn> {
        self.next()?.ok_or_else(|| Torn { line: 1, problem: "not YAML: it ends too early".to_owned() })
    }

    fn value(
        &mut self,
        event: Event<'a>,
        span: Span,
        way: &mut String,
        lines: &mut BTreeMap<String, usize>,
    ) -> Result<Value, Torn> {
        let line = span.start.line();
        lines.insert(way.clone(), line);
        self.count(1, line)?;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                (anchor, self.scalar(&text, is_text))
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(way, lines)?),
            Event::MappingStart(anchor, _) => (anchor, self.object(way, lines)?),
            Event::Alias(id) => {
                let value = self.anchors.get(&id).cloned().unwrap_or_default();
                self.count(size(&value), line)?;
                (0, value)
            }
            _ => (0, Value::Null),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn count(&mut self, values: usize, line: usize) -> Result<(), Torn> {
        self.values += values;
        if self.values > MOST_VALUES { Err(Torn { line, problem: TOO_LARGE.to_owned() }) } else { Ok(()) }
    }

    fn list(&mut self, way: &mut String, lines: &mut BTreeMap<String, usize>) -> Result<Value, Torn> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.needed()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let length = way.len();
            way.push_str(&format!("[{}]", items.len()));
            items.push(self.value(event, span, way, lines)?);
            way.truncate(length);
        }
    }

    fn object(&mut self, way: &mut String, lines: &mut BTreeMap<String, usize>) -> Result<Value, Torn> {
        let mut members = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.needed()?;
            if event == Event::MappingEnd {
                break;
            }
            let name = match event {
                Event::Scalar(text, ..) => self.templates.restore(&text),
                other => self.value(other, span, &mut String::new(), &mut BTreeMap::new())?.to_string(),
            };
            let (event, inner) = self.needed()?;
            let length = way.len();
            if length > 0 {
                way.push('.');
            }
            way.push_str(&name);
            let value = self.value(event, inner, way, lines)?;
            // The name's line, as a block begins below it.
            lines.insert(way.clone(), span.start.line());
            way.truncate(length);
            if name == "<<" {
                merged.push(value);
            } else {
                members.insert(name, value);
            }
        }
        for value in merged {
            merge(value, &mut members);
        }
        Ok(Value::Object(members))
    }

    /// YAML 1.2's own meaning of what stands without quotes.
    fn scalar(&self, text: &str, is_text: bool) -> Value {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        match text {
            _ if is_text => {}
            "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
            "true" | "True" | "TRUE" => return Value::Bool(true),
            "false" | "False" | "FALSE" => return Value::Bool(false),
            _ if is_number => {
                if let Ok(number) = text.parse::<i64>() {
                    return number.into();
                }
                if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
                    return number.into();
                }
            }
            _ => {}
        }
        Value::String(self.templates.restore(text))
    }
}

/// Members that another object has, too, unless they are given.
fn merge(value: Value, members: &mut Map<String, Value>) {
    match value {
        Value::Object(others) => {
            for (name, value) in others {
                members.entry(name).or_insert(value);
            }
        }
        Value::Array(all) => all.into_iter().for_each(|value| merge(value, members)),
        _ => {}
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
