//! What a world file can hold of the provider.

use std::sync::LazyLock;

use super::reference::data::data;
use crate::engine::Resources;

pub(super) static RESOURCES: LazyLock<Resources> =
    LazyLock::new(|| Resources::parse(data!("resources"), openapi::i3d_v3()));
