//! The table of calls, and what is provisioned from it.
