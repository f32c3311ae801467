//! The command line of the harness.

use std::process::ExitCode;

fn main() -> ExitCode {
    contract_tests::cli::main()
}
