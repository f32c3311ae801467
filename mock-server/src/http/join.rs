//! Contract and operations, joined by `operationId`.

use std::{collections::BTreeMap, sync::Arc};

use openapi::{Location, Route};

use super::{endpoint::Endpoint, response_check::ResponseCheck};
use crate::engine::{Api, Needs, Operation};

/// Joins the contract of an API with its operations; panics with a sentence unless they agree.
///
/// Every operation of the contract must be registered once, none beside them, and none may take
/// what the contract does not offer. A list that the contract pages must be paged.
pub fn join(api: &Arc<dyn Api>) -> Vec<Endpoint> {
    let mut operations = BTreeMap::new();
    for operation in api.operations() {
        let id = operation.id;
        assert!(operations.insert(id, operation).is_none(), "{id} is registered twice");
    }
    let endpoints = api.contract().routes.iter().map(|route| {
        let operation = operations.remove(route.id.as_str());
        let operation =
            operation.unwrap_or_else(|| panic!("nobody registered {} of the contract", route.id));
        let paging =
            api.paging().filter(|it| route.parameter(Location::Header, it.header).is_some());
        assert_agreement(route, &operation, paging.is_some());
        let check = ResponseCheck::default();
        Endpoint { route, operation, api: Arc::clone(api), paging, check }
    });
    let endpoints = endpoints.collect();
    assert!(operations.is_empty(), "operations outside the contract: {:?}", operations.keys());
    endpoints
}

/// Panics with a sentence if the operation takes what the contract does not offer, or leaves out a
/// range.
fn assert_agreement(route: &Route, operation: &Operation, ranged: bool) {
    let id = operation.id;
    let offers = |needs| match needs {
        Needs::Parameters => route.parameters.iter().any(|it| it.location != Location::Header),
        Needs::Body => route.bodies().any(|body| !body.is_multipart()),
        Needs::Form => route.bodies().any(openapi::RequestBody::is_multipart),
        Needs::Page => ranged,
        Needs::Headers => true,
    };
    let headers = route.parameters.iter().filter(|it| it.location == Location::Header).count();
    assert!(headers == usize::from(ranged), "{id} has a header parameter that nobody reads");
    for needs in &operation.needs {
        assert!(offers(*needs), "{id} takes {needs:?}, but the contract offers none");
    }
    assert!(!ranged || operation.takes(Needs::Page), "{id} must page its list");
}
