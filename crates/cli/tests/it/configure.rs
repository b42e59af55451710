//! `framewright configure`: a key is verified, then kept, and nothing is written otherwise.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said, venv};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}"#;

/// A cloud that serves, in AWS's place.
struct Served {
    place: Place,
    cloud: Running,
    told: Value,
}

impl Served {
    fn start() -> Self {
        let place = Place::new();
        let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
        let line = cloud.lines().next().expect("it tells where it listens");
        let told = serde_json::from_str(&line).unwrap();
        Self { place, cloud, told }
    }

    fn endpoint(&self) -> &str {
        self.told["endpoint"].as_str().unwrap()
    }

    fn value(&self, name: &str) -> &str {
        self.told["environment"][name].as_str().unwrap()
    }

    /// The administrator's key, as lines.
    fn key(&self) -> String {
        let names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        let lines = names.map(|name| format!("{name}={}\n", self.value(name)));
        lines.concat()
    }

    /// The AWS CLI as the administrator.
    fn aws(&self, arguments: &[&str]) -> Value {
        let mut aws = Command::new(venv().join("bin/aws"));
        aws.args(["--endpoint-url", self.endpoint(), "--output", "json"])
            .args(arguments);
        for (name, value) in self.told["environment"].as_object().unwrap() {
            aws.env(name, value.as_str().unwrap());
        }
        let done = aws.output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    fn end(self) {
        self.cloud.signal(Signal::SIGINT);
        self.cloud.wait();
    }
}

/// `framewright … --target aws` at `endpoint`, without variables that name credentials.
fn on_aws(place: &Place, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = place.command(arguments);
    command
        .args(["--target", "aws"])
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("HOME", place.path("home"))
        .env("AWS_ENDPOINT_URL", endpoint);
    command
}

fn with_input(command: &mut Command, text: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // A command that refuses before it reads closes the pipe.
    let _refused = input.write_all(text.as_bytes());
    drop(input);
    child.wait_with_output().unwrap()
}

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

fn is_private(file: &Path) -> bool {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777 == 0o600
}

#[test]
fn a_verified_key_is_kept_and_all_else_stays() {
    let served = Served::start();
    let place = &served.place;
    let secret = served.value("AWS_SECRET_ACCESS_KEY");
    std::fs::create_dir_all(place.path("home/.aws")).unwrap();
    let credentials = place.path("home/.aws/credentials");
    std::fs::write(&credentials, "[other]\naws_access_key_id = o\n").unwrap();
    let elsewhere = place.path("config");
    std::fs::write(&elsewhere, "# mine\n[profile other]\nregion = us-east-2\n").unwrap();
    let arguments = [
        "configure",
        "--profile",
        "remotion",
        "--region",
        "eu-west-1",
    ];
    let mut configure = on_aws(place, served.endpoint(), &arguments);
    let configured = with_input(configure.env("AWS_CONFIG_FILE", &elsewhere), &served.key());
    let text = done(&configured);
    assert!(text.contains(":user/") && !text.contains(secret), "{text}");
    let kept = std::fs::read_to_string(&credentials).unwrap();
    assert!(kept.starts_with("[other]\naws_access_key_id = o\n[remotion]\n"));
    assert!(kept.contains(secret) && is_private(&credentials));
    assert_eq!(
        std::fs::read_to_string(&elsewhere).unwrap(),
        "# mine\n[profile other]\nregion = us-east-2\n[profile remotion]\nregion = eu-west-1\n"
    );
    let mut used = on_aws(place, served.endpoint(), &["buckets", "ls"]);
    used.env("AWS_CONFIG_FILE", &elsewhere)
        .env("AWS_PROFILE", "remotion");
    done(&used.output().unwrap());

    // A temporary key, into the file of variables that is there.
    served.aws(&[
        "iam",
        "create-role",
        "--role-name",
        "visitor",
        "--assume-role-policy-document",
        TRUST,
    ]);
    let role = "arn:aws:iam::123456789012:role/visitor";
    let assume = ["sts", "assume-role", "--role-arn", role];
    let assumed = served.aws(&[&assume[..], &["--role-session-name", "s"]].concat());
    let of = |name: &str| assumed["Credentials"][name].as_str().unwrap();
    let file = place.path("mine.env");
    std::fs::write(&file, "A=1\nAWS_ACCESS_KEY_ID=old\nAWS_SESSION_TOKEN=old\n").unwrap();
    let arguments = [
        "configure",
        "--key-file",
        "mine.env",
        "--from",
        "env",
        "--json",
    ];
    let mut configure = on_aws(place, served.endpoint(), &arguments);
    configure
        .env("REMOTION_AWS_ACCESS_KEY_ID", of("AccessKeyId"))
        .env("REMOTION_AWS_SECRET_ACCESS_KEY", of("SecretAccessKey"))
        .env("REMOTION_AWS_SESSION_TOKEN", of("SessionToken"))
        .env("AWS_REGION", "us-east-1");
    let text = done(&configure.output().unwrap());
    assert!(text.contains(":assumed-role/visitor/s"), "{text}");
    for hidden in [of("SecretAccessKey"), of("SessionToken")] {
        assert!(!text.contains(hidden), "{text}");
    }
    let lines = std::fs::read_to_string(&file).unwrap();
    let expected = format!(
        "A=1\nAWS_ACCESS_KEY_ID={}\nAWS_SESSION_TOKEN={}\nAWS_SECRET_ACCESS_KEY={}\nAWS_REGION=us-east-1\n",
        of("AccessKeyId"),
        of("SessionToken"),
        of("SecretAccessKey")
    );
    assert!(lines == expected && is_private(&file), "{lines}");

    // The embedded cloud's own keys are verified there.
    let mut configure = place.command(["configure", "--key-file", "own.env"]);
    let text = done(&with_input(&mut configure, &served.key()));
    assert!(text.contains(":user/"), "{text}");
    let own = std::fs::read_to_string(place.path("own.env")).unwrap();
    assert!(own.starts_with("REMOTION_AWS_ACCESS_KEY_ID="), "{own}");
    served.end();
}

/// Answers every request as STS answers one whose time is off.
fn skewed() -> String {
    const BODY: &str = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
        <Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20260101T000000Z is now earlier than \
        20260101T010000Z (20260101T011500Z - 15 min.)</Message></Error><RequestId>r</RequestId></ErrorResponse>";
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 16 * 1024];
            if stream.read(&mut request).unwrap_or(0) == 0 {
                continue;
            }
            let head = format!(
                "HTTP/1.1 403 Forbidden\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                BODY.len()
            );
            // Whoever asked may have gone.
            let _gone = stream.write_all((head + BODY).as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_key_that_is_not_verified_is_not_written() {
    let served = Served::start();
    let place = &served.place;
    let key = served.key();
    let id = served.value("AWS_ACCESS_KEY_ID");
    let check = |endpoint: &str, more: &[&str], text: &str, expected: &str| {
        let arguments = [&["configure"][..], more].concat();
        let output = with_input(&mut on_aws(place, endpoint, &arguments), text);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let said = said(&output);
        let words = said.split_whitespace().filter(|word| *word != "│");
        let said = words.collect::<Vec<_>>().join(" ");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains("hush"), "{said}");
        assert!(!place.path(".env").exists() && !place.path("home/.aws").exists());
    };
    let wrong = format!("AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY=hush\n");
    let endpoint = served.endpoint();
    check(endpoint, &[], &wrong, "AWS does not take the credentials");
    let unknown = "AWS_ACCESS_KEY_ID=AKIAXXXXXXXXXXXXXXXX\nAWS_SECRET_ACCESS_KEY=hush\n";
    check(
        endpoint,
        &["--profile", "remotion", "--region", "eu-west-1"],
        unknown,
        "AWS does not take the credentials",
    );
    check(endpoint, &[], "", "holds no access key");
    check(
        endpoint,
        &["--from", "ask"],
        "",
        "nobody is there to be asked",
    );
    check(&skewed(), &[], &key, "does not take the signature's time");
    let nobody = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    check(&nobody, &[], &key, "nobody could be asked whose key it is");

    let mut git = Command::new("git");
    let init = git.arg("-C").arg(place.path("")).args(["init", "--quiet"]);
    assert!(init.status().unwrap().success());
    std::fs::write(place.path("tracked.env"), "").unwrap();
    let mut git = Command::new("git");
    let add = git
        .arg("-C")
        .arg(place.path(""))
        .args(["add", "tracked.env"]);
    assert!(add.status().unwrap().success());
    check(endpoint, &["--key-file", "tracked.env"], &key, "git tracks");
    let text = std::fs::read_to_string(place.path("tracked.env")).unwrap();
    assert_eq!(text, "");
    served.end();
}
