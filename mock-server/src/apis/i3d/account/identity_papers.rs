//! What a customer says of a paper by which somebody proves who they are, such as a passport.

use openapi::Violation;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::apis::i3d) struct Paper {
    document_type: i64,
    document_number: String,
    document_expiration: String,
}

impl Paper {
    /// What the contract does not say: its texts may not be blank.
    pub(in crate::apis::i3d) fn errors(&self) -> Vec<Violation> {
        let texts = [
            ("documentNumber", &self.document_number),
            ("documentExpiration", &self.document_expiration),
        ];
        let blank = texts.into_iter().filter(|(_, text)| text.trim().is_empty());
        blank.map(|(property, _)| Violation::new(property, "may not be empty")).collect()
    }
}
