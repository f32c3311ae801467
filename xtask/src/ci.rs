//! The checks that a change must pass.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{cargo, guide, line, run};

/// All checks, the tests first. The last line has the counts of the test runners.
pub(crate) fn all() -> Result<()> {
    let counted = tests()?;
    format()?;
    lint()?;
    let doc = ["doc", "--workspace", "--no-deps", "--locked", "--quiet"];
    run(cargo(&doc).env("RUSTDOCFLAGS", "-D warnings"))?;
    tools()?;
    guides()?;
    println!("{} passed, {} failed", counted.passed, counted.failed);
    Ok(())
}

/// The checks that take about a minute.
pub(crate) fn quick() -> Result<()> {
    format()?;
    lint()?;
    run(&mut cargo(&["test", "--workspace", "--locked", "--lib", "--quiet"]))?;
    run(&mut cargo(&["test", "-p", "xtask", "--locked", "--test", "architecture", "--quiet"]))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct TestCounts {
    passed: u64,
    failed: u64,
}

impl TestCounts {
    /// Adds the counts of the last line of a test runner.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = result.split([' ', ';', '.']).collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else { continue };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// Runs all tests and adds up the counts of all runners: the last one, whose line is read most,
/// runs only the tests in documentation.
fn tests() -> Result<TestCounts> {
    let mut command = cargo(&["test", "--workspace", "--locked"]);
    let line = line(&command);
    eprintln!("$ {line}");
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("the output is piped")?;
    let mut counted = TestCounts::default();
    for bytes in BufReader::new(output).split(b'\n') {
        let bytes = bytes?;
        let text = String::from_utf8_lossy(&bytes);
        println!("{text}");
        counted.add(&text);
    }
    let status = child.wait()?;
    if !status.success() {
        println!("{} passed, {} failed", counted.passed, counted.failed);
    }
    ensure!(status.success(), "`{line}` ended with {status}");
    Ok(counted)
}

fn format() -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

/// Clippy, which checks the types as well.
fn lint() -> Result<()> {
    let what = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet"];
    run(cargo(&what).args(["--", "-D", "warnings"]))
}

/// Tools that do not come with Rust. A missing one is skipped, with a message: `.ci/run` installs
/// `typos`; the others would have to be compiled.
fn tools() -> Result<()> {
    let mut typos = Command::new("typos");
    tool("typos", Command::new("typos").arg("--version"), &mut typos)?;
    tool("cargo-machete", &mut cargo(&["machete", "--version"]), &mut cargo(&["machete"]))?;
    let deny = ["deny", "check", "bans", "licenses", "sources"];
    tool("cargo-deny", &mut cargo(&["deny", "--version"]), &mut cargo(&deny))
}

/// The commands of the guides, where what they need is installed, which `.ci/run` does.
fn guides() -> Result<()> {
    let mut xdist = Command::new("python3");
    if xdist.args(["-c", "import pytest, xdist"]).output().is_ok_and(|it| it.status.success()) {
        return guide::run_all();
    }
    eprintln!("pytest-xdist is not installed and the guides are left out");
    Ok(())
}

fn tool(name: &str, version: &mut Command, command: &mut Command) -> Result<()> {
    if version.output().is_ok_and(|it| it.status.success()) {
        run(command)
    } else {
        eprintln!("{name} is not installed and left out");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_runners_are_added() {
        let mut counted = TestCounts::default();
        counted.add("running 3 tests");
        counted
            .add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; finished in 1.5s");
        counted.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured");
        assert_eq!(counted, TestCounts { passed: 15, failed: 2 });
    }
}
