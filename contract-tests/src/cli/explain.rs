//! `explain`: what a check means.

use clap::Args;

use crate::core::{
    check::{CHECKS, Check, find},
    run::Verdict,
};

/// Say what a check means.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The code, as in C105; all checks without it.
    code: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Verdict> {
    let Some(code) = &arguments.code else {
        CHECKS.iter().for_each(|check| println!("{}  {}", check.code, check.law));
        return Ok(Verdict::Holds);
    };
    match find(code) {
        Some(check) => print!("{}", explained(check)),
        None => {
            eprintln!("no check has the code {code}; `contract-tests explain` lists them all");
            return Ok(Verdict::Usage);
        }
    }
    Ok(Verdict::Holds)
}

fn explained(check: &Check) -> String {
    let kind = if check.warns { " (a warning)" } else { "" };
    format!("{}{kind}: {}\n\n{}\n", check.code, check.law, check.explain)
}
