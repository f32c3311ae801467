//! The currencies that prices come in.

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalogue::Catalogue;
use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Page, Result, Rows, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getCurrencies", list)]
}

static CURRENCIES: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(data!("reference/currencies")));

static NAMES: LazyLock<Vec<Currency>> = LazyLock::new(|| {
    serde_json::from_str(data!("reference/currencies")).expect("currencies have names and signs")
});

/// How a currency is written.
#[derive(Debug, Deserialize)]
pub(in crate::apis::i3d) struct Currency {
    id: i64,
    pub name: String,
    pub sign: String,
}

fn list(_: &Context) -> Result<Rows> {
    Ok(CURRENCIES.page(Page::ALL))
}

/// The currency with this id; panics on an unknown one, because ids come from data of the program.
pub(in crate::apis::i3d) fn currency(id: i64) -> &'static Currency {
    NAMES.iter().find(|currency| currency.id == id).expect("a price has a currency of the list")
}
