//! What there is to choose from: images, parameters of machines, pools of hosts.

use crate::engine::Operation;

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}
