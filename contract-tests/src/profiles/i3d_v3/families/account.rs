//! The details of the customer, and their documents.

use serde_json::{Value, json};

use super::words::words;
use crate::core::profile::{
    family::{Family, Make, Members, Order},
    random::Gen,
};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "account details",
        read: "getAccountDetails",
        update: "updateAccountDetails",
        key: "",
        values: DETAILS,
        settle: keep_agreements,
        absent: || {
            json!({
                "phoneNumber": null,
                "phoneNumberMobile": null,
                "emailAddressAbuse": null,
                "newsletter": null,
            })
        },
        ..Family::NONE
    },
    Family {
        name: "billing details",
        read: "getAccountBillingDetails",
        update: "updateAccountBillingDetails",
        key: "",
        values: DETAILS,
        settle: with_a_telephone,
        absent: || {
            json!({
                "phoneNumber": null,
                "phoneNumberMobile": null,
                "emailAddressBilling": null,
            })
        },
        ..Family::NONE
    },
    Family {
        name: "account documents",
        list: "getAccountDocuments",
        create: "createAccountDocument",
        delete: "deleteAccountDocument",
        parameter: "documentId",
        values: &[("documentNumber", words), ("documentExpiration", words)],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family { name: "account files", list: "getAccountFiles", ..Family::NONE },
];

/// Values for texts that must not be empty, and a country that exists.
const DETAILS: &[(&str, Make)] = &[
    ("firstName", words),
    ("lastName", words),
    ("address", words),
    ("streetNumber", words),
    ("zipCode", words),
    ("city", words),
    ("countryCode", |random| (*random.pick(&["NL", "DE", "GB", "JP"])).into()),
    ("phoneNumber", telephone),
    ("phoneNumberMobile", telephone),
];

fn telephone(random: &mut Gen) -> Value {
    format!("+3110555{:04}", random.below(10_000)).into()
}

fn with_a_telephone(random: &mut Gen, details: &mut Members) {
    if !details.contains_key("phoneNumber") {
        details.insert("phoneNumber".to_owned(), telephone(random));
    }
}

/// Leaves out what only a ticket can change, and keeps the agreements.
fn keep_agreements(random: &mut Gen, details: &mut Members) {
    with_a_telephone(random, details);
    for name in ["companyName", "vatNumber", "cocNumber"] {
        details.shift_remove(name);
    }
    for name in ["agreeToc", "agreeAup", "agreeDpa", "isAllowedFlexMetal"] {
        details.insert(name.to_owned(), 1.into());
    }
    details.insert("accountType".to_owned(), 2.into());
}
