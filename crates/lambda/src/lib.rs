//! The function's side of the Lambda Runtime API.
