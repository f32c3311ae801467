//! What makes an API: its contract, its operations and its conventions.

use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName};
use openapi::{Contract, Route};
use serde_json::{Map, Value};

use super::{
    context::{Context, Credential},
    operation::Operation,
    page::Page,
    problem::{Problem, Result},
    web_page::WebPage,
    world::{Environment, Settings, WorldKind},
    world_file::Resources,
};

/// Who owns tables, customers and credentials, and the APIs that share them.
pub trait Provider: Send + Sync + 'static {
    /// Its short name.
    fn name(&self) -> &'static str;

    /// Its tables, as SQL.
    fn schema(&self) -> &'static str;

    /// Fills the tables of a fresh world.
    fn seed(&self, cx: &Context) -> Result<()>;

    /// Reads the data of `seed`, which finds it read then. It is called while the tables are made.
    fn read_data(&self, _kind: WorldKind) {}

    /// Applies the settings to a world that was seeded, now or in an earlier run.
    fn apply_settings(&self, cx: &Context) -> Result<()>;

    /// The names of the settings that a world can have of its own.
    fn setting_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Changes the setting of one of these names. A refusal says what may be given.
    fn change_setting(&self, _settings: &mut Extensions, _name: &str, _to: &Value) -> Result<()> {
        Err(Problem::not_found())
    }

    /// What a world file can hold of it; `None` where none can.
    fn resources(&self) -> Option<&'static Resources> {
        None
    }

    /// Adds the rows that follow from others and are missing, because a world file need not say
    /// them.
    fn complete(&self, _cx: &Context) -> Result<()> {
        Ok(())
    }

    /// Makes a customer like `wanted` says; a refusal names its properties. Answers an object with
    /// the `account` and what the customer needs to call the APIs.
    fn add_customer(&self, _cx: &Context, _wanted: &Value) -> Result<Value> {
        Err(Problem::not_found())
    }

    /// Its APIs.
    fn apis(&self) -> Vec<Arc<dyn Api>>;

    /// The pages that it shows to browsers, beside the operations of its APIs.
    fn pages(&self) -> Vec<WebPage> {
        Vec::new()
    }
}

/// Who a request comes from, by its credentials.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity {
    /// The account; `None` for a session that still waits for its second factor.
    pub account: Option<i64>,
    /// What proved it; `None` where a request carries no credentials.
    pub credential: Option<Credential>,
    /// What is meant where the request chose nothing of the base path, or what it chose.
    pub server_variable: Option<&'static str>,
}

/// Where a request may carry its credentials.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its query string; empty without one.
    pub query: &'a str,
    /// The members of its body, where the operation is chosen by one of them.
    pub members: Option<&'a Map<String, Value>>,
}

/// How an API answers lists in parts.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    /// The header that asks for a part.
    pub header: &'static str,
    /// The part that the header asks for; without the header the first one.
    pub read: fn(Option<&str>) -> Result<Page>,
}

/// How a refusal goes over the wire.
#[derive(Debug)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// Headers beyond the content type.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub body: Value,
}

/// An API, as the engine and the HTTP server see it.
pub trait Api: Send + Sync + 'static {
    /// Its short name, as in `openapi/NAME/`.
    fn name(&self) -> &'static str;

    /// Its contract.
    fn contract(&self) -> &'static Contract;

    /// Every operation of the contract.
    fn operations(&self) -> Vec<Operation>;

    /// The caller, by the credentials of the request; refuses bad credentials.
    fn authenticate(&self, cx: &Context, presented: &Presented) -> Result<Identity>;

    /// How a refusal goes over the wire; `route` is the operation, where one was found.
    fn refuse(&self, problem: &Problem, route: Option<&Route>) -> Refused;

    /// Keys that every world has, which are no secrets, and whose they are.
    fn demo_keys(&self) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// The key of its first customer; `None` where it has no keys.
    fn customer_key(&self, _settings: &Settings) -> Option<String> {
        None
    }

    /// How lists are answered in parts; `None` where they are always whole.
    fn paging(&self) -> Option<Paging> {
        None
    }

    /// Logs for the caller that the operation of `route` succeeded at `path`, in the transaction of
    /// that operation.
    fn log_action(&self, _cx: &Context, _route: &Route, _path: &str) -> Result<()> {
        Ok(())
    }

    /// Whether a `+` in a query or a form stands for itself, and not for a space.
    fn keeps_plus(&self, _environment: &Environment) -> bool {
        false
    }

    /// The headers that each answer has, whatever it is; [`Environment::exchange_id`] names it.
    fn response_headers(&self, _environment: &Environment) -> Vec<(HeaderName, String)> {
        Vec::new()
    }
}
