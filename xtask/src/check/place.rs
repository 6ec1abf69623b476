//! The value that a path such as `containerDefinitions[0].portMappings[1].hostPort` leads to.

use serde_json::Value;

/// Longer values say no more than their path does.
const LONGEST: usize = 80;

/// The value at a path as text, unless there is none or it is too long to be shown.
pub fn value_at(json: &Value, path: &str) -> Option<String> {
    let mut value = json;
    for member in path.split('.').filter(|member| !member.is_empty()) {
        let (name, items) = member.split_once('[').map_or((member, ""), |(name, rest)| (name, rest));
        value = value.get(name)?;
        for index in items.split('[').filter(|index| !index.is_empty()) {
            value = value.get(index.trim_end_matches(']').parse::<usize>().ok()?)?;
        }
    }
    let text = value.to_string();
    (!path.is_empty() && text.len() <= LONGEST).then_some(text)
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
    }
}
