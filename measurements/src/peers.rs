//! Measures emulators of others beside ours, one read and one write of each.
//!
//! What they are asked for is not the same, so the figures say how much of axum's speed is left to
//! a user of each, and no more.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    bench::{CONNECTIONS, Settings, add_key, add_key_at, build_emulator, emulator, get, key_path},
    load::{self, Connection, Load, Measured, Request, median, wait_for},
    process::{Cores, Process},
};

/// What npm installs, each with its version.
const OF_NPM: [&str; 3] =
    ["@stoplight/prism-cli@5.14.2", "json-server@0.17.4", "@mockoon/cli@9.9.0"];
/// What pip installs.
const OF_PIP: &str = "moto[server]==5.2.5";
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is measured.
struct Peer {
    name: &'static str,
    process: Process,
    read: Request,
    write: Request,
}

/// Installs the peers, measures all and prints the table.
pub(crate) fn run(settings: Settings) -> Result<()> {
    build_emulator()?;
    let folder = std::env::current_exe()?.with_file_name("").join("../peers");
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    install(&folder)?;
    settings.cores.take_place()?;

    let anchor = Process::start(settings.cores, "measurements", &["ceiling", "hello"])?;
    let anchor = Peer {
        name: "axum, constant JSON",
        process: anchor,
        read: Request::get("/row/x"),
        write: Request::new("POST", "/row/x", String::new()),
    };
    let sqlite = Process::start(settings.cores, "measurements", &["ceiling", "sqlite"])?;
    let row = r#"{"name":"bench"}"#.to_owned();
    ask(&sqlite, &Request::new("PUT", "/row/single", row.clone()))?;
    let sqlite = Peer {
        name: "axum, one SELECT and one INSERT",
        process: sqlite,
        read: Request::get("/row/single"),
        write: Request::new("POST", "/row", row),
    };
    let ours = ours(settings.cores)?;
    let contract = folder.join("contract.json");
    save_contract(&ours.process, &contract)?;
    let peers = [
        anchor,
        sqlite,
        ours,
        moto(settings.cores, &folder)?,
        json_server(settings.cores, &folder)?,
        mockoon(settings.cores, &folder)?,
        prism(settings.cores, &folder, &contract)?,
    ];
    table(settings, &peers)
}

fn install(folder: &Path) -> Result<()> {
    let run = |program: &str, arguments: &[&str]| -> Result<()> {
        let mut command = Command::new(program);
        let done = command.args(arguments).current_dir(folder).stdout(Stdio::null()).status();
        ensure!(done.with_context(|| format!("{program} is there"))?.success(), "{program} fails");
        Ok(())
    };
    if !folder.join("python/bin/moto_server").exists() {
        println!("Installing moto into {}", folder.display());
        run("python3", &["-m", "venv", "python"])?;
        run("python/bin/pip", &["install", "--quiet", OF_PIP])?;
    }
    if !folder.join("node_modules/.bin/mockoon-cli").exists() {
        println!("Installing {} into {}", OF_NPM.join(", "), folder.display());
        let quiet = ["install", "--no-audit", "--no-fund", "--prefix", "."];
        run("npm", &[&quiet[..], &OF_NPM[..]].concat())?;
    }
    Ok(())
}

fn ours(cores: Cores) -> Result<Peer> {
    let process = emulator(cores, &[])?;
    let path = wait_for(async { key_path(&mut Connection::open(&process.address).await?).await })?;
    Ok(Peer { name: "mock-server: SSH keys", process, read: get(&path), write: add_key() })
}

fn save_contract(ours: &Process, to: &Path) -> Result<()> {
    let contract = wait_for(async {
        let mut connection = Connection::open(&ours.address).await?;
        let request = Request::get("/_mock/openapi/i3d-v3.json");
        Ok(connection.exchange(&request).await?.1.to_vec())
    })?;
    Ok(fs::write(to, contract)?)
}

/// Objects of S3, in memory.
fn moto(cores: Cores, folder: &Path) -> Result<Peer> {
    let port = free_port()?;
    let mut command = cores.server(&text(folder.join("python/bin/moto_server"))?);
    command.args(["-H", "127.0.0.1", "-p", &port]);
    let bucket = Request::new("PUT", "/bench", String::new());
    let object = Request::new("PUT", "/bench/object", "one object".to_owned())
        .with_header("x-amz-acl", "public-read");
    let process = started(command, &port, &Request::get("/"))?;
    ask(&process, &bucket)?;
    ask(&process, &object)?;
    let read = Request::get("/bench/object");
    Ok(Peer { name: "moto: objects of S3", process, read, write: object })
}

/// Rows in a JSON file.
fn json_server(cores: Cores, folder: &Path) -> Result<Peer> {
    let port = free_port()?;
    let file = folder.join("rows.json");
    let row = json!({ "name": "bench", "publicKey": "ssh-ed25519 AAAA" });
    fs::write(&file, json!({ "keys": [{ "id": 1, "name": "first" }] }).to_string())?;
    let mut command = node(cores, folder, "json-server/lib/cli/bin.js")?;
    command.args(["--quiet", "--host", "127.0.0.1", "--port", &port, &text(file)?]);
    let write = Request::new("POST", "/keys", row.to_string());
    let write = write.with_header("Content-Type", "application/json");
    let read = Request::get("/keys/1");
    let process = started(command, &port, &read)?;
    Ok(Peer { name: "json-server: rows of a file", process, read, write })
}

