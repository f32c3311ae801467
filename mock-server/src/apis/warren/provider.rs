//! The provider as the engine sees it: the tables of its rooms, its demo world and its API.

use std::sync::Arc;

use serde_json::Value;

use super::{SCHEMA, demo, new_customers, platform, resources::RESOURCES, v1};
use crate::engine::{Api, Context, Provider, Resources, Result};

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
