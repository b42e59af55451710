//! A cloud as a whole: opened on a folder by one process, shared with others.

mod access;
mod administrator;
mod assemble;
mod folder;
mod founding;
mod open;
mod regions;

pub use self::access::{Access, AccessError, connect_or_open};
pub use self::administrator::{Administrator, AskError, EventQuery};
pub use self::founding::AdministratorKey;
pub use self::open::{Cloud, OpenError, Running};
pub(crate) use self::regions::Regions;
