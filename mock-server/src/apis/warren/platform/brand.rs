//! The brands of the platform, as data: `mock-server/world/warren/brands.yaml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::data::data;
use crate::{
    apis::warren::settings::Settings,
    engine::{Context, PerAccount, Problem, Result, RowType},
};

/// A brand.
#[derive(Deserialize)]
pub(in crate::apis::warren) struct Brand {
    /// Its short name.
    pub(in crate::apis::warren) name: String,
    /// The host of its API.
    pub(in crate::apis::warren) host: String,
    /// Where its object storage is.
    pub(in crate::apis::warren) s3_url: String,
    /// The name of the size of a snapshot of a disk.
    pub(in crate::apis::warren) snapshot_size: String,
    /// Where resources can stand.
    pub(in crate::apis::warren) locations: Vec<Location>,
}

/// A location of a brand.
#[derive(Deserialize, Serialize)]
pub(in crate::apis::warren) struct Location {
    /// Its name in paths.
    pub(in crate::apis::warren) slug: String,
    pub(in crate::apis::warren) display_name: String,
    pub(in crate::apis::warren) description: String,
    pub(in crate::apis::warren) country_code: String,
    pub(in crate::apis::warren) is_default: bool,
    pub(in crate::apis::warren) is_preferred: bool,
}

static BRANDS: LazyLock<Vec<Brand>> =
    LazyLock::new(|| serde_json::from_str(data!("brands")).expect("brands"));

impl Brand {
    /// The location of this slug.
    pub(in crate::apis::warren) fn location(&self, slug: &str) -> Option<&Location> {
        self.locations.iter().find(|location| location.slug == slug)
    }

    /// The location that is meant where a path names none.
    pub(in crate::apis::warren) fn default_location(&self) -> &Location {
        let default = self.locations.iter().find(|location| location.is_default);
        default.unwrap_or(&self.locations[0])
    }
}

/// All brands, the default one first.
pub(in crate::apis) fn all() -> impl Iterator<Item = &'static str> {
    BRANDS.iter().map(|brand| brand.name.as_str())
}

fn named(name: &str) -> Option<&'static Brand> {
    BRANDS.iter().find(|brand| brand.name == name)
}

/// The brand of a customer.
#[derive(Serialize, Deserialize)]
pub(in crate::apis::warren) struct Customer {
    /// Its name; without one, it is the brand of the settings.
    pub(in crate::apis::warren) brand: Option<String>,
}

const CUSTOMERS: PerAccount<Customer> = PerAccount::new("warren_customer");
/// What the rows read as.
pub(in crate::apis::warren) const ROWS: &[RowType] = &[CUSTOMERS.row_type()];

/// Makes the account a customer of the brand of this name, or of the settings without one.
pub(in crate::apis::warren) fn enrol(cx: &Context, brand: Option<String>) -> Result<()> {
    CUSTOMERS.put(cx, &Customer { brand })
}

/// The number of the next account.
pub(in crate::apis::warren) fn next_account(cx: &Context) -> Result<i64> {
    let sql = "SELECT ifnull(max(account), 0) + 1 FROM warren_customer";
    Ok(cx.db.prepare_cached(sql)?.query_row((), |row| row.get(0))?)
}

/// Whether there is this account.
pub(in crate::apis::warren) fn has_customer(cx: &Context, account: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM warren_customer WHERE account = ?1";
    Ok(cx.db.prepare_cached(sql)?.exists([account])?)
}

/// The brand of the caller.
pub(in crate::apis::warren) fn of_caller(cx: &Context) -> Result<&'static Brand> {
    let customer = CUSTOMERS.get(cx)?;
    customer.brand.as_deref().and_then(named).map_or_else(|| of_settings(cx), Ok)
}

/// The brand whose host a request names; that of the settings for any other host.
pub(in crate::apis::warren) fn of_host(cx: &Context, host: &str) -> Result<&'static Brand> {
    let name = host.split(':').next().unwrap_or_default();
    let known = BRANDS.iter().find(|brand| brand.host.eq_ignore_ascii_case(name));
    known.map_or_else(|| of_settings(cx), Ok)
}

fn of_settings(cx: &Context) -> Result<&'static Brand> {
    let name = &cx.settings::<Settings>()?.brand;
    named(name).ok_or_else(|| Problem::internal("the brand of the settings is unknown"))
}
