//! The customer API of the platform, version 1.

mod credentials;
mod problems;

use http::HeaderName;
use openapi::{Contract, Route};

use super::{
    Settings, account, billing, catalogue, machines, network, object_storage, services, storage,
};
use crate::engine::{
    self, Api, Context, Environment, Identity, Operation, Presented, Problem, Refused, Result,
};

/// The customer API of the platform, version 1.
pub(in crate::apis::warren) struct WarrenV1;

/// Names an exchange, on every answer.
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-warren-correlation-id");

impl Api for WarrenV1 {
    fn name(&self) -> &'static str {
        "warren-v1"
    }

    fn contract(&self) -> &'static Contract {
        openapi::warren_v1()
    }

    fn operations(&self) -> Vec<Operation> {
        let rooms: [Vec<Operation>; _] = [
            account::operations(),
            billing::operations(),
            catalogue::operations(),
            network::operations(),
            storage::operations(),
            machines::operations(),
            object_storage::operations(),
            services::operations(),
        ];
        rooms.into_iter().flatten().collect()
    }

    fn authenticate(&self, cx: &Context, presented: &Presented) -> Result<Identity> {
        credentials::authenticate(cx, presented)
    }

    fn refuse(&self, problem: &Problem, _route: Option<&Route>) -> Refused {
        problems::refuse(problem)
    }

    fn demo_keys(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("idcloudhostDemoToken0123456789AB", "a customer of idcloudhost"),
            ("3nvDemoToken0123456789ABCDEFGHIJ", "a customer of 3nv"),
            ("meowmeowmeow", "an empty account"),
        ]
    }

    fn customer_key(&self, _settings: &engine::Settings) -> Option<String> {
        self.demo_keys().first().map(|(key, _)| (*key).to_owned())
    }

    fn keeps_plus(&self, environment: &Environment) -> bool {
        environment.settings.of_providers.get::<Settings>().is_some_and(|it| it.literal_plus)
    }

    fn response_headers(&self, environment: &Environment) -> Vec<(HeaderName, String)> {
        vec![(CORRELATION_ID, environment.exchange_id().simple().to_string())]
    }
}
