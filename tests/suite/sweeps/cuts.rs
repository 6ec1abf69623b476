//! The writes at which a command dies, shared by the lanes that try them.

use std::fmt::{self, Display, Formatter};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How the environment chooses: `all`, or a seed.
const VARIABLE: &str = "SWEEP";
/// The same writes each time, so that a change that breaks nothing passes; other seeds try others.
const DEFAULT_SEED: u64 = 1;

/// A write at which a process dies: before it is sent, or when it was processed and its answer was not seen yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    write: usize,
    is_done: bool,
}

impl Cut {
    /// As the provider takes it.
    pub fn fault(self) -> String {
        format!("die-{}@{}", if self.is_done { "after" } else { "before" }, self.write)
    }
}

impl Display for Cut {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({VARIABLE}={})", self.fault(), *CHOICE)
    }
}

/// Which of a command's writes are tried.
#[derive(Clone, Copy)]
enum Choice {
    All,
    OfSeed(u64),
}

impl Display for Choice {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => write!(formatter, "all"),
            Self::OfSeed(seed) => write!(formatter, "{seed}"),
        }
    }
}

static CHOICE: LazyLock<Choice> = LazyLock::new(|| {
    let choice = match std::env::var(VARIABLE).as_deref() {
        Ok("all") => Choice::All,
        Ok(seed) => {
            Choice::OfSeed(seed.parse().unwrap_or_else(|_| panic!("{VARIABLE} is `all` or a seed: {seed}")))
        }
        Err(_) => Choice::OfSeed(DEFAULT_SEED),
    };
    eprintln!("sweeps: {VARIABLE}={choice}");
    choice
});

/// The seed of what a test leaves to chance.
pub fn seed() -> u64 {
    match *CHOICE {
        Choice::All => 0,
        Choice::OfSeed(seed) => seed,
    }
}

/// Whether everything is tried that can be.
pub fn are_all_tried() -> bool {
    matches!(*CHOICE, Choice::All)
}

/// The cuts of a command, each given out once. How many there are is known when a run has no more writes to die at.
pub struct Cuts {
    next: AtomicUsize,
    stride: usize,
    are_over: AtomicBool,
}

impl Cuts {
    /// One of so many cuts; an odd number takes both sides of the writes in turn.
    pub fn one_in(stride: usize) -> Self {
        let (stride, first) = match *CHOICE {
            Choice::All => (1, 0),
            Choice::OfSeed(seed) => (stride, usize::try_from(seed).unwrap_or_default() % stride),
        };
        Self { next: AtomicUsize::new(first), stride, are_over: AtomicBool::new(false) }
    }

    /// The next one; none when there are no more.
    pub fn next(&self) -> Option<Cut> {
        let next = || self.next.fetch_add(self.stride, Ordering::Relaxed);
        self.are_left().then(next).map(|number| Cut { write: number / 2 + 1, is_done: number % 2 == 1 })
    }

    /// A run has ended before it came to a write of its cut's number.
    pub fn end(&self) {
        self.are_over.store(true, Ordering::Relaxed);
    }

    /// Whether there may be more.
    pub fn are_left(&self) -> bool {
        !self.are_over.load(Ordering::Relaxed)
    }
}
