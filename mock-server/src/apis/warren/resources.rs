//! What a world file can hold of the provider.

use std::sync::LazyLock;

use super::{
    account, billing, machines, network, object_storage,
    platform::{brand, data::data, metering, token},
    services, storage,
};
use crate::engine::{Resources, RowType};

pub(super) static RESOURCES: LazyLock<Resources> =
    LazyLock::new(|| Resources::parse(data!("resources"), openapi::warren_v1(), &row_types()));

fn row_types() -> Vec<RowType> {
    let rooms = [
        account::ROWS,
        billing::ROWS,
        machines::ROWS,
        network::ROWS,
        object_storage::ROWS,
        &[brand::ROWS, metering::ROWS, token::ROWS],
        services::ROWS,
        storage::ROWS,
    ];
    rooms.concat().concat()
}
