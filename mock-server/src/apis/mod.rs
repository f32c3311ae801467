//! The emulated APIs, by provider.

mod i3d;
mod warren;

use std::sync::Arc;

use http::Extensions;

use crate::{config::Config, engine::Provider};

/// Every provider whose APIs the server emulates.
pub fn all() -> Vec<Arc<dyn Provider>> {
    vec![Arc::new(i3d::provider::I3d), Arc::new(warren::provider::Warren)]
}

/// The names of the brands of the Warren platform, the first of which is the default.
pub fn brands() -> impl Iterator<Item = &'static str> {
    warren::brands()
}

/// The settings of all providers, each in its own type.
pub(crate) fn settings(config: &Config) -> Extensions {
    let mut settings = Extensions::new();
    settings.insert(i3d::Settings {
        api_key: config.api_key.clone(),
        delivery_seconds: config.delivery_seconds,
    });
    settings.insert(warren::Settings {
        brand: config.brand.clone(),
        vm_latency: config.vm_latency,
        literal_plus: config.literal_plus,
    });
    settings
}

#[cfg(test)]
mod tests {
    use crate::engine::world_file::documented;

    /// What stands above the rows of a provider.
    const HEAD: &str =
        "\n| in a file | object | key | follows | kept | `_columns` |\n|---|---|---|---|---|---|\n";

    #[test]
    fn the_page_of_world_files_lists_what_there_is() {
        let page = include_str!("../../../docs/world-files.md");
        for provider in super::all() {
            let rows = documented::rows(&*provider).join("\n");
            let table = format!("{HEAD}{rows}\n");
            assert!(page.contains(&table), "docs/world-files.md lacks:\n{table}");
        }
    }

    #[test]
    fn what_a_world_file_says_is_read_as_operations_read_it() {
        for provider in super::all() {
            assert_eq!(documented::without_type(&*provider), [""; 0]);
        }
    }
}
