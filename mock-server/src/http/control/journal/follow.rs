//! The journal as a stream of events, for whoever wants to see each exchange when it happens.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::response::{
    Sse,
    sse::{Event, KeepAlive},
};
use futures_util::{Stream, stream};

use super::filter::{Filter, wanted_after};
use crate::{engine::World, http::control::shared::Control};

/// How often a comment is sent where nothing happens, so that who left is noticed.
const ALIVE: Duration = Duration::from_secs(15);

/// The exchanges that are wanted, first those that are there, then each when it comes.
pub(super) fn follow(
    control: Control,
    world: Arc<World>,
    filter: Filter,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let state = (control, world, filter, Vec::new());
    let events = stream::unfold(state, async |(control, world, mut filter, mut ready)| {
        loop {
            if let Some((id, shown)) = ready.pop() {
                let event = Event::default().id(id).data(shown);
                return Some((Ok(event), (control, world, filter, ready)));
            }
            let journal = &world.environment.journal;
            // Before the look, so that none in between is missed.
            let mut next = std::pin::pin!(journal.next());
            next.as_mut().enable();
            let (last, shown) = wanted_after(&world, &control, &mut filter);
            filter.since = Some(last);
            if shown.is_empty() {
                next.await;
            }
            ready =
                shown.into_iter().rev().map(|it| (it["id"].to_string(), it.to_string())).collect();
        }
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE))
}
