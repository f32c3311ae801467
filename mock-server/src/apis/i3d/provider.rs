//! The provider as the engine sees it: the tables of its rooms, its demo world and its APIs.

use std::sync::Arc;

use http::Extensions;
use serde_json::Value;

use super::{
    NAME, SCHEMA, Settings, billing, demo, flex_metal, new_customers, resources::RESOURCES, v2, v3,
};
use crate::engine::{Api, Context, Problem, Provider, Resources, Result, WebPage, WorldKind};

/// How long a server takes to be delivered, in seconds.
const DELIVERY_TIME: &str = "delivery_time";

/// The provider i3D.net.
pub(in crate::apis) struct I3d;

impl Provider for I3d {
    fn name(&self) -> &'static str {
        NAME
    }

    fn schema(&self) -> &'static str {
        &SCHEMA
    }

    fn seed(&self, cx: &Context) -> Result<()> {
        demo::seed(cx)
    }

    fn read_data(&self, kind: WorldKind) {
        demo::read_data(kind);
    }

    fn apply_settings(&self, cx: &Context) -> Result<()> {
        demo::apply_settings(cx)
    }

    fn setting_names(&self) -> &'static [&'static str] {
        &[DELIVERY_TIME]
    }

    fn change_setting(&self, settings: &mut Extensions, _name: &str, to: &Value) -> Result<()> {
        let seconds = to.as_u64().and_then(|it| u32::try_from(it).ok());
        let seconds = seconds.ok_or_else(|| Problem::malformed("give whole seconds"))?;
        if let Some(settings) = settings.get_mut::<Settings>() {
            settings.delivery_seconds = seconds;
        }
        Ok(())
    }

    fn resources(&self) -> Option<&'static Resources> {
        Some(&RESOURCES)
    }

    fn complete(&self, cx: &Context) -> Result<()> {
        flex_metal::tags::complete(cx)
    }

    fn add_customer(&self, cx: &Context, wanted: &Value) -> Result<Value> {
        new_customers::add(cx, wanted)
    }

    fn apis(&self) -> Vec<Arc<dyn Api>> {
        vec![Arc::new(v3::I3dV3), Arc::new(v2::I3dV2)]
    }

    fn pages(&self) -> Vec<WebPage> {
        billing::payment_page::pages()
    }
}
