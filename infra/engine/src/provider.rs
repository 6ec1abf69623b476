//! The list of all kinds.

use crate::failure::Failure;
use crate::kind::ErasedKind;
use crate::operations::Names;
use std::collections::{BTreeMap, BTreeSet};

/// For each kind those that go after it.
pub type DeletionOrder = BTreeMap<&'static str, Names>;

/// Every kind of resource that a program can deploy.
#[derive(Default)]
pub struct Provider {
    kinds: Vec<Box<dyn ErasedKind>>,
}

impl Provider {
    /// Adds a kind.
    #[must_use]
    pub fn with(mut self, kind: impl ErasedKind + 'static) -> Self {
        self.kinds.push(Box::new(kind));
        self
    }

    /// Each kind within another that does something around it.
    #[must_use]
    pub fn map(self, around: impl FnMut(Box<dyn ErasedKind>) -> Box<dyn ErasedKind>) -> Self {
        Self { kinds: self.kinds.into_iter().map(around).collect() }
    }

    /// The kind of this name.
    ///
    /// # Errors
    /// When the program uses a kind that nobody registered.
    pub fn kind(&self, name: &str) -> Result<&dyn ErasedKind, Failure> {
        self.kinds.iter().find(|kind| kind.name() == name).map(AsRef::as_ref).ok_or_else(|| {
            Failure::new(format!("there is no kind of resource called {name}"))
                .hint("add it to the provider's list")
        })
    }

    /// What is wrong with what the kinds declare, a line for each: names that no kind has, kinds that go before each other in a
    /// circle, operations that are declared twice.
    pub fn problems(&self) -> Vec<String> {
        let order = self.deletion_order();
        let mut problems = Vec::new();
        for kind in self.kinds() {
            let (name, mut declared) = (kind.name(), BTreeSet::new());
            let unknown = kind.deleted_before().iter().filter(|it| !order.contains_key(*it));
            problems.extend(unknown.map(|it| format!("{name} goes before {it}, which is not a kind")));
            let operations = kind.operations();
            let twice = operations.all().filter(|(_, it)| !declared.insert(*it));
            problems.extend(twice.map(|(_, it)| format!("{name} declares {it} twice")));
            if all_after(name, &order).contains(name) {
                problems.push(format!("{name} goes before itself, by way of those that it goes before"));
            }
        }
        problems
    }

    /// Which kinds go after which.
    pub fn deletion_order(&self) -> DeletionOrder {
        self.kinds.iter().map(|kind| (kind.name(), kind.deleted_before())).collect()
    }

    /// All kinds, in the order in which they were added: so they are listed.
    pub fn kinds(&self) -> Vec<&dyn ErasedKind> {
        self.kinds.iter().map(AsRef::as_ref).collect()
    }
}

/// All kinds that go after one, also those that go after these.
fn all_after(kind: &str, order: &DeletionOrder) -> BTreeSet<&'static str> {
    let after = |kind: &str| order.get(kind).copied().unwrap_or_default();
    let (mut all, mut left) = (BTreeSet::new(), after(kind).to_vec());
    while let Some(next) = left.pop() {
        if all.insert(next) {
            left.extend(after(next));
        }
    }
    all
}
