//! An operation with its place in the contract, and the operations of one path.

use std::sync::Arc;

use axum::http::{HeaderValue, Method};
use openapi::Route;

use super::response_check::ResponseCheck;
use crate::engine::{Api, Effect, Operation};

/// An operation with its place in the contract.
pub struct Endpoint {
    /// What the contract says.
    pub route: &'static Route,
    /// What the emulator does.
    pub operation: Operation,
    /// The API that both belong to.
    pub api: Arc<dyn Api>,
    /// Whether the request may ask for a part of a list.
    pub ranged: bool,
    /// The check of its answers.
    pub check: ResponseCheck,
}

impl Endpoint {
    /// Whether a read of the state is all that a request needs: it has no body to wait for.
    pub(super) fn reads_without_body(&self) -> bool {
        self.operation.effect == Effect::Read && self.route.body.is_none()
    }
}

/// The operations of one path, as in the Path Item Object of OpenAPI.
pub(super) struct PathItem {
    endpoints: Vec<Arc<Endpoint>>,
    /// Its methods, as the header `Allow` lists them.
    pub(super) allow: HeaderValue,
}

impl PathItem {
    pub(super) fn new(endpoints: Vec<Arc<Endpoint>>) -> PathItem {
        let mut methods: Vec<&str> = endpoints.iter().map(|it| it.route.method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        let allow = HeaderValue::from_str(&methods.join(", ")).expect("methods are ASCII");
        PathItem { endpoints, allow }
    }

    /// The API that the path belongs to.
    pub(super) fn api(&self) -> &dyn Api {
        &*self.endpoints.first().expect("a path has an operation").api
    }

    /// The operation of this method; `HEAD` is `GET` without the body.
    pub(super) fn endpoint(&self, method: &Method) -> Option<&Arc<Endpoint>> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|it| it.route.method == *method)
    }
}
