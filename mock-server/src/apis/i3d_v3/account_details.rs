//! Who an account belongs to.

use serde_json::Value;

use crate::engine::{Context, PerAccount, Result};

pub(super) const DETAILS: PerAccount<Value> = PerAccount::new("account_details");

/// Whether the account may order FlexMetal servers.
pub(super) fn allows_flex_metal(cx: &Context) -> Result<bool> {
    Ok(DETAILS.get(cx)?["isAllowedFlexMetal"] == 1)
}

/// The name under which others see the account: the company, or the person where there is none.
pub(super) fn name(cx: &Context) -> Result<String> {
    let details = DETAILS.get(cx)?;
    let text = |name: &str| details[name].as_str().unwrap_or_default();
    Ok(match text("companyName") {
        "" => format!("{} {}", text("firstName"), text("lastName")),
        company => company.to_owned(),
    })
}
