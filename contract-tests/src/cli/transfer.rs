//! `import` and `export`: fixtures from HAR files, and as HAR and Hurl files.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use super::{apis::OneApi, replay::FolderArgument};
use crate::{
    core::{redact::Redactor, run::Verdict, transport::credentials::Keys},
    fixture::{Provenance, Source, Span, load},
    record::{self, har, hurl},
};

/// How long an import is to be believed.
const VALID_FOR: Span = Span { seconds: 90 * 86_400 };

/// Make a fixture of a HAR file, as browsers save it; secrets are taken out before anything is
/// written.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The HAR file.
    file: PathBuf,
    /// The id of the fixture.
    #[arg(long, default_value = "imported/exchanges")]
    id: String,
    /// The host whose answers are taken; without it, that of the first request that is like an
    /// operation.
    #[arg(long)]
    host: Option<String>,
    #[command(flatten)]
    api: OneApi,
    #[command(flatten)]
    folder: FolderArgument,
}

/// Write a fixture for other tools, on standard output.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The fixture.
    fixture: String,
    /// As a HAR file.
    #[arg(long, conflicts_with = "hurl", required_unless_present = "hurl")]
    har: bool,
    /// As a Hurl file.
    #[arg(long)]
    hurl: bool,
    /// The server that the requests of a HAR file are sent to.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    base: String,
    #[command(flatten)]
    api: OneApi,
    #[command(flatten)]
    folder: FolderArgument,
}

pub(super) fn import(arguments: &Import) -> anyhow::Result<Verdict> {
    let profile = arguments.api.get();
    let text = fs::read_to_string(&arguments.file)
        .with_context(|| arguments.file.display().to_string())?;
    let imported = har::import(profile, &text, arguments.host.as_deref())?;
    imported
        .left_out
        .iter()
        .for_each(|host| eprintln!("left out, because it is another host: {host}"));
    let redactor = Redactor::new(profile, Keys::from_env().secrets().cloned());
    for name in &imported.unreadable {
        eprintln!(
            "left out, because the file does not hold its bodies as they were: {}",
            redactor.text(name)
        );
    }
    let at = imported.at.unwrap_or_else(Timestamp::now);
    let provenance = Provenance {
        source: Source::Observed,
        base: imported.host.clone(),
        recorded_at: at,
        last_validated_at: at,
        valid_for: Some(VALID_FOR),
        recorder: record::RECORDER.to_owned(),
        note: Some("Imported from a HAR file.".to_owned()),
    };
    let path = record::save(
        &arguments.folder.of(profile),
        profile,
        &arguments.id,
        imported.exchanges,
        provenance,
        &redactor,
    )?;
    println!("wrote {}", path.display());
    Ok(Verdict::Holds)
}

pub(super) fn export(arguments: &Export) -> anyhow::Result<Verdict> {
    let profile = arguments.api.get();
    let loaded =
        load(profile, &arguments.folder.of(profile), std::slice::from_ref(&arguments.fixture))?;
    if arguments.har && loaded.len() > 1 {
        let ids: Vec<&str> = loaded.iter().map(|it| it.id.as_str()).collect();
        eprintln!(
            "a HAR file holds one fixture, and `{}` means {}; name one of them",
            arguments.fixture,
            ids.join(", ")
        );
        return Ok(Verdict::Usage);
    }
    let mut verdict = Verdict::Holds;
    for loaded in &loaded {
        match &loaded.fixture {
            Ok(fixture) if arguments.har => {
                println!(
                    "{:#}",
                    har::export(profile, fixture, arguments.base.trim_end_matches('/'))
                );
            }
            Ok(fixture) => print!("{}", hurl::export(profile, fixture)),
            Err(broken) => {
                eprintln!("left out: {broken}");
                verdict = Verdict::Unchecked;
            }
        }
    }
    Ok(verdict)
}
