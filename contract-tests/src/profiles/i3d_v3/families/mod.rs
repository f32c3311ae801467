//! The families of the i3D.net v3 API: what the harness must know of its resources beyond the
//! contract.

mod account;
mod billing;
mod colocation;
mod colocation_access;
mod dedicated;
mod flex_metal;
mod keys;
mod notifications;
mod reference;
mod shop;
mod support;
mod words;

use crate::core::profile::family::Family;

/// All families, in the order in which a run explores them.
pub(super) static FAMILIES: &[&[Family]] = &[
    keys::FAMILIES,
    billing::FAMILIES,
    reference::FAMILIES,
    colocation::FAMILIES,
    account::FAMILIES,
    dedicated::FAMILIES,
    flex_metal::FAMILIES,
    notifications::FAMILIES,
    shop::FAMILIES,
    support::FAMILIES,
    colocation_access::FAMILIES,
];

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::{core::profile::families::Families, profiles::i3d_v3::PROFILE};

    /// Changes that leave no resource that can be read again, or belong to a way that only a
    /// scenario knows: mail with a token, a payment, a form.
    const NO_FAMILY: &[&str] = &[
        "confirmEmail",
        "confirmNewsletterOptIn",
        "contact",
        "createAccountInvoicePayRegister",
        "createAccountWhitelistCheck",
        "createCalcOrdersQuote",
        "createColocationQuote",
        "createJobSolicit",
        "optInForNewsletter",
        "resendEmailConfirmation",
        "resendOAuthEmailConfirmation",
        "resetAccountPassword",
        "signUp",
        "unsubscribeFromNewsletter",
        "updateColocationNetworkRdn",
        "updateEmailAction",
        "updateServerPxeSwitchportadminstate",
        "updateServerPxeSwitchportratelimit",
        "updateServerPxeSwitchportspeed",
        "uploadJobSolicitFiles",
        "validateAccountPasswordReset",
    ];

    #[test]
    fn every_change_belongs_to_a_family_or_to_a_flow() {
        let families = Families(&PROFILE);
        let moves = || PROFILE.flows.iter().flat_map(|flow| flow.moves);
        let is_known =
            |id: &str| families.of(id).is_some() || moves().any(|made| made.operation == id);
        for route in PROFILE.contract.routes.iter().filter(|it| it.method != Method::GET) {
            let id = route.id.as_str();
            assert!(
                is_known(id) != NO_FAMILY.contains(&id),
                "{id}: describe its resource in contract-tests/src/profiles/i3d_v3/families/ROOM.rs, \
                 as in Family {{ name: \"things\", list: \"getThings\", create: \"{id}\", \
                 ..Family::NONE }}; without a family, explore tries no law of what is written and \
                 read again. Or, where nothing can be read again, name it in NO_FAMILY of the \
                 families' mod.rs, and nowhere else"
            );
        }
    }
}
