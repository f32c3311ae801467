//! Ctrl-C ends a command in order.

use crate::core::run::Verdict;

/// Ends a command at Ctrl-C. What it has at an emulator is removed as it is dropped.
pub(super) async fn or_interrupted(
    command: impl Future<Output = anyhow::Result<Verdict>>,
) -> anyhow::Result<Verdict> {
    tokio::select! {
        ended = command => ended,
        Ok(()) = tokio::signal::ctrl_c() => anyhow::bail!("the run was interrupted"),
    }
}
