//! The list of all kinds.

use crate::failure::Failure;
use crate::kind::ErasedKind;
use std::collections::BTreeMap;

/// For each kind those that it uses, which go after it.
pub type DeletionOrder = BTreeMap<&'static str, &'static [&'static str]>;

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

    /// Which kinds use which.
    pub fn deletion_order(&self) -> DeletionOrder {
        self.kinds.iter().map(|kind| (kind.name(), kind.deleted_before())).collect()
    }

    /// All kinds, in the order in which they were added: so they are listed.
    pub fn kinds(&self) -> Vec<&dyn ErasedKind> {
        self.kinds.iter().map(AsRef::as_ref).collect()
    }
}
