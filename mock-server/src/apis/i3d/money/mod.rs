//! Money: amounts in cents, shares of them, and the terms of contracts. Knows no other room.

pub(super) mod cents;
pub(super) mod contract_term;
pub(super) mod rate;
