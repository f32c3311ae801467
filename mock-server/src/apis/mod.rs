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
