//! `framewright policies`: every command's answer, as text and as JSON, and what it makes of bad input.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The documents that users follow.
fn seed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../iam/tests/data/seeds")
        .join(name)
}

/// Runs a command where the documents are, with `input` on standard input.
fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_framewright"))
        .arg("policies")
        .args(arguments)
        .current_dir(seed("000-aws-iam-setup.txt").parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read its input closes it.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// What a command printed, said and ended with.
fn shown(arguments: &[&str], input: &str) -> String {
    let done = run(arguments, input.as_bytes());
    let code = done.status.code().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    format!(
        "{}--- said\n{}--- exit code {code}\n",
        text(&done.stdout),
        text(&done.stderr)
    )
}

/// Checks the answer as text, and as JSON, laid out.
fn check(name: &str, arguments: &[&str], input: &str) {
    insta::assert_snapshot!(name, shown(arguments, input));
    let mut json = arguments.to_vec();
    json.push("--json");
    let done = run(&json, input.as_bytes());
    let lines = String::from_utf8(done.stdout).unwrap();
    let values: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let laid_out = serde_json::to_string_pretty(&values).unwrap();
    insta::assert_snapshot!(format!("{name}_json"), laid_out);
}

const SETUP: &str = "000-aws-iam-setup.txt";
const ROLES: &str = "001-using-lambda-with-iam-roles.txt";
const FIX: &str = "004-fix-lambda-invoke-permission.txt";
const USER: &str = "arn:aws:iam::281502313273:user/remotion_user";
const CUTTER: &str = "arn:aws:lambda:us-east-1:281502313273:function:ffmpeg-clip-cutter";

#[test]
fn validate() {
    check("validate_setup", &["validate", SETUP], "");
    check(
        "validate_output_bucket",
        &["validate", "001-using-lambda-with-iam-roles.txt#2"],
        "",
    );
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObjects","Resource":"arn:aws:s3:::b"}}"#;
    check("validate_error", &["validate", "-"], document);
    check(
        "validate_invalid",
        &["validate", "-"],
        "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"allow\"}]\n}",
    );
}

#[test]
fn diff() {
    check(
        "diff",
        &["diff", SETUP, "001-using-lambda-with-iam-roles.txt#1"],
        "",
    );
    check("diff_equal", &["diff", SETUP, SETUP], "");
}

#[test]
fn simulate() {
    let request = [
        "simulate",
        USER,
        "lambda:InvokeFunction",
        CUTTER,
        "--policy",
        FIX,
    ];
    check("simulate_allowed", &request, "");
    check(
        "simulate_denied",
        &[
            "simulate",
            USER,
            "lambda:InvokeFunction",
            CUTTER,
            "--policy",
            SETUP,
        ],
        "",
    );
}

#[test]
fn simulate_lines() {
    let case = r#"{"v":"iamcase/v1","id":"a","request":{"principal":"arn:aws:iam::111122223333:user/u","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","resource_account":"111122223333","context":{}},"policies":{"identity":[{"name":"p","document":{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}}]}}"#;
    let lines = format!(
        "{case}\nnonsense\n{}\n",
        case.replace("\"Allow\"", "\"Perhaps\"")
    );
    insta::assert_snapshot!("simulate_lines", shown(&["simulate", "--jsonl"], &lines));
    assert!(shown(&["simulate", "--jsonl"], &format!("{case}\n")).ends_with("exit code 0\n"));
}

#[test]
fn explain() {
    check(
        "explain",
        &[
            "explain",
            USER,
            "lambda:InvokeFunction",
            CUTTER,
            "--policy",
            SETUP,
        ],
        "",
    );
}

#[test]
fn fix() {
    check("fix", &["fix", FIX], "");
    check(
        "fix_with_policies",
        &["fix", FIX, "--policy", SETUP, "--complete"],
        "",
    );
    check(
        "fix_hopeless",
        &["fix", "-"],
        "ExpiredToken: The provided token has expired.",
    );
}

#[test]
fn derive() {
    let calls = "lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-a\n\
                 lambda:InvokeFunction arn:aws:lambda:us-east-1:111122223333:function:remotion-render-b\n\
                 iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=lambda.amazonaws.com\n\
                 what is this\n";
    check("derive", &["derive", "--name", "remotion-render-*"], calls);
}

#[test]
fn minimize() {
    check(
        "minimize",
        &["minimize", "001-using-lambda-with-iam-roles.txt#2"],
        "",
    );
    check("minimize_setup", &["minimize", SETUP, "--compact"], "");
}

#[test]
fn help_has_an_example() {
    for command in [
        "validate", "diff", "simulate", "explain", "fix", "derive", "minimize",
    ] {
        let help = shown(&[command, "--help"], "");
        assert!(
            help.contains(&format!("Example:\n  framewright policies {command}"))
                || command == "derive",
            "{help}"
        );
        assert!(help.contains("Example:"), "{help}");
    }
}

#[test]
fn bad_input_is_refused() {
    let nested = "{\"Statement\":".repeat(100_000);
    let long = format!(
        "{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::{}\"}}}}",
        "a".repeat(1_000_000)
    );
    let inputs: [&[u8]; 6] = [
        b"",
        b"\xff\xfe{",
        b"{}",
        b"[[[[",
        nested.as_bytes(),
        long.as_bytes(),
    ];
    for input in inputs {
        for arguments in [
            &["validate", "-"][..],
            &["diff", "-", SETUP],
            &["fix", "-"],
            &["derive", "-"],
            &["minimize", "-"],
            &["simulate", "--jsonl"],
            &[
                "explain",
                USER,
                "s3:GetObject",
                "arn:aws:s3:::b/k",
                "--policy",
                "-",
            ],
        ] {
            let done = run(arguments, input);
            let code = done.status.code().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(code == 0 || code == 1, "{arguments:?}: {code} {said}");
            assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        }
    }
    for arguments in [
        &["validate", "nowhere.json"][..],
        &["validate", ROLES, "--kind", "trust"],
    ] {
        assert_eq!(run(arguments, b"").status.code(), Some(1), "{arguments:?}");
    }
    assert_eq!(run(&["explain", "one", "two"], b"").status.code(), Some(1));
    assert_eq!(
        run(&["validate", SETUP, "--kind", "nonsense"], b"")
            .status
            .code(),
        Some(2)
    );
}
