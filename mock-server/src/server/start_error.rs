//! Why a server does not start.

use std::{io, net::SocketAddr};

use crate::{engine::OpenError, tls::CaError};

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is in use, or none of this machine.
    #[error(
        "cannot listen on {0}: {1}; choose another address with --listen, port 0 picks a free one"
    )]
    Listen(SocketAddr, io::Error),
    /// The same of the address for `https`.
    #[error(
        "cannot listen on {0}: {1}; choose another address with --tls-listen, \
         port 0 picks a free one"
    )]
    TlsListen(SocketAddr, io::Error),
    /// The authority for `https` cannot be kept where it should be.
    #[error(transparent)]
    Authority(#[from] CaError),
    /// No provider has an API of this name.
    #[error("there is no API {0}; there are {1}")]
    UnknownApi(String, String),
    /// Two APIs that would be served have the same path.
    #[error("{0} and {1} both have the path {2}; serve one of them with --api")]
    SharedPath(&'static str, &'static str, String),
    /// The world file cannot be read, or says something that cannot be.
    #[error("{0}")]
    WorldFile(String),
    /// The rules by which requests go wrong cannot be.
    #[error("{0}")]
    Faults(String),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The system gives no thread to the server.
    #[error("cannot start: {0}")]
    Thread(#[from] io::Error),
}
