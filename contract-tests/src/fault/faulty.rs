//! The transport that puts a fault before a server.

use std::sync::{Arc, Mutex, PoisonError};

use super::{kind::Fault, memory::Memory, request};
use crate::core::{
    exchange::{Received, Sent},
    profile::ApiProfile,
    transport::{Answered, Transport},
};

/// A server with a fault.
pub struct Faulty {
    pub(super) inner: Arc<dyn Transport>,
    pub(super) profile: &'static ApiProfile,
    pub(super) fault: Fault,
    memory: Mutex<Memory>,
    /// The first success of the operation that breaks; it outlives a reset of the world.
    success: Mutex<Option<Received>>,
}

impl Faulty {
    /// `inner`, which breaks by `fault`.
    pub fn new(inner: Arc<dyn Transport>, profile: &'static ApiProfile, fault: Fault) -> Faulty {
        Faulty { inner, profile, fault, memory: Mutex::default(), success: Mutex::default() }
    }

    /// Whether this is a request of the operation that breaks.
    pub(super) fn concerns(&self, sent: &Sent) -> bool {
        sent.route.is_some_and(|route| route.id == self.fault.operation)
    }

    /// Sends what the fault makes of the request.
    pub(super) async fn forward(&self, sent: &Sent) -> Answered {
        self.inner.send(&request::broken(&self.fault.kind, self.profile, sent)).await
    }

    /// The first success of the operation that breaks.
    pub(super) fn first_success(&self) -> Option<Received> {
        self.success.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the first success of the operation that breaks.
    pub(super) fn keep_first_success(&self, received: &Received) {
        let mut success = self.success.lock().unwrap_or_else(PoisonError::into_inner);
        success.get_or_insert_with(|| received.clone());
    }

    /// Reads or changes what the fault remembers.
    pub(super) fn remember<R>(&self, use_it: impl FnOnce(&mut Memory) -> R) -> R {
        use_it(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
