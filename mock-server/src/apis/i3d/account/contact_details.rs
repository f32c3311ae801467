//! Name, postal address and telephone: what the details of an account and its billing details have
//! in common.

use openapi::Violation;
use serde_json::Value;

use crate::apis::i3d::reference;

/// What must not be blank.
const REQUIRED: [&str; 6] = ["firstName", "lastName", "address", "streetNumber", "zipCode", "city"];

/// Where somebody can be called.
const PHONES: [&str; 2] = ["phoneNumber", "phoneNumberMobile"];

/// What is wrong with a form that satisfies the contract.
pub(super) fn errors(form: &Value) -> Vec<Violation> {
    let blank = REQUIRED.into_iter().filter(|name| is_blank(&form[*name]));
    let mut errors: Vec<Violation> =
        blank.map(|name| Violation::new(name, "may not be empty")).collect();
    if PHONES.iter().all(|name| is_blank(&form[*name])) {
        errors
            .push(Violation::new("phoneNumber", "is required where there is no phoneNumberMobile"));
    }
    if !form["countryCode"].as_str().is_some_and(reference::countries::has_code) {
        errors.push(Violation::new("countryCode", "is the code of no country"));
    }
    errors
}

/// Puts what the form says into `row`: what it leaves out or leaves blank is `null`.
pub(super) fn replace(row: &mut Value, form: &mut Value) {
    form["countryCode"] =
        form["countryCode"].as_str().unwrap_or_default().to_ascii_uppercase().into();
    for name in REQUIRED.into_iter().chain(PHONES).chain(["countryCode"]) {
        row[name] = Some(form[name].take()).filter(|value| !is_blank(value)).unwrap_or_default();
    }
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_none_or(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(changes: &[(&str, Value)]) -> Value {
        let mut form = json!({
            "firstName": "Ada", "lastName": "Bakker", "address": "Coolsingel", "streetNumber": "40",
            "zipCode": "3011 AD", "city": "Rotterdam", "countryCode": "nl", "phoneNumber": "+31101234567",
        });
        for (name, value) in changes {
            form[*name] = value.clone();
        }
        form
    }

    fn at_fault(changes: &[(&str, Value)]) -> Vec<String> {
        errors(&form(changes)).into_iter().map(|error| error.property).collect()
    }

    #[test]
    fn each_error_names_its_property() {
        assert!(at_fault(&[]).is_empty());
        assert!(
            at_fault(&[("phoneNumber", Value::Null), ("phoneNumberMobile", json!("1"))]).is_empty()
        );
        assert_eq!(at_fault(&[("phoneNumber", json!(" "))]), ["phoneNumber"]);
        assert_eq!(
            at_fault(&[
                ("city", json!("")),
                ("firstName", json!("\t")),
                ("countryCode", json!("XX"))
            ]),
            ["firstName", "city", "countryCode"]
        );
    }

    #[test]
    fn what_a_form_leaves_out_is_nothing_from_then_on() {
        let mut row = json!({ "phoneNumber": "1", "phoneNumberMobile": "2", "city": "Utrecht", "language": 1 });
        replace(&mut row, &mut form(&[]));
        assert_eq!(row["phoneNumberMobile"], Value::Null);
        assert_eq!((&row["city"], &row["countryCode"]), (&json!("Rotterdam"), &json!("NL")));
        assert_eq!(row["language"], 1);
    }
}
