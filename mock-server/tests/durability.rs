//! The program from outside: what it acknowledged is there again, it starts or says why not, it
//! stops when told, and its log keeps secrets.
#![cfg(unix)]

use std::{
    collections::BTreeSet,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use mock_server::Config;
use serde_json::{Value, json};
use tempfile::TempDir;

const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRsVRPOs00Qg5sjvRqahzUU94NMk/pqQuUy5orE75Ox me";

/// How long a program may take to start or to stop; far more than it needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program, with a folder for its temporary files and its log.
struct Program {
    child: Child,
    /// Held, because a program that cannot print dies.
    _stdout: BufReader<ChildStdout>,
    banner: String,
    folder: TempDir,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock-server"));
    // Nothing of the environment but what a test sets.
    command.env_clear().args(arguments);
    command
}

impl Program {
    fn start(arguments: &[&str]) -> Program {
        Program::start_logging("warn", arguments)
    }

    fn start_logging(level: &str, arguments: &[&str]) -> Program {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("temporary")).unwrap();
        let mut child = command(&["--listen", "127.0.0.1:0"])
            .args(arguments)
            .env("RUST_LOG", level)
            .env("TMPDIR", folder.path().join("temporary"))
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut banner = String::new();
        while !banner.contains("control ") {
            let read = stdout.read_line(&mut banner).unwrap();
            assert_ne!(
                read,
                0,
                "the program starts: {}",
                fs::read_to_string(folder.path().join("log")).unwrap()
            );
        }
        Program { child, _stdout: stdout, banner, folder }
    }

    fn url(&self) -> String {
        let line = self.banner.lines().find_map(|line| line.trim().strip_prefix("url"));
        line.unwrap().trim().to_owned()
    }

    fn address(&self) -> String {
        self.url().strip_prefix("http://").unwrap().to_owned()
    }

    fn client(&self) -> Api {
        let http = Client::builder(TokioExecutor::new()).build_http();
        Api { http, url: self.url(), key: Config::API_KEY.to_owned() }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn temporary_files(&self) -> usize {
        fs::read_dir(self.folder.path().join("temporary")).unwrap().count()
    }

    fn signal(&mut self, name: &str) -> ExitStatus {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success(), "the signal is sent");
        self.ended()
    }

    fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "the program ends");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

type Answered = Result<Answer, Box<dyn Error + Send + Sync>>;

#[derive(Clone)]
struct Api {
    http: Client<HttpConnector, Full<Bytes>>,
    url: String,
    key: String,
}

impl Api {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        self.send_showing(("private-token", &self.key), method, path, body).await
    }

    /// Sends a request with this header instead of the key.
    async fn send_showing(
        &self,
        (name, value): (&str, &str),
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json").header(name, value);
        let request = request.body(Full::new(body)).unwrap();
        let answer = async {
            let (head, body) = self.http.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
        };
        tokio::time::timeout(PATIENCE, answer).await.unwrap_or_else(|late| Err(late.into()))
    }

    async fn create(&self, name: &str, key: &str) -> Answered {
        self.send(Method::POST, "/v3/sshKey", Some(json!({ "name": name, "publicKey": key }))).await
    }

    async fn get(&self, uuid: &str) -> u16 {
        let answer = self.send(Method::GET, &format!("/v3/sshKey/{uuid}"), None).await.unwrap();
        answer.status
    }

    async fn delete(&self, uuid: &str) -> u16 {
        let answer = self.send(Method::DELETE, &format!("/v3/sshKey/{uuid}"), None).await.unwrap();
        answer.status
    }

    async fn keys(&self) -> BTreeSet<String> {
        let answer = self.send(Method::GET, "/v3/sshKey", None).await.unwrap();
        let keys: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
        keys.iter().map(uuid).collect()
    }
}

fn uuid(key: &Value) -> String {
    key["uuid"].as_str().unwrap().to_owned()
}

