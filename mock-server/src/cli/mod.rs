//! What the program does: it serves, unless a command says otherwise.

mod client;
mod environment;
mod log;
mod serve;
mod stop;
mod time;
mod wait;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use log::LogFormat;

/// The exit code of a start that failed.
const START_FAILED: u8 = 2;
/// The exit code of a command that asks a server and has no answer.
const NO_ANSWER: u8 = 1;

/// A local, stateful emulator of hosting APIs.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: serve::Flags,
    /// How to write the log
    #[arg(long, env = "MOCK_LOG_FORMAT", default_value = "text")]
    log_format: LogFormat,
}

#[derive(Subcommand)]
enum Command {
    /// Print the variables that lead a shell and what it starts to a running server
    Env(environment::Flags),
    /// Return when a server is ready
    Wait(wait::Flags),
}

const EXAMPLES: &str = "Examples:
  mock-server                                   the demo world on 127.0.0.1:8080
  mock-server --listen 127.0.0.1:0              on a free port, printed at the start
  mock-server --db world.db                     the state is there again next time
  mock-server --seed 7 --delivery-time 0        every run gives the same bytes; \
                                                servers are delivered at once
  mock-server --world shop.yaml                 what a file says, see docs/world-files.md
  mock-server --tls-ca ca --tls-listen 127.0.0.1:8443
                                                https as well, by a CA that is kept
  mock-server --api warren-v1 --brand 3nv       one API, and its empty account is one of 3nv.io
  mock-server wait http://127.0.0.1:8080        return when a server is ready
  eval \"$(mock-server env)\"                     lead this shell to a running server

The log level comes from RUST_LOG, as in RUST_LOG=debug.";

/// Runs the program as its arguments say.
pub(crate) fn run() -> ExitCode {
    let Program { command, flags, log_format } = Program::parse();
    log::begin(log_format);
    let (ran, code) = match command {
        None => (serve::run(flags), START_FAILED),
        Some(Command::Env(flags)) => (environment::run(&flags), NO_ANSWER),
        Some(Command::Wait(flags)) => (wait::run(&flags), NO_ANSWER),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mock-server: {error:#}");
            ExitCode::from(code)
        }
    }
}
