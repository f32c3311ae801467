//! Papers by which a person proves who they are, such as passports, as a customer describes them.

use openapi::Violation;
use serde::{Deserialize, Serialize};

use super::blank_texts::blank_errors;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Paper {
    document_type: i64,
    document_number: String,
    document_expiration: String,
}

impl Paper {
    /// What is wrong with it, beyond the contract.
    pub(in crate::apis::i3d) fn errors(&self) -> Vec<Violation> {
        blank_errors([
            ("documentNumber", &self.document_number),
            ("documentExpiration", &self.document_expiration),
        ])
    }
}
