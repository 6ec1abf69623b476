//! Pages of lists.

use super::input::{Request, invalid};
use crate::api_error::ApiError;
use serde_json::{Value, json};

/// The most that one page has.
const MOST: usize = 100;

/// The page that a request asks for.
pub(super) fn asked(body: &Value) -> Request {
    Request {
        max_results: body["maxResults"].as_i64(),
        next_token: body["nextToken"].as_str().map(str::to_owned),
        ..Request::default()
    }
}

/// A page of these ARNs or names as an answer: `{"taskArns": [...], "nextToken": ...}`. What comes or goes between two pages
/// neither hides nor repeats another item: a token is the last item that was given.
pub(super) fn page(member: &str, mut items: Vec<String>, request: &Request) -> Result<Value, ApiError> {
    let most = match request.max_results {
        None => MOST,
        Some(most) => usize::try_from(most)
            .ok()
            .filter(|most| (1..=MOST).contains(most))
            .ok_or_else(|| invalid("Invalid value for 'maxResults': must be between 1 and 100."))?,
    };
    let descending = request.sort.as_deref() == Some("DESC");
    items.sort_by(|one, other| key(one).cmp(&key(other)));
    if descending {
        items.reverse();
    }
    if let Some(token) = &request.next_token {
        let last = decoded(token).ok_or_else(|| invalid("Invalid token."))?;
        items.retain(|item| if descending { key(item) < key(&last) } else { key(item) > key(&last) });
    }
    let more = items.len() > most;
    items.truncate(most);
    let mut answer = json!({member: items});
    if let (true, Some(last)) = (more, items.last()) {
        answer["nextToken"] = json!(encoded(last));
    }
    Ok(answer)
}

/// Revisions are sorted by number.
fn key(item: &str) -> (&str, u64) {
    item.rsplit_once(':')
        .and_then(|(family, number)| Some((family, number.parse().ok()?)))
        .unwrap_or((item, 0))
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decoded(token: &str) -> Option<String> {
    let digits = token.as_bytes();
    let bytes = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_complete_in_both_directions() {
        let items: Vec<String> = (1..=25).map(|number| format!("arn:task-definition/web:{number}")).collect();
        for sort in ["ASC", "DESC"] {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let asked = Request {
                    next_token: token,
                    max_results: Some(10),
                    sort: Some(sort.to_owned()),
                    ..Request::default()
                };
                let answer = page("arns", items.clone(), &asked).unwrap();
                seen.extend(
                    answer["arns"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()),
                );
                token = answer["nextToken"].as_str().map(str::to_owned);
                if token.is_none() {
                    break;
                }
            }
            if sort == "DESC" {
                seen.reverse();
            }
            assert_eq!(seen, items);
        }
    }

    #[test]
    fn a_token_that_is_none_is_refused() {
        for token in ["x", "zz", "ff", "é"] {
            let asked = Request { next_token: Some(token.to_owned()), ..Request::default() };
            assert_eq!(page("arns", Vec::new(), &asked).unwrap_err().message, "Invalid token.", "{token}");
        }
    }
}
