//! What a world file can hold of the provider.

use std::sync::LazyLock;

use super::{
    account, api_keys, billing, colocation, dedicated, flex_metal, notifications,
    reference::data::data, shop, support, website,
};
use crate::engine::{Resources, RowType};

pub(super) static RESOURCES: LazyLock<Resources> =
    LazyLock::new(|| Resources::parse(data!("resources"), openapi::i3d_v3(), &row_types()));

fn row_types() -> Vec<RowType> {
    let rooms = [
        account::ROWS,
        api_keys::ROWS,
        billing::ROWS,
        colocation::ROWS,
        dedicated::ROWS,
        flex_metal::ROWS,
        notifications::ROWS,
        shop::ROWS,
        support::ROWS,
        website::ROWS,
    ];
    rooms.concat().concat()
}
