//! The HTTP server: it joins contracts and operations, and carries requests from one to the other.
//!
//! `pipeline` says what happens to a request, step by step.

mod body;
mod control;
mod decode;
mod endpoint;
mod input;
mod join;
mod pages;
mod pipeline;
mod response;
mod response_check;
mod router;

use std::sync::Arc;

use axum::Router;

use crate::engine::{Api, Provider, World};
use pipeline::Pipeline;

pub use join::join;

/// How requests are treated.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Whether properties that the contract does not know are refused.
    pub strict: bool,
    /// Whether browsers may call from other origins.
    pub cors: bool,
    /// The token that opens the control API to others than loopback.
    pub control_token: Option<String>,
}

/// Everything the server answers: `apis`, the pages of the providers, and the control API under
/// `/_mock`.
pub fn app(
    providers: &[Arc<dyn Provider>],
    apis: &[Arc<dyn Api>],
    world: &Arc<World>,
    options: &HttpOptions,
) -> Router {
    let pipeline = Pipeline::new(apis, world, options.strict);
    let mut router = router::router(apis, pipeline).merge(pages::router(providers, world));
    if options.cors {
        router = router.layer(tower_http::cors::CorsLayer::very_permissive());
    }
    router.nest("/_mock", control::router(apis, world, options.control_token.clone()))
}
