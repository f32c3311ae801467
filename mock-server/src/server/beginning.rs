//! What a server begins with, as its configuration says.

use std::{path::Path, sync::Arc};

use serde_json::Value;

use super::start_error::StartError;
use crate::{
    Config, apis,
    engine::{Environment, Provider, Settings, World, WorldFile},
    http::HttpOptions,
};

/// The usual options with the rules of a file, in YAML, by which requests go wrong.
pub(super) fn http_options(faults: Option<&Path>) -> Result<HttpOptions, StartError> {
    let Some(path) = faults else { return Ok(HttpOptions::default()) };
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let rules: Result<Vec<Value>, String> =
        text.and_then(|it| serde_saphyr::from_str(&it).map_err(|it| it.to_string()));
    let options = rules.and_then(|rules| HttpOptions::default().with_faults(rules));
    options.map_err(|why| StartError::Faults(format!("{}: {why}", path.display())))
}

/// The environment of a world that begins as the configuration says.
pub(super) fn environment(
    config: &Config,
    providers: &[Arc<dyn Provider>],
) -> Result<Environment, StartError> {
    let settings = || Settings {
        strict: config.strict,
        rate_limit: config.rate_limit,
        of_providers: apis::settings(config),
    };
    let begun = || Environment::new(config.world, settings(), config.seed, None);
    let Some(path) = &config.world_file else { return Ok(begun()) };
    let text = std::fs::read_to_string(path);
    let text =
        text.map_err(|error| StartError::WorldFile(format!("{}: {error}", path.display())))?;
    let file = WorldFile::read(&path.display().to_string(), &text, providers);
    let file = Arc::new(file.map_err(|faults| StartError::WorldFile(faults.to_string()))?);
    if config.db.is_some() {
        // A file whose rows contradict each other leaves no database behind.
        World::open(None, providers.to_vec(), begun().with_file(Arc::clone(&file), None))?;
    }
    Ok(begun().with_file(file, None))
}
