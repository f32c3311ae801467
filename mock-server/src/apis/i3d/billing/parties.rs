//! The seller and the customer, as an invoice shows them.

use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::{
        account::{
            billing_details::BILLING_DETAILS, contact_details::Addressee, customer::DETAILS,
        },
        reference::countries,
    },
    engine::{Context, Result},
};

/// The customer, as an invoice shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct InvoiceClientDetails {
    pub full_name: String,
    pub company_name: String,
    pub email: String,
    pub address: String,
    pub zip: String,
    pub city: String,
    pub country: String,
    pub vat_number: String,
    pub iban: String,
    pub bic: String,
}

/// The seller, as an invoice shows it.
#[derive(Debug, Serialize)]
pub(super) struct InvoiceCompanyDetails {
    pub name: &'static str,
    pub address: &'static str,
    pub zip: &'static str,
    pub city: &'static str,
    pub country: &'static str,
    pub phone: &'static str,
    pub email: &'static str,
    pub url: &'static str,
    pub iban: &'static str,
    pub bic: &'static str,
}

/// Made up, address and bank account included: nothing is owed for an invoice of an emulator.
pub(super) const COMPANY: InvoiceCompanyDetails = InvoiceCompanyDetails {
    name: "i3D.net (emulated)",
    address: "Voorbeeldkade 3",
    zip: "3011 XX",
    city: "Rotterdam",
    country: "Netherlands",
    phone: "+31 10 555 0100",
    email: "billing@i3d.example",
    url: "https://i3d.example",
    iban: "NL00 XMPL 0000 0000 00",
    bic: "XMPLNL2A",
};

impl InvoiceClientDetails {
    /// The company, or the person where there is none.
    pub(super) fn name(&self) -> &str {
        if self.company_name.is_empty() { &self.full_name } else { &self.company_name }
    }
}

/// The bank account of a customer.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Bank {
    iban: String,
    bic: String,
}

/// The account of the caller as it is now.
pub(super) fn client(cx: &Context, bank: &Bank) -> Result<InvoiceClientDetails> {
    let (account, billing) = (DETAILS.get(cx)?, BILLING_DETAILS.get(cx)?);
    let Addressee { address, street_number, zip_code, city, country_code, .. } = &billing.addressee;
    Ok(InvoiceClientDetails {
        full_name: billing.addressee.full_name(),
        company_name: account.company_name.unwrap_or_default(),
        email: billing
            .email_address_billing
            .filter(|it| !it.is_empty())
            .unwrap_or(account.email_address),
        address: format!("{address} {street_number}"),
        zip: zip_code.clone(),
        city: city.clone(),
        country: countries::name(country_code).unwrap_or_default().to_owned(),
        vat_number: account.vat_number.unwrap_or_default(),
        iban: bank.iban.clone(),
        bic: bank.bic.clone(),
    })
}
