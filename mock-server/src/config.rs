//! How a server is to run.

use std::{net::SocketAddr, path::PathBuf};

use crate::engine::{RateLimit, WorldKind};

/// How a server is to run; each field has a flag of the program.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where to listen for `https`, for clients that take no proxy; `None` listens nowhere.
    pub tls_listen: Option<SocketAddr>,
    /// The folder that keeps the authority whose certificates `https` is answered with, made there
    /// if it is missing; with `None` every server has another one.
    pub tls_ca: Option<PathBuf>,
    /// The APIs to serve, by name; none stands for all.
    pub apis: Vec<String>,
    /// Where to keep the state; `None` keeps it in a temporary file.
    pub db: Option<PathBuf>,
    /// The API key of the first customer of i3D.net.
    pub api_key: String,
    /// The brand of the Warren platform whose customer the empty account is; see
    /// [`crate::apis::brands`].
    pub brand: String,
    /// What a fresh world holds.
    pub world: WorldKind,
    /// A file that says what a fresh world holds, instead of `world`; see docs/world-files.md.
    pub world_file: Option<PathBuf>,
    /// Makes a run repeatable: ids and tokens come from it, and the clock stands still until it is
    /// moved.
    pub seed: Option<u64>,
    /// How long a server takes to be delivered, in seconds.
    pub delivery_seconds: u32,
    /// Whether the writes of virtual machines take as long as they really do, by the clock of the
    /// world.
    pub vm_latency: bool,
    /// Whether a `+` in queries and forms of the Warren platform is read as itself, and not as a
    /// space.
    pub literal_plus: bool,
    /// Whether properties that the contract does not know are refused.
    pub strict: bool,
    /// How often one key may ask; without it, as often as it likes.
    pub rate_limit: Option<RateLimit>,
    /// A YAML file with rules by which requests go wrong.
    pub faults: Option<PathBuf>,
    /// Whether browsers may call from other origins.
    pub cors: bool,
    /// The token that opens the control API to others than loopback.
    pub control_token: Option<String>,
}

impl Config {
    /// The API key of the demo world.
    pub const API_KEY: &str = "i3dDemoKey0123456789";
    /// The first brand of the Warren platform.
    pub const BRAND: &str = "idcloudhost";
}

impl Default for Config {
    /// The demo world on a free port of loopback.
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls_listen: None,
            tls_ca: None,
            apis: Vec::new(),
            db: None,
            api_key: Config::API_KEY.to_owned(),
            brand: Config::BRAND.to_owned(),
            world: WorldKind::Demo,
            world_file: None,
            seed: None,
            delivery_seconds: 10,
            vm_latency: false,
            literal_plus: false,
            strict: false,
            rate_limit: None,
            faults: None,
            cors: false,
            control_token: None,
        }
    }
}
