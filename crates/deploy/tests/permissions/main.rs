//! The table of calls held against the policy engine, and permissions against the embedded cloud.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod account;
mod checking;
mod conditions;
mod least_privilege;
mod linters;
mod moto;
mod moto_deploys;
mod one_less;
mod page;
mod removing;
mod rows;
mod seeds;
mod setup;
mod templates;
