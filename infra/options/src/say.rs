//! What a command says: its result on standard output, all else on standard error. Either may be a pipe whose reader has gone.

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

/// As `eprintln!`, which panics where standard error is a pipe whose reader has gone. What is said there is lost then, and the
/// work that it reports goes on.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use ::std::io::Write as _;
        ::std::writeln!(::std::io::stderr(), $($text)*).ok();
    }};
}
