//! The data centers where customers have equipment of their own.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::apis::i3d::reference::data::data;

/// A data center as the API shows it.
#[derive(Serialize, Deserialize)]
pub(in crate::apis::i3d) struct DataCenter {
    #[serde(skip_serializing, rename = "dcLocationId")]
    id: i64,
    address: Value,
    contact: Value,
    wifi: Value,
}

static DATA_CENTERS: LazyLock<Vec<DataCenter>> = LazyLock::new(|| {
    serde_json::from_str(data!("reference/data_centers")).expect("a list of data centers")
});

/// The data center at this location.
pub(in crate::apis::i3d) fn data_center(id: i64) -> &'static DataCenter {
    DATA_CENTERS.iter().find(|it| it.id == id).expect("equipment stands in a known data center")
}
