//! The HTTP server: it joins contracts and operations, and carries requests from one to the other.
//!
//! `pipeline` says what happens to a request, step by step.

mod abort;
mod body;
mod control;
mod decode;
mod endpoint;
mod input;
mod join;
mod pages;
mod pipeline;
mod refusal;
mod response;
mod response_check;
mod router;
mod worlds;

use std::sync::Arc;

use axum::Router;

use crate::{
    engine::{Api, Provider, World},
    tls::Tls,
};
use pipeline::Pipeline;
use worlds::{ChooseWorld, Worlds};

pub use abort::Abort;
pub use join::join;
pub(crate) use refusal::refuse;

/// How requests are treated.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Whether browsers may call from other origins.
    pub cors: bool,
    /// The token that opens the control API to others than loopback.
    pub control_token: Option<String>,
    /// What `https` is answered with.
    pub tls: Arc<Tls>,
}

/// Everything the server answers: `apis`, the pages of the providers, and the control API under
/// `/_mock`.
pub fn app(
    providers: &[Arc<dyn Provider>],
    apis: &[Arc<dyn Api>],
    world: &Arc<World>,
    options: &HttpOptions,
) -> ChooseWorld<Router> {
    let worlds = Worlds::new(apis, Pipeline::new(apis, world));
    let routes = router::router(apis);
    let mut router = routes.clone().merge(pages::router(providers));
    if options.cors {
        router = router.layer(tower_http::cors::CorsLayer::very_permissive());
    }
    let token = options.control_token.clone();
    let tls = Arc::clone(&options.tls);
    let control = control::router(providers, apis, &worlds, routes, token)
        .merge(control::certificate::router(tls));
    ChooseWorld::new(worlds, router.nest("/_mock", control))
}
