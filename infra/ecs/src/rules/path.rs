//! The way to the value that a finding is about.

use std::fmt;

/// The way to a value, kept on the stack: it becomes text only where something is found.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The whole.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An item of a list.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The way to a member of the whole.
    pub fn at(member: &'a str) -> Self {
        Self::Member(&Path::Root, member)
    }

    /// The way to a member.
    pub fn member(&'a self, name: &'a str) -> Self {
        Self::Member(self, name)
    }

    /// The way to an item.
    pub fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => formatter.write_str(name),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Item(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_people_write_it() {
        let (root, containers) = (Path::Root, Path::Member(&Path::Root, "containerDefinitions"));
        let container = containers.item(0);
        let mappings = container.member("portMappings");
        assert_eq!(
            mappings.item(1).member("hostPort").to_string(),
            "containerDefinitions[0].portMappings[1].hostPort"
        );
        assert_eq!(root.to_string(), "");
    }
}
