//! `clip-function`: the program that AWS Lambda starts. The packager names it `bootstrap`.

use std::process::ExitCode;

fn main() -> ExitCode {
    clip::run()
}
