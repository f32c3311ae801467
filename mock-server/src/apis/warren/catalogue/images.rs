//! Images of machines, as the brand of the user has them: `mock-server/world/warren/images.yaml`.

use std::{collections::BTreeMap, sync::LazyLock};

use openapi::Rule;
use serde::{Deserialize, Serialize};

use crate::{
    apis::warren::platform::{brand, data::data, refusals},
    engine::{Context, Operation, Problem, Result, read},
};

pub(super) fn operations() -> [Operation; 3] {
    [
        read("listImages", list),
        read("listPlainOsImages", list_plain),
        read("listAppCatalogImages", list_apps),
    ]
}

/// An image: an operating system with its versions.
#[derive(Deserialize)]
pub(super) struct Image {
    pub(super) os_name: String,
    display_name: String,
    #[serde(default)]
    is_default: bool,
    /// Whether it is an application, with the system that it needs.
    #[serde(default)]
    is_app_catalog: bool,
    pub(super) versions: Vec<String>,
}

static IMAGES: LazyLock<BTreeMap<String, Vec<Image>>> =
    LazyLock::new(|| serde_json::from_str(data!("images")).expect("images by brand"));

/// The picture of every image.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

#[derive(Serialize)]
struct Shown {
    os_name: &'static str,
    display_name: &'static str,
    ui_position: usize,
    is_default: bool,
    is_app_catalog: bool,
    icon: &'static str,
    versions: Vec<ShownVersion>,
}

#[derive(Serialize)]
struct ShownVersion {
    os_version: &'static str,
    display_name: &'static str,
    published: bool,
}

fn list(cx: &Context) -> Result<Vec<Shown>> {
    shown(cx, |_| true)
}

fn list_plain(cx: &Context) -> Result<Vec<Shown>> {
    shown(cx, |image| !image.is_app_catalog)
}

fn list_apps(cx: &Context) -> Result<Vec<Shown>> {
    shown(cx, |image| image.is_app_catalog)
}

/// Those images that satisfy `which`, each in the position that it has among all.
fn shown(cx: &Context, which: fn(&Image) -> bool) -> Result<Vec<Shown>> {
    let images = of_caller(cx)?.iter().enumerate();
    let images = images.filter(|(_, image)| which(image)).map(|(index, image)| Shown {
        os_name: &image.os_name,
        display_name: &image.display_name,
        ui_position: index + 1,
        is_default: image.is_default,
        is_app_catalog: image.is_app_catalog,
        icon: ICON,
        versions: image.versions.iter().map(|version| shown_version(version)).collect(),
    });
    Ok(images.collect())
}

fn shown_version(version: &'static str) -> ShownVersion {
    ShownVersion { os_version: version, display_name: version, published: true }
}

/// Refuses an image that the brand of the caller does not have.
pub(in crate::apis::warren) fn find(cx: &Context, os_name: &str, os_version: &str) -> Result<()> {
    let images = of_caller(cx)?;
    let Some(image) = images.iter().find(|image| image.os_name == os_name) else {
        let names = images.iter().map(|image| image.os_name.clone());
        return Err(refusals::broken("os_name", Rule::Enum(names.collect())));
    };
    if image.versions.iter().any(|version| version == os_version) {
        return Ok(());
    }
    let none_of = refusals::none_of(image.versions.iter().map(String::as_str));
    let text = format!("if 'os_name={os_name}' then {none_of}");
    Err(Problem::invalid("os_version", text))
}

/// The images that the brand of the caller has.
pub(super) fn of_caller(cx: &Context) -> Result<&'static [Image]> {
    Ok(IMAGES.get(&brand::of_caller(cx)?.name).map_or(&[], Vec::as_slice))
}
