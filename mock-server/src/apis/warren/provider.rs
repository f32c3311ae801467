//! The provider as the engine sees it: the tables of its rooms, its demo world and its API.

use std::sync::Arc;

use http::Extensions;
use serde_json::Value;

use super::{SCHEMA, Settings, brands, demo, new_customers, platform, resources::RESOURCES, v1};
use crate::engine::{Api, Context, Problem, Provider, Resources, Result};

/// The brand of the empty account, and of who shows neither a token nor the host of a brand.
const BRAND: &str = "brand";
/// Whether the writes of virtual machines take as long as they really do.
const VM_LATENCY: &str = "vm_latency";
/// Whether a `+` in a query or a form stays what it is.
const LITERAL_PLUS: &str = "literal_plus";

/// The provider Warren.
pub(in crate::apis) struct Warren;

impl Provider for Warren {
    fn name(&self) -> &'static str {
        platform::NAME
    }

    fn schema(&self) -> &'static str {
        &SCHEMA
    }

    fn seed(&self, cx: &Context) -> Result<()> {
        demo::seed(cx)
    }

    fn apply_settings(&self, _cx: &Context) -> Result<()> {
        Ok(())
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &[BRAND, VM_LATENCY, LITERAL_PLUS]
    }

    fn change_setting(&self, settings: &mut Extensions, name: &str, to: &Value) -> Result<()> {
        let Some(settings) = settings.get_mut::<Settings>() else { return Ok(()) };
        let switch = || to.as_bool().ok_or_else(|| Problem::malformed("give true or false"));
        match name {
            BRAND => settings.brand = brand(to)?,
            VM_LATENCY => settings.vm_latency = switch()?,
            _ => settings.literal_plus = switch()?,
        }
        Ok(())
    }

    fn resources(&self) -> Option<&'static Resources> {
        Some(&RESOURCES)
    }

    fn complete(&self, cx: &Context) -> Result<()> {
        demo::complete(cx)
    }

    fn add_customer(&self, cx: &Context, wanted: &Value) -> Result<Value> {
        new_customers::add(cx, wanted)
    }

    fn apis(&self) -> Vec<Arc<dyn Api>> {
        vec![Arc::new(v1::WarrenV1)]
    }
}

/// The name of a brand that there is.
fn brand(name: &Value) -> Result<String> {
    let known = brands().find(|it| Some(*it) == name.as_str());
    known.map(str::to_owned).ok_or_else(|| {
        Problem::malformed(format!("give one of {}", brands().collect::<Vec<_>>().join(", ")))
    })
}
