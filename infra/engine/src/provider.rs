//! The list of all kinds, by name.

use crate::failure::Failure;
use crate::kind::ErasedKind;
use std::collections::BTreeMap;

/// Every kind of resource that a program can deploy.
#[derive(Default)]
pub struct Provider {
    kinds: BTreeMap<&'static str, Box<dyn ErasedKind>>,
}

impl Provider {
    /// Adds a kind.
    #[must_use]
    pub fn with(mut self, kind: impl ErasedKind + 'static) -> Self {
        self.kinds.insert(kind.name(), Box::new(kind));
        self
    }

    /// The kind of this name.
    ///
    /// # Errors
    /// When the program uses a kind that nobody registered.
    pub fn kind(&self, name: &str) -> Result<&dyn ErasedKind, Failure> {
        self.kinds.get(name).map(AsRef::as_ref).ok_or_else(|| {
            Failure::new(format!("there is no kind of resource called {name}"))
                .hint("add it to the provider's list")
        })
    }

    /// All kinds, in a fixed order.
    pub fn kinds(&self) -> Vec<&dyn ErasedKind> {
        self.kinds.values().map(AsRef::as_ref).collect()
    }
}
