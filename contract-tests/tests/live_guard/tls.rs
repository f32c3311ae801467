//! A host without a trusted certificate does not get the key.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use contract_tests::{Http, Keys, Secret, Transport, profiles::i3d_v3::PROFILE};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer},
};

use crate::host::{CANARY, plain};

const NAME: &str = "api.example";

#[tokio::test]
async fn a_host_without_a_trusted_certificate_gets_nothing() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key)
        })
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let was_trusted = Arc::new(AtomicBool::new(false));
    let trusted = Arc::clone(&was_trusted);
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let accepted = TlsAcceptor::from(Arc::new(config)).accept(connection).await;
        trusted.store(accepted.is_ok(), Ordering::SeqCst);
    });

    let keys = Keys { customer: Some(Secret::new(CANARY)), ..Keys::default() };
    let http = Http::pinned(format!("https://{NAME}"), address, &PROFILE, keys);
    let error = http.send(&plain("getHealth")).await.unwrap_err().to_string();
    assert!(error.contains("certificate") && error.contains("UnknownIssuer"), "{error}");
    assert!(!was_trusted.load(Ordering::SeqCst));
}
