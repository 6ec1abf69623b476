//! Annotations, with which GitHub shows findings beside the lines of a file.
//!
//! GitHub: "Workflow commands for GitHub Actions" (setting a notice, warning or error message).

use std::path::Path;

/// How GitHub shows an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Error,
    Warning,
    Notice,
}

/// Whether GitHub Actions reads what is printed.
pub fn are_read() -> bool {
    std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true")
}

/// An error about a line of a file.
pub fn error(file: &str, line: Option<usize>, title: &str, message: &str) -> String {
    annotation(Level::Error, file, line, title, message)
}

/// An annotation of a line of a file.
pub fn annotation(level: Level, file: &str, line: Option<usize>, title: &str, message: &str) -> String {
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    let workspace = std::env::var("GITHUB_WORKSPACE").unwrap_or_default();
    let file = in_workspace(file, &workspace);
    let line = line.map_or_else(String::new, |line| format!(",line={line}"));
    format!("::{level} file={}{line},title={}::{}", property(file), property(title), data(message))
}

/// GitHub names files from the top of the repository.
fn in_workspace<'a>(file: &'a str, workspace: &str) -> &'a str {
    let inside = (!workspace.is_empty()).then(|| Path::new(file).strip_prefix(workspace).ok()).flatten();
    inside.and_then(Path::to_str).unwrap_or(file)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        let line = annotation(Level::Warning, "a,b:c.json", Some(3), "T01", "50%\nof: it");
        assert_eq!(line, "::warning file=a%2Cb%3Ac.json,line=3,title=T01::50%25%0Aof: it");
    }

    #[test]
    fn files_are_named_from_the_top_of_the_repository() {
        assert_eq!(in_workspace("/w/repo/a.json", "/w/repo"), "a.json");
        assert_eq!(in_workspace("a.json", "/w/repo"), "a.json");
        assert_eq!(in_workspace("/else/a.json", "/w/repo"), "/else/a.json");
        assert_eq!(in_workspace("/else/a.json", ""), "/else/a.json");
    }
}
