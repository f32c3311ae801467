//! Clients with an `https` host that cannot be changed: by a tunnel through the server, or at an
//! address of its own for `https`.

use std::{convert::Infallible, net::SocketAddr, path::Path, sync::Arc, time::Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use contract_tests::Emulator;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{Connect, HttpConnector, dns::Name, proxy::Tunnel},
    },
    rt::TokioExecutor,
};
use mock_server::Config;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::service_fn;

use super::{PUBLIC_KEY, SSH_KEYS};
use crate::i3d::billing::payments::{CARD, SMALL, registration};

const HOST: &str = "https://api.i3d.net";

/// A client of `https` alone that connects by `inner` and trusts one authority and no other.
fn trusting<C>(pem: &str, inner: C) -> Client<HttpsConnector<C>, Full<Bytes>>
where
    C: tower::Service<Uri> + Clone,
    HttpsConnector<C>: Connect + Clone,
{
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    let https = HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1();
    Client::builder(TokioExecutor::new()).build(https.wrap_connector(inner))
}

fn any_scheme() -> HttpConnector {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http
}

type Proxied = Client<HttpsConnector<Tunnel<HttpConnector>>, Full<Bytes>>;

/// A client for which the emulator is the proxy, under this name of a user.
fn proxied(emulator: &Emulator, user: Option<&str>) -> Proxied {
    let mut tunnel = Tunnel::new(emulator.url().parse().unwrap(), any_scheme());
    if let Some(user) = user {
        let credentials = format!("Basic {}", STANDARD.encode(format!("{user}:")));
        tunnel = tunnel.with_auth(HeaderValue::from_str(&credentials).unwrap());
    }
    trusting(emulator.server().ca_pem(), tunnel)
}

/// Sends a request as the first customer; POST with a body, GET without one.
async fn send<C: Connect + Clone + Send + Sync + 'static>(
    client: &Client<C, Full<Bytes>>,
    url: &str,
    new: Option<Value>,
) -> Result<(StatusCode, Bytes), hyper_util::client::legacy::Error> {
    let request = Request::builder().uri(url).header("PRIVATE-TOKEN", Config::API_KEY);
    let request = request.header("Content-Type", "application/json");
    let method = if new.is_some() { "POST" } else { "GET" };
    let sent = new.map_or_else(Bytes::new, |new| new.to_string().into());
    let request = request.method(method).body(Full::new(sent)).unwrap();
    let (head, answer) = client.request(request).await?.into_parts();
    Ok((head.status, answer.collect().await.unwrap().to_bytes()))
}

