//! Worlds for whoever runs the server in this process.

use std::sync::Arc;

use super::registry::Worlds;
use crate::engine::{Breach, NewWorld, OpenError, World};

/// A world beside the first one of a server, which is removed when this is dropped.
pub struct OwnWorld {
    url: String,
    name: String,
    world: Arc<World>,
    worlds: Arc<Worlds>,
}

/// Why a server made no world.
#[derive(Debug, thiserror::Error)]
pub enum OwnWorldError {
    /// There are as many as there may be.
    #[error("{0}")]
    TooMany(String),
    /// Its database cannot be made.
    #[error(transparent)]
    Database(#[from] OpenError),
}

impl OwnWorld {
    /// A world of the server at `server` that begins and behaves as its first one did.
    pub(crate) fn of(server: &str, worlds: &Arc<Worlds>) -> Result<OwnWorld, OwnWorldError> {
        let reserved = worlds.reserve(None);
        let reserved = reserved.map_err(|why| OwnWorldError::TooMany(why.to_string()))?;
        let first = worlds.first();
        let new = NewWorld {
            base_path: reserved.base_path(),
            origin: first.filled_with(),
            seed: None,
            clock: None,
            settings: first.environment.settings.clone(),
        };
        let world = first.beside(new)?;
        let own = OwnWorld {
            url: format!("{server}{}", reserved.base_path()),
            name: reserved.name.clone(),
            world: Arc::clone(&world),
            worlds: Arc::clone(worlds),
        };
        reserved.add(None, world);
        Ok(own)
    }

    /// Its base URL, as in `http://127.0.0.1:8080/_in/w1`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The answers that broke the contract so far; a test wants none.
    pub fn violations(&self) -> Vec<Breach> {
        self.world.environment.notes.breaches()
    }
}

impl std::fmt::Debug for OwnWorld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnWorld").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for OwnWorld {
    fn drop(&mut self) {
        self.worlds.remove(&self.name);
    }
}
