//! Names for ids, which tell old from new.

use std::collections::HashMap;

/// The names of tasks and deployments, by id.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// A deployment, `old` or `new`.
    pub(super) fn deployment(&mut self, id: &str, age: &str) {
        self.0.insert(id.to_owned(), format!("ecs-svc/{age}"));
    }

    /// A task of a deployment, by number.
    pub(super) fn task(&mut self, id: &str, deployment: &str, number: u32) {
        let age = self.0.get(deployment).and_then(|name| name.strip_prefix("ecs-svc/"));
        let name = format!("{}-{number}", age.unwrap_or("task"));
        self.0.insert(id.to_owned(), name);
    }

    /// A text with names in place of ids.
    pub(super) fn put_into(&self, text: &str) -> String {
        let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '/');
        let words = text.split_inclusive(ends).map(|word| {
            let id = word.trim_end_matches(ends);
            self.0.get(id).map_or_else(|| word.to_owned(), |name| word.replacen(id, name, 1))
        });
        words.collect()
    }
}
