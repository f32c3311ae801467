//! The commands that read fixtures, as processes of their own: what they tell, and with which code
//! they end.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use tempfile::TempDir;

/// A key that no demo world has.
const KEY: &str = "KeyOfAnotherWorld123";

/// Lists the currencies, which is 200.
const GOOD: &str = "\
fixture: 1
id: g/good
title: currencies
provenance: {source: mock, base: mock, recorded_at: '2026-01-01T00:00:00Z',
  last_validated_at: '2026-01-01T00:00:00Z', recorder: test}
steps:
  - operation: getCurrencies
    response: {status: 200, body: [], rules: {'': {any: they are told elsewhere}}}
";

/// A folder of fixtures.
struct Folder(TempDir);

impl Folder {
    /// One file for each id; the text is that of the good one with something replaced.
    fn of(fixtures: &[(&str, &[(&str, &str)])]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (id, replaced) in fixtures {
            let text = GOOD.replace("g/good", id);
            let text = replaced.iter().fold(text, |text, (from, to)| text.replace(from, to));
            let path = folder.path(&format!("{id}.yaml"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Exit code, standard output and standard error of a command on this folder.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-tests"));
        command.args(arguments).arg("--folder").arg(self.0.path()).env("CONTRACT_API_KEY", KEY);
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (status.code().unwrap(), text(stdout), text(stderr))
    }
}

#[test]
fn a_broken_fixture_is_told_with_its_line_and_the_rest_is_played() {
    let folder = Folder::of(&[
        ("g/good", &[]),
        ("g/requires", &[("steps:", "requires:\n  - empty: noSuchOperation\nsteps:")]),
        ("g/name", &[("response:", "request: {headers: {accept: '{{acept}}'}}\n    response:")]),
    ]);
    let (code, out, _) = folder.run(&["replay"]);
    assert_eq!(code, 3, "{out}");
    assert!(
        out.contains("g/requires.yaml:7: the contract has no operation noSuchOperation"),
        "{out}"
    );
    assert!(out.contains("g/name.yaml:7: `{{acept}}` stands for nothing"), "{out}");
    assert!(out.contains("2 not checked") && out.contains("1 request in"), "{out}");
}

#[test]
fn every_verb_refuses_a_fixture_that_holds_the_key() {
    let folder = Folder::of(&[("g/good", &[]), ("g/key", &[("title: currencies", KEY_AS_TITLE)])]);
    let told = "g/key.yaml:3: a key of the target stands here";
    let file = folder.path("g/key.yaml");
    for arguments in [
        &["replay"][..],
        &["export", "--hurl", "g"],
        &["export", "--har", "g/key"],
        &["record", file.to_str().unwrap()],
        &["compare", "mock", "mock", "--steps", "fixtures"],
    ] {
        let (code, out, error) = folder.run(arguments);
        assert_eq!(code, 3, "{arguments:?}: {out}{error}");
        assert!(out.contains(told) || error.contains(told), "{arguments:?}: {out}{error}");
        assert!(!out.contains(KEY) && !error.contains(KEY), "{arguments:?}: {out}{error}");
    }
}

const KEY_AS_TITLE: &str = "title: KeyOfAnotherWorld123";

#[test]
fn a_failure_is_told_with_the_whole_command_also_where_it_cannot_be_recorded_again() {
    let undone =
        "response: {status: 200, body: []}\n    cleanup: {operation: getCurrencies, expect: [418]}";
    let folder = Folder::of(&[
        (
            "g/lost",
            &[(
                "response: {status: 200, body: [], rules: {'': {any: they are told elsewhere}}}",
                undone,
            )],
        ),
        ("g/other", &[("status: 200", "status: 404")]),
    ]);
    let junit = folder.path("junit.xml");
    let (code, out, error) =
        folder.run(&["replay", "--update", "--junit", junit.to_str().unwrap()]);
    assert_eq!(code, 1, "{out}{error}");
    let again = format!(
        "contract-tests replay g/lost --folder {} --target mock",
        folder.0.path().display()
    );
    assert!(out.contains(&again), "{out}");
    assert!(fs::read_to_string(junit).unwrap().contains("g/lost"), "the report is written");
    assert!(
        error.contains("g/lost is not recorded again: not undone: getCurrencies answers 200"),
        "{error}"
    );
    assert!(folder.path("g/other.yaml.new").exists(), "{error}");
}

#[test]
fn what_cannot_be_recorded_does_not_keep_the_rest_from_it() {
    let folder = Folder::of(&[("g/bad", &[("getCurrencies", "getNothing")]), ("g/good", &[])]);
    let [bad, good] = ["g/bad.yaml", "g/good.yaml"].map(|it| folder.path(it).display().to_string());
    let (code, out, error) = folder.run(&["record", &bad, &good]);
    assert_eq!(code, 3, "{out}{error}");
    assert!(
        error.contains("bad.yaml is not recorded: ") && error.contains("getNothing"),
        "{error}"
    );
    assert!(out.contains("good.yaml.new") && folder.path("g/good.yaml.new").exists(), "{out}");
}

/// What a person writes of a new fixture: no provenance, no answer.
const UNRECORDED: &str = "\
fixture: 1
id: g/first
title: currencies are listed
requires:
  - world: demo
steps:
  - name: all of them
    operation: getCurrencies
    request: {headers: {accept: application/json}}
";

#[test]
fn the_first_recording_fills_in_answers_and_provenance_in_place() {
    let folder = Folder::of(&[("g/first", &[])]);
    let file = folder.path("g/first.yaml");
    let path = file.to_str().unwrap();
    fs::write(&file, UNRECORDED).unwrap();
    let (code, out, _) = folder.run(&["replay"]);
    assert_eq!(code, 3, "{out}");
    let told = format!("it has no `provenance`; `contract-tests record {path}` writes it");
    assert!(out.contains(&told), "{out}");

    let (code, out, error) = folder.run(&["record", path]);
    assert_eq!(code, 0, "{out}{error}");
    assert_eq!(out, format!("wrote {path}, in place: it had no answers yet\n"));
    assert!(!folder.path("g/first.yaml.new").exists());
    let recorded = fs::read_to_string(&file).unwrap();
    for kept in ["title: currencies are listed", "- world: demo", "name: all of them", "accept: "] {
        assert!(recorded.contains(kept), "{kept}: {recorded}");
    }
    assert!(recorded.contains("source: mock") && recorded.contains("status: 200"), "{recorded}");
    let (code, out, _) = folder.run(&["replay"]);
    assert_eq!(code, 0, "{out}");

    // Now it has answers, and stays.
    let (code, out, error) = folder.run(&["record", path]);
    assert_eq!(code, 0, "{out}{error}");
    assert!(out.starts_with(&format!("wrote {path}.new; {path} has answers or comments")), "{out}");
    assert_eq!(fs::read_to_string(&file).unwrap(), recorded);
}

#[test]
fn a_file_with_a_comment_or_of_another_scenario_is_not_overwritten() {
    let folder = Folder::of(&[("g/first", &[])]);
    let file = folder.path("g/first.yaml");
    let elsewhere = folder.path("elsewhere.yaml");
    fs::write(&elsewhere, UNRECORDED).unwrap();
    let commented = UNRECORDED.replace("steps:", "steps: # as the reference tells it");
    let other = UNRECORDED.replace("all of them", "something else");
    for (scenario, there) in [(&file, &commented), (&elsewhere, &other)] {
        fs::write(&file, there).unwrap();
        let (code, out, error) = folder.run(&["record", scenario.to_str().unwrap()]);
        assert_eq!(code, 0, "{out}{error}");
        assert!(out.contains("g/first.yaml.new; "), "{out}");
        assert_eq!(&fs::read_to_string(&file).unwrap(), there);
    }
}

#[test]
fn an_argument_that_means_nothing_is_told_as_one() {
    let folder = Folder::of(&[("g/good", &[])]);
    for (arguments, told) in [
        (&["record"][..], "there is nothing to record: name a scenario, or say --proxy"),
        (&["replay", "--target", "nonsense"], "`nonsense` is no base URL"),
        (&["record", "g/good.yaml", "--target", "nonsense"], "`nonsense` is no base URL"),
    ] {
        let (code, out, error) = folder.run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {error}");
        assert!(error.starts_with(told), "{arguments:?}: {error}");
    }
}

#[test]
fn an_export_is_one_har_file_or_many_hurl_files() {
    let folder = Folder::of(&[
        ("g/bad", &[("getCurrencies", "getNothing")]),
        ("g/good", &[]),
        ("g/more", &[]),
    ]);
    let (code, out, error) = folder.run(&["export", "g", "--har"]);
    assert_eq!((code, out.as_str()), (2, ""), "{error}");
    assert!(error.contains("`g` means g/bad, g/good, g/more; name one of them"), "{error}");
    let (code, out, _) = folder.run(&["export", "g/good", "--har"]);
    assert_eq!((code, out.matches("\"log\"").count()), (0, 1));
    let (code, out, error) = folder.run(&["export", "g", "--hurl"]);
    assert_eq!((code, out.matches("GET {{base}}/v3/currency").count()), (3, 2), "{error}");
    assert!(error.contains("g/bad.yaml:7: the contract has no operation getNothing"), "{error}");
}

#[test]
fn a_server_that_is_not_there_is_told_before_anything_is_played() {
    // Nobody listens at a port that was just given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = Folder::of(&[("g/good", &[])]);
    let target = format!("http://127.0.0.1:{port}");
    let (code, _, told) = folder.run(&["replay", "--target", &target]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains(&format!("nobody listens at {target}")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_a_demo_world_needs_a_key() {
    let closed =
        mock_server::Config { control_token: Some("closed".to_owned()), ..Default::default() };
    let server = mock_server::start(closed).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_contract-tests"));
    command
        .args(["explore", "--steps", "20", "--target", &server.url()])
        .env_remove("CONTRACT_API_KEY");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("set CONTRACT_API_KEY in the environment"), "{told}");
}

/// What a person writes of a key that expires when they say.
const WITH_A_TIME: &str = "\
fixture: 1
id: g/key
title: a key expires
requires:
  - world: demo
steps:
  - operation: createApiKeyForUser
    request: {body: {category: 0, note: nightly, assignOdpServerIps: 0, expiresAt: 1893456000}}
";

#[test]
fn a_time_that_the_request_says_stays_exact_in_a_recording() {
    let folder = Folder::of(&[("g/key", &[])]);
    let file = folder.path("g/key.yaml");
    fs::write(&file, WITH_A_TIME).unwrap();
    let (code, out, error) = folder.run(&["record", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{error}");
    let recorded = fs::read_to_string(&file).unwrap();
    assert_eq!(recorded.matches("expiresAt: 1893456000").count(), 2, "{recorded}");
    assert!(!recorded.contains("/0/expiresAt"), "{recorded}");
}
