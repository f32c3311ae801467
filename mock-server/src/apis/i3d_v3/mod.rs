//! The i3D.net v3 API.

mod account_billing_details;
mod account_details;
mod account_documents;
mod account_files;
mod account_ip_whitelists;
mod account_logs;
mod account_sign_up;
mod api_key_ip_whitelists;
mod api_keys;
mod api_logs;
mod authentication;
mod bill;
mod bill_parties;
mod billed_services;
mod calc_catalogue;
mod calc_catalogue_file;
mod calc_orders;
mod calc_pricing;
mod calc_rules;
mod calc_utilities;
mod callback_settings;
mod catalogue;
mod cents;
mod chart;
mod chart_axis;
mod chart_canvas;
mod colocation_access_documents;
mod colocation_access_lifecycle;
mod colocation_accesses;
mod colocation_alerts;
mod colocation_invoices;
mod colocation_networks;
mod colocation_pdus;
mod colocation_quotes;
mod colocation_telemetry;
mod colocations;
mod contact_details;
mod contract_term;
mod countries;
mod cross_connects;
mod currencies;
mod dashboard;
mod data_centers;
mod decimal_ids;
mod dedicated_server_seed;
mod dedicated_servers;
mod email_confirmations;
mod flex_metal_catalogue;
mod flex_metal_lifecycle;
mod flex_metal_order;
mod flex_metal_quota;
mod flex_metal_servers;
mod flex_metal_tags;
mod flex_metal_usage;
mod health;
mod heat_map;
mod identity_papers;
mod invoice_pdf;
mod invoice_seed;
mod invoices;
mod ip_ranges;
mod jobs;
mod label_expression;
mod labels;
mod network_usage_graphs;
mod newsletter;
mod operating_systems;
mod passwords;
mod payment;
mod payment_choice;
mod payment_mail;
mod payment_methods;
mod payment_page;
mod payments;
mod pdf;
mod ping_sites;
mod power_telemetry;
mod problems;
mod pxe_switch_ports;
mod ranged_data;
mod session;
mod slack_settings;
mod ssh_keys;
mod telemetry_series;
mod ticket_attachments;
mod tickets;
mod time_window;
mod traffic_sums;
mod traffic_usage;
mod trigger_types;
mod triggers;
mod user_remote_info;
mod users;
mod web_addresses;
mod world;

use http::HeaderMap;
use openapi::{Contract, Route};
use serde_json::Value;

use crate::engine::{Api, Context, Identity, Operation, Page, Problem, Result, WebPage};

/// Its short name.
const NAME: &str = "i3d-v3";

/// The owner of what belongs to no customer, such as a vacancy or what a stranger writes.
const NOBODY: i64 = 0;

/// The i3D.net v3 API.
pub(super) struct I3dV3;

impl Api for I3dV3 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn prefix(&self) -> &'static str {
        "/v3"
    }

    fn contract(&self) -> &'static Contract {
        openapi::i3d_v3()
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn operations(&self) -> Vec<Operation> {
        let resources: [Vec<Operation>; _] = [
            account_billing_details::operations().into(),
            account_details::operations().into(),
            account_documents::operations().into(),
            account_files::operations().into(),
            account_ip_whitelists::operations().into(),
            account_logs::operations().into(),
            account_sign_up::operations().into(),
            api_key_ip_whitelists::operations().into(),
            api_keys::operations().into(),
            api_logs::operations().into(),
            calc_catalogue::operations().into(),
            calc_orders::operations().into(),
            calc_utilities::operations().into(),
            callback_settings::operations().into(),
            colocation_access_documents::operations().into(),
            colocation_accesses::operations().into(),
            colocation_alerts::operations().into(),
            colocation_invoices::operations().into(),
            colocation_networks::operations().into(),
            colocation_pdus::operations().into(),
            colocation_quotes::operations().into(),
            colocation_telemetry::operations().into(),
            colocations::operations().into(),
            countries::operations().into(),
            cross_connects::operations().into(),
            currencies::operations().into(),
            dashboard::operations().into(),
            dedicated_servers::operations().into(),
            email_confirmations::operations().into(),
            flex_metal_catalogue::operations().into(),
            flex_metal_quota::operations().into(),
            flex_metal_servers::operations().into(),
            flex_metal_tags::operations().into(),
            flex_metal_usage::operations().into(),
            health::operations().into(),
            heat_map::operations().into(),
            invoices::operations().into(),
            jobs::operations().into(),
            network_usage_graphs::operations().into(),
            newsletter::operations().into(),
            operating_systems::operations().into(),
            passwords::operations().into(),
            payments::operations().into(),
            ping_sites::operations().into(),
            power_telemetry::operations().into(),
            pxe_switch_ports::operations().into(),
            session::operations().into(),
            slack_settings::operations().into(),
            ssh_keys::operations().into(),
            ticket_attachments::operations().into(),
            tickets::operations().into(),
            traffic_usage::operations().into(),
            trigger_types::operations().into(),
            triggers::operations().into(),
            user_remote_info::operations().into(),
        ];
        resources.into_iter().flat_map(Vec::into_iter).collect()
    }

    fn note(&self, cx: &Context, route: &Route, path: &str) -> Result<()> {
        account_logs::note(cx, route, path)
    }

    fn seed(&self, cx: &Context) -> Result<()> {
        world::seed(cx)
    }

    fn settle(&self, cx: &Context) -> Result<()> {
        world::settle(cx)
    }

    fn pages(&self) -> Vec<WebPage> {
        payment_page::pages()
    }

    fn authenticate(&self, cx: &Context, headers: &HeaderMap) -> Result<Identity> {
        authentication::authenticate(cx, headers)
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
