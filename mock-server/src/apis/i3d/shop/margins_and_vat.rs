//! What makes the prices of an account differ from the list: its margin as a reseller, and its VAT.

use serde::{Deserialize, Serialize};

use super::{
    catalogue::{catalogue, category},
    products::ResellerType,
};
use crate::{
    apis::i3d::{account::customer::DETAILS, money::rate::Rate},
    engine::{Context, Object, Operation, Page, Params, Result, RowType, Table, read},
};

pub(super) fn operations() -> [Operation; 2] {
    [
        read("getCalcUtilitiesServiceVatPercentage", get_vat_percentage),
        read("getCalcUtilitiesMarginFactors", get_margin_factors),
    ]
}

const RESELLERS: Table<Reseller> = Table::new("calc_reseller", "account");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[RESELLERS.row_type()];

/// The country of i3D.net.
const HOME_COUNTRY: &str = "NL";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reseller {
    reseller_type_id: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalcServiceVatPercentage {
    tax_percent: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CalcCategoryMargins {
    reseller_type_id: i64,
    reseller_type_name: &'static str,
    category_id: i64,
    margin_factor: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByService {
    service_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByCategory {
    category_name: String,
}

/// The rate is the same in every category.
fn get_vat_percentage(
    cx: &Context,
    Params(by): Params<ByService>,
) -> Result<Object<CalcServiceVatPercentage>> {
    category(&by.service_name)?;
    Ok(Object(CalcServiceVatPercentage { tax_percent: vat(cx)?.percent() }))
}

fn get_margin_factors(
    cx: &Context,
    Params(by): Params<ByCategory>,
) -> Result<Object<CalcCategoryMargins>> {
    let category = category(&by.category_name)?;
    let of_account = reseller_type(cx)?;
    Ok(Object(CalcCategoryMargins {
        reseller_type_id: of_account.id,
        reseller_type_name: &of_account.name,
        category_id: category.id,
        margin_factor: of_account.margin_factor(category.id).factor(),
    }))
}

/// The factor of the account on list prices of a category.
pub(super) fn margin_factor(cx: &Context, category_id: i64) -> Result<Rate> {
    Ok(reseller_type(cx)?.margin_factor(category_id))
}

/// The VAT rate of the account.
pub(in crate::apis::i3d) fn vat(cx: &Context) -> Result<Rate> {
    let details = DETAILS.get(cx)?;
    Ok(vat_of(&details.addressee.country_code, details.vat_number.as_deref()))
}

/// Customers in the country of i3D.net pay its VAT. Elsewhere in the EU, consumers pay the VAT of
/// their country, and customers with a VAT number none (reverse charge). Exports are free of VAT.
fn vat_of(country: &str, vat_number: Option<&str>) -> Rate {
    let rate = catalogue().vat.get(country).copied().unwrap_or(Rate::NOTHING);
    let has_number = vat_number.is_some_and(|number| !number.is_empty());
    if has_number && country != HOME_COUNTRY { Rate::NOTHING } else { rate }
}

/// The reseller type of the account; by default an end customer.
fn reseller_type(cx: &Context) -> Result<&'static ResellerType> {
    let known = RESELLERS.rows(cx, Page::ALL)?.pop();
    let types = &catalogue().reseller_types;
    let of_account =
        known.and_then(|known| types.iter().find(|it| it.id == known.reseller_type_id));
    Ok(of_account.unwrap_or(&types[0]))
}

impl ResellerType {
    fn margin_factor(&self, category_id: i64) -> Rate {
        self.margin_factors.get(&category_id).copied().unwrap_or(Rate::WHOLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vat_depends_on_where_and_who_one_is() {
        let percent = |country, number| vat_of(country, number).percent();
        assert_eq!(percent("NL", Some("NL001234567B01")), 21.0);
        assert_eq!(percent("NL", None), 21.0);
        assert_eq!(percent("DE", Some("DE123456789")), 0.0);
        assert_eq!(percent("DE", Some("")), 19.0);
        assert_eq!(percent("FI", None), 25.5);
        assert_eq!(percent("GB", None), 0.0);
        assert_eq!(percent("GB", Some("GB123456789")), 0.0);
    }
}
