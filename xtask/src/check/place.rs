//! The value that a path such as `containerDefinitions[0].portMappings[1].hostPort` leads to, and its line.

use std::collections::BTreeMap;

use serde_json::Value;

/// Longer values say no more than their path does.
const LONGEST: usize = 80;

/// The value at a path as text, unless there is none or it is too long to be shown.
pub fn value_at(json: &Value, path: &str) -> Option<String> {
    let mut value = json;
    for member in path.split('.').filter(|member| !member.is_empty()) {
        let (name, items) = member.split_once('[').map_or((member, ""), |(name, rest)| (name, rest));
        // The whole may be a list.
        value = if name.is_empty() { value } else { value.get(name)? };
        for index in items.split('[').filter(|index| !index.is_empty()) {
            value = value.get(index.trim_end_matches(']').parse::<usize>().ok()?)?;
        }
    }
    let text = value.to_string();
    (!path.is_empty() && text.len() <= LONGEST).then_some(text)
}

/// The line of the value at a path, or of what it would be in where it is left out.
pub fn line_at(lines: &BTreeMap<String, usize>, path: &str) -> Option<usize> {
    let mut path = path;
    loop {
        if let Some(line) = lines.get(path) {
            return Some(*line);
        }
        if path.is_empty() {
            return None;
        }
        path = path.rfind(['.', '[']).map_or("", |end| &path[..end]);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_its_value() {
        let json = json!({"cpu": "1024", "containers": [{"ports": [{"hostPort": 8080}]}]});
        assert_eq!(value_at(&json, "cpu").unwrap(), "\"1024\"");
        assert_eq!(value_at(&json, "containers[0].ports[0].hostPort").unwrap(), "8080");
        assert_eq!(value_at(&json, "containers[1].ports"), None);
        assert_eq!(value_at(&json, ""), None);
        assert_eq!(value_at(&json!([{"cpu": 1}]), "[0].cpu").unwrap(), "1");
    }

    #[test]
    fn what_is_left_out_has_the_line_of_what_it_would_be_in() {
        let lines = [("", 1), ("containers", 3), ("containers[0]", 4)];
        let lines = lines.map(|(way, line)| (way.to_owned(), line)).into_iter().collect();
        for (path, line) in [("containers[0].image", 4), ("containers[1].cpu", 3), ("tags", 1), ("", 1)] {
            assert_eq!(line_at(&lines, path), Some(line), "{path}");
        }
        assert_eq!(line_at(&BTreeMap::new(), "cpu"), None);
    }
}
