//! Measurements of this repository, run by `cargo xtask bench` and `cargo xtask mutants`.

mod bench;
mod ceiling;
mod load;
mod mutants;
mod peers;
mod process;

use std::{net::SocketAddr, time::Duration};

use bench::{Part, Settings};
use clap::Parser;
use process::Cores;

/// Measurements of this repository
#[derive(Parser)]
enum Task {
    /// Measure the emulator beside two ceilings, in one run with one load generator
    Bench {
        /// Seconds for each measurement
        #[arg(long, default_value_t = 2.0)]
        seconds: f64,
        /// Rounds over all servers; the table shows medians
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Give the first core to the servers and the second to the load
        #[arg(long)]
        pin: bool,
        /// Only one part
        #[arg(long)]
        only: Option<Part>,
    },
    /// Measure other emulators that the registries have beside ours; they are installed below
    /// target/peers
    Peers {
        /// Seconds for each measurement
        #[arg(long, default_value_t = 2.0)]
        seconds: f64,
        /// Rounds over all servers; the table shows medians
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Give the first core to the servers and the second to the load
        #[arg(long)]
        pin: bool,
    },
    /// Measure the harness: faults on purpose, and false alarms
    Mutants {
        /// How many seeds each fault is hunted with
        #[arg(long, default_value_t = 3)]
        seeds: u64,
        /// Only faults with this text in their name, and no false alarms
        #[arg(long)]
        only: Option<String>,
        /// Only this API
        #[arg(long)]
        api: Option<String>,
        /// Requests of each of ten seeds on a sound emulator
        #[arg(long, default_value_t = 10_000)]
        sound: u64,
    },
    /// Serve a ceiling that the bench compares with
    #[command(hide = true)]
    Ceiling {
        /// Which one
        kind: ceiling::Ceiling,
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Bench { seconds, rounds, pin, only } => {
            bench::run(settings(seconds, rounds, pin), only)
        }
        Task::Peers { seconds, rounds, pin } => peers::run(settings(seconds, rounds, pin)),
        Task::Mutants { seeds, only, api, sound } => {
            let apis = mutants::apis(api.as_deref())?;
            mutants::run(&apis, seeds, only.as_deref())?;
            if only.is_some() { Ok(()) } else { mutants::false_alarms(&apis, 10, sound) }
        }
        Task::Ceiling { kind, listen } => ceiling::serve(kind, listen),
    }
}

fn settings(seconds: f64, rounds: usize, pin: bool) -> Settings {
    let cores = if pin { Cores::Pinned } else { Cores::Shared };
    Settings { time: Duration::from_secs_f64(seconds), rounds, cores }
}
