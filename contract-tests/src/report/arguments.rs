//! Which reports a command is to write.

use std::path::PathBuf;

use clap::Args;

/// The reports to write beside the terminal.
#[derive(Debug, Clone, Default, Args)]
pub struct ReportArguments {
    #[command(flatten)]
    pub(super) files: FileArguments,
    /// Annotations for GitHub Actions, on standard output; on by itself where GITHUB_ACTIONS is
    /// set.
    #[arg(long)]
    pub(super) github: bool,
}

/// The files to write reports to.
#[derive(Debug, Clone, Default, Args)]
pub struct FileArguments {
    /// A page to look at in a browser.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// JUnit XML, for CI servers.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Everything, for programs.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
}
