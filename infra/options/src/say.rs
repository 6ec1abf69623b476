//! What a command says on standard error.

/// As `eprintln!`, which panics where standard error is a pipe whose reader has gone. What is said there is lost then, and the
/// work that it reports goes on.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use ::std::io::Write as _;
        ::std::writeln!(::std::io::stderr(), $($text)*).ok();
    }};
}
