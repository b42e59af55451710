//! Our side of S3.
