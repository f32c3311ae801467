//! What there is to choose from: images, parameters of machines, pools of hosts.

pub(super) mod boot_images;
pub(super) mod images;
pub(super) mod limits;
mod parameters;
pub(super) mod pools;

use crate::engine::Operation;

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        boot_images::operations().into(),
        images::operations().into(),
        parameters::operations().into(),
        pools::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
