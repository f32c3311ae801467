//! How many requests a second, beside axum that answers a constant and axum with one statement.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{CONNECTIONS, Settings, add_key, add_tickets, get, key_path};
use crate::{
    load::{self, Connection, Load, Measured, Request, median, wait_for},
    process::{Cores, Process},
};

/// One line of the table: a request to a server.
struct Line<'a> {
    name: &'static str,
    server: &'a Process,
    request: Request,
    /// The share of axum alone that we aim at.
    aim: Option<f64>,
}

/// The line that the others are compared with.
const ANCHOR: usize = 0;

/// Prints the table.
pub(super) fn measure(settings: Settings, emulator: &Process) -> Result<()> {
    let hello = Process::start(settings.cores, "measurements", &["ceiling", "hello"])?;
    let sqlite = Process::start(settings.cores, "measurements", &["ceiling", "sqlite"])?;
    let (single_path, single, list) = wait_for(prepare(&emulator.address))?;
    wait_for(put(&sqlite.address, "/row/single", &single))?;
    wait_for(put(&sqlite.address, "/row/list", &list))?;
    let line = |name, server, request, aim| Line { name, server, request, aim };
    let post = if settings.cores == Cores::Pinned { 0.35 } else { 0.4 };
    let add = Request::new("POST", "/row", single);
    let lines = [
        line("axum, constant JSON", &hello, Request::get("/row/x"), None),
        line("axum, one SELECT: single", &sqlite, Request::get("/row/single"), None),
        line("emulator: single SSH key", emulator, get(&single_path), Some(0.75)),
        line("axum, one SELECT: list", &sqlite, Request::get("/row/list"), None),
        line("emulator: list of 25 tickets", emulator, get("/v3/tickets"), None),
        line("axum, one INSERT", &sqlite, add, None),
        line("emulator: POST an SSH key", emulator, add_key(), Some(post)),
    ];
    // Every round measures every line once, so that a disturbance affects all alike.
    let mut all: Vec<Vec<Measured>> = lines.iter().map(|_| Vec::new()).collect();
    for _ in 0..settings.rounds {
        for (line, measured) in lines.iter().zip(&mut all) {
            let load = Load { request: &line.request, status: 200..201, connections: CONNECTIONS };
            measured.extend(load::run(line.server, &[load], settings.time)?);
        }
    }
    let Settings { time, rounds, cores } = settings;
    println!("\n{CONNECTIONS} connections, cores {cores:?}, {rounds} rounds of {time:?}, medians");
    println!(
        "| request | per second | p50 ms | p99 ms | µs of processor | switches | of axum | aim |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (line, measured) in lines.iter().zip(&all) {
        let ratios = measured.iter().zip(&all[ANCHOR]).map(|(a, b)| a.per_second / b.per_second);
        print_line(line, &Measured::median(measured), median(ratios));
    }
    Ok(())
}

fn print_line(line: &Line, measured: &Measured, ratio: f64) {
    let Measured { per_second, p50, p99, processor, switches } = measured;
    println!(
        "| {} | {per_second:.0} | {:.2} | {:.2} | {:.1} | {switches:.2} | {ratio:.2} | {} |",
        line.name,
        p50.as_secs_f64() * 1e3,
        p99.as_secs_f64() * 1e3,
        processor.as_secs_f64() * 1e6,
        line.aim.map(|aim| aim.to_string()).unwrap_or_default(),
    );
}

/// A body that a ceiling serves unchanged.
type Body = String;

/// Fills the emulator with 25 tickets; returns the path of an SSH key, its body and the body of
/// the list.
async fn prepare(address: &str) -> Result<(String, Body, Body)> {
    let mut connection = Connection::open(address).await?;
    add_tickets(&mut connection, 25).await?;
    let (_, list) = connection.exchange(&get("/v3/tickets")).await?;
    let list = String::from_utf8(list.to_vec())?;
    let rows: Vec<Value> = serde_json::from_str(&list)?;
    ensure!(rows.len() == 25, "a list of 25, got {}", rows.len());
    let path = key_path(&mut connection).await?;
    let (_, single) = connection.exchange(&get(&path)).await?;
    let single = String::from_utf8(single.to_vec())?;
    Ok((path, single, list))
}

async fn put(address: &str, path: &str, body: &str) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    connection.exchange(&Request::new("PUT", path, body.to_owned())).await?;
    Ok(())
}
