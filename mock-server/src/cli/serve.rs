//! Serves until it is told to stop.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum, builder::PossibleValuesParser};
use mock_server::{
    Config,
    engine::{RateLimit, WorldKind},
};

use super::{stop::StopSignals, time::seconds};

/// How to serve.
#[derive(Args)]
pub(super) struct Flags {
    /// Where to listen; port 0 picks a free one
    #[arg(long, env = "MOCK_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Where to listen for https as well, for clients that take no proxy; port 0 picks a free one
    #[arg(long, env = "MOCK_TLS_LISTEN", value_name = "ADDRESS")]
    tls_listen: Option<SocketAddr>,
    /// Keep the CA of https in this folder, for clients that trust it for longer than a run;
    /// without it, every start has a new one
    #[arg(long, env = "MOCK_TLS_CA", value_name = "FOLDER")]
    tls_ca: Option<PathBuf>,
    /// Serve these APIs only; without it, all are served, each under its own paths
    #[arg(long = "api", env = "MOCK_API", value_name = "NAME", value_delimiter = ',')]
    apis: Vec<String>,
    /// Keep the state in this file, clock and seed included; without it a temporary one is removed
    /// at exit
    #[arg(long, env = "MOCK_DB", value_name = "PATH")]
    db: Option<PathBuf>,
    /// The API key of the first customer of i3D.net
    #[arg(long, env = "MOCK_API_KEY", default_value = Config::API_KEY, value_name = "KEY",
        value_parser = api_key, hide_env_values = true)]
    api_key: String,
    /// The brand of the Warren platform: of requests that name no host of a brand, and of the empty
    /// account
    #[arg(long, env = "MOCK_BRAND", default_value = Config::BRAND, value_name = "NAME",
        value_parser = PossibleValuesParser::new(mock_server::apis::brands()))]
    brand: String,
    /// What a fresh world holds: demo, empty (its customers and nothing else), nothing, or what a
    /// world file says
    #[arg(long, env = "MOCK_WORLD", default_value = "demo", value_name = "KIND|FILE",
        value_parser = world)]
    world: Wanted,
    /// Repeat a run: ids and tokens come from this number, and the clock stands still until it is
    /// moved
    #[arg(long, env = "MOCK_SEED", value_name = "N")]
    seed: Option<u64>,
    /// How long a server takes to be delivered, as in 0, 10s or 2m
    #[arg(long, env = "MOCK_DELIVERY_TIME", default_value = "10s", value_name = "TIME",
        value_parser = seconds)]
    delivery_time: u32,
    /// Let the writes of virtual machines take as long as they really do, by the clock of the world
    #[arg(long, env = "MOCK_VM_LATENCY")]
    vm_latency: bool,
    /// Read a + in queries and forms of the Warren platform as itself, and not as a space
    #[arg(long, env = "MOCK_LITERAL_PLUS")]
    literal_plus: bool,
    /// Refuse properties that the contract does not know, instead of ignoring them
    #[arg(long, env = "MOCK_STRICT")]
    strict: bool,
    /// Answer 429 to a key that asks more often than this, as in 10/s, 100/m or 1000/h
    #[arg(long, env = "MOCK_RATE_LIMIT", value_name = "N/s|m|h")]
    rate_limit: Option<RateLimit>,
    /// Let requests go wrong by the rules of this YAML file, a list as PUT /_mock/faults takes it
    #[arg(long, env = "MOCK_FAULTS", value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Let browsers call from other origins
    #[arg(long, env = "MOCK_CORS")]
    cors: bool,
    /// Open the control API under /_mock to whoever sends this as a Bearer token; without it, to
    /// loopback only
    #[arg(long, env = "MOCK_CONTROL_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    control_token: Option<String>,
}

/// What a fresh world is to hold.
#[derive(Clone)]
enum Wanted {
    Kind(WorldKind),
    File(PathBuf),
}

