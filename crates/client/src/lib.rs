//! The SDK: credentials, renders, progress.
