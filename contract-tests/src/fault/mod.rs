//! Faults on purpose: a transport that makes a sound server break its contract in one thing.
//!
//! The harness is measured by how many of them it finds. The faults are made between harness and
//! server, so that any target can have them and the server needs no switch for them.

mod answer;
mod catalogue;
mod faulty;
mod kind;
mod memory;
mod request;
mod state;

use std::{borrow::Cow, sync::Arc, time::Instant};

use futures_util::future::BoxFuture;

pub use catalogue::{Catalogue, FamilyFaults, catalogue};
pub use faulty::Faulty;
pub use kind::{Edge, Fault, FaultKind};

use self::memory::Memory;
use crate::core::{
    exchange::{Received, Sent},
    transport::{Answered, Transport},
};

impl Faulty {
    async fn broken(&self, sent: &Sent) -> Answered {
        if sent.target == "/_mock/reset" {
            self.remember(|memory| *memory = Memory::default());
        }
        let sent = &self.by_any_method(sent);
        if !self.concerns(sent) {
            let received = self.inner.send(sent).await?;
            return Ok(self.beside_fault(sent, received));
        }
        match self.answer_of_fault(sent).await {
            Some(answered) => answered,
            None => {
                let received = self.forward(sent).await?;
                Ok(answer::broken(&self.fault.kind, self.profile, sent, received))
            }
        }
    }

    /// A request by a method that no operation has, as a server means it that takes any.
    fn by_any_method<'a>(&self, sent: &'a Sent) -> Cow<'a, Sent> {
        let route = self.profile.contract.route(&self.fault.operation);
        let any = self.fault.kind == FaultKind::AnyMethod && sent.route.is_none();
        match route.filter(|route| any && route.matches(&sent.target)) {
            Some(route) => Cow::Owned(Sent { route: Some(route), ..sent.clone() }),
            None => Cow::Borrowed(sent),
        }
    }

    /// What an operation beside the broken one shows of the fault.
    fn beside_fault(&self, sent: &Sent, received: Received) -> Received {
        match &self.fault.kind {
            FaultKind::Hide { key, from } => {
                let concerned =
                    from.is_empty() || sent.route.is_some_and(|route| from.contains(&route.id));
                self.remember(|memory| {
                    if concerned {
                        memory.without_hidden(self.profile, key, sent, received)
                    } else {
                        received
                    }
                })
            }
            _ => received,
        }
    }
}

/// A server whose answers come as late as they say, for clients that look at the clock.
pub struct InTime(pub Arc<dyn Transport>);

impl Transport for InTime {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async move {
            let started = Instant::now();
            let answered = self.0.send(sent).await;
            if let Ok(received) = &answered {
                tokio::time::sleep(received.took.saturating_sub(started.elapsed())).await;
            }
            answered
        })
    }
}

impl Transport for Faulty {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(self.broken(sent))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Answers at once, and says that it took long.
    struct Boaster;

    impl Transport for Boaster {
        fn send<'a>(&'a self, _: &'a Sent) -> BoxFuture<'a, Answered> {
            let took = Duration::from_millis(30);
            let received =
                Received { status: 204, headers: Default::default(), body: Vec::new(), took };
            Box::pin(async move { Ok(received) })
        }
    }

    #[tokio::test]
    async fn what_is_late_is_late_for_whoever_waits() {
        let sent = Sent::to(openapi::i3d_v3().route("getTickets").expect("it exists"));
        let started = Instant::now();
        let received = InTime(Arc::new(Boaster)).send(&sent).await.expect("it answers");
        assert!(started.elapsed() >= received.took);
    }
}
