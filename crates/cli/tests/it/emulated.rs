//! The packaged function under a Runtime API that nobody here wrote: that of cargo-lambda.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::{PATIENCE, Place, Running, function_zip, venv};

/// The emulator, for functions that somebody else starts, in a folder with a package, as it wants one.
fn emulator(place: &Place, port: u16) -> Running {
    std::fs::create_dir(place.path("src")).unwrap();
    std::fs::write(place.path("src/main.rs"), "fn main() {}\n").unwrap();
    let manifest = "[package]\nname = \"f\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    std::fs::write(place.path("Cargo.toml"), manifest).unwrap();
    let mut command = Command::new(venv().join("bin/cargo-lambda"));
    command
        .args(["lambda", "watch", "--only-lambda-apis"])
        .args(["--invoke-address", "127.0.0.1"])
        .args(["--invoke-port", &port.to_string()])
        .current_dir(place.path("."));
    quiet(&mut command)
}

fn function(code: &Path, port: u16) -> Running {
    let mut command = Command::new(code.join("bootstrap"));
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}/.rt"))
        .env("AWS_LAMBDA_FUNCTION_NAME", "_")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "2048")
        .env("AWS_REGION", "us-east-1")
        // Keys that are good for nothing: no call of AWS is made here.
        .env("AWS_ACCESS_KEY_ID", "ASIAXXXXXXXXXXXXXXXX")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-key")
        .env("AWS_SESSION_TOKEN", "not-a-token")
        .current_dir(code);
    quiet(&mut command)
}

fn quiet(command: &mut Command) -> Running {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null());
    Running::start_as_it_is(silent.stderr(Stdio::null()))
}

/// A connection to the emulator, as soon as it listens.
fn connection(port: u16) -> TcpStream {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(Instant::now() < deadline, "the emulator: {error}"),
        }
        std::thread::yield_now();
    }
}

/// What the function answers to `payload`.
fn invoke(port: u16, payload: &Value) -> Value {
    let mut stream = connection(port);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let body = payload.to_string();
    let head = format!(
        "POST /2015-03-31/functions/_/invocations HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let start = answer.find('{').expect(&answer);
    let end = answer.rfind('}').expect(&answer);
    serde_json::from_str(&answer[start..=end]).expect(&answer)
}

#[test]
fn another_projects_runtime_api_runs_the_function() {
    let place = Place::new();
    let code = place.path("code");
    let mut zip = Command::new("python3");
    let unpack = ["-m", "zipfile", "-e"];
    zip.args(unpack).arg(function_zip()).arg(&code);
    assert!(zip.status().unwrap().success());
    std::fs::set_permissions(
        code.join("bootstrap"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let _emulator = emulator(&place, port);
    drop(connection(port));
    let _function = function(&code, port);

    let info = invoke(port, &json!({"type": "info", "logLevel": "info"}));
    assert_eq!(info["version"], "4.0.527", "{info}");
    // What is no payload is told as an error of the function, which goes on.
    let refused = invoke(port, &json!({"type": "nothing"}));
    assert!(refused["errorMessage"].is_string(), "{refused}");
    let info = invoke(port, &json!({"type": "info", "logLevel": "info"}));
    assert_eq!(info["version"], "4.0.527", "{info}");
}
