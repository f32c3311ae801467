//! What ordinary clients do and the one of the harness does not: they write forms, queries and
//! bodies of unknown length in a manner of their own, keep cookies and connections, follow
//! redirects, and ask whether they may go on.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use contract_tests::Emulator;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use mock_server::Config;
use reqwest::{
    Client, ClientBuilder, Response,
    cookie::{CookieStore, Jar},
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{SSH_KEYS, UNKNOWN_KEY, new_key};
use crate::i3d::{
    account::session::otp,
    billing::payments::{SMALL, registered},
};

const KEY: (&str, &str) = ("Private-Token", Config::API_KEY);

fn builder() -> ClientBuilder {
    Client::builder().no_proxy().timeout(Duration::from_secs(30))
}

fn client() -> Client {
    builder().build().unwrap()
}

/// The body of an answer with this status.
async fn body(answer: Response, status: u16) -> Value {
    assert_eq!(answer.status(), status, "{}", answer.url());
    answer.json().await.unwrap()
}

fn ids(servers: &Value) -> Vec<&Value> {
    servers.as_array().unwrap().iter().map(|it| &it["id"]).collect()
}

#[tokio::test]
async fn a_key_a_range_and_a_query_of_a_form_choose_rows() {
    let emulator = Emulator::start();
    let labels = r#"(region_name="Tokyo" or region_id=6) and fleet_id=456"#;
    let api = emulator.api();
    let ours = api.call("getDedicatedServers").with("labels", labels);
    let ours = ours.range("results=1000").ok().await;
    let servers = client()
        .get(format!("{}/v3/dedicatedServer", emulator.url()))
        .header(KEY.0, KEY.1)
        .header("Ranged-Data", "start=1,results=3")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        // Spaces are written as `+`.
        .query(&[("labels", labels)]);
    let answer = servers.send().await.unwrap();
    assert!(answer.url().query().unwrap().contains("+or+region_id%3D6%29"), "{}", answer.url());
    assert!(!answer.headers().contains_key("content-encoding"));
    assert_eq!(ids(&body(answer, 200).await), ids(&ours)[1..4]);
}

/// Every byte, and what could be taken for the end of a part.
fn content() -> Vec<u8> {
    let all = (0..=u8::MAX).collect::<Vec<u8>>();
    [&all[..], b"\r\n--", &all, b"\r\n--\r\n\r\n----", &all, b"\r\n"].concat()
}

#[tokio::test]
async fn a_form_brings_a_file_that_comes_back_to_the_byte() {
    let emulator = Emulator::start();
    let (client, url) = (client(), emulator.url());
    for name in ["trace.txt", "Überblick \"neu\"; Teil 2.txt"] {
        let file = Part::bytes(content()).file_name(name).mime_str("text/plain").unwrap();
        let form = Form::new().text("comment", "no file").part("attachment", file);
        let upload = client.post(format!("{url}/v3/tickets/attachment")).multipart(form);
        let uploaded = body(upload.header(KEY.0, KEY.1).send().await.unwrap(), 200).await;
        let id = &uploaded["attachmentId"];

        let ticket = json!({
            "title": "No link", "content": "See the file.", "category": "Bare-metal",
            "department": "Service Desk", "attachmentIds": [id],
        });
        let create = client.post(format!("{url}/v3/tickets")).header(KEY.0, KEY.1).json(&ticket);
        let ticket = body(create.send().await.unwrap(), 200).await;
        let attachment = &ticket["replies"][0]["attachments"][0];
        assert_eq!((&attachment["name"], &attachment["id"]), (&json!(name), id));

        let place = format!("{url}/v3/tickets/{}/attachment/{id}", ticket["id"]);
        let download = client.get(place).header(KEY.0, KEY.1).send().await.unwrap();
        let text = body(download, 200).await;
        assert_eq!(STANDARD.decode(text.as_str().unwrap()).unwrap(), content(), "{name}");
    }
}

/// A body of ten pieces, whose length is not known before its end.
fn pieces(text: &str) -> reqwest::Body {
    let pieces: Vec<Bytes> =
        text.as_bytes().chunks(text.len().div_ceil(10)).map(Bytes::copy_from_slice).collect();
    let frames = stream::iter(pieces).filter_map(|piece| async move {
        let mut piece = Full::new(piece);
        piece.frame().await
    });
    reqwest::Body::wrap(StreamBody::new(frames))
}

#[tokio::test]
async fn a_body_may_come_in_pieces_of_unknown_length() {
    let emulator = Emulator::start();
    let url = format!("{}{SSH_KEYS}", emulator.url());
    let create = |text: &str| client().post(&url).header(KEY.0, KEY.1).body(pieces(text)).send();
    let created = body(create(&new_key().to_string()).await.unwrap(), 200).await;
    assert_eq!(created[0]["name"], new_key()["name"]);
    let large = json!({ "name": "x".repeat(10 << 20), "publicKey": "no key" });
    let refused = body(create(&large.to_string()).await.unwrap(), 413).await;
    assert_eq!(refused["errorCode"], 10000);
}

#[tokio::test]
async fn the_jar_of_a_client_keeps_a_session_until_its_logout() {
    let emulator = Emulator::start();
    let jar = Arc::new(Jar::default());
    let client = builder().cookie_provider(Arc::clone(&jar)).build().unwrap();
    let url = emulator.url();
    let at = |path: &str| format!("{url}/v3/{path}");
    let cookies = || jar.cookies(&url.parse().unwrap());
    let login = json!({ "userName": "demo", "password": "i3dDemoPassword" });
    let answer = client.post(at("session/login")).json(&login).send().await.unwrap();
    assert_eq!(body(answer, 200).await["requiresOtp"], true);
    let waiting = cookies();
    let otp = otp(&emulator.api().anonymous()).await;
    let answer = client.post(at("session/login/otp")).json(&otp).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap().len()), (204, 0));
    assert!(waiting.is_some() && cookies().is_some() && waiting != cookies(), "it is another one");

    let user = body(client.get(at("session/user")).send().await.unwrap(), 200).await;
    assert_eq!(user["userName"], "demo");
    assert_eq!(client.post(at("session/logout")).send().await.unwrap().status(), 204);
    assert_eq!(cookies(), None);
    let refused = body(client.get(at("sshKey")).send().await.unwrap(), 401).await;
    assert_eq!(refused["errorCode"], 10004);
}

