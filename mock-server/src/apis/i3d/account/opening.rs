//! New accounts: a user, the details of the customer, and their billing details.

use super::{
    billing_details,
    customer::{DETAILS, Details},
    users,
};
use crate::engine::{Context, Result};

/// Opens the account, which nobody has yet, for a user with this name and password.
pub(in crate::apis::i3d) fn open(
    cx: &Context,
    account: i64,
    user_name: &str,
    password: &str,
    details: &Details,
) -> Result<()> {
    let cx = &cx.on_behalf_of(account);
    users::create(cx, user_name, password)?;
    DETAILS.put(cx, details)?;
    billing_details::create(cx, details.addressee.clone())
}
