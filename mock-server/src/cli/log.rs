//! The log of the program.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How to write the log.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line, for machines
    Json,
}

/// Writes it to stderr from now on.
pub(super) fn begin(format: LogFormat) {
    // The main thread serves no request: its panics are mistakes in a contract or a registration,
    // which the sentence names. Any other says where, not with what: a value may be a secret.
    let main = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        let at_start = std::thread::current().id() == main;
        match panic.payload_as_str().filter(|_| at_start) {
            Some(sentence) => tracing::error!("{sentence} (at {place})"),
            None => tracing::error!("panicked at {place}"),
        }
    }));
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
}
