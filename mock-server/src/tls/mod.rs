//! TLS for clients whose `https` cannot be changed: certificates for the hosts that contracts name,
//! by an authority of the emulator's own. Nothing is made before somebody asks for it.

mod authority;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, OnceLock},
};

use rustls::{ServerConfig, crypto::ring};
use tokio_rustls::TlsAcceptor;

use authority::Authority;
pub use authority::CaError;

/// The names of this machine, which the certificate has beside the hosts.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The server's side of TLS.
pub struct Tls {
    names: BTreeSet<String>,
    authority: OnceLock<Authority>,
    acceptor: OnceLock<TlsAcceptor>,
}

impl Tls {
    /// TLS for these hosts and this machine, by an authority that ends with the process.
    pub fn in_memory(hosts: Vec<String>) -> Tls {
        let hosts = hosts.iter().map(|host| without_port(host));
        let names = hosts.chain(LOCAL).map(str::to_owned).collect();
        Tls { names, authority: OnceLock::new(), acceptor: OnceLock::new() }
    }

    /// The same by the authority that a folder keeps. What is missing there is made.
    pub fn kept_in(folder: &Path, hosts: Vec<String>) -> Result<Tls, CaError> {
        let tls = Tls::in_memory(hosts);
        let authority = Authority::kept_in(folder, &tls.names)?;
        Ok(Tls { authority: OnceLock::from(authority), ..tls })
    }

    /// The certificate of the authority as PEM: what a client must trust.
    pub fn ca_pem(&self) -> &str {
        self.authority().pem()
    }

    /// Takes connections for all hosts: one certificate has the names of all.
    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        self.acceptor.get_or_init(|| {
            let (certificate, key) = self.authority().issue(&self.names);
            let mut config =
                ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .and_then(|it| {
                        it.with_no_client_auth().with_single_cert(vec![certificate], key)
                    })
                    .expect("the certificate is of the key");
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            TlsAcceptor::from(Arc::new(config))
        })
    }

    fn authority(&self) -> &Authority {
        self.authority.get_or_init(|| Authority::new(&self.names))
    }
}

impl Default for Tls {
    /// TLS for this machine alone.
    fn default() -> Tls {
        Tls::in_memory(Vec::new())
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("names", &self.names).finish_non_exhaustive()
    }
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or_default()
}
