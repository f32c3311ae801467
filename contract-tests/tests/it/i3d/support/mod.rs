//! Tickets with their attachments.

mod ticket_attachments;
mod tickets;
