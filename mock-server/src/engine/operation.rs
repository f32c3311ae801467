//! Operations: plain functions, each registered by its `operationId`.
//!
//! It takes a [`Context`] and what it needs of the request: [`Params`] first, then [`Page`],
//! [`Body`], [`Form`] or [`Headers`]. It returns anything that is [`IntoReply`]. It never awaits
//! and does no I/O of its own.

use http::{HeaderMap, HeaderName, header};
use openapi::{Rule, Violation};
use serde::de::{DeserializeOwned, value::MapDeserializer};
use serde_json::{Map, Value};

use super::{
    context::Context,
    page::Page,
    problem::{Problem, ProblemKind, Result},
    reply::{IntoReply, Reply},
};

/// A request that satisfies the contract.
#[derive(Debug, Default)]
pub struct Request {
    /// Parameters of the path.
    pub path: Map<String, Value>,
    /// Parameters of the query.
    pub query: Map<String, Value>,
    /// The JSON body; `null` without one.
    pub body: Value,
    /// The parts of a multipart body.
    pub form: Vec<Part>,
    /// Which part of a list is asked for.
    pub page: Page,
    /// The headers, for an operation that takes them.
    pub headers: HeaderMap,
}

/// One part of a multipart body.
#[derive(Debug)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file, where it is one.
    pub file_name: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Path and query parameters.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// The JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// The parts of a multipart body.
#[derive(Debug)]
pub struct Form(pub Vec<Part>);

/// The header in which a proxy that ended TLS says so.
pub const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The headers of the request.
#[derive(Debug)]
pub struct Headers(pub HeaderMap);

impl Headers {
    /// The scheme and host under which the client knows this server.
    pub fn origin(&self) -> String {
        let text = |name: HeaderName| self.0.get(name).and_then(|value| value.to_str().ok());
        let scheme = text(X_FORWARDED_PROTO).filter(|scheme| *scheme == "https");
        format!("{}://{}", scheme.unwrap_or("http"), text(header::HOST).unwrap_or("localhost"))
    }
}

/// Whether an operation changes state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It runs on a reader.
    Read,
    /// It runs on the writer.
    Write,
}

/// What an operation takes of a request; the contract must offer it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Path or query parameters.
    Parameters,
    /// A JSON body.
    Body,
    /// A multipart body.
    Form,
    /// A range.
    Page,
    /// The headers, which every request has.
    Headers,
}

type Run = dyn Fn(&Context, Request) -> Result<Reply> + Send + Sync;

/// One operation of an API.
pub struct Operation {
    /// Its `operationId`.
    pub id: &'static str,
    /// Whether it changes state.
    pub effect: Effect,
    /// What it takes of a request.
    pub needs: Vec<Needs>,
    run: Box<Run>,
}

impl Operation {
    /// Whether it takes this of a request.
    pub fn takes(&self, needs: Needs) -> bool {
        self.needs.contains(&needs)
    }

    /// Runs it.
    pub fn run(&self, cx: &Context, request: Request) -> Result<Reply> {
        (self.run)(cx, request)
    }
}

/// An operation that only reads.
pub fn read<A>(id: &'static str, handler: impl Handler<A>) -> Operation {
    operation(id, Effect::Read, handler)
}

/// An operation that changes state.
pub fn write<A>(id: &'static str, handler: impl Handler<A>) -> Operation {
    operation(id, Effect::Write, handler)
}

fn operation<A, H: Handler<A>>(id: &'static str, effect: Effect, handler: H) -> Operation {
    Operation {
        id,
        effect,
        needs: H::needs(),
        run: Box::new(move |cx, request| handler.call(cx, request)),
    }
}

/// Implemented for every function that can be an operation.
pub trait Handler<Arguments>: Send + Sync + 'static {
    /// What the function takes of a request.
    fn needs() -> Vec<Needs>;
    /// Runs the function.
    fn call(&self, cx: &Context, request: Request) -> Result<Reply>;
}

