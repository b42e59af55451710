//! Credentials that cannot be had, or that AWS does not take: one line that says why, what to do, and no secret.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::mpsc;

use crate::harness::{Place, said};

/// What no output may hold.
const SECRET: &str = "hush-hush";

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
    <UserId>u</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// A server in AWS's place that answers everything with `status` and `body`.
struct Scripted {
    address: SocketAddr,
    requests: mpsc::Receiver<String>,
}

impl Scripted {
    fn start(status: u16, body: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, requests) = mpsc::channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                // A probe that hangs up early is none that this is about.
                let request = request(&mut stream).unwrap_or_default();
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                let _hung_up = stream.write_all(answer.as_bytes());
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { address, requests }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whose key signed the requests that came.
    fn signers(&self) -> Vec<String> {
        let requests = self.requests.try_iter();
        let signers = requests.filter_map(|request| {
            let (_, rest) = request.split_once("Credential=")?;
            Some(rest.split('/').next()?.to_owned())
        });
        signers.collect()
    }
}

/// A request's head and body.
fn request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut read = Vec::new();
    let mut portion = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1);
            let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        match stream.read(&mut portion)? {
            0 => return Ok(text),
            count => read.extend_from_slice(&portion[..count]),
        }
    }
}

/// `framewright … --target aws` without any credentials but those that the caller adds.
fn on_aws(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command
        .args(["--target", "aws", "--region", "us-east-1"])
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HOME", place.path("home"));
    command
}

fn shared_config(place: &Place, text: &str) {
    std::fs::create_dir_all(place.path("home/.aws")).unwrap();
    std::fs::write(place.path("home/.aws/config"), text).unwrap();
}

