//! What a new disk can be a copy of.

use super::{
    disk::{self, Source, SourceType},
    snapshots,
};
use crate::{
    apis::warren::catalogue::images,
    engine::{Context, Problem, ProblemKind, Result},
};

/// The size of a disk with an operating system where the request says none.
const OS_BASE_GB: u32 = 20;

/// A source with the least size of a disk that is a copy of it; `None` where there is none.
pub(super) struct Image {
    pub(super) source: Source,
    pub(super) least_gb: Option<u32>,
}

/// What a request names. Nothing is the same as an empty text.
pub(super) fn named(cx: &Context, kind: Option<&str>, image: Option<&str>) -> Result<Image> {
    let image = image.filter(|image| !image.is_empty());
    let kind = match kind.unwrap_or_default() {
        "" | "EMPTY" => return Ok(Image { source: Source::EMPTY, least_gb: None }),
        "OS_BASE" => SourceType::OsBase,
        "DISK" => SourceType::Disk,
        _ => SourceType::Snapshot,
    };
    let required = "'source_image' is required if 'source_image_type' is not EMPTY";
    let image = image.ok_or_else(|| Problem::malformed(required))?;
    let size = size(cx, kind, image)?;
    Ok(Image { source: Source { kind, image: Some(image.to_owned()) }, least_gb: Some(size) })
}

fn size(cx: &Context, kind: SourceType, image: &str) -> Result<u32> {
    let size = match kind {
        SourceType::Disk => disk::find(cx, image).map(|disk| disk.size_gb),
        SourceType::Snapshot => snapshots::find(cx, image).map(|snapshot| snapshot.size_gb),
        _ => os_base(cx, image).map(|()| OS_BASE_GB),
    };
    size.map_err(|problem| match problem.kind {
        ProblemKind::Forbidden => problem,
        _ => Problem::malformed(format!("Source image '{image}' not found")),
    })
}

/// An image of an operating system stands as name and version with `_` between them.
fn os_base(cx: &Context, image: &str) -> Result<()> {
    let (os_name, os_version) = image.split_once('_').ok_or_else(Problem::not_found)?;
    images::find(cx, os_name, os_version)
}
