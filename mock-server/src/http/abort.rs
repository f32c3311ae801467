//! An end of a connection without an answer.

/// Ends the connection of a request instead of answering it, or instead of finishing the answer.
///
/// A handler says so by an extension of its response, of which nothing is sent then; or by an
/// error of the body, behind what was sent of the answer. In a tunnel, the connection that
/// carries it ends.
///
/// ```
/// use mock_server::http::Abort;
///
/// let mut response = axum::response::Response::<axum::body::Body>::default();
/// response.extensions_mut().insert(Abort::Reset);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Abort {
    /// It is closed, which the client reads as its end. Where a part of the request was not read,
    /// systems may send a reset all the same.
    #[error("the connection is closed on purpose")]
    Close,
    /// It is reset: the client has an error, and loses what it has not read yet.
    #[error("the connection is reset on purpose")]
    Reset,
}

impl Abort {
    /// The one that stands behind an error.
    pub(crate) fn behind(error: &(dyn std::error::Error + 'static)) -> Option<Abort> {
        let causes = std::iter::successors(Some(error), |error| error.source());
        causes.into_iter().find_map(|error| error.downcast_ref().copied())
    }
}
