//! The emulator as a program.

mod cli;

use std::process::ExitCode;

/// The allocator of the program; a library leaves the choice to who uses it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
