//! The local AWS's program.

fn main() {}
