//! An operation with its place in the contract, and the operations of one path.

use std::sync::Arc;

use axum::http::{HeaderValue, Method};
use openapi::{Route, Rule, Violation};

use super::response_check::ResponseCheck;
use crate::engine::{Api, Effect, Operation, Paging, Problem, ProblemKind, Result};

/// An operation with its place in the contract.
pub struct Endpoint {
    /// What the contract says.
    pub route: &'static Route,
    /// What the emulator does.
    pub operation: Operation,
    /// The API that both belong to.
    pub api: Arc<dyn Api>,
    /// How the request may ask for a part of a list.
    pub paging: Option<Paging>,
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
    methods: Vec<(Method, Vec<Arc<Endpoint>>)>,
    /// Its methods, as the header `Allow` lists them.
    pub(super) allow: HeaderValue,
}

impl PathItem {
    pub(super) fn new(endpoints: Vec<Arc<Endpoint>>) -> PathItem {
        let mut methods: Vec<(Method, Vec<Arc<Endpoint>>)> = Vec::new();
        for endpoint in endpoints {
            let method = &endpoint.route.method;
            match methods.iter_mut().find(|(known, _)| known == method) {
                Some((_, of_method)) => of_method.push(endpoint),
                None => methods.push((method.clone(), vec![endpoint])),
            }
        }
        let mut allow: Vec<&str> = methods.iter().map(|(method, _)| method.as_str()).collect();
        if allow.contains(&"GET") {
            allow.push("HEAD");
        }
        allow.push("OPTIONS");
        let allow = HeaderValue::from_str(&allow.join(", ")).expect("methods are ASCII");
        PathItem { methods, allow }
    }

    /// The API that the path belongs to.
    pub(super) fn api(&self) -> &dyn Api {
        &*self.methods.first().expect("a path has an operation").1[0].api
    }

    /// The operations of this method, at least one; `HEAD` is `GET` without the body.
    pub(super) fn of_method(&self, method: &Method) -> Option<&[Arc<Endpoint>]> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        let found = self.methods.iter().find(|(known, _)| known == method);
        found.map(|(_, endpoints)| &**endpoints)
    }
}

/// The member of a body that chooses one of these operations, where there are several.
pub(super) fn choosing_member(endpoints: &[Arc<Endpoint>]) -> Option<&'static str> {
    let first = endpoints.first().filter(|it| it.route.action.is_some())?;
    first.api.contract().action.as_deref()
}

/// The operation of this action. The refusal of another one says which there are.
pub(super) fn of_action<'a>(
    endpoints: &'a [Arc<Endpoint>],
    member: &str,
    action: Option<&str>,
) -> Result<&'a Arc<Endpoint>> {
    let found = endpoints.iter().find(|it| it.route.action.as_deref() == action);
    found.ok_or_else(|| {
        let actions = endpoints.iter().filter_map(|it| it.route.action.clone()).collect();
        let unknown = Violation::of_rule(member, Rule::Enum(actions));
        Problem { errors: vec![unknown], ..Problem::new(ProblemKind::Malformed) }
    })
}
