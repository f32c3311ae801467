//! Name, postal address and telephone: what the details of an account and its billing details have
//! in common.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::blank_texts::{blank_errors, is_blank};
use crate::apis::i3d::reference::countries;

/// Name and postal address.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Addressee {
    pub first_name: String,
    pub last_name: String,
    pub address: String,
    pub street_number: String,
    pub zip_code: String,
    pub city: String,
    pub country_code: String,
}

/// Telephone numbers.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Phones {
    pub phone_number: Option<String>,
    pub phone_number_mobile: Option<String>,
}

impl Addressee {
    /// An addressee of whom only the name and the country are known.
    pub(in crate::apis::i3d) fn of(
        first_name: &str,
        last_name: &str,
        country_code: &str,
    ) -> Addressee {
        Addressee {
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            address: String::new(),
            street_number: String::new(),
            zip_code: String::new(),
            city: String::new(),
            country_code: country_code.to_owned(),
        }
    }

    /// The form that is stored, with the code of the country in capitals.
    pub(super) fn stored(self) -> Addressee {
        Addressee { country_code: self.country_code.to_ascii_uppercase(), ..self }
    }

    pub(in crate::apis::i3d) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl Phones {
    /// The form that is stored, without blank numbers.
    pub(super) fn stored(self) -> Phones {
        let given = |number: Option<String>| number.filter(|it| !is_blank(it));
        Phones {
            phone_number: given(self.phone_number),
            phone_number_mobile: given(self.phone_number_mobile),
        }
    }

    /// The first number that there is.
    pub(super) fn first(&self) -> Option<&str> {
        self.phone_number.as_deref().or(self.phone_number_mobile.as_deref())
    }
}

/// What is wrong with a form, beyond the contract.
pub(super) fn errors(addressee: &Addressee, phones: &Phones) -> Vec<Violation> {
    let required = [
        ("firstName", &addressee.first_name),
        ("lastName", &addressee.last_name),
        ("address", &addressee.address),
        ("streetNumber", &addressee.street_number),
        ("zipCode", &addressee.zip_code),
        ("city", &addressee.city),
    ];
    let mut errors = blank_errors(required);
    let numbers = [&phones.phone_number, &phones.phone_number_mobile];
    if numbers.into_iter().flatten().all(|number| is_blank(number)) {
        errors
            .push(Violation::new("phoneNumber", "is required where there is no phoneNumberMobile"));
    }
    if !countries::has_code(&addressee.country_code) {
        errors.push(Violation::new("countryCode", "is the code of no country"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn form(changes: &[(&str, Value)]) -> (Addressee, Phones) {
        let mut form = json!({
            "firstName": "Ada", "lastName": "Bakker", "address": "Coolsingel",
            "streetNumber": "40", "zipCode": "3011 AD", "city": "Rotterdam", "countryCode": "nl",
            "phoneNumber": "+31101234567",
        });
        for (name, value) in changes {
            form[*name] = value.clone();
        }
        let phones = serde_json::from_value(form.clone()).unwrap();
        (serde_json::from_value(form).unwrap(), phones)
    }

    fn at_fault(changes: &[(&str, Value)]) -> Vec<String> {
        let (addressee, phones) = form(changes);
        errors(&addressee, &phones).into_iter().map(|error| error.property).collect()
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
    fn what_a_form_leaves_out_or_leaves_blank_is_nothing_from_then_on() {
        let (addressee, phones) = form(&[]);
        assert_eq!(phones.stored().phone_number_mobile, None);
        let addressee = addressee.stored();
        assert_eq!((&*addressee.city, &*addressee.country_code), ("Rotterdam", "NL"));
        let (_, phones) = form(&[("phoneNumberMobile", json!(" "))]);
        assert_eq!(phones.stored().phone_number_mobile, None);
    }
}
