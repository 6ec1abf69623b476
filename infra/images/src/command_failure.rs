//! How a command failed.

/// How a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandFailure {
    /// It did not start.
    #[error("`{command}` does not start")]
    Start {
        /// The command line.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` ended with {status}{}", last_lines(tail))]
    Status {
        /// The command line.
        command: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// Its last lines of output.
        tail: Vec<String>,
    },
    /// It did not end in time.
    #[error("`{command}` took longer than {seconds} s")]
    Time {
        /// The command line.
        command: String,
        /// How long it was given.
        seconds: u64,
    },
}

fn last_lines(tail: &[String]) -> String {
    if tail.is_empty() {
        return " and said nothing".to_owned();
    }
    tail.iter().fold(", its last lines:".to_owned(), |text, line| text + "\n    " + line)
}
