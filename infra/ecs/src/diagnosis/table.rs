//! The table: words of ECS, the load balancer and containers, and what they mean.
//!
//! The first row counts of which a sign is found, so particular rows stand before general ones.

mod capacity;
mod containers;
mod health;
mod images;
mod placement;
mod resources;
mod service;

pub(super) use capacity::CAPACITY;
pub(super) use containers::{CONTAINERS, EXITS, LOGS};
pub(super) use health::{
    CONTAINER_CHECK, LOAD_BALANCER_BLOCKED, LOAD_BALANCER_CHECK, OTHER_ADDRESS, OTHER_PORT, TARGETS,
};
pub(super) use images::IMAGES;
pub(super) use placement::PLACEMENT;
pub(super) use resources::RESOURCES;
pub(super) use service::{COMPLAINT, SERVICE, STOPPED};

/// A cause: how it is known, and what is said of it.
///
/// `{...}` stands for what is known in the case, see [`super::facts`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub name: &'static str,
    pub hopeless: bool,
    /// One of them is in the text, in upper or lower case; `*` is anything between two parts.
    signs: &'static [&'static str],
    pub what: &'static str,
    pub next: &'static str,
}

const fn row(
    name: &'static str,
    signs: &'static [&'static str],
    what: &'static str,
    next: &'static str,
) -> Row {
    Row { name, hopeless: false, signs, what, next }
}

impl Row {
    /// Waiting can't help.
    const fn hopeless(mut self) -> Self {
        self.hopeless = true;
        self
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.signs.iter().any(|sign| {
            let mut rest = text.as_str();
            sign.to_lowercase().split('*').all(|part| match rest.split_once(part) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
        })
    }
}

/// What keeps a task from starting, or ends it, in ECS's own words.
pub(super) fn reasons() -> impl Iterator<Item = &'static Row> {
    IMAGES.iter().chain(RESOURCES).chain(CAPACITY).chain(PLACEMENT).chain(CONTAINERS)
}

/// All rows.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    const ALONE: [Row; 7] = [
        LOAD_BALANCER_CHECK,
        LOAD_BALANCER_BLOCKED,
        OTHER_PORT,
        OTHER_ADDRESS,
        CONTAINER_CHECK,
        COMPLAINT,
        STOPPED,
    ];
    reasons().chain(LOGS).chain(EXITS).chain(TARGETS).chain(SERVICE).chain(&ALONE)
}
