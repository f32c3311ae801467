//! Many writers, and readers beside them.

use anyhow::Result;

use super::{CONNECTIONS, Settings, add_key, emulator, get, key_path};
use crate::{
    load::{self, Connection, Load, Measured, Request, wait_for},
    process::Process,
};

/// Prints what writers wait for each other, and what readers notice of them.
pub(super) fn measure(settings: Settings) -> Result<()> {
    let server = emulator(settings.cores, &[])?;
    let single = wait_for(async { key_path(&mut Connection::open(&server.address).await?).await })?;
    let (read, write) = (get(&single), add_key());
    let reset = Request::new("POST", "/_mock/reset", String::new());
    let load = |request, connections| Load { request, status: 200..205, connections };

    println!("\n| at a time | per second | p50 ms | p99 ms | aim |\n|---|--:|--:|--:|--:|");
    for writers in [1, 8, 64, 300] {
        let measured = repeat(settings, &server, &[load(&write, writers)])?;
        print_line(&format!("writes of {writers}"), &measured[0], "");
    }
    let beside = repeat(settings, &server, &[load(&read, CONNECTIONS), load(&write, 1)])?;
    print_line("reads of 32 beside a writer", &beside[0], "");
    print_line("writes of 1 beside 32 readers", &beside[1], "p99 5");
    let beside = repeat(settings, &server, &[load(&read, CONNECTIONS), load(&reset, 1)])?;
    print_line("reads of 32 beside resets", &beside[0], "");
    print_line("resets of 1 beside 32 readers", &beside[1], "");
    println!("\nThreads: {}", server.threads()?);
    Ok(())
}

/// The medians of each load.
fn repeat(settings: Settings, server: &Process, loads: &[Load]) -> Result<Vec<Measured>> {
    let rounds = (0..settings.rounds).map(|_| load::run(server, loads, settings.time));
    let rounds: Vec<Vec<Measured>> = rounds.collect::<Result<_>>()?;
    let of = |at: usize| rounds.iter().map(|round| round[at]).collect::<Vec<_>>();
    Ok((0..loads.len()).map(|at| Measured::median(&of(at))).collect())
}

fn print_line(name: &str, measured: &Measured, aim: &str) {
    println!(
        "| {name} | {:.0} | {:.2} | {:.2} | {aim} |",
        measured.per_second,
        measured.p50.as_secs_f64() * 1e3,
        measured.p99.as_secs_f64() * 1e3,
    );
}