impl Flags {
    fn into_config(self) -> Config {
        let (world, world_file) = match self.world {
            Wanted::Kind(kind) => (kind, None),
            Wanted::File(path) => (WorldKind::default(), Some(path)),
        };
        Config {
            listen: self.listen,
            tls_listen: self.tls_listen,
            tls_ca: self.tls_ca,
            db: self.db,
            apis: self.apis,
            api_key: self.api_key,
            brand: self.brand,
            world,
            world_file,
            seed: self.seed,
            delivery_seconds: self.delivery_time,
            vm_latency: self.vm_latency,
            literal_plus: self.literal_plus,
            strict: self.strict,
            rate_limit: self.rate_limit,
            faults: self.faults,
            cors: self.cors,
            control_token: self.control_token,
        }
    }
}

/// A kind of world, or the path of a world file.
fn world(text: &str) -> Result<Wanted, String> {
    if let Ok(kind) = WorldKind::from_str(text, false) {
        return Ok(Wanted::Kind(kind));
    }
    let path = PathBuf::from(text);
    match path.is_file() {
        true => Ok(Wanted::File(path)),
        false => Err("possible values: demo, empty, nothing, or the path of a file".to_owned()),
    }
}

/// An API key in the form of real ones; a key of another form would only work with the emulator.
fn api_key(text: &str) -> Result<String, String> {
    let plausible = text.len() == Config::API_KEY.len()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plausible { Ok(text.to_owned()) } else { Err("a key has 20 letters and digits".to_owned()) }
}

/// Serves until SIGINT or SIGTERM.
pub(super) fn run(flags: Flags) -> anyhow::Result<()> {
    raise_descriptors();
    let kept = flags.db.is_some();
    let config = flags.into_config();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Before the banner: whoever waits for it may stop the server at once.
    let stop = runtime.block_on(async { StopSignals::listen() })?;
    let mut server = mock_server::start(config.clone())?;
    banner(&server, &config, kept);
    runtime.block_on(stop.received());
    server.stop();
    Ok(())
}

/// Takes as many descriptors as the system gives: every open world needs some.
#[cfg(unix)]
fn raise_descriptors() {
    if let Err(error) = rlimit::increase_nofile_limit(rlimit::INFINITY) {
        tracing::warn!("the limit of open files stays as it is: {error}");
    }
}

#[cfg(not(unix))]
fn raise_descriptors() {}

fn banner(server: &mock_server::Server, config: &Config, kept: bool) {
    // The key is shown only where it is no secret.
    let key = if config.api_key == Config::API_KEY { Config::API_KEY } else { "as given" };
    let kind = config.world.to_possible_value().map_or_else(String::new, |it| it.get_name().into());
    let world = config.world_file.as_ref().map_or(kind, |path| path.display().to_string());
    println!("mock-server, ready");
    println!("  url       {}", server.url());
    if let Some(url) = server.tls_url() {
        println!("  https     {url}   (trust {}/_mock/ca.pem)", server.url());
    }
    for api in server.apis() {
        let contract = api.contract();
        let base = contract.base_paths.first().map_or("", String::as_str);
        let credentials = match &contract.key_header {
            Some(header) => format!("the key as {header}"),
            None => format!("{} in the body", contract.credential_members.join(" and ")),
        };
        println!("  {:<9} {}{base}   (send {credentials})", api.name(), server.url());
    }
    println!("  key       {key}");
    for api in server.apis() {
        for (key, whose) in api.demo_keys() {
            println!("  key       {key}   ({}, {whose})", api.name());
        }
    }
    match config.seed {
        Some(seed) => println!("  world     {world}, seed {seed}, the clock stands still"),
        None => println!("  world     {world}"),
    }
    println!(
        "  database  {}{}",
        server.database().display(),
        if kept { "" } else { " (temporary)" }
    );
    println!("  control   {}/_mock", server.url());
}
