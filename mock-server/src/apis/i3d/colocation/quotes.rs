//! Requests for a quote for colocation, each confirmed by a mail to the customer.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use crate::{
    apis::i3d::account::blank_texts::blank_errors,
    engine::{Body, Context, Mail, Operation, Problem, Result, write},
};

pub(super) fn operations() -> [Operation; 1] {
    [write("createColocationQuote", create)]
}

/// How many characters the remarks may have, as in the other quotes of this API.
const REMARKS_MAX: usize = 4000;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct QuoteColocation {
    first_name: String,
    last_name: String,
    #[serde(default)]
    company_name: String,
    email: String,
    phone: String,
    rack: String,
    location: String,
    remarks: String,
}

fn create(cx: &Context, Body(quote): Body<QuoteColocation>) -> Result<()> {
    Problem::refuse(errors(&quote))?;
    cx.send(&Mail {
        to: &quote.email,
        kind: "colocation-quote",
        subject: "Your request for a colocation quote",
        text: text(&quote),
        values: serde_json::to_value(&quote)?,
    })
}

fn errors(quote: &QuoteColocation) -> Vec<Violation> {
    let texts = [("rack", &quote.rack), ("location", &quote.location), ("remarks", &quote.remarks)];
    let mut errors = blank_errors(texts);
    if quote.remarks.chars().count() > REMARKS_MAX {
        errors
            .push(Violation::new("remarks", format!("must have at most {REMARKS_MAX} characters")));
    }
    errors
}

fn text(quote: &QuoteColocation) -> String {
    let QuoteColocation {
        first_name,
        last_name,
        company_name,
        email,
        phone,
        rack,
        location,
        remarks,
    } = quote;
    let company = if company_name.is_empty() { String::new() } else { format!(", {company_name}") };
    format!(
        "Dear {first_name} {last_name},\n\n\
         We have passed your request on to our sales team, who will send you an offer.\n\n\
         Rack space: {rack}\n\
         Location: {location}\n\
         Contact: {first_name} {last_name}{company}, {email}, {phone}\n\n\
         {remarks}\n"
    )
}
