//! A run that dies at a write, and is run again: it ends as if nothing had happened. Usually it dies at some of the writes,
//! which a printed seed chooses; `SWEEP=all` tries every one, and `SWEEP=<seed>` those of that seed again.

mod cuts;
mod emulator;
mod first_deploy;
mod kills;
mod late;
mod recreate;
mod removal;
mod replacements;
mod transient;

use cuts::{Cut, Cuts};
use emulator::{Emulator, Stack};