/// An argument of an operation.
pub trait FromRequest: Sized {
    /// What it is made of.
    const NEEDS: Needs;
    /// Takes it out of a request that satisfies the contract.
    fn take(request: &mut Request) -> Result<Self>;
}

impl<T: DeserializeOwned> FromRequest for Params<T> {
    const NEEDS: Needs = Needs::Parameters;
    fn take(request: &mut Request) -> Result<Self> {
        let (path, query) = (std::mem::take(&mut request.path), std::mem::take(&mut request.query));
        let (of_path, mut read, mut last) = (path.len(), 0, String::new());
        let values = path.into_iter().chain(query).inspect(|(name, _)| {
            read += 1;
            last.clone_from(name);
        });
        let fits = T::deserialize(MapDeserializer::new(values));
        // The contract says integer, the operation which ones it can use: a path with any other
        // names nothing.
        fits.map(Params).map_err(|_: serde_json::Error| {
            if read <= of_path {
                return Problem::new(ProblemKind::NoRoute);
            }
            Problem {
                errors: vec![Violation::of_rule(last, Rule::IntegerRange)],
                ..Problem::new(ProblemKind::Malformed)
            }
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Body<T> {
    const NEEDS: Needs = Needs::Body;
    fn take(request: &mut Request) -> Result<Self> {
        Ok(Body(serde_json::from_value(request.body.take())?))
    }
}

impl FromRequest for Form {
    const NEEDS: Needs = Needs::Form;
    fn take(request: &mut Request) -> Result<Self> {
        Ok(Form(std::mem::take(&mut request.form)))
    }
}

impl FromRequest for Headers {
    const NEEDS: Needs = Needs::Headers;
    fn take(request: &mut Request) -> Result<Self> {
        Ok(Headers(std::mem::take(&mut request.headers)))
    }
}

impl FromRequest for Page {
    const NEEDS: Needs = Needs::Page;
    fn take(request: &mut Request) -> Result<Self> {
        Ok(request.page)
    }
}

macro_rules! handler {
    ($($argument:ident),*) => {
        impl<F, R, $($argument),*> Handler<(R, $($argument),*)> for F
        where
            F: Fn(&Context, $($argument),*) -> Result<R> + Send + Sync + 'static,
            R: IntoReply,
            $($argument: FromRequest),*
        {
            fn needs() -> Vec<Needs> {
                vec![$($argument::NEEDS),*]
            }

            fn call(&self, cx: &Context, mut request: Request) -> Result<Reply> {
                let _request = &mut request;
                self(cx, $($argument::take(_request)?),*)?.into_reply()
            }
        }
    };
}
handler!();
handler!(A);
handler!(A, B);
handler!(A, B, C);

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Small {
        #[serde(rename = "id")]
        _id: u8,
        #[serde(rename = "days")]
        _days: Option<u8>,
    }

    fn request(id: i64, days: i64) -> Request {
        let map = |name: &str, value: i64| [(name.to_owned(), value.into())].into_iter().collect();
        Request {
            path: map("id", id),
            query: map("days", days),
            body: json!({ "id": id }),
            ..Request::default()
        }
    }

    #[test]
    fn a_number_out_of_range_is_no_route_in_the_path_and_malformed_in_the_query() {
        assert!(Params::<Small>::take(&mut request(1, 1)).is_ok());
        assert_eq!(
            Params::<Small>::take(&mut request(300, 1)).unwrap_err().kind,
            ProblemKind::NoRoute
        );
        let refused = Params::<Small>::take(&mut request(1, 300)).unwrap_err();
        assert_eq!((refused.kind, &*refused.errors[0].property), (ProblemKind::Malformed, "days"));
    }

    #[test]
    fn a_body_that_the_contract_lets_through_and_the_operation_cannot_read_is_our_fault() {
        assert!(Body::<Small>::take(&mut request(1, 1)).is_ok());
        assert_eq!(
            Body::<Small>::take(&mut request(300, 1)).unwrap_err().kind,
            ProblemKind::Internal
        );
    }
}
