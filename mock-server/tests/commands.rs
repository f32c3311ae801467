//! The commands of the program beside serving: they wait for a server and lead a shell to it.
#![cfg(unix)]

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    process::{Command, Output},
    time::{Duration, Instant},
};

use mock_server::{Config, Server};

fn start() -> Server {
    mock_server::start(Config::default()).unwrap()
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-server"));
    // What the environment says of a proxy or a server concerns no test.
    command.env_clear().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a shell has for these variables after it did what the program printed.
fn in_a_shell(printed: &str, names: &[&str]) -> Vec<String> {
    let script = names
        .iter()
        .fold(printed.to_owned(), |script, name| script + &format!("\nprintf '%s\\n' \"${name}\""));
    let output = Command::new("sh").env_clear().args(["-euc", &script]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn env_leads_a_shell_to_the_server() {
    let (server, folder) = (start(), tempfile::tempdir().unwrap());
    // A folder that a shell would take for two words.
    let folder = folder.path().join("it's here");
    fs::create_dir(&folder).unwrap();
    let (url, ca) = (server.url(), folder.join("ca.pem"));
    let ca = ca.to_str().unwrap();
    let printed = run(&["env", "--url", &url, "--ca-file", ca]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    assert_eq!(fs::read_to_string(ca).unwrap(), server.ca_pem());
    let names = [
        "MOCK_URL",
        "I3D_V3_URL",
        "I3D_V3_KEY",
        "WARREN_V1_URL",
        "HTTPS_PROXY",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "CURL_CA_BUNDLE",
        "MOCK_CA_FILE",
    ];
    let (v3, v1) = (format!("{url}/v3"), format!("{url}/v1"));
    let values = [&*url, &v3, Config::API_KEY, &v1, &url, ca, ca, ca, ca, ca];
    assert_eq!(in_a_shell(&text(&printed.stdout), &names), values);
}

#[test]
fn env_prints_the_same_in_each_format_and_the_world_that_is_named() {
    let server = start();
    let url = server.url();
    let variables = |format: &str, world: &[&str]| -> BTreeMap<String, String> {
        let printed = run(&[&["env", "--url", &url, "--format", format], world].concat());
        assert!(printed.status.success(), "{}", text(&printed.stderr));
        let printed = text(&printed.stdout);
        let lines = printed.lines().map(|line| line.trim_start_matches("export "));
        lines
            .map(|line| line.split_once('=').unwrap())
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    };
    let sh = variables("sh", &[]);
    assert_eq!((&variables("dotenv", &[]), &variables("github", &[])), (&sh, &sh));
    let ca = fs::read_to_string(&sh["MOCK_CA_FILE"]).unwrap();
    assert_eq!(ca, server.ca_pem());

    let main = variables("sh", &["--world", "main"]);
    assert_eq!(main["HTTPS_PROXY"], url.replace("http://", "http://main:@"));
    assert_eq!(main["https_proxy"], main["HTTPS_PROXY"]);
    fs::remove_file(&sh["MOCK_CA_FILE"]).unwrap();

    let nobody = run(&["env", "--url", &url, "--world", "nobody"]);
    let why = text(&nobody.stderr);
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(1), 0));
    assert!(why.contains("404 Not Found: no world has this name"), "{why}");
}

#[test]
fn a_server_with_a_token_is_asked_with_it() {
    let config = Config { control_token: Some("TokenOfThisTest".into()), ..Config::default() };
    let server = mock_server::start(config).unwrap();
    let url = server.url();
    let closed = run(&["wait", &url, "--timeout", "50ms"]);
    let why = text(&closed.stderr);
    assert_eq!(closed.status.code(), Some(1));
    assert!(why.contains("403 Forbidden: the control API answers loopback only"), "{why}");
    let open = run(&["wait", &url, "--control-token", "TokenOfThisTest"]);
    assert!(open.status.success(), "{}", text(&open.stderr));
}

#[test]
fn wait_returns_when_a_server_is_ready_and_says_why_it_is_not() {
    let server = start();
    let ready = run(&["wait", &format!("{}/", server.url())]);
    assert!(ready.status.success(), "{}", text(&ready.stderr));

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    let silent = run(&["wait", &url, "--timeout", "100ms"]);
    let why = format!("mock-server: {url} is not ready after 100ms: it does not answer\n");
    assert_eq!((silent.status.code(), text(&silent.stderr)), (Some(1), why));
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let absent = run(&["wait", &url, "--timeout", "100ms"]);
    assert!(text(&absent.stderr).contains(&format!("nothing answers at {url}")));

    let late = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        mock_server::start(Config { listen: address, ..Config::default() }).unwrap()
    });
    let begun = Instant::now();
    let ready = run(&["wait", &url]);
    assert!(ready.status.success(), "{}", text(&ready.stderr));
    assert!(begun.elapsed() >= Duration::from_millis(200));
    drop(late.join().unwrap());
}

#[test]
fn what_is_no_url_of_a_server_is_refused_with_an_example() {
    for url in ["127.0.0.1:8080", "https://127.0.0.1:8080", "http://127.0.0.1:8080/v3", "x"] {
        let refused = run(&["wait", url]);
        assert_eq!(refused.status.code(), Some(2), "{url}");
        assert!(text(&refused.stderr).contains("as in http://127.0.0.1:8080"), "{url}");
    }
}
