//! The command line, as a process of its own.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tempfile::TempDir;

use crate::host::{CANARY, Host, Told};

/// Long enough that a process can be killed in between.
const DELAY: Duration = Duration::from_millis(10);

/// The command with the key of the customer, in a folder of its own.
pub struct Shell {
    folder: TempDir,
}

impl Shell {
    pub fn new() -> Shell {
        Shell { folder: tempfile::tempdir().unwrap() }
    }

    /// Where the command runs.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-tests"));
        command.args(arguments).current_dir(self.folder.path()).env("CONTRACT_API_KEY", CANARY);
        command.env_remove("CONTRACT_LIVE").stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    pub async fn run(&self, arguments: &[&str]) -> Output {
        wait(self.start(arguments)).await
    }

    /// Starts what is planned for a target.
    async fn apply(&self, target: &str) -> Child {
        let plan = self.run(&["plan", "--target", target]).await;
        let text = String::from_utf8(plan.stdout).unwrap();
        let hash = text.trim().rsplit(' ').next().unwrap();
        self.start(&["apply", "--target", target, "--plan", hash])
    }
}

async fn wait(child: Child) -> Output {
    tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap()
}

async fn resources(host: &Host) -> Vec<Value> {
    host.resources().await
}

/// Waits until the host got so many requests; says whether it did before the run was over.
async fn reaches(host: &Host, count: usize, child: &mut Child) -> bool {
    while host.count() < count {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_is_swept() {
    let host = Host::slow(DELAY).await;
    let before = resources(&host).await;
    let mut kills = 0;
    for step in [2, 3, 5, 8, 13, 17, 22, 28] {
        let shell = Shell::new();
        let mut child = shell.apply(&host.loopback()).await;
        if !reaches(&host, host.count() + step, &mut child).await {
            break;
        }
        child.kill().unwrap();
        wait(child).await;
        kills += 1;
        // What was under way arrives, or never does.
        tokio::time::sleep(20 * DELAY).await;
        let swept = shell.run(&["sweep"]).await;
        assert_eq!(swept.status.code(), Some(0), "{}", String::from_utf8_lossy(&swept.stdout));
        assert_eq!(resources(&host).await, before, "killed at request {step}");
    }
    assert!(kills >= 6, "{kills} kills are few");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_process_cleans_up_before_it_ends() {
    let host = Host::slow(DELAY).await;
    let before = resources(&host).await;
    let shell = Shell::new();
    let mut child = shell.apply(&host.loopback()).await;
    assert!(reaches(&host, 4, &mut child).await);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = wait(child).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("the run was interrupted") && text.contains("ok         everything"), "{text}");
    assert_eq!(resources(&host).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_live_host_is_closed() {
    let shell = Shell::new();
    let hash = async |target: &str| {
        let plan = shell.run(&["plan", "--target", target]).await;
        String::from_utf8(plan.stdout).unwrap().trim().rsplit(' ').next().unwrap().to_owned()
    };
    let real = "https://api.i3d.net";
    let (other, bare) = ("https://host.invalid", "http://api.i3d.net:443");
    let cases: [(&str, &str, &[&str], i32, &str); 5] = [
        (other, real, &[], 2, "this is not the plan"),
        (other, other, &["--live"], 3, "only the hosts listed"),
        (bare, bare, &["--live"], 3, "use https"),
        (real, real, &[], 3, "say --live"),
        (real, real, &["--live"], 3, "CONTRACT_LIVE=1"),
    ];
    for (target, planned, flags, code, reason) in cases {
        let arguments = ["apply", "--target", target, "--plan", &hash(planned).await];
        let output = shell.run(&[&arguments, flags].concat()).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_appears_in_no_output() {
    let host = Host::slow(DELAY).await;
    let shell = Shell::new();
    // A careless host repeats what it was sent.
    let told =
        Told { status: 403, body: format!("{{\"errorMessage\":\"{CANARY} may not\"}}"), ..Told::default() };
    host.tell([told]);
    let target = host.loopback();
    let mut outputs = vec![wait(shell.apply(&target).await).await];
    assert!(String::from_utf8_lossy(&outputs[0].stdout).contains("may not"), "the refusal is shown");
    let mut killed = shell.apply(&target).await;
    assert!(reaches(&host, host.count() + 5, &mut killed).await);
    killed.kill().unwrap();
    outputs.push(wait(killed).await);
    for arguments in [
        &["sweep"][..],
        &["plan", "--target", &target],
        &["apply", "--target", &format!("{target}/?key={CANARY}"), "--plan", "0"],
        &["apply", "--target", "http://127.0.0.1:1", "--plan", "0"],
    ] {
        outputs.push(shell.run(arguments).await);
    }
    for output in outputs {
        assert_secret("the output", &[output.stdout, output.stderr].concat());
    }
    let mut files = 0;
    for file in std::fs::read_dir(shell.folder.path().join(".contract-tests")).unwrap() {
        let path = file.unwrap().path();
        assert_secret(&path.display().to_string(), &std::fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files >= 4, "two ledgers, a budget and a lock");
    assert_folder_is_the_only_one(shell.folder.path());
}

fn assert_secret(place: &str, content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    for form in [CANARY.to_owned(), STANDARD.encode(CANARY)] {
        assert!(!text.contains(&form), "{place} tells the key: {text}");
    }
}

fn assert_folder_is_the_only_one(path: &Path) {
    let names: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".contract-tests"], "nothing is written anywhere else");
}