/// A failure that says all of `parts` and no secret.
#[track_caller]
fn fails(done: &Output, parts: &[&str]) {
    assert_eq!(done.status.code(), Some(1), "{}", said(done));
    let text = said(done).replace("\n    │ ", " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in {}", said(done));
    }
    for never in [SECRET, "DispatchFailure", "ConnectorError", "SdkBody"] {
        assert!(!text.contains(never), "{never}: {}", said(done));
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_not_shown() {
    let aws = Scripted::start(
        200,
        "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
         <AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>hush-hush</SecretAccessKey>\
         <SessionToken>hush-hush</SessionToken><Expiration>soon</Expiration>\
         </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
    );
    let place = Place::new();
    std::fs::write(place.path("token"), SECRET).unwrap();
    for arguments in [
        &["functions", "ls"][..],
        &["functions", "ls", "--json"],
        &["functions", "ls", "--verbose"],
        &["doctor", "--verbose"],
    ] {
        let mut command = on_aws(&place, arguments);
        command
            .env("AWS_ENDPOINT_URL", aws.endpoint())
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", place.path("token"))
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web")
            .env("RUST_LOG", "aws_config=trace,aws_smithy_runtime=trace");
        fails(&command.output().unwrap(), &["STS, by web identity:"]);
    }
}

#[test]
fn an_endpoint_without_a_scheme_is_named() {
    let place = Place::new();
    let mut command = on_aws(&place, &["functions", "ls"]);
    command.env("AWS_ENDPOINT_URL", "127.0.0.1:4701");
    let said = ["`AWS_ENDPOINT_URL` is `127.0.0.1:4701`, which is no http:// or https:// address"];
    fails(&command.output().unwrap(), &said);
}

#[test]
fn credentials_that_cannot_be_had_are_told_with_their_source() {
    let place = Place::new();
    shared_config(
        &place,
        "[profile process]\ncredential_process = sh -c 'echo no token >&2; exit 3'\n\
         [profile dangling]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = gone\n\
         [profile dev]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = r\n\
         [profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = dev\n\
         [sso-session s]\nsso_region = us-east-1\nsso_start_url = https://example.com/start\n",
    );
    let check = |variables: &[(&str, &str)], parts: &[&str]| {
        for arguments in [&["functions", "ls"][..], &["doctor"]] {
            let mut command = on_aws(&place, arguments);
            command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
            command.envs(variables.iter().copied());
            fails(&command.output().unwrap(), parts);
        }
    };
    check(
        &[],
        &[
            "no credentials",
            "no variable names any",
            "framewright configure",
        ],
    );
    check(
        &[("AWS_PROFILE", "nosuch")],
        &[
            "there is no profile `nosuch` (AWS_PROFILE)",
            "dangling, dev, process, role",
        ],
    );
    check(
        &[("AWS_PROFILE", "process")],
        &[
            "no credentials from profile `process` (AWS_PROFILE):",
            "no token",
        ],
    );
    check(
        &[("AWS_PROFILE", "dangling")],
        &["profile `dangling`", "gone"],
    );
    check(&[("AWS_PROFILE", "dev")], &["aws sso login --profile dev"]);
    check(
        &[("REMOTION_AWS_PROFILE", "role")],
        &["aws sso login --profile dev"],
    );
}

#[test]
fn a_key_that_aws_does_not_know_is_told_with_its_source() {
    let aws = Scripted::start(
        403,
        "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message>\
         </Error></ErrorResponse>",
    );
    let place = Place::new();
    let mut command = on_aws(&place, &["functions", "ls"]);
    command
        .env("AWS_ENDPOINT_URL", aws.endpoint())
        .env("AWS_ACCESS_KEY_ID", "AKIAWRONG")
        .env("AWS_SECRET_ACCESS_KEY", SECRET);
    let parts = [
        "The security token is invalid.",
        "(credentials from AWS_ACCESS_KEY_ID)",
    ];
    fails(&command.output().unwrap(), &parts);
}

#[test]
fn what_is_not_aws_is_told_by_its_status() {
    let place = Place::new();
    let check = |status, body, parts: &[&str]| {
        let aws = Scripted::start(status, body);
        for arguments in [&["functions", "ls"][..], &["doctor"]] {
            let mut command = on_aws(&place, arguments);
            command
                .env("AWS_ENDPOINT_URL", aws.endpoint())
                .env("AWS_ACCESS_KEY_ID", "AKIAX")
                .env("AWS_SECRET_ACCESS_KEY", SECRET);
            fails(&command.output().unwrap(), parts);
        }
    };
    check(403, "<html>blocked</html>", &["status 403", "is not AWS"]);
    check(407, "", &["status 407", "is not AWS"]);
    let throttled = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    check(400, throttled, &["Rate exceeded", "try again in a minute"]);
}

#[test]
fn an_empty_variable_counts_as_absent() {
    let aws = Scripted::start(200, IDENTITY);
    let place = Place::new();
    shared_config(
        &place,
        "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s\n",
    );
    let mut command = on_aws(&place, &["functions", "ls"]);
    command
        .env("AWS_ENDPOINT_URL", aws.endpoint())
        .env("AWS_PROFILE", "");
    command.output().unwrap();
    let signers = aws.signers();
    assert!(
        !signers.is_empty() && signers.iter().all(|id| id == "AKIADEFAULT"),
        "{signers:?}"
    );
}

#[test]
fn a_session_of_no_key_does_not_hide_the_key_of_the_project() {
    let aws = Scripted::start(200, IDENTITY);
    let place = Place::new();
    std::fs::write(
        place.path(".env"),
        "APP_NAME=My App\nREMOTION_AWS_ACCESS_KEY_ID=AKIAPROJECT\nREMOTION_AWS_SECRET_ACCESS_KEY=s\n",
    )
    .unwrap();
    for (name, value) in [
        ("REMOTION_AWS_SESSION_TOKEN", "bogus"),
        ("REMOTION_AWS_ACCESS_KEY_ID", ""),
    ] {
        let mut command = on_aws(&place, &["functions", "ls"]);
        command
            .env("AWS_ENDPOINT_URL", aws.endpoint())
            .env(name, value);
        let done = command.output().unwrap();
        let signers = aws.signers();
        assert!(
            !signers.is_empty() && signers.iter().all(|id| id == "AKIAPROJECT"),
            "{signers:?}"
        );
        let told = said(&done).contains("REMOTION_AWS_SESSION_TOKEN of the process is not used");
        assert_eq!(told, value == "bogus", "{}", said(&done));
    }
}
