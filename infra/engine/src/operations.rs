//! What the calls of a kind do to what is in the account, as the kind declares it.

/// Names that a kind declares: of kinds, errors or operations.
pub type Names = &'static [&'static str];

/// What a call does. It decides whether its answer may be kept, whether it may be made without a lease, and which failed calls are
/// made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing.
    Reads,
    /// It makes something that the same call would make again, or be refused.
    Creates,
    /// It changes something that has to be there; the same call again changes nothing more.
    Changes,
    /// It takes something away, which may have gone already.
    Removes,
}

/// Every operation of the API that a kind calls, by what it does. A kind has to name each of them: so the compiler names the list
/// that was left out, and the tests the operation.
#[derive(Clone, Copy, Debug)]
pub struct Operations {
    /// See [`Effect::Reads`].
    pub reads: Names,
    /// See [`Effect::Creates`].
    pub creates: Names,
    /// See [`Effect::Changes`].
    pub changes: Names,
    /// See [`Effect::Removes`].
    pub removes: Names,
}

impl Operations {
    /// Those of a kind of which nothing is written to AWS.
    pub const fn reading(reads: Names) -> Self {
        Self { reads, creates: &[], changes: &[], removes: &[] }
    }

    /// What an operation does; nothing is known of one that is not declared.
    pub fn effect(&self, operation: &str) -> Option<Effect> {
        self.all().find(|(_, name)| *name == operation).map(|(effect, _)| effect)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (Effect, &'static str)> {
        let lists = [
            (Effect::Reads, self.reads),
            (Effect::Creates, self.creates),
            (Effect::Changes, self.changes),
            (Effect::Removes, self.removes),
        ];
        lists.into_iter().flat_map(|(effect, names)| names.iter().map(move |name| (effect, *name)))
    }
}