/// A bucket of rows in memory, with routes that create and read.
fn mockoon(cores: Cores, folder: &Path) -> Result<Peer> {
    let port = free_port()?;
    let file = folder.join("mockoon.json");
    let response = json!({
        "uuid": "r1", "body": "{}", "latency": 0, "statusCode": 200, "label": "", "headers": [],
        "bodyType": "DATABUCKET", "databucketID": "keys", "filePath": "", "sendFileAsBody": false,
        "rules": [], "rulesOperator": "OR", "disableTemplating": true, "fallbackTo404": false,
        "default": true, "crudKey": "id", "callbacks": [],
    });
    let environment = json!({
        "uuid": "e1", "lastMigration": 33, "name": "bench", "port": port.parse::<u16>()?,
        "hostname": "127.0.0.1", "endpointPrefix": "", "latency": 0, "proxyMode": false,
        "headers": [{ "key": "Content-Type", "value": "application/json" }], "folders": [],
        "data": [{
            "uuid": "d1", "id": "keys", "name": "keys", "documentation": "",
            "value": r#"[{"id":"1","name":"first"}]"#,
        }],
        "routes": [{
            "uuid": "o1", "type": "crud", "documentation": "", "method": "", "endpoint": "keys",
            "responses": [response], "responseMode": null, "streamingMode": null,
            "streamingInterval": 0,
        }],
        "rootChildren": [{ "type": "route", "uuid": "o1" }], "callbacks": [],
    });
    fs::write(&file, environment.to_string())?;
    let mut command = node(cores, folder, "@mockoon/cli/bin/run.js")?;
    command.args(["start", "--disable-log-to-file", "--data", &text(file)?]);
    let write = Request::new("POST", "/keys", json!({ "name": "bench" }).to_string());
    let write = write.with_header("Content-Type", "application/json");
    let read = Request::get("/keys/1");
    let process = started(command, &port, &read)?;
    Ok(Peer { name: "mockoon-cli: rows in memory", process, read, write })
}

/// Our own contract, whose examples it answers with; it keeps nothing.
fn prism(cores: Cores, folder: &Path, contract: &Path) -> Result<Peer> {
    let port = free_port()?;
    let mut command = node(cores, folder, "@stoplight/prism-cli/dist/index.js")?;
    command.args(["mock", "-v", "silent", "-h", "127.0.0.1", "-p", &port]).arg(contract);
    // It knows no base path.
    let read = get("/sshKey");
    let write = add_key_at("/sshKey").with_header("Content-Type", "application/json");
    let process = started(command, &port, &read)?;
    Ok(Peer { name: "Prism: our contract, without state", process, read, write })
}

fn node(cores: Cores, folder: &Path, script: &str) -> Result<Command> {
    let mut command = cores.server("node");
    command.arg(folder.join("node_modules").join(script)).current_dir(folder);
    Ok(command)
}

fn started(command: Command, port: &str, request: &Request) -> Result<Process> {
    Process::start_at(command, format!("127.0.0.1:{port}"), request, PATIENCE)
}

fn free_port() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string())
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().ok().context("a path in UTF-8")
}

fn ask(server: &Process, request: &Request) -> Result<()> {
    wait_for(async {
        let mut connection = Connection::open(&server.address).await?;
        let (status, body) = connection.exchange(request).await?;
        ensure!((200..300).contains(&status), "{status}: {}", String::from_utf8_lossy(body));
        Ok(())
    })
}

/// Measures each round by round, reads before writes, and prints the medians.
fn table(settings: Settings, peers: &[Peer]) -> Result<()> {
    let Settings { time, rounds, cores } = settings;
    let mut all: Vec<[Vec<Measured>; 2]> = peers.iter().map(|_| Default::default()).collect();
    let fresh: Vec<f64> =
        peers.iter().map(|it| it.process.resident_mib()).collect::<Result<_>>()?;
    for kind in [0, 1] {
        for _ in 0..rounds {
            for (peer, measured) in peers.iter().zip(&mut all) {
                let request = [&peer.read, &peer.write][kind];
                let load = Load { request, status: 200..300, connections: CONNECTIONS };
                let run = load::run(&peer.process, &[load], time);
                measured[kind].extend(run.with_context(|| peer.name)?);
            }
        }
    }
    println!("\n{CONNECTIONS} connections, cores {cores:?}, {rounds} rounds of {time:?}, medians");
    println!("| server | start ms | MiB | MiB after | reads/s | of axum | writes/s | of axum |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for ((peer, measured), fresh) in peers.iter().zip(&all).zip(fresh) {
        let column = |kind: usize| {
            let ratios = measured[kind].iter().zip(&all[0][0]);
            let ratio = median(ratios.map(|(a, b)| a.per_second / b.per_second));
            format!("{:.0} | {ratio:.3}", Measured::median(&measured[kind]).per_second)
        };
        println!(
            "| {} | {:.0} | {fresh:.0} | {:.0} | {} | {} |",
            peer.name,
            peer.process.started_in.as_secs_f64() * 1e3,
            peer.process.resident_mib()?,
            column(0),
            column(1),
        );
    }
    Ok(())
}
