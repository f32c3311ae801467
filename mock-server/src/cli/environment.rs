//! Prints the variables that lead clients to a running server.

use std::{
    collections::BTreeMap,
    io::Write,
    path::{self, Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::client::{Credentials, Server, URL, base_url};

/// What to print, and of which server.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Flags {
    /// The server
    #[arg(long, env = "MOCK_URL", default_value = URL, value_parser = base_url)]
    url: String,
    /// The world that is meant; without it, the first one, and any that a key names
    #[arg(long, value_name = "NAME")]
    world: Option<String>,
    /// How to print them
    #[arg(long, default_value = "sh")]
    format: Format,
    /// Where to write the certificate that clients must trust; without it, to a file for
    /// temporary ones
    #[arg(long, value_name = "PATH")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    credentials: Credentials,
}

const EXAMPLES: &str = "Examples:
  eval \"$(mock-server env)\"                              this shell and what it starts
  eval \"$(mock-server env --world orders)\"               the same, in a world of its own
  mock-server env --format dotenv > .env                 a file of variables
  mock-server env --format github >> \"$GITHUB_ENV\"       the later steps of a job

Of each API NAME, NAME_URL is its base URL and NAME_KEY a key. HTTPS_PROXY leads clients whose
https host cannot be changed to the server, and no https elsewhere; the other variables have them
trust it. MOCK_CA_FILE is the file of the certificate.";

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Commands of a shell
    Sh,
    /// Lines of a file of variables
    Dotenv,
    /// Lines of the file that GITHUB_ENV names
    Github,
}

/// A world, as the control API shows it.
#[derive(Deserialize)]
struct World {
    apis: BTreeMap<String, String>,
    keys: BTreeMap<String, String>,
}

/// The world that is always there.
const MAIN: &str = "main";

/// Variables for the certificate: of OpenSSL, Go and Ruby; of requests of Python; of Node; of curl.
const CA_VARIABLES: [&str; 5] = [
    "MOCK_CA_FILE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
];

/// Prints the variables of a running server, and writes its certificate to a file.
pub(super) fn run(flags: &Flags) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (world, ca) = runtime.block_on(async {
        let server = Server::new(&flags.url, &flags.credentials);
        let name = flags.world.as_deref().unwrap_or(MAIN);
        let world = server.get(&format!("/_mock/worlds/{name}")).await?;
        let world = serde_json::from_slice(&world).context("the server is of another version")?;
        anyhow::Ok((world, server.get("/_mock/ca.pem").await?))
    })?;
    let ca_file = flags.ca_file.clone().unwrap_or_else(|| {
        let digest = hex::encode(&Sha256::digest(&ca)[..8]);
        std::env::temp_dir().join(format!("mock-server-ca-{digest}.pem"))
    });
    let ca_file = path::absolute(ca_file)?;
    write(&ca_file, &ca).with_context(|| {
        format!("{} cannot be written; name another file with --ca-file", ca_file.display())
    })?;
    let ca_file = ca_file.to_str().context("the path of the certificate is no text")?;
    for (name, value) in variables(flags, &world, ca_file) {
        println!("{}", line(flags.format, &name, &value));
    }
    Ok(())
}

/// Writes a file as a whole, so that nobody reads a part of it or has put another one there.
fn write(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file stands in a folder")?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}

fn variables(flags: &Flags, world: &World, ca_file: &str) -> Vec<(String, String)> {
    let mut variables = vec![("MOCK_URL".to_owned(), flags.url.clone())];
    let of_apis = |values: &BTreeMap<String, String>, suffix: &str| -> Vec<(String, String)> {
        let name = |api: &str| format!("{}_{suffix}", api.to_uppercase().replace('-', "_"));
        values.iter().map(|(api, value)| (name(api), value.clone())).collect()
    };
    variables.extend(of_apis(&world.apis, "URL"));
    variables.extend(of_apis(&world.keys, "KEY"));
    // With the colon of an empty password: without one, some clients send no name.
    let user = flags.world.as_ref().map(|name| format!("{name}:@")).unwrap_or_default();
    let proxy = flags.url.replacen("://", &format!("://{user}"), 1);
    // Where both are there, some take the one in small letters.
    variables.extend(["HTTPS_PROXY", "https_proxy"].map(|name| (name.to_owned(), proxy.clone())));
    // Node takes proxies of the environment only if it is told to.
    variables.push(("NODE_USE_ENV_PROXY".to_owned(), "1".to_owned()));
    variables.extend(CA_VARIABLES.map(|name| (name.to_owned(), ca_file.to_owned())));
    variables
}

fn line(format: Format, name: &str, value: &str) -> String {
    match format {
        Format::Sh => format!("export {name}={}", quoted(value)),
        Format::Dotenv => format!("{name}={}", quoted(value)),
        Format::Github => format!("{name}={value}"),
    }
}

/// A value as a shell reads it, in quotes only where it needs them.
fn quoted(value: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@%+,".contains(it);
    if value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_word_of_a_shell_whatever_is_in_it() {
        for (value, line) in [
            ("http://main:@127.0.0.1:8080", "http://main:@127.0.0.1:8080"),
            ("/with a space/it's", "'/with a space/it'\\''s'"),
            ("$HOME", "'$HOME'"),
            ("a;b", "'a;b'"),
        ] {
            assert_eq!(quoted(value), line);
        }
    }
}
