//! The i3D.net v3 API: how it authenticates, pages and refuses, over the rooms of the provider.

mod api_logs;
mod contract;
mod credentials;
mod problems;
mod ranged_data;

use openapi::{Contract, Route};

use super::{
    Settings, account, api_keys, billing, colocation, dedicated, flex_metal, notifications,
    reference, shop, status, support, telemetry, website,
};
use crate::engine::{
    self, Api, Context, Identity, Operation, Paging, Presented, Problem, Refused, Result,
};

/// The i3D.net v3 API.
pub(in crate::apis::i3d) struct I3dV3;

impl Api for I3dV3 {
    fn name(&self) -> &'static str {
        contract::NAME
    }

    fn contract(&self) -> &'static Contract {
        contract::contract()
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

    fn authenticate(&self, cx: &Context, presented: &Presented) -> Result<Identity> {
        credentials::authenticate(cx, presented.headers)
    }

    fn customer_key(&self, settings: &engine::Settings) -> Option<String> {
        settings.of_providers.get::<Settings>().map(|it| it.api_key.clone())
    }

    fn paging(&self) -> Option<Paging> {
        Some(Paging { header: ranged_data::HEADER, read: ranged_data::page })
    }

    fn refuse(&self, problem: &Problem, route: Option<&Route>) -> Refused {
        problems::refuse(problem, route)
    }
}
