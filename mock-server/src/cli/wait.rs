//! Waits for a server.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use tokio::time::Instant;

use super::{
    client::{Credentials, Server, URL, base_url},
    time::duration,
};

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(10);

/// Whom to wait for.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Flags {
    /// The server
    #[arg(env = "MOCK_URL", default_value = URL, value_parser = base_url)]
    url: String,
    /// How long to wait, as in 30s or 500ms
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = duration)]
    timeout: Duration,
    #[command(flatten)]
    credentials: Credentials,
}

const EXAMPLES: &str = "Examples:
  mock-server --listen 127.0.0.1:8080 &
  mock-server wait http://127.0.0.1:8080
  mock-server wait http://mock:8080 --timeout 2m   a server in another container

The exit code is 0 when it is ready, and 1 with a sentence when it is not.";

/// Returns when the server is ready, or with the reason why it is not.
pub(super) fn run(flags: &Flags) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(ready(flags))
}

async fn ready(Flags { url, timeout, credentials }: &Flags) -> Result<()> {
    let server = Server::new(url, credentials);
    let end = Instant::now() + *timeout;
    let mut last = None;
    while let Ok(answer) = tokio::time::timeout_at(end, server.get("/_mock/health")).await {
        let Err(error) = answer else { return Ok(()) };
        last = Some(error);
        tokio::time::sleep_until(end.min(Instant::now() + PAUSE)).await;
    }
    match last {
        Some(why) => bail!("{url} is not ready after {timeout:?}: {why:#}"),
        None => bail!("{url} is not ready after {timeout:?}: it does not answer"),
    }
}
