//! Changes to the XML of answers, which is as its emulator writes it every time.

use std::collections::BTreeSet;

/// Each text between two others, replaced by what a function makes of all that is before it and of itself.
pub fn between(text: &str, start: &str, end: &str, mut change: impl FnMut(&str, &str) -> String) -> String {
    let (mut changed, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(start) {
        let Some((inner, after)) = after.split_once(end) else { break };
        changed.push_str(before);
        changed.push_str(start);
        let new = change(&changed, inner);
        changed.push_str(&new);
        changed.push_str(end);
        rest = after;
    }
    changed + rest
}

/// The text of the last element of this name.
pub fn last<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    text.rsplit_once(&start)?.1.split(&end).next()
}

/// The texts of all elements of this name, each once.
pub fn all(text: &str, name: &str) -> BTreeSet<String> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    text.split(&start).skip(1).filter_map(|rest| rest.split(&end).next()).map(str::to_owned).collect()
}

/// Without the elements of this name and what is in them.
pub fn without(text: &str, name: &str) -> String {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    between(text, &start, &end, |_, _| String::new()).replace(&format!("{start}{end}"), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_changed_and_the_rest_stays() {
        let text = "<a><n>one</n><d>1</d></a><a><n>two</n><d>2</d></a>";
        let changed = between(text, "<d>", "</d>", |before, old| {
            format!("{}{old}", last(before, "n").unwrap_or_default())
        });
        assert_eq!(changed, "<a><n>one</n><d>one1</d></a><a><n>two</n><d>two2</d></a>");
        assert_eq!(Vec::from_iter(all(text, "n")), ["one", "two"]);
        assert_eq!(without(text, "d"), "<a><n>one</n></a><a><n>two</n></a>");
        assert_eq!(between("<d>1", "<d>", "</d>", |_, _| String::new()), "<d>1");
    }
}