fn created(answer: Answered) -> Result<String, Box<dyn Error + Send + Sync>> {
    let answer = answer?;
    assert_eq!(answer.status, 200);
    let keys: Value = serde_json::from_slice(&answer.body)?;
    Ok(uuid(&keys[0]))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_300_concurrent_jobs_each_does_its_own_and_is_seen_once_acknowledged() {
    let program = Program::start(&[]);
    let api = program.client();
    let before = api.keys().await;
    let jobs = (0..300).map(|number| {
        let api = api.clone();
        tokio::spawn(async move {
            match number % 3 {
                0 => {
                    let kept = api.create(&format!("kept {number}"), PUBLIC_KEY).await;
                    let uuid = created(kept).unwrap();
                    assert_eq!(api.get(&uuid).await, 200);
                    Some(uuid)
                }
                1 => {
                    let refused = api.create(&format!("refused {number}"), "no key").await.unwrap();
                    assert_eq!(refused.status, 422);
                    None
                }
                _ => {
                    let deleted = api.create(&format!("deleted {number}"), PUBLIC_KEY).await;
                    let uuid = created(deleted).unwrap();
                    assert_eq!(api.delete(&uuid).await, 204);
                    assert_eq!(api.get(&uuid).await, 404);
                    assert_eq!(api.delete(&uuid).await, 404);
                    None
                }
            }
        })
    });
    let mut expected = before;
    for job in jobs.collect::<Vec<_>>() {
        expected.extend(job.await.unwrap());
    }
    assert_eq!(api.keys().await, expected);
    assert_eq!(program.log(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let arguments = ["--seed", "7", "--db", path.to_str().unwrap()];
    let mut acknowledged = BTreeSet::new();
    for enough in [1, 40, 150] {
        let mut program = Program::start(&arguments);
        let api = program.client();
        let count = Arc::new(AtomicUsize::new(0));
        let writers = (0..8).map(|writer| {
            let (api, count) = (api.clone(), Arc::clone(&count));
            tokio::spawn(async move {
                let mut own = Vec::new();
                // The kill ends this loop: sooner or later there is no answer.
                while let Ok(uuid) = created(api.create(&format!("of {writer}"), PUBLIC_KEY).await)
                {
                    own.push(uuid);
                    count.fetch_add(1, Ordering::Relaxed);
                }
                own
            })
        });
        let writers: Vec<_> = writers.collect();
        while count.load(Ordering::Relaxed) < enough {
            tokio::task::yield_now().await;
        }
        program.child.kill().unwrap();
        assert!(!program.ended().success());
        for writer in writers {
            for uuid in writer.await.unwrap() {
                assert!(
                    acknowledged.insert(uuid),
                    "no id is given twice, also not after a restart"
                );
            }
        }
    }
    let program = Program::start(&arguments);
    let kept = program.client().keys().await;
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {} are lost", lost.len(), acknowledged.len());
}

#[tokio::test]
async fn on_port_0_it_prints_where_it_listens_and_on_a_signal_it_leaves_nothing() {
    for signal in ["INT", "TERM"] {
        let mut program = Program::start(&[]);
        let health = program.client().send(Method::GET, "/_mock/health", None).await.unwrap();
        assert_eq!(health.status, 200);
        assert_eq!(program.temporary_files(), 1);
        assert_eq!(program.signal(signal).code(), Some(0));
        assert_eq!(program.temporary_files(), 0);
        assert!(TcpStream::connect(program.address()).is_err());
        assert_eq!(program.log(), "");
    }
}

#[test]
fn clients_that_say_nothing_do_not_keep_it_from_stopping() {
    let mut program = Program::start(&[]);
    let _silent = TcpStream::connect(program.address()).unwrap();
    let mut stalled = TcpStream::connect(program.address()).unwrap();
    let head =
        format!("POST /v3/sshKey HTTP/1.1\r\nhost: x\r\nprivate-token: {}\r\n", Config::API_KEY);
    write!(stalled, "{head}content-length: 100\r\n\r\n{{").unwrap();
    let mut halfway = TcpStream::connect(program.address()).unwrap();
    write!(halfway, "GET /v3/sshKey HTTP/1.1\r\nhost:").unwrap();
    assert_eq!(program.signal("TERM").code(), Some(0));
    assert_eq!(program.temporary_files(), 0);
}

#[tokio::test]
async fn a_database_that_was_closed_in_order_has_no_log_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    let arguments = ["--db", path.to_str().unwrap()];
    let mut program = Program::start(&arguments);
    let uuid = created(program.client().create("kept", PUBLIC_KEY).await).unwrap();
    assert_eq!(program.signal("TERM").code(), Some(0));
    assert!(!folder.path().join("world.db-wal").exists(), "the log is folded into the database");
    assert_eq!(Program::start(&arguments).client().get(&uuid).await, 200);
}

/// Runs a program that must not start; what it says on stderr.
fn refused(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{arguments:?}: {said}");
    assert!(stdout.is_empty(), "{arguments:?}");
    said
}

fn refused_in_one_sentence(arguments: &[&str], words: &str) {
    let said = refused(arguments);
    assert!(said.starts_with("mock-server: ") && said.contains(words), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn without_its_port_or_its_database_it_says_why_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused_in_one_sentence(&["--listen", &address], &format!("cannot listen on {address}"));

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let open = |path: &str, words: &str| {
        refused_in_one_sentence(&["--listen", "127.0.0.1:0", "--db", path], words)
    };
    let _owner = Program::start(&["--db", &at("world.db")]);
    open(&at("world.db"), "is in use by another process");
    fs::write(
        at("note.txt"),
        "This is no database, and it is long enough to be looked at. ".repeat(20),
    )
    .unwrap();
    open(&at("note.txt"), "is not a usable SQLite database");
    assert!(fs::read_to_string(at("note.txt")).unwrap().starts_with("This is no database"));
    open(&at("missing/world.db"), "cannot open the database");
    open(folder.path().to_str().unwrap(), "cannot open the database");
    assert!(!Path::new(&at("missing")).exists());
}

#[test]
fn a_flag_that_it_does_not_know_or_cannot_read_is_refused() {
    for (arguments, words) in [
        (vec!["--colour", "red"], "--colour"),
        (vec!["--listen", "nowhere"], "--listen"),
        (vec!["--delivery-time", "soon"], "give seconds, as in 0, 10s, 2m or 1h"),
        (vec!["--delivery-time", "9999999h"], "give seconds"),
        (vec!["--world", "empty", "--seed", "x"], "--seed"),
        (
            vec!["--world", "nobody's"],
            "possible values: demo, empty, nothing, or the path of a file",
        ),
        (vec!["leftover"], "leftover"),
    ] {
        let said = refused(&arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn neither_the_banner_nor_the_most_talkative_log_holds_a_secret_or_a_body() {
    let (key, token) = ("KeyOfThisTestAlone00", "TokenOfThisTestAlone");
    let (password, name) = ("i3dDemoPassword", "NameInTheBodyOfARequest");
    for format in ["text", "json"] {
        let kept = tempfile::tempdir().unwrap();
        let ca = kept.path().to_str().unwrap();
        let arguments = ["--api-key", key, "--control-token", token, "--log-format", format];
        let arguments = [&arguments[..], &["--tls-ca", ca]].concat();
        let program = Program::start_logging("trace", &arguments);
        let api = Api { key: key.to_owned(), ..program.client() };
        created(api.create(name, PUBLIC_KEY).await).unwrap();
        assert_eq!(api.create(name, "no key").await.unwrap().status, 422);
        let wrong = Api { key: "WrongKeyOfThisTest00".to_owned(), ..api.clone() };
        assert_eq!(wrong.create(name, PUBLIC_KEY).await.unwrap().status, 401);
        let no_key = ("accept", "*/*");
        let login = async |password: &str| {
            let form = json!({ "userName": "demo", "password": password });
            api.send_showing(no_key, Method::POST, "/v3/session/login", Some(form)).await
        };
        let session = login(password).await.unwrap();
        let cookie = session.headers["set-cookie"]
            .to_str()
            .unwrap()
            .split([';', '='])
            .nth(1)
            .unwrap()
            .to_owned();
        assert_eq!(login("WrongPasswordOfThisTest").await.unwrap().status, 401);
        let bearer = format!("Bearer {token}");
        let shown = ("authorization", bearer.as_str());
        let control = api.send_showing(shown, Method::GET, "/_mock/health", None).await.unwrap();
        assert_eq!(control.status, 200);

        let shown = api.send(Method::GET, "/_mock/ca.pem", None).await.unwrap();
        assert!(shown.body.starts_with(b"-----BEGIN CERTIFICATE"), "open to all");
        let ca_key = fs::read_to_string(kept.path().join("ca.key")).unwrap();
        let ca_key = ca_key.lines().nth(1).unwrap();

        let log = program.log();
        assert!(!log.is_empty(), "at this level something is logged");
        assert!(cookie.len() > 20, "{cookie}");
        let secrets = [
            key,
            token,
            password,
            name,
            PUBLIC_KEY,
            &cookie,
            ca_key,
            "WrongKeyOfThisTest00",
            "WrongPasswordOfThisTest",
        ];
        for secret in secrets {
            let line = log.lines().chain(program.banner.lines()).find(|line| line.contains(secret));
            assert!(line.is_none(), "{secret} is in {line:?}");
        }
        if format == "json" {
            assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
        }
    }
}
