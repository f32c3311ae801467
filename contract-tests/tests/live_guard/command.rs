//! The command line, as a process of its own.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tempfile::TempDir;

use crate::host::{CANARY, Host, Moment, Told, folder};

/// Long enough that a process can be killed in between.
const DELAY: Duration = Duration::from_millis(10);

/// The command with the key of the customer, in a folder of its own.
pub struct Shell {
    folder: TempDir,
}

impl Shell {
    pub fn new() -> Shell {
        Shell { folder: folder() }
    }

    /// Where the command runs.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.set_up(Command::new(env!("CARGO_BIN_EXE_contract-tests")), arguments)
    }

    fn set_up(&self, mut command: Command, arguments: &[&str]) -> Command {
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

    /// The hash of what is planned for a target.
    async fn plan(&self, target: &str) -> String {
        let plan = self.run(&["plan", "--target", target]).await;
        let text = String::from_utf8(plan.stdout).unwrap();
        text.trim().rsplit(' ').next().unwrap().to_owned()
    }

    /// Starts what is planned for a target.
    async fn apply(&self, target: &str) -> Child {
        self.start(&["apply", "--target", target, "--plan", &self.plan(target).await])
    }
}

async fn wait(child: Child) -> Output {
    tokio::task::spawn_blocking(|| child.wait_with_output()).await.unwrap().unwrap()
}

async fn resources(host: &Host) -> Vec<Vec<Value>> {
    host.resources_of_all_worlds().await
}

/// Waits until a process says this on standard error; returns what it goes on to say.
async fn hears(child: &mut Child, words: &'static str) -> impl Sized + use<> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let heard = move || {
        assert!(
            lines.any(|line| line.unwrap().contains(words)),
            "the process never says `{words}`"
        );
        lines
    };
    tokio::task::spawn_blocking(heard).await.unwrap()
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

/// Waits until a request is held up; says whether one was before the run was over.
async fn is_held(host: &Host, child: &mut Child) -> bool {
    while !host.holds() && child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    host.holds()
}

