//! `cargo xtask`: the tasks of this repository.

mod ci;
mod guide;

use std::process::Command;

use anyhow::{Result, ensure};
use clap::Parser;
use xtask::{modules::Graph, source};

/// The tasks of this repository
#[derive(Parser)]
enum Task {
    /// Everything that must hold before a change lands
    Ci,
    /// In a minute: format, lints, the tests beside the code, and the laws of the source
    Quick,
    /// Run the commands of the guides in docs/ as they stand there; needs curl and pytest-xdist
    Guide,
    /// Print which file of a crate uses which other ones, and their circles
    Modules {
        /// The folder of one crate; all without it
        package: Option<String>,
    },
    /// Measure the emulator beside two ceilings; `--help` tells its options
    #[command(disable_help_flag = true)]
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        options: Vec<String>,
    },
    /// Measure other emulators beside ours; `--help` tells its options
    #[command(disable_help_flag = true)]
    Peers {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        options: Vec<String>,
    },
    /// Measure the harness with faults on purpose; `--help` tells its options
    #[command(disable_help_flag = true)]
    Mutants {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        options: Vec<String>,
    },
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Ci => ci::all(),
        Task::Quick => ci::quick(),
        Task::Guide => guide::run_all(),
        Task::Modules { package } => modules(package),
        Task::Bench { options } => measure("bench", options),
        Task::Peers { options } => measure("peers", options),
        Task::Mutants { options } => measure("mutants", options),
    }
}

/// Measurements are a package of their own, so that the other tasks need not build what is
/// measured.
fn measure(what: &str, options: Vec<String>) -> Result<()> {
    let package = ["run", "--quiet", "--release", "--package", "measurements", "--", what];
    run(cargo(&package).args(options))
}

/// Cargo without the variables that it set for this program: a build script that depends on one
/// would run again.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command.args(arguments).current_dir(source::root());
    command
}

fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command.status()?;
    ensure!(status.success(), "`{line}` ended with {status}");
    Ok(())
}

/// A command as somebody would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn modules(package: Option<String>) -> Result<()> {
    let packages = match package {
        Some(package) => vec![package],
        None => source::CRATES.iter().map(|it| (*it).to_owned()).collect(),
    };
    for package in packages {
        let root = source::root().join(&package).join("src/lib.rs");
        let graph = Graph::read(&root, &source::OTHER_CRATES)?;
        println!("# {package}: {} modules", graph.modules.len());
        for module in &graph.modules {
            let uses: Vec<&str> = graph
                .edges
                .iter()
                .filter(|it| it.from == *module)
                .map(|it| it.to.as_str())
                .collect();
            println!("{module} -> {}", uses.join(" "));
        }
        for circle in graph.circles() {
            println!("\n{circle}");
        }
    }
    Ok(())
}
