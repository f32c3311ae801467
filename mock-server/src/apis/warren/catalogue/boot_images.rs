//! Media that a machine can boot from, as the brand of the user has them:
//! `mock-server/world/warren/boot_images.yaml`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    apis::warren::platform::{brand, data::data},
    engine::{Context, Operation, Result, read},
};

pub(super) fn operations() -> [Operation; 1] {
    [read("listBootImages", list)]
}

#[derive(Clone, Serialize, Deserialize)]
struct BootImage {
    uuid: Uuid,
    image_name: String,
    is_installation_media: bool,
    description: String,
    is_published: bool,
}

static IMAGES: LazyLock<BTreeMap<String, Vec<BootImage>>> =
    LazyLock::new(|| serde_json::from_str(data!("boot_images")).expect("boot images by brand"));

fn list(cx: &Context) -> Result<Vec<BootImage>> {
    Ok(of_caller(cx)?.to_vec())
}

/// Whether the platform has a medium of this UUID for the caller.
pub(in crate::apis::warren) fn has(cx: &Context, uuid: &str) -> Result<bool> {
    let wanted = uuid.parse::<Uuid>().ok();
    let mut images = of_caller(cx)?.iter();
    Ok(images.any(|image| image.is_published && Some(image.uuid) == wanted))
}

fn of_caller(cx: &Context) -> Result<&'static [BootImage]> {
    Ok(IMAGES.get(&brand::of_caller(cx)?.name).map_or(&[], Vec::as_slice))
}
