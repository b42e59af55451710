//! Event source mappings: queues whose messages go to functions.
//!
//! A mapping is polled by the rights of the function's execution role, over the wire as everything
//! else here, so the event history tells what it received, deleted, and was not allowed to.

mod calls;
mod event;
mod mapping;
mod members;
mod poller;
mod pollers;

pub(super) use self::calls::{
    CreateEventSourceMapping, DeleteEventSourceMapping, GetEventSourceMapping,
    ListEventSourceMappings, UpdateEventSourceMapping,
};
pub(super) use self::mapping::make_table;
pub(super) use self::pollers::Pollers;
