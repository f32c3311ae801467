//! The heat map of users, as GeoJSON.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::{
    apis::i3d::reference::data::data,
    engine::{Context, Operation, Result, Rows, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("getInternalServicesHeatmapDatas", show)]
}

/// The one collection of all points, as text.
static COLLECTION: LazyLock<String> = LazyLock::new(|| {
    let points: Vec<(f64, f64, u32)> = serde_json::from_str(data!("website/heat_map"))
        .expect("longitude, latitude and weight of each point");
    let feature = |(longitude, latitude, value)| {
        let geometry = json!({ "type": "Point", "coordinates": [longitude, latitude] });
        json!({ "geometry": geometry, "properties": { "value": value } })
    };
    let features: Value = points.into_iter().map(feature).collect();
    json!({ "type": "FeatureCollection", "features": features }).to_string()
});

fn show(_: &Context) -> Result<Rows> {
    Ok(Rows::of([COLLECTION.as_str()]))
}
