//! AWS without credentials, with a profile that does not exist, and what answers in its place and is not AWS.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// What `functions ls --target aws` says in a home of its own.
fn said(home: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_framewright"));
    command
        .args(["functions", "ls", "--target", "aws"])
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.iter().copied());
    let done = command.output().unwrap();
    assert_eq!(done.status.code(), Some(1), "{done:?}");
    // The frame around an error breaks lines.
    let text = String::from_utf8(done.stderr).unwrap();
    let words = text.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in\n{text}");
    }
}

#[test]
fn a_lack_of_credentials_is_told_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let text = said(home.path(), &[("AWS_REGION", "us-east-1")]);
    let parts = [
        "no credentials from",
        "no variable names any",
        "`framewright configure`",
    ];
    has(&text, &parts);
    assert!(!text.contains("dispatch failure"), "{text}");
}

#[test]
fn a_profile_that_does_not_exist_is_told_with_those_that_do() {
    let home = tempfile::tempdir().unwrap();
    let text = said(home.path(), &[("AWS_PROFILE", "nosuch")]);
    has(
        &text,
        &[
            "profile `nosuch` (AWS_PROFILE)",
            "the shared AWS files hold none",
        ],
    );
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    let config = "[profile work]\nregion = eu-west-1\n[default]\n";
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    let text = said(home.path(), &[("AWS_PROFILE", "nosuch")]);
    has(&text, &["`nosuch`", "hold default, work"]);
}

#[test]
fn an_answer_that_is_not_of_aws_is_told_in_words() {
    let home = tempfile::tempdir().unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", server.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        while let Ok((mut stream, _)) = server.accept() {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            if request[..read].starts_with(b"END") {
                break;
            }
            let page = "<html>Not here</html>";
            let head = "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{page}", page.len());
            let _gone = stream.write_all(answer.as_bytes());
        }
    });
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let text = said(home.path(), &variables);
    for debugged in ["SdkBody", "inner:", "Headers", "DispatchFailure", "{ "] {
        assert!(!text.contains(debugged), "{text}");
    }
    let address = endpoint.trim_start_matches("http://");
    let mut last = std::net::TcpStream::connect(address).unwrap();
    last.write_all(b"END").unwrap();
    answering.join().unwrap();
}
