//! The HTTP server: it joins contracts and operations, and carries requests from one to the other.
//!
//! `pipeline` says what happens to a request, step by step.

mod abort;
mod body;
mod choose;
mod control;
mod decode;
mod endpoint;
mod faults;
mod input;
mod join;
mod matcher;
mod pages;
mod pipeline;
mod record;
mod refusal;
mod response;
mod response_check;
mod router;
mod worlds;

use std::sync::Arc;

use axum::Router;
use serde_json::Value;

use crate::{
    engine::{Api, Provider, World},
    tls::Tls,
};
use faults::Faults;
use pipeline::Pipeline;
use worlds::ChooseWorld;

pub use abort::Abort;
pub use join::join;
pub(crate) use refusal::refuse;
pub(crate) use worlds::Worlds;
pub use worlds::{OwnWorld, OwnWorldError};

/// How requests are treated.
#[derive(Debug, Default)]
pub struct HttpOptions {
    /// What goes wrong at the beginning.
    faults: Faults,
    /// Whether browsers may call from other origins.
    pub cors: bool,
    /// The token that opens the control API to others than loopback.
    pub control_token: Option<String>,
    /// What `https` is answered with.
    pub tls: Arc<Tls>,
}

impl HttpOptions {
    /// The same with rules by which requests go wrong, as `/_mock/faults` takes them. A refusal
    /// says which rule is wrong.
    pub fn with_faults(self, rules: Vec<Value>) -> Result<HttpOptions, String> {
        Ok(HttpOptions { faults: Faults::new(rules)?, ..self })
    }
}

/// Everything the server answers: `apis`, the pages of the providers, and the control API under
/// `/_mock`.
pub fn app(
    providers: &[Arc<dyn Provider>],
    apis: &[Arc<dyn Api>],
    world: &Arc<World>,
    options: &HttpOptions,
) -> ChooseWorld<Router> {
    let worlds = Worlds::new(apis, Pipeline::new(apis, world, options.faults.again()));
    let routes = router::router(apis).merge(pages::router(providers));
    let mut router = routes.clone();
    if options.cors {
        router = router.layer(tower_http::cors::CorsLayer::very_permissive());
    }
    let token = options.control_token.clone();
    let tls = Arc::clone(&options.tls);
    let control = control::router(providers, apis, &worlds, routes, token)
        .merge(control::certificate::router(tls));
    ChooseWorld::new(worlds, router.nest("/_mock", control))
}
