//! XMP: text with tags, in which positions are attributes or elements with a name of their own.

use super::budget::Budget;

/// Puts spaces where positions were, or all over the text where that costs too much. False where there were none.
pub(super) fn strip(text: &mut [u8], budget: &mut Budget) -> bool {
    let mut has_removed = false;
    let mut at = 0;
    while let Some(colon) = text[at..].iter().position(|byte| *byte == b':').map(|index| at + index) {
        at = colon + 1;
        let end = at + text[at..].iter().take_while(|byte| is_of_name(**byte)).count();
        if !is_position(&text[at..end]) {
            continue;
        }
        if budget.step().is_err() {
            text.fill(b' ');
            return true;
        }
        let Some((from, to)) = position_around(text, colon, end) else { continue };
        text[from..to].fill(b' ');
        has_removed = true;
        at = to.max(at);
    }
    has_removed
}

/// The attribute or element whose name has a colon here and ends there, if it is one.
fn position_around(text: &[u8], colon: usize, end: usize) -> Option<(usize, usize)> {
    let start = colon - text[..colon].iter().rev().take_while(|byte| is_of_name(**byte)).count();
    if start == colon {
        return None;
    }
    match text.get(start.checked_sub(1)?)? {
        b'<' => Some((start - 1, end_of_element(text, start, end))),
        b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' => Some((start, end_of_attribute(text, end)?)),
        _ => None,
    }
}

/// `exif:GPSLatitude` and its kind; makers of drones have names of their own.
pub(super) fn is_position(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let has = |word: &[u8]| name.windows(word.len()).any(|part| part == word);
    name.starts_with(b"gps") || has(b"latitude") || has(b"longitude") || has(b"longtitude")
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Behind an attribute's value.
fn end_of_attribute(text: &[u8], end_of_name: usize) -> Option<usize> {
    let skip = |at: usize| at + text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let equals = skip(end_of_name);
    let open = skip(equals + usize::from(text.get(equals) == Some(&b'=')));
    let quote = text.get(open).filter(|quote| open > equals && matches!(quote, b'"' | b'\''))?;
    let length = text[open + 1..].iter().position(|byte| byte == quote);
    Some(length.map_or(text.len(), |length| open + 1 + length + 1))
}

/// Behind an element with all that is in it; the end of the text if the element has none.
fn end_of_element(text: &[u8], start: usize, end_of_name: usize) -> usize {
    let first = end_of_tag(text, end_of_name);
    if text[..first].ends_with(b"/>") {
        return first;
    }
    let closing = [b"</", &text[start..end_of_name]].concat();
    let ends = |index: &usize| !text.get(index + closing.len()).is_some_and(|byte| is_of_name(*byte));
    let places = text[first..].windows(closing.len()).enumerate().filter(|(_, part)| *part == closing);
    let found = places.map(|(index, _)| first + index).find(ends);
    found.map_or(text.len(), |index| end_of_tag(text, index + closing.len()))
}

fn end_of_tag(text: &[u8], at: usize) -> usize {
    let mut quote = None;
    for (index, byte) in text.iter().enumerate().skip(at) {
        match (quote, byte) {
            (None, b'>') => return index + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}
