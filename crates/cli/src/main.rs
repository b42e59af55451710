//! The command `framewright`.

fn main() {}
