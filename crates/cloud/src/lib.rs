//! An embedded AWS that enforces IAM on every request.
