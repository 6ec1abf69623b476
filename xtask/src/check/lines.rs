//! JSON Lines: a verdict for each line, at once.

use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};

use infra_ecs::verdict::{How, Outcome, answer_as};

const BUFFER_BYTES: usize = 1 << 16;

/// Answers every line that is not blank, until nobody reads the answers any more.
pub fn check(input: &mut impl Read, output: &mut impl Write, how: How) -> anyhow::Result<Outcome> {
    let mut worst = Outcome::Taken;
    match answer_all(input, output, how, &mut worst) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(worst),
    }
}

/// Answers are written out whenever no further line is there yet, so that a program can wait for each before it asks on.
fn answer_all(
    input: &mut impl Read,
    output: &mut impl Write,
    how: How,
    worst: &mut Outcome,
) -> std::io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, output);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if !line.trim_ascii().is_empty() {
            let (verdict, outcome) = answer_as(&line, how)?;
            output.write_all(&verdict)?;
            output.write_all(b"\n")?;
            *worst = outcome.max(*worst);
        }
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
        line.clear();
    }
    output.flush()
}
