//! Runs a command to its end and watches how much memory its process takes.

use anyhow::{Context, ensure};
use e2e::command::Run;
use std::process::Stdio;
use std::time::Duration;

/// Often enough to see a process's peak: the kernel keeps the highest value so far.
const LOOKS_EVERY: Duration = Duration::from_millis(10);

/// Runs it; gives the most memory that its process had resident, in kibibytes.
///
/// # Errors
/// When it can't be started or does not end with 0.
pub async fn peak_memory_kib(run: Run) -> anyhow::Result<u64> {
    let mut command = run.into_command();
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().context("cannot start it")?;
    let id = child.id().context("it has ended at once")?;
    let mut peak = 0;
    let output = {
        let end = child.wait_with_output();
        tokio::pin!(end);
        loop {
            tokio::select! {
                output = &mut end => break output?,
                () = tokio::time::sleep(LOOKS_EVERY) => peak = peak.max(resident_peak(id)),
            }
        }
    };
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(peak)
}

/// Nothing once it has ended.
fn resident_peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
