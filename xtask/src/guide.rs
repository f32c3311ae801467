//! Runs the commands of a page of documentation as they stand there.
//!
//! The blocks of `sh` are one script. Another block whose first line is a comment with the name of
//! a file is written to that file before. The script runs in a folder of its own, with the programs
//! of this repository on its path and free ports in place of those of the page.

use std::{fs, net::TcpListener, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use crate::{cargo, run};

/// The pages whose commands are run.
const PAGES: [&str; 4] =
    ["docs/faults.md", "docs/hard-coded-hosts.md", "docs/journal.md", "docs/worlds.md"];

/// The ports that pages speak of, as they stand in addresses.
const PORTS: [&str; 2] = [":8080", ":8443"];

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
    let text = fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let blocks = blocks(&with_free_ports(text)?);
    let folder = std::env::temp_dir().join(format!("guide-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let ran = run_blocks(&blocks, &folder);
    fs::remove_dir_all(&folder)?;
    ran.with_context(|| format!("the commands of {}", page.display()))
}

/// A page with a free port in place of each of its own.
fn with_free_ports(page: String) -> Result<String> {
    // All are held until the last one is found, so that none is found twice.
    let free: Vec<TcpListener> =
        PORTS.iter().map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    PORTS.iter().zip(&free).try_fold(page, |page, (port, free)| {
        Ok(page.replace(port, &format!(":{}", free.local_addr()?.port())))
    })
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
    // What programs leave among temporary files goes with the folder.
    bash.args(["-c", &script]).current_dir(folder).env("TMPDIR", folder);
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
    let first = block.text.lines().next()?;
    let first = first.strip_prefix("# ").or_else(|| first.strip_prefix("// "))?;
    let plain = first.chars().all(|it| it.is_ascii_alphanumeric() || "-_.".contains(it));
    (block.language != "sh" && plain && first.contains('.')).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_port_of_a_page_is_another_free_one() {
        let page = with_free_ports("a:8080 b:8443 a:8080".to_owned()).unwrap();
        let ports: Vec<&str> = page.split(' ').map(|it| it.split(':').nth(1).unwrap()).collect();
        assert!(ports[0] == ports[2] && ports[0] != ports[1] && !page.contains(":8080"), "{page}");
    }

    #[test]
    fn a_page_is_taken_apart_into_commands_and_files() {
        let page = "Prose.\n\n```sh\n# not a file.txt\nls\n```\n\n```python\n# a.py\nprint()\n```\n\
             ```js\n// a.mjs\n```\n";
        let blocks = blocks(page);
        let names: Vec<Option<&str>> = blocks.iter().map(file_name).collect();
        assert_eq!(names, [None, Some("a.py"), Some("a.mjs")]);
        assert_eq!(blocks[0].text, "# not a file.txt\nls\n");
        assert_eq!(blocks[1].text, "# a.py\nprint()\n");
    }
}