/// What the server answers to a request that is written as it stands here.
async fn written(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_tunnel_leads_to_the_host_of_an_api_and_no_byte_differs() {
    let emulator = Emulator::alone();
    let direct = emulator.api().call("getSshKeys").response().await;
    let client = proxied(&emulator, None);
    for _ in 0..2 {
        let (status, keys) = send(&client, &format!("{HOST}{SSH_KEYS}"), None).await.unwrap();
        assert_eq!((status, keys), (StatusCode::OK, direct.body.clone().into()));
    }
}

#[tokio::test]
async fn the_user_of_the_proxy_names_the_world_of_all_requests_of_a_tunnel() {
    let emulator = Emulator::alone();
    let world = json!({ "name": "by-tunnel", "from": "empty" });
    assert_eq!(emulator.api().raw("POST", "/_mock/worlds", Some(world)).await.status, 201);
    let before = emulator.api().call("getSshKeys").ok().await;
    let (client, url) = (proxied(&emulator, Some("by-tunnel")), format!("{HOST}{SSH_KEYS}"));
    let key = json!({ "name": "laptop", "publicKey": PUBLIC_KEY });
    let (status, created) = send(&client, &url, Some(key)).await.unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(send(&client, &url, None).await.unwrap().1, created);
    assert_eq!(emulator.api().call("getSshKeys").ok().await, before);
    // A path says more than the user of a proxy, here as everywhere.
    let main = send(&client, &format!("{HOST}/_in/main{SSH_KEYS}"), None).await.unwrap().1;
    assert_eq!(serde_json::from_slice::<Value>(&main).unwrap(), before);
    let (status, why) = send(&proxied(&emulator, Some("nobody")), &url, None).await.unwrap();
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(String::from_utf8_lossy(&why).contains("there is no world"), "{why:?}");
}

#[tokio::test]
async fn the_host_of_a_tunnel_chooses_a_brand_as_it_does_without_one() {
    let emulator = Emulator::alone();
    let client = proxied(&emulator, None);
    // A location of the brand asks for a key; of another one there is no such location.
    for (host, location, status) in [
        ("api.3nv.io", "bus02", 401),
        ("api.3nv.io", "jkt01", 404),
        ("api.idcloudhost.com", "bus02", 404),
        ("api.idcloudhost.com", "jkt01", 401),
    ] {
        let url = format!("https://{host}/v1/{location}/network/networks");
        assert_eq!(send(&client, &url, None).await.unwrap().0, status, "{url}");
    }
}

#[tokio::test]
async fn a_tunnel_to_any_other_host_or_port_is_refused_with_a_sentence() {
    let apis = vec!["warren-v1".to_owned()];
    let emulator = Emulator::with(Config { apis, ..Config::default() });
    for (target, allowed) in [
        ("api.3nv.io:443", true),
        ("API.3NV.IO:443", true),
        ("api.3nv.io:80", false),
        ("api.3nv.io", false),
        ("example.com:443", false),
        ("3nv.io:443", false),
        ("127.0.0.1:443", false),
        // Not served here.
        ("api.i3d.net:443", false),
    ] {
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        let mut connection = TcpStream::connect(emulator.server().address()).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut head = [0; 12];
        connection.read_exact(&mut head).await.unwrap();
        let status = if allowed { "HTTP/1.1 200" } else { "HTTP/1.1 403" };
        assert_eq!(String::from_utf8_lossy(&head), status, "{target}");
    }
    let request = "CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let refused = written(emulator.server().address(), request).await;
    let why = "no tunnel leads to example.com:443; this server plays api.3nv.io:443, api.id";
    assert!(refused.contains(why), "{refused}");
}

#[tokio::test]
async fn links_in_answers_have_the_scheme_and_the_host_of_the_request() {
    let emulator = Emulator::alone();
    let url = format!("{HOST}/v3/account/invoice/pay/register");
    let order = registration(&[SMALL], CARD, "visa");
    let (_, registered) = send(&proxied(&emulator, None), &url, Some(order)).await.unwrap();
    let registered = String::from_utf8_lossy(&registered);
    assert!(registered.contains("\"https://api.i3d.net/pay/"), "{registered}");
}

/// An emulator that listens for `https`, too.
fn with_https() -> (Emulator, SocketAddr) {
    let listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let config = Config { tls_listen: listen, seed: Some(1), ..Config::default() };
    let emulator = Emulator::with(config);
    let url = emulator.server().tls_url().expect("it listens");
    let address = url.strip_prefix("https://").unwrap().parse().unwrap();
    (emulator, address)
}

#[tokio::test]
async fn the_address_of_https_is_each_host_by_its_name() {
    let (emulator, address) = with_https();
    // As an entry in the hosts file would have it.
    let found = move |_: Name| async move { Ok::<_, Infallible>([address].into_iter()) };
    let mut connector = HttpConnector::new_with_resolver(service_fn(found));
    connector.enforce_http(false);
    let client = trusting(emulator.server().ca_pem(), connector);
    let port = address.port();
    for (host, path, status) in [
        ("api.i3d.net", "/v3/sshKey", Some(200)),
        ("customer.i3d.net", "/v3/sshKey", Some(200)),
        ("api.3nv.io", "/v1/bus02/network/networks", Some(401)),
        ("localhost", "/_mock/health", Some(200)),
        ("127.0.0.1", "/_mock/health", Some(200)),
        ("example.com", "/v3/sshKey", None),
        ("evil.api.i3d.net", "/v3/sshKey", None),
    ] {
        let answer = send(&client, &format!("https://{host}:{port}{path}"), None).await;
        assert_eq!(answer.ok().map(|(status, _)| status.as_u16()), status, "{host}");
    }
    let world = format!("https://localhost:{port}/_mock/worlds/main");
    let (_, world) = send(&client, &world, None).await.unwrap();
    let world: Value = serde_json::from_slice(&world).unwrap();
    assert_eq!(world["url"], format!("https://localhost:{port}"));
}

#[tokio::test]
async fn who_does_not_trust_it_gets_nothing_and_keeps_nobody_from_anything() {
    let (emulator, address) = with_https();
    let url = format!("https://127.0.0.1:{}{SSH_KEYS}", address.port());
    let other = Emulator::alone();
    assert_ne!(other.server().ca_pem(), emulator.server().ca_pem(), "of each process its own");
    assert!(send(&trusting(other.server().ca_pem(), any_scheme()), &url, None).await.is_err());
    written(address, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let client = trusting(emulator.server().ca_pem(), any_scheme());
    assert_eq!(send(&client, &url, None).await.unwrap().0, 200);
}

#[tokio::test]
async fn an_authority_is_shown_to_all_and_kept_where_a_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let kept = |folder: &Path| Config { tls_ca: Some(folder.to_owned()), ..Config::default() };
    let path = folder.path().join("made/here");
    let first = Emulator::with(kept(&path)).server().ca_pem().to_owned();
    // Which APIs are served makes no difference.
    let apis = vec!["warren-v1".to_owned()];
    let again = Emulator::with(Config { apis, ..kept(&path) });
    let shown = again.api().raw("GET", "/_mock/ca.pem", None).await;
    assert_eq!((shown.status, shown.text()), (200, first));
    assert!(!shown.text().contains("PRIVATE"));

    std::fs::write(path.join("ca.pem"), Emulator::alone().server().ca_pem()).unwrap();
    let refused = mock_server::start(kept(&path)).expect_err("it is of another key");
    assert!(refused.to_string().contains("remove ca.pem and ca.key there"), "{refused}");
    let refused = mock_server::start(kept(&path.join("ca.pem"))).expect_err("it is no folder");
    assert!(refused.to_string().contains("cannot be used"), "{refused}");
}

#[tokio::test]
async fn an_open_tunnel_does_not_keep_the_server_from_stopping() {
    let mut server = mock_server::start(Config::default()).unwrap();
    let tunnel = Tunnel::new(server.url().parse().unwrap(), any_scheme());
    let client = trusting(server.ca_pem(), tunnel);
    assert_eq!(send(&client, &format!("{HOST}{SSH_KEYS}"), None).await.unwrap().0, 200);
    // Another one, within which nothing is said.
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    silent.write_all(b"CONNECT api.i3d.net:443 HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    silent.read_exact(&mut [0; 12]).await.unwrap();
    let begun = Instant::now();
    tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
    assert!(begun.elapsed().as_secs() < 2, "{:?}", begun.elapsed());
}
