//! Answers of the query protocol: a tree as XML.

use crate::api_error::ApiError;
use quick_xml::escape::escape;
use serde_json::Value;
use std::fmt::Write;

/// Split, because addresses of AWS are composed for the partition everywhere else.
const NAMESPACE: &str = concat!("http://elasticloadbalancing.amazon", "aws.com/doc/2015-12-01/");

/// An operation's answer. Lists have an element `member` for each of theirs; what is null is left out.
pub fn answer(operation: &str, result: &Value) -> String {
    let mut out = format!("<{operation}Response xmlns=\"{NAMESPACE}\">");
    element(&mut out, &format!("{operation}Result"), result);
    let _ = write!(
        out,
        "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        request_id()
    );
    out
}

/// A refusal.
pub fn error(error: &ApiError) -> String {
    let kind = if error.status.is_server_error() { "Receiver" } else { "Sender" };
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        escape(&error.code),
        escape(&error.message),
        request_id()
    )
}

fn element(out: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    let _ = write!(out, "<{name}>");
    match value {
        Value::Object(members) => {
            // A load balancer's name comes before that in DNS, as from AWS.
            let (last, first): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| *name == "DNSName");
            first.into_iter().chain(last).for_each(|(name, value)| element(out, name, value));
        }
        Value::Array(items) => items.iter().for_each(|item| element(out, "member", item)),
        Value::String(text) => out.push_str(&escape(text)),
        other => {
            let _ = write!(out, "{other}");
        }
    }
    let _ = write!(out, "</{name}>");
}

fn request_id() -> String {
    let bits = fastrand::u128(..);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xfff,
        0x8000 | ((bits >> 48) & 0x3fff),
        bits & 0xffff_ffff_ffff
    )
}
