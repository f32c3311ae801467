//! What makes an API: its contract, its operations and its conventions.

use http::HeaderMap;
use openapi::{Contract, Route};
use serde_json::Value;

use super::{
    context::{Context, Credential},
    operation::Operation,
    page::Page,
    problem::{Problem, Result},
    web_page::WebPage,
};

/// Who a request comes from, by its credentials.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity {
    /// The account; `None` for a session that still waits for its second factor.
    pub account: Option<i64>,
    /// What proved it; `None` where a request carries no credentials.
    pub credential: Option<Credential>,
}

/// An API, as the engine and the HTTP server see it.
pub trait Api: Send + Sync + 'static {
    /// Its short name, as in `openapi/i3d-v3`.
    fn name(&self) -> &'static str;

    /// The first segment of all its paths, as in `/v3`.
    fn prefix(&self) -> &'static str;

    /// Its contract.
    fn contract(&self) -> &'static Contract;

    /// Its tables, as SQL.
    fn schema(&self) -> &'static str;

    /// Every operation of the document.
    fn operations(&self) -> Vec<Operation>;

    /// The pages that it shows to browsers, beside its operations.
    fn pages(&self) -> Vec<WebPage> {
        Vec::new()
    }

    /// Logs for the caller that the operation of `route` succeeded at `path`, in the transaction of
    /// that operation.
    fn log_action(&self, cx: &Context, route: &Route, path: &str) -> Result<()>;

    /// Fills the tables of a fresh world.
    fn seed(&self, cx: &Context) -> Result<()>;

    /// Applies the settings to a world that was seeded, now or in an earlier run.
    fn apply_settings(&self, cx: &Context) -> Result<()>;

    /// The caller, by the credentials in the headers; refuses bad credentials.
    fn authenticate(&self, cx: &Context, headers: &HeaderMap) -> Result<Identity>;

    /// The header that asks for a part of a list.
    fn page_header(&self) -> &'static str;

    /// The part of a list that the header asks for; without the header the first part.
    fn page(&self, header: Option<&str>) -> Result<Page>;

    /// Status and body of a refusal; `route` is the operation, where one was found.
    fn render(&self, problem: &Problem, route: Option<&Route>) -> (u16, Value);
}
