//! The i3D.net v3 API: how it authenticates, pages and refuses, over the rooms of the provider.

mod api_logs;
mod contract;
mod credentials;
mod problems;
mod ranged_data;

use http::HeaderMap;
use openapi::{Contract, Route};
use serde_json::Value;

use super::{
    SCHEMA, account, api_keys, billing, colocation, dedicated, demo, flex_metal, notifications,
    reference, shop, status, support, telemetry, website,
};
use crate::engine::{Api, Context, Identity, Operation, Page, Problem, Result, WebPage};

/// The i3D.net v3 API.
pub(in crate::apis) struct I3dV3;

impl Api for I3dV3 {
    fn name(&self) -> &'static str {
        contract::NAME
    }

    fn prefix(&self) -> &'static str {
        "/v3"
    }

    fn contract(&self) -> &'static Contract {
        contract::contract()
    }

    fn schema(&self) -> &'static str {
        &SCHEMA
    }

    fn operations(&self) -> Vec<Operation> {
        let rooms = [
            account::operations(),
            api_keys::operations(),
            api_logs::operations().into(),
            billing::operations(),
            colocation::operations(),
            dedicated::operations(),
            flex_metal::operations(),
            notifications::operations(),
            status::operations(),
            reference::operations(),
            shop::operations(),
            support::operations(),
            telemetry::operations(),
            website::operations(),
        ];
        rooms.into_iter().flatten().collect()
    }

    fn log_action(&self, cx: &Context, route: &Route, path: &str) -> Result<()> {
        account::action_log::log(cx, route, path)
    }

    fn seed(&self, cx: &Context) -> Result<()> {
        demo::seed(cx)
    }

    fn apply_settings(&self, cx: &Context) -> Result<()> {
        demo::apply_settings(cx)
    }

    fn pages(&self) -> Vec<WebPage> {
        billing::payment_page::pages()
    }

    fn authenticate(&self, cx: &Context, headers: &HeaderMap) -> Result<Identity> {
        credentials::authenticate(cx, headers)
    }

    fn page_header(&self) -> &'static str {
        ranged_data::HEADER
    }

    fn page(&self, header: Option<&str>) -> Result<Page> {
        ranged_data::page(header)
    }

    fn render(&self, problem: &Problem, route: Option<&Route>) -> (u16, Value) {
        problems::render(problem, route)
    }
}
