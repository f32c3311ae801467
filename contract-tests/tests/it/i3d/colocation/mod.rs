//! Space in data centres: services, visits, alerts, quotes, cross connects.

mod access_documents;
mod accesses;
mod alerts;
mod cross_connects;
mod quotes;
mod services;
