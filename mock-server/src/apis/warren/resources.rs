//! What a world file can hold of the provider.

use std::sync::LazyLock;

use super::platform::data::data;
use crate::engine::Resources;

pub(super) static RESOURCES: LazyLock<Resources> =
    LazyLock::new(|| Resources::parse(data!("resources"), openapi::warren_v1()));
