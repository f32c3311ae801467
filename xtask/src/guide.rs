//! Runs the commands of a page of documentation as they stand there.
//!
//! The blocks of `sh` are one script. Another block whose first line is a comment with the name of
//! a file is written to that file before. The script runs in a folder of its own, with the programs
//! of this repository on its path and a free port in place of the one of the page.

use std::{fs, net::TcpListener, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{cargo, run};

/// The pages whose commands are run.
const PAGES: [&str; 1] = ["docs/worlds.md"];

/// The address that pages speak of.
const ADDRESS: &str = "127.0.0.1:8080";

/// A part of a page that is not prose.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    language: String,
    text: String,
}

/// Runs all pages.
pub(crate) fn run_all() -> Result<()> {
    run(&mut cargo(&[
        "build",
        "--locked",
        "--quiet",
        "-p",
        "mock-server",
        "-p",
        "contract-tests",
    ]))?;
    PAGES.iter().try_for_each(|page| run_page(Path::new(page)))
}

fn run_page(page: &Path) -> Result<()> {
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let text = fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let blocks = blocks(&text.replace(ADDRESS, &free));
    let folder = std::env::temp_dir().join(format!("guide-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let ran = run_blocks(&blocks, &folder);
    fs::remove_dir_all(&folder)?;
    ran.with_context(|| format!("the commands of {}", page.display()))
}

fn run_blocks(blocks: &[Block], folder: &Path) -> Result<()> {
    for block in blocks {
        if let Some(name) = file_name(block) {
            fs::write(folder.join(name), &block.text)?;
        }
    }
    let commands = blocks.iter().filter(|it| it.language == "sh").map(|it| &*it.text);
    // Servers that it starts end with it.
    let script = ["set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"];
    let script: String = script.into_iter().chain(commands).collect();
    let programs = std::env::current_exe()?;
    let programs = programs.parent().context("a program is in a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(folder);
    let status = bash.env("PATH", format!("{}:{path}", programs.display())).status()?;
    ensure!(status.success(), "the script ended with {status}");
    Ok(())
}

/// The blocks of a page in their order.
fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut within = false;
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            if !within {
                blocks.push(Block { language: language.to_owned(), text: String::new() });
            }
            within = !within;
        } else if let (true, Some(block)) = (within, blocks.last_mut()) {
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

/// The file that a block is written to.
fn file_name(block: &Block) -> Option<&str> {
    let first = block.text.lines().next()?.strip_prefix("# ")?;
    let plain = first.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
    (block.language != "sh" && plain && first.contains('.')).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart_into_commands_and_files() {
        let page =
            "Prose.\n\n```sh\n# not a file.txt\nls\n```\n\n```python\n# a.py\nprint()\n```\n";
        let blocks = blocks(page);
        assert_eq!(blocks.iter().map(file_name).collect::<Vec<_>>(), [None, Some("a.py")]);
        assert_eq!(blocks[0].text, "# not a file.txt\nls\n");
        assert_eq!(blocks[1].text, "# a.py\nprint()\n");
    }
}
