//! Dedicated servers and their ports.

mod pxe_switch_ports;
mod servers;