#[tokio::test]
async fn a_button_of_the_page_leads_back_to_the_page() {
    let emulator = Emulator::start();
    let page = format!("{}{}", emulator.url(), registered(&emulator.api(), &[SMALL]).await);
    let answer = client().post(format!("{page}/pay")).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.url().as_str()), (200, page.as_str()));
    let text = answer.text().await.unwrap();
    assert!(text.contains("The payment was received."), "{text}");
}

/// A way to a server that counts connections, and those that the server ended.
#[derive(Default)]
struct Way {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Way {
    /// Opens the way to `server`; returns its own address.
    async fn open(self: &Arc<Self>, server: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let way = Arc::clone(self);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&way).lead(client, server));
            }
        });
        address
    }

    async fn lead(self: Arc<Self>, client: TcpStream, server: SocketAddr) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let server = TcpStream::connect(server).await.unwrap();
        client.set_nodelay(true).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        tokio::select! {
            _ = io::copy(&mut from_client, &mut to_server) => {}
            _ = io::copy(&mut from_server, &mut to_client) => {
                self.ended.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

#[tokio::test]
async fn a_connection_stays_open_whatever_was_answered() {
    let emulator = Emulator::alone();
    let server = emulator.url().strip_prefix("http://").unwrap().parse().unwrap();
    let way = Arc::new(Way::default());
    let url = format!("http://{}", way.open(server).await);
    let (client, keys) = (client(), format!("{url}{SSH_KEYS}"));
    for _ in 0..20 {
        let head = client.head(&keys).header(KEY.0, KEY.1).send().await.unwrap();
        let length: usize = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
        assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
        let list = client.get(&keys).header(KEY.0, KEY.1).send().await.unwrap();
        assert_eq!(list.bytes().await.unwrap().len(), length);

        let create = client.post(&keys).header(KEY.0, KEY.1).json(&new_key());
        let created = body(create.send().await.unwrap(), 200).await;
        let one = format!("{keys}/{}", created[0]["uuid"].as_str().unwrap());
        let delete = client.delete(one).header(KEY.0, KEY.1).send().await.unwrap();
        assert_eq!((delete.status().as_u16(), delete.bytes().await.unwrap().len()), (204, 0));

        // What is refused before its body is read.
        let large = json!({ "name": "x".repeat(100_000) });
        let refused = body(client.post(&keys).json(&large).send().await.unwrap(), 401).await;
        assert_eq!(refused["errorCode"], 10004);
        let refused = client.patch(&keys).header(KEY.0, KEY.1).json(&large).send().await.unwrap();
        assert_eq!(body(refused, 405).await["errorCode"], 10000);
        let refused = client.get(format!("{url}{UNKNOWN_KEY}")).header(KEY.0, KEY.1).send();
        assert_eq!(body(refused.await.unwrap(), 404).await["errorCode"], 10001);
    }
    assert_eq!(way.ended.load(Ordering::SeqCst), 0, "the server ended a connection");
    // A client may begin a second one while it puts the first aside.
    let begun = way.begun.load(Ordering::SeqCst);
    assert!(begun <= 3, "{begun} connections");
}

/// Sends a request as curl does one with a large body, which it holds back until it is told to go
/// on; returns all that is answered.
async fn holding_back(emulator: &Emulator, key: &str) -> String {
    let address = emulator.url().strip_prefix("http://").unwrap().to_owned();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let body = new_key().to_string();
    let head = format!(
        "POST {SSH_KEYS} HTTP/1.1\r\nHost: localhost\r\nPRIVATE-TOKEN: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answered = vec![0; 1024];
    let read = connection.read(&mut answered).await.unwrap();
    answered.truncate(read);
    if answered.starts_with(b"HTTP/1.1 100 ") {
        connection.write_all(body.as_bytes()).await.unwrap();
    }
    connection.read_to_end(&mut answered).await.unwrap();
    String::from_utf8(answered).unwrap()
}

#[tokio::test]
async fn a_body_that_is_held_back_is_asked_for_unless_it_is_refused() {
    let emulator = Emulator::alone();
    let answered = holding_back(&emulator, KEY.1).await;
    assert!(answered.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{answered}");
    let answered = holding_back(&emulator, "NobodyHasThisKey0000").await;
    assert!(answered.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answered}");
}
