//! Tickets with their attachments, and vacancies.

mod jobs;
mod ticket_attachments;
mod tickets;
