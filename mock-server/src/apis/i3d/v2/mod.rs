//! The i3D.net v2 API, administration: the invoices and tickets of version 3, asked by actions.

mod credentials;
mod envelope;
mod invoices;
mod problems;
mod ticket_files;
mod tickets;

use openapi::{Contract, Route};

use super::{Settings, account};
use crate::engine::{self, Api, Context, Identity, Operation, Presented, Problem, Refused, Result};

/// The i3D.net v2 API.
pub(in crate::apis::i3d) struct I3dV2;

impl Api for I3dV2 {
    fn name(&self) -> &'static str {
        "i3d-v2"
    }

    fn contract(&self) -> &'static Contract {
        openapi::i3d_v2()
    }

    fn operations(&self) -> Vec<Operation> {
        let files: [Vec<Operation>; _] =
            [invoices::operations().into(), tickets::operations().into()];
        files.into_iter().flatten().collect()
    }

    fn authenticate(&self, cx: &Context, presented: &Presented) -> Result<Identity> {
        credentials::authenticate(cx, presented)
    }

    fn customer_key(&self, settings: &engine::Settings) -> Option<String> {
        settings.of_providers.get::<Settings>().map(|it| it.api_key.clone())
    }

    fn refuse(&self, problem: &Problem, _route: Option<&Route>) -> Refused {
        problems::refuse(problem)
    }

    fn log_action(&self, cx: &Context, route: &Route, path: &str) -> Result<()> {
        account::action_log::log(cx, route, path)
    }
}
