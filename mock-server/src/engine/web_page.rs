//! Pages outside of a contract, that a provider shows to the browser of a customer.

use http::Method;

use super::operation::Operation;

/// A page, or what a form of a page does.
pub struct WebPage {
    /// The method that a browser uses.
    pub method: Method,
    /// Its path at the root of the server, with its parameters as in `/pay/{token}`.
    pub path: &'static str,
    /// The operation that answers it: open to everybody, and a refusal is shown as text.
    pub operation: Operation,
}

impl WebPage {
    /// A page to look at.
    pub fn get(path: &'static str, operation: Operation) -> WebPage {
        WebPage { method: Method::GET, path, operation }
    }

    /// What a form of a page does.
    pub fn post(path: &'static str, operation: Operation) -> WebPage {
        WebPage { method: Method::POST, path, operation }
    }
}
