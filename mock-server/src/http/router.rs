//! Makes routes of contracts.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    Extension, Router,
    extract::{ConnectInfo, Request},
    routing::any,
};

use super::{
    endpoint::{Endpoint, PathItem},
    join::join,
    pipeline::Pipeline,
};
use crate::engine::Api;

/// One route for each path of each API, and for each ending that its contract ignores.
pub fn router(apis: &[Arc<dyn Api>]) -> Router {
    let mut paths: BTreeMap<String, Vec<Arc<Endpoint>>> = BTreeMap::new();
    for endpoint in apis.iter().flat_map(join).map(Arc::new) {
        for path in endpoint.route.paths() {
            let path = path.trim_end_matches('/').to_owned();
            paths.entry(path).or_default().push(Arc::clone(&endpoint));
        }
    }
    let mut router = Router::new();
    for (path, endpoints) in paths {
        let item = Arc::new(PathItem::new(endpoints));
        let endings = &item.api().contract().ignored_path_endings;
        let paths: Vec<String> = endings.iter().map(|ending| format!("{path}{ending}")).collect();
        let serve = any(
            move |Extension(pipeline): Extension<Arc<Pipeline>>,
                  ConnectInfo(from): ConnectInfo<SocketAddr>,
                  path,
                  request| async move {
                pipeline.serve(&item, from.ip().to_canonical(), path, request).await
            },
        );
        router = paths.iter().fold(router.route(&path, serve.clone()), |router, path| {
            router.route(path, serve.clone())
        });
    }
    router.fallback(
        |Extension(pipeline): Extension<Arc<Pipeline>>,
         ConnectInfo(from): ConnectInfo<SocketAddr>,
         request: Request| async move {
            pipeline.serve_unknown_path(from.ip().to_canonical(), request)
        },
    )
}
