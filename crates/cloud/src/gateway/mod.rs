//! The one door: HTTP/1.1 on loopback for all services.

mod answer;
mod recorded;
mod serve;

pub(crate) use self::answer::Gateway;
pub(crate) use self::serve::serve;
