//! What everybody may see: vacancies, the newsletter, the network, and what is seen of a caller.

mod heat_map;
mod jobs;
mod newsletter;
mod ping_sites;
mod remote_info;
