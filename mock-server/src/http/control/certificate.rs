//! The certificate that clients of `https` must trust. It is no secret, and clients on other
//! machines need it as well, so it is shown to everybody.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

use crate::tls::Tls;

/// The route of the certificate.
pub(in crate::http) fn router(tls: Arc<Tls>) -> Router {
    let show = async move || {
        let pem = tls.ca_pem().to_owned();
        ([(header::CONTENT_TYPE, "application/x-pem-file")], pem)
    };
    Router::new().route("/ca.pem", get(show))
}