/// Kills a process at each of its requests: before the host does what it asks for, or when that is
/// done and the answer is on its way.
async fn kill_at_every_request(moment: Moment) {
    let host = Host::start().await;
    let before = resources(&host).await;
    let target = host.loopback();
    let hash = Shell::new().plan(&target).await;
    for step in 1.. {
        let shell = Shell::new();
        host.hold(host.count() + step, moment);
        let mut child = shell.start(&["apply", "--target", &target, "--plan", &hash]);
        let is_over = !is_held(&host, &mut child).await;
        child.kill().unwrap();
        let output = wait(child).await;
        let swept = shell.run(&["sweep"]).await;
        let told = String::from_utf8_lossy(&swept.stdout).into_owned();
        assert_eq!(swept.status.code(), Some(0), "killed at request {step}: {told}");
        assert_eq!(resources(&host).await, before, "killed at request {step}");
        if is_over {
            assert_eq!(
                output.status.code(),
                Some(0),
                "{}",
                String::from_utf8_lossy(&output.stdout)
            );
            assert!(step > 30, "{step} requests are few");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_before_the_host_does_what_it_asks_for_is_swept() {
    kill_at_every_request(Moment::Before).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_before_it_can_write_down_an_answer_is_swept() {
    kill_at_every_request(Moment::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_process_cleans_up_before_it_ends() {
    let host = Host::start().await;
    let before = resources(&host).await;
    let shell = Shell::new();
    host.hold(host.count() + 4, Moment::Before);
    let mut child = shell.apply(&host.loopback()).await;
    assert!(is_held(&host, &mut child).await);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let _rest = hears(&mut child, "interrupted").await;
    host.release();
    let output = wait(child).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("not sent: the run was interrupted") && !text.contains("left"), "{text}");
    assert_eq!(resources(&host).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_ends_the_run_and_spoils_nothing() {
    let host = Host::start().await;
    let before = resources(&host).await;
    let shell = Shell::new();
    let target = host.loopback();
    let hash = shell.plan(&target).await;
    // No file may be longer than a block; what would be is cut, and the program is told.
    let limited = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} apply --target {target} --plan {hash}",
        env!("CARGO_BIN_EXE_contract-tests")
    );
    let output = wait(shell.set_up(Command::new("sh"), &["-c", &limited]).spawn().unwrap()).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("the records cannot be written"), "{text}");
    let swept = shell.run(&["sweep"]).await;
    assert_eq!(swept.status.code(), Some(0), "{}", String::from_utf8_lossy(&swept.stdout));
    assert_eq!(resources(&host).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_says_what_it_could_not_look_at() {
    let host = Host::start().await;
    let shell = Shell::new();
    host.hold(6, Moment::After);
    let mut child = shell.apply(&host.loopback()).await;
    assert!(is_held(&host, &mut child).await);
    child.kill().unwrap();
    wait(child).await;
    let state = shell.folder.path().join(".contract-tests");
    // The power failed while these were begun.
    std::fs::write(state.join("a.ledger"), "").unwrap();
    std::fs::write(state.join("b.ledger"), "{\"n\":0,").unwrap();
    std::fs::write(state.join("stop"), "").unwrap();
    let swept = shell.run(&["sweep"]).await;
    let text = String::from_utf8(swept.stdout).unwrap();
    assert_eq!(swept.status.code(), Some(3), "{text}");
    assert_eq!(text.matches("nothing is left").count(), 2, "{text}");
    assert!(text.contains("could not look") && text.contains("stop exists"), "{text}");
    std::fs::remove_file(state.join("stop")).unwrap();
    assert_eq!(shell.run(&["sweep"]).await.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_a_live_host_is_closed() {
    let shell = Shell::new();
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
        let arguments = ["apply", "--target", target, "--plan", &shell.plan(planned).await];
        let output = shell.run(&[&arguments, flags].concat()).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{told}");
        assert!(told.contains(reason), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_api_is_not_explored() {
    let shell = Shell::new();
    for flags in [&[][..], &["--live"]] {
        let arguments = ["explore", "--target", "https://api.i3d.net"];
        let mut command = shell.command(&[&arguments, flags].concat());
        let output = wait(command.env("CONTRACT_LIVE", "1").spawn().unwrap()).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains("compare") && told.contains("plan") && told.contains("apply"),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_appears_in_no_output() {
    let host = Host::slow(DELAY).await;
    let shell = Shell::new();
    // A careless host repeats what it was sent.
    let told = Told {
        status: 403,
        body: format!("{{\"errorMessage\":\"{CANARY} may not\"}}"),
        ..Told::default()
    };
    host.tell([told]);
    let target = host.loopback();
    let reports =
        ["--html", "r/run.html", "--junit", "r/run.xml", "--json", "r/run.json", "--github"];
    let arguments = ["apply", "--target", &target, "--plan", &shell.plan(&target).await];
    let mut outputs = vec![shell.run(&[&arguments[..], &reports].concat()).await];
    let told = String::from_utf8_lossy(&outputs[0].stdout).into_owned();
    assert!(told.contains("may not") && told.contains("::error"), "the refusal is shown: {told}");
    assert!(told.contains("The contract is broken: 1 of 5 cases failed"), "{told}");
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
    let (reports, state) =
        (shell.folder.path().join("r"), shell.folder.path().join(".contract-tests"));
    assert_eq!(assert_no_secret_in(&reports), 3, "a page, JUnit and JSON");
    assert!(assert_no_secret_in(&state) >= 4, "two ledgers, a budget and a lock");
    let mut names: Vec<_> = files(shell.folder.path()).collect();
    names.sort();
    assert_eq!(names, [state, reports], "nothing is written anywhere else");
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())
}

/// The number of files in a folder, none of which tells the key.
fn assert_no_secret_in(folder: &Path) -> usize {
    let look =
        |path: PathBuf| assert_secret(&path.display().to_string(), &std::fs::read(&path).unwrap());
    files(folder).map(look).count()
}

fn assert_secret(place: &str, content: &[u8]) {
    let text = String::from_utf8_lossy(content);
    for form in [CANARY.to_owned(), STANDARD.encode(CANARY)] {
        assert!(!text.contains(&form), "{place} tells the key: {text}");
    }
}
