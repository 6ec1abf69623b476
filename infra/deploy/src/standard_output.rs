//! Standard output, which may be a pipe whose reader has gone.

use anyhow::Context;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints text and the end of its line. That nobody reads it any more, as with `| head`, does not make a failure of what is done
/// by then.
///
/// # Errors
/// When it can't be written for another reason, such as a full disk.
pub fn print(text: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
