//! Resolves the address of a server, and decides whether the harness may talk to it.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
};

use url::Url;

use crate::core::{
    live_rules::Rules,
    target::{ResolvedServer, TargetKind},
};

/// The variable of the environment that must be 1 before anything is sent to a live API.
pub const LIVE: &str = "CONTRACT_LIVE";

/// Why the gate lets nothing through to a server.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// It is no base URL.
    #[error(
        "`{0}` is no base URL like https://host or http://127.0.0.1:8080, without user, query and \
        fragment"
    )]
    Url(String),
    /// It has no address.
    #[error("{0} has no address: {1}")]
    Unknown(String, io::Error),
    /// It is live, and what is needed for that is missing.
    #[error("{0} is no emulator on this machine, so it counts as live; {1}")]
    Live(String, &'static str),
}

/// Finds the addresses of a host.
pub type Resolver = fn(host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;

/// The resolver of this machine.
pub fn system_resolver(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

/// The conditions for talking to a live API; all must be met.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Whether `--live` is given.
    pub flag: bool,
    /// Whether [`LIVE`] is set.
    pub variable: bool,
    /// The hosts that may be live at all.
    pub hosts: Vec<String>,
    /// Whether plain HTTP is allowed. Only tests set it: their live host is a second server on this
    /// machine.
    pub plain: bool,
    /// Finds addresses.
    pub resolver: Resolver,
}

impl Gate {
    /// The gate as the command line and the environment set it.
    pub fn new(flag: bool, rules: &Rules) -> Gate {
        let variable = std::env::var(LIVE).is_ok_and(|value| value == "1");
        Gate { flag, variable, hosts: rules.hosts.clone(), plain: false, resolver: system_resolver }
    }

    /// Resolves `base`. For a live API this is an error unless the gate is open; its name is not
    /// looked up before.
    pub fn pass(&self, base: &str) -> Result<ResolvedServer, GateError> {
        let url = read(base)?;
        let unusable = || GateError::Url(base.to_owned());
        let name = url.host_str().ok_or_else(unusable)?.trim_matches(['[', ']']);
        let port = url.port_or_known_default().ok_or_else(unusable)?;
        let here = name == "localhost" || name.parse::<IpAddr>().is_ok();
        let looked_up = if here { Some(self.address(name, port)?) } else { None };
        let base = base.trim_end_matches('/').to_owned();
        let host = if port == 443 { name.to_owned() } else { format!("{name}:{port}") };
        if let Some(address) = looked_up.filter(|address| address.ip().is_loopback()) {
            return Ok(ResolvedServer { base, host, address, kind: TargetKind::Mock });
        }
        if let Some(reason) = self.closed_because(&host, url.scheme()) {
            return Err(GateError::Live(host, reason));
        }
        Ok(ResolvedServer {
            base,
            host,
            address: self.address(name, port)?,
            kind: TargetKind::Live,
        })
    }

    /// Why the gate is closed for a live host.
    fn closed_because(&self, host: &str, scheme: &str) -> Option<&'static str> {
        if !self.hosts.iter().any(|listed| listed == host) {
            Some("only the hosts listed in the rules of the API may be used so")
        } else if scheme != "https" && !self.plain {
            Some("use https")
        } else if !self.flag {
            Some("say --live if you mean it")
        } else if !self.variable {
            Some("set CONTRACT_LIVE=1 in the environment, too")
        } else {
            None
        }
    }

    fn address(&self, name: &str, port: u16) -> Result<SocketAddr, GateError> {
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, port));
        }
        let unknown = |error| GateError::Unknown(name.to_owned(), error);
        let found = (self.resolver)(name, port).map_err(unknown)?;
        found.into_iter().next().ok_or_else(|| unknown(io::Error::other("the name means nothing")))
    }
}

/// Parses a base URL, which has nothing but scheme, host, port and path.
fn read(base: &str) -> Result<Url, GateError> {
    let unusable = || GateError::Url(base.to_owned());
    let url = Url::parse(base).map_err(|_| unusable())?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.query().is_some() || url.fragment().is_some() {
        // Whatever stands there may be a secret, so it is not repeated.
        return Err(GateError::Url("what was given".to_owned()));
    }
    if ["http", "https"].contains(&url.scheme()) { Ok(url) } else { Err(unusable()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let address: IpAddr = match host {
            "localhost" | "api.example" => [127, 0, 0, 1].into(),
            "far.example" => [198, 51, 100, 7].into(),
            _ => return Err(io::Error::other("unknown")),
        };
        Ok(vec![SocketAddr::new(address, port)])
    }

    fn open() -> Gate {
        let hosts = vec!["api.example".to_owned(), "far.example".to_owned()];
        Gate { flag: true, variable: true, hosts, plain: false, resolver: names }
    }

    #[test]
    fn only_this_machine_is_an_emulator() {
        for base in [
            "http://127.0.0.1:8080",
            "http://localhost:1/",
            "http://[::1]:8080",
            "http://127.9.9.9",
        ] {
            let closed = Gate { flag: false, variable: false, hosts: Vec::new(), ..open() };
            assert_eq!(
                closed.pass(base).map(|server| server.kind).ok(),
                Some(TargetKind::Mock),
                "{base}"
            );
        }
        // A name that happens to mean this machine today is no emulator.
        assert_eq!(
            open().pass("https://api.example").map(|server| server.kind).ok(),
            Some(TargetKind::Live)
        );
    }

    #[test]
    fn live_needs_the_flag_the_variable_the_list_and_tls() {
        let base = "https://far.example";
        assert_eq!(open().pass(base).unwrap().address, "198.51.100.7:443".parse().unwrap());
        let why = |gate: Gate, base: &str| gate.pass(base).unwrap_err().to_string();
        fn nobody_is_asked(host: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            panic!("{host} was looked up")
        }
        let unasked = || Gate { resolver: nobody_is_asked, ..open() };
        assert!(why(Gate { flag: false, ..unasked() }, base).contains("--live"));
        assert!(why(Gate { variable: false, ..unasked() }, base).contains("CONTRACT_LIVE=1"));
        assert!(why(Gate { hosts: Vec::new(), ..unasked() }, base).contains("listed"));
        assert!(why(open(), "http://far.example:443").contains("https"));
        assert!(why(open(), "https://far.example:8443").contains("listed"));
        assert!(why(open(), "https://198.51.100.7").contains("listed"));
        let listed = vec!["nowhere.example".to_owned()];
        assert!(
            why(Gate { hosts: listed, ..open() }, "https://nowhere.example").contains("no address")
        );
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for base in ["https://user:hunter2@far.example", "https://far.example/?key=hunter2"] {
            assert!(!open().pass(base).unwrap_err().to_string().contains("hunter2"));
        }
        assert!(open().pass("ftp://far.example").is_err());
        assert!(open().pass("nonsense").is_err());
    }
}
