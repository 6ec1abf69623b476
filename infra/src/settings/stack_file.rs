//! The file of a stack, `infra/stacks/<name>.toml`: what `--set` takes, as TOML, and what file it extends.

use super::given::{GivenSetting, GivenValue, Origin};
use super::nearest::nearest;
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;
use toml_edit::{Document, Item, Table, TableLike, TomlError, Value as TomlValue};

/// The folder of stacks' files, below the checkout.
pub const FOLDER: &str = "infra/stacks";
/// The member that names the file to begin with.
const EXTENDS: &str = "extends";

/// Why the files of a stack can't be read.
#[derive(Debug, thiserror::Error)]
pub enum StackFileError {
    /// It is there, and can't be opened.
    #[error("{file}: cannot read it")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not TOML.
    #[error("{file}:{line}: {reason}")]
    NotToml {
        /// The file.
        file: String,
        /// Where.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// What it extends is not a text.
    #[error("{file}:{line}: extends: allowed is the name of another file of {FOLDER}, such as \"base\"")]
    NoName {
        /// The file.
        file: String,
        /// Where.
        line: usize,
    },
    /// What it extends is not there.
    #[error("{file}:{line}: extends = \"{name}\": there is no {FOLDER}/{name}.toml{hint}")]
    Missing {
        /// The file.
        file: String,
        /// Where.
        line: usize,
        /// What it extends.
        name: String,
        /// The nearest name, in words.
        hint: String,
    },
    /// It leads back to itself.
    #[error(
        "{file}:{line}: extends = \"{name}\": {FOLDER}/{name}.toml extends {file} in turn; take one of the two out"
    )]
    Circle {
        /// The file.
        file: String,
        /// Where.
        line: usize,
        /// What it extends.
        name: String,
    },
}

/// What the file of a stack gives, after all that it extends; nothing where it has none.
pub(super) fn read(workspace: &Path, stack: &str) -> Result<Vec<GivenSetting>, StackFileError> {
    let mut next = Some(stack.to_owned());
    let (mut names, mut files) = (Vec::new(), Vec::new());
    while let Some(name) = next.take() {
        let Some(file) = StackFile::read(workspace, &name)? else { break };
        names.push(name);
        next = file.extended(workspace, &names)?;
        files.push(file);
    }
    Ok(files.iter().rev().flat_map(StackFile::settings).collect())
}

/// One file.
struct StackFile {
    /// Below the checkout.
    file: String,
    text: String,
    document: Document<String>,
}

impl StackFile {
    fn read(workspace: &Path, name: &str) -> Result<Option<Self>, StackFileError> {
        let file = format!("{FOLDER}/{name}.toml");
        let text = match fs::read_to_string(workspace.join(&file)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StackFileError::Unreadable { file, source }),
        };
        match Document::parse(text.clone()) {
            Ok(document) => Ok(Some(Self { file, text, document })),
            Err(error) => Err(not_toml(file, &text, &error)),
        }
    }

    /// The name of what it extends. `names` are those that led here, itself last.
    fn extended(&self, workspace: &Path, names: &[String]) -> Result<Option<String>, StackFileError> {
        let table = self.document.as_table();
        let Some((key, item)) = table.get_key_value(EXTENDS) else { return Ok(None) };
        let (file, line) = (self.file.clone(), self.line(key.span().or_else(|| item.span())));
        let is_name = |name: &&str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        let Some(name) = item.as_str().filter(is_name).map(str::to_owned) else {
            return Err(StackFileError::NoName { file, line });
        };
        if names.contains(&name) {
            return Err(StackFileError::Circle { file, line, name });
        }
        if !workspace.join(format!("{FOLDER}/{name}.toml")).exists() {
            let known = names_in(&workspace.join(FOLDER));
            let hint = match nearest(&name, known.iter().map(String::as_str)) {
                Some(near) => format!("; did you mean \"{near}\"?"),
                None => String::new(),
            };
            return Err(StackFileError::Missing { file, line, name, hint });
        }
        Ok(Some(name))
    }

    fn settings(&self) -> Vec<GivenSetting> {
        let mut found = Vec::new();
        self.collect(self.document.as_table(), &[], &mut found);
        found.retain(|one| one.path != [EXTENDS]);
        found
    }

    fn collect(&self, table: &dyn TableLike, path: &[String], found: &mut Vec<GivenSetting>) {
        for (name, item) in table.iter() {
            let path = [path, &[name.to_owned()]].concat();
            if let Some(inner) = item.as_table_like() {
                self.collect(inner, &path, found);
                continue;
            }
            let span = table.key(name).and_then(|key| key.span()).or_else(|| item.span());
            let origin = Origin::File { file: self.file.clone(), line: self.line(span) };
            found.push(GivenSetting { path, value: GivenValue::InFile(of_item(item)), origin });
        }
    }

    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        line_at(&self.text, span.map_or(0, |span| span.start))
    }
}

fn not_toml(file: String, text: &str, error: &TomlError) -> StackFileError {
    let line = line_at(text, error.span().map_or(0, |span| span.start));
    let reason = error.message().lines().collect::<Vec<_>>().join(", ");
    StackFileError::NotToml { file, line, reason }
}

fn line_at(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

/// The names of the files in the folder.
fn names_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned));
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn of_item(item: &Item) -> Value {
    match item {
        Item::Value(value) => of_value(value),
        Item::ArrayOfTables(tables) => tables.iter().map(of_table).collect(),
        Item::Table(table) => of_table(table),
        Item::None => Value::Null,
    }
}

fn of_table(table: &Table) -> Value {
    Value::Object(table.iter().map(|(name, item)| (name.to_owned(), of_item(item))).collect())
}

fn of_value(value: &TomlValue) -> Value {
    match value {
        TomlValue::String(text) => text.value().as_str().into(),
        TomlValue::Integer(number) => (*number.value()).into(),
        TomlValue::Float(number) => (*number.value()).into(),
        TomlValue::Boolean(flag) => (*flag.value()).into(),
        // No setting is a date: it is refused with what is allowed.
        TomlValue::Datetime(date) => date.value().to_string().into(),
        TomlValue::Array(items) => items.iter().map(of_value).collect(),
        TomlValue::InlineTable(table) => {
            Value::Object(table.iter().map(|(name, value)| (name.to_owned(), of_value(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
