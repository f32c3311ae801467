//! Pages for the browser of a customer, outside of the contracts: whoever knows the path of one may
//! open it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, RawPathParams, Request as HttpRequest},
    http::{HeaderMap, StatusCode, header},
    routing::{MethodFilter, on},
};

use super::{
    record::{Arrived, Seen},
    response::Answer,
    worlds::InWorld,
};
use crate::engine::{Caller, Effect, Provider, Reply, Request, Result, WebPage, World, Written};

/// The media type of a refusal.
const PLAIN: &str = "text/plain; charset=utf-8";

/// One route for each page of each provider.
pub(super) fn router(providers: &[Arc<dyn Provider>]) -> Router {
    providers.iter().flat_map(|provider| provider.pages()).fold(Router::new(), |router, page| {
        let method =
            MethodFilter::try_from(page.method.clone()).expect("a page has an ordinary method");
        let (path, page) = (page.path, Arc::new(page));
        let serve = move |InWorld(world): InWorld,
                          ConnectInfo(from): ConnectInfo<SocketAddr>,
                          path: RawPathParams,
                          request: HttpRequest| async move {
            let from = from.ip().to_canonical();
            let arrived = Arrived::new(&world, from, request);
            let headers = arrived.parts.headers.clone();
            let path = path.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            let request = Request { path, headers, ..Request::default() };
            let is_read = page.operation.effect == Effect::Read;
            let (written, reply) = run(&world, page, Caller::anonymous(from), request).await;
            let answer = answer(reply);
            let seen = Seen { written, is_read, ..Seen::default() };
            arrived.record(&world, seen, &answer);
            answer
        };
        router.route(path, on(method, serve))
    })
}

async fn run(
    world: &Arc<World>,
    page: Arc<WebPage>,
    caller: Caller,
    request: Request,
) -> (Option<Written>, Result<Reply>) {
    match page.operation.effect {
        Effect::Read => (None, world.read(caller, |cx| page.operation.run(cx, request))),
        Effect::Write => {
            world.write_counted(caller, move |cx| page.operation.run(cx, request)).await
        }
    }
}

fn answer(result: Result<Reply>) -> Answer {
    match result {
        Ok(reply) => {
            let redirects = reply.headers.iter().any(|(name, _)| *name == header::LOCATION);
            let status = if redirects { StatusCode::SEE_OTHER } else { StatusCode::OK };
            Answer::reply(status.as_u16(), reply)
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.kind.status()).expect("a status");
            let reason = status.canonical_reason().unwrap_or("Refused");
            let text = if problem.message.is_empty() { reason.to_owned() } else { problem.message };
            let (status, headers) = (status.as_u16(), HeaderMap::new());
            Answer { status, headers, media: Some(PLAIN), content: text.into() }
        }
    }
}
