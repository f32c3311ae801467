//! Measures the emulator beside its ceilings.

mod contention;
mod single;
mod throughput;
mod worlds;

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    load::{Connection, Request, median},
    process::{Cores, Process},
};

/// Clients at a time.
pub(crate) const CONNECTIONS: usize = 32;
const KEY: &str = "i3dDemoKey0123456789";
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox bench";

/// How long is measured, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Of each measurement.
    pub(crate) time: Duration,
    pub(crate) rounds: usize,
    pub(crate) cores: Cores,
}

/// A part of the bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Start, requests beside the ceilings, memory
    Throughput,
    /// Many writers, and readers beside them
    Contention,
    /// What one client measures
    Single,
    /// Worlds made, copied, reset, and used side by side
    Worlds,
}

/// Measures a part, or everything, and prints the tables.
pub(crate) fn run(settings: Settings, only: Option<Part>) -> Result<()> {
    build_emulator()?;
    settings.cores.take_place()?;
    let wanted = |part| only.is_none_or(|only| only == part);
    if wanted(Part::Throughput) {
        throughput(settings)?;
    }
    if wanted(Part::Contention) {
        contention::measure(settings)?;
    }
    if wanted(Part::Single) {
        single::measure(settings)?;
    }
    if wanted(Part::Worlds) {
        worlds::measure(settings)?;
    }
    Ok(())
}

fn throughput(settings: Settings) -> Result<()> {
    let times = (0..11).map(|_| Ok(emulator(settings.cores, &[])?.started_in.as_secs_f64()));
    let times: Vec<f64> = times.collect::<Result<_>>()?;
    println!(
        "Start, from exec to the first answer (median of 11): {:.1} ms, aim 20",
        median(times.into_iter()) * 1e3
    );
    let emulator = emulator(settings.cores, &[])?;
    let fresh = emulator.resident_mib()?;
    throughput::measure(settings, &emulator)?;
    let loaded = emulator.resident_mib()?;
    println!("\nResident memory: {fresh:.1} MiB at the start, {loaded:.1} after the load (aim 40)");
    Ok(())
}

/// Builds the program that is measured.
pub(crate) fn build_emulator() -> Result<()> {
    let build = ["build", "--quiet", "--release", "-p", "mock-server"];
    ensure!(Command::new("cargo").args(build).status()?.success(), "the emulator builds");
    Ok(())
}

/// Starts the emulator with these flags.
pub(crate) fn emulator(cores: Cores, flags: &[&str]) -> Result<Process> {
    Process::start(cores, "mock-server", &[&["--listen", "127.0.0.1:0"], flags].concat())
}

/// A request of the first customer.
fn with_key(request: Request) -> Request {
    request.with_header("PRIVATE-TOKEN", KEY)
}

/// A read of the emulator.
pub(crate) fn get(path: &str) -> Request {
    with_key(Request::get(path))
}

/// A write to the emulator: it adds an SSH key.
pub(crate) fn add_key() -> Request {
    add_key_at("/v3/sshKey")
}

/// The same, where the path is another one.
pub(crate) fn add_key_at(path: &str) -> Request {
    let key = json!({ "name": "bench", "publicKey": PUBLIC_KEY }).to_string();
    Request::new("POST", path, key).with_header("PRIVATE-TOKEN", KEY)
}

/// The path of an SSH key in the demo world.
pub(crate) async fn key_path(connection: &mut Connection) -> Result<String> {
    let (_, keys) = connection.exchange(&get("/v3/sshKey")).await?;
    let keys: Value = serde_json::from_slice(keys)?;
    let id = keys[0]["uuid"].as_str().context("an SSH key in the demo world")?;
    Ok(format!("/v3/sshKey/{id}"))
}

async fn add_tickets(connection: &mut Connection, count: usize) -> Result<()> {
    let ticket = json!({
        "title": "bench", "content": "A question.", "category": "Bare-metal",
        "department": "Service Desk",
    });
    let request = Request::new("POST", "/v3/tickets", ticket.to_string());
    let request = request.with_header("PRIVATE-TOKEN", KEY);
    for _ in 0..count {
        let (status, body) = connection.exchange(&request).await?;
        ensure!(status == 200, "a ticket is created: {status} {}", String::from_utf8_lossy(body));
    }
    Ok(())
}
