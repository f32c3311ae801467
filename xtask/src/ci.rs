//! What must hold before a change lands.

use std::process::Command;

use anyhow::{Result, ensure};

/// Warnings that the compiler lets pass are errors here.
const DENY_WARNINGS: &[&str] = &["--", "-D", "warnings"];

/// Everything, the tests first.
pub(crate) fn all() -> Result<()> {
    cargo(&["test", "--workspace", "--locked"])?;
    format()?;
    lint()?;
    let mut doc = Command::new("cargo");
    doc.args(["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    tools()
}

/// What can be said of a change in a minute.
pub(crate) fn quick() -> Result<()> {
    format()?;
    lint()?;
    cargo(&["test", "--workspace", "--locked", "--lib", "--quiet"])
}

fn format() -> Result<()> {
    cargo(&["fmt", "--all", "--check"])
}

/// Clippy, which checks the types as well.
fn lint() -> Result<()> {
    let what = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet"];
    cargo(&[&what, DENY_WARNINGS].concat())
}

/// Tools that are not part of Rust. One that is not installed is left out, and named.
fn tools() -> Result<()> {
    tool("typos", &["--version"], &["typos"])?;
    tool("cargo", &["machete", "--version"], &["cargo", "machete"])?;
    tool("cargo", &["deny", "--version"], &["cargo", "deny", "check", "bans", "licenses", "sources"])
}

fn tool(program: &str, version: &[&str], command: &[&str]) -> Result<()> {
    let is_there = Command::new(program).args(version).output().is_ok_and(|it| it.status.success());
    if !is_there {
        eprintln!("left out, not installed: {}", command.join(" "));
        return Ok(());
    }
    run(Command::new(command[0]).args(&command[1..]))
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run(Command::new("cargo").args(arguments))
}

fn run(command: &mut Command) -> Result<()> {
    eprintln!("$ {command:?}");
    let status = command.current_dir(xtask::source::root()).status()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
