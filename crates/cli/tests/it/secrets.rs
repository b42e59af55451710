//! No secret is told by anything that people look at.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use client::credentials::AccessKey;
use deploy::calls::Part;
use deploy::policy::generate;

use crate::harness::said;
use crate::least_privilege::Deployed;

const ROLE: &str = "caller";
const GROUP: &str = "/aws/lambda/remotion-render-4-0-527-mem2048mb-disk10240mb-900sec";

/// What the environment of a process calls a secret.
const SECRETS: [&str; 2] = ["AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN="];

/// Temporary credentials of a role that may render.
fn session(deployed: &Deployed) -> AccessKey {
    let served = &deployed.served;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
    let make = served.iam().create_role().role_name(ROLE);
    let made = served.wait(make.assume_role_policy_document(trust).send());
    let arn = made.unwrap().role.unwrap().arn;
    let policy = generate(Part::Trigger, &deployed.scope).to_json();
    served.role_may(ROLE, "render", &policy);
    let told = served.aws(&[
        "sts",
        "assume-role",
        "--role-session-name",
        "caller",
        "--role-arn",
        &arn,
    ]);
    let value = |name: &str| told["Credentials"][name].as_str().unwrap().to_owned();
    AccessKey {
        id: value("AccessKeyId"),
        secret: value("SecretAccessKey"),
        session_token: Some(value("SessionToken")),
    }
}

/// What all processes of this machine were started with, and the secrets of the functions among them.
#[derive(Default)]
struct Processes {
    arguments: BTreeSet<String>,
    secrets: BTreeSet<String>,
}

impl Processes {
    fn look(&mut self) {
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            // One that ends meanwhile tells nothing.
            let read = |name: &str| {
                let bytes = std::fs::read(entry.path().join(name)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            };
            let line = read("cmdline");
            if line.is_empty() {
                continue;
            }
            self.arguments.insert(line);
            let environment = read("environ");
            if !environment.contains("AWS_LAMBDA_FUNCTION_NAME=remotion-render-") {
                continue;
            }
            let variables = environment.split('\0');
            let secrets =
                variables.filter_map(|one| SECRETS.iter().find_map(|name| one.strip_prefix(name)));
            self.secrets.extend(secrets.map(str::to_owned));
        }
    }
}

#[test]
fn no_secret_is_in_output_arguments_logs_or_history() {
    let deployed = Deployed::new();
    let served = &deployed.served;
    let key = session(&deployed);
    let out = served.place.path("out.mp4");
    let render = |key: &AccessKey| -> Command {
        let arguments = ["render", deployed.site.as_str(), "Hold"];
        let mut command = served.command(key, arguments);
        let options = ["--frames", "0-11", "--json", "--verbose", "--keep-logs"];
        command.arg(&out).args(options);
        command
    };
    let mut rendering = render(&key);
    let rendering = rendering.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = rendering.spawn().unwrap();
    let waiting = std::thread::spawn(move || child.wait_with_output().unwrap());
    let mut processes = Processes::default();
    while !waiting.is_finished() {
        processes.look();
        std::thread::park_timeout(Duration::from_millis(10));
    }
    let done = waiting.join().unwrap();
    assert!(done.status.success(), "{}", said(&done));
    assert!(!processes.secrets.is_empty(), "no function was seen");

    // A key that is refused, and a token that is.
    let wrong = AccessKey {
        secret: "wrong-secret-of-a-test-that-is-refused".to_owned(),
        ..key.clone()
    };
    let cut = AccessKey {
        session_token: key
            .session_token
            .as_ref()
            .map(|token| format!("{token}cut")),
        ..key.clone()
    };
    let mut texts = vec![said(&done)];
    for refused in [&wrong, &cut] {
        let refused = render(refused).output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        texts.push(said(&refused));
    }
    texts.push(std::fs::read_to_string(out.with_extension("mp4.log")).unwrap());
    let logs = served.aws(&["logs", "filter-log-events", "--log-group-name", GROUP]);
    assert!(!logs["events"].as_array().unwrap().is_empty());
    texts.push(logs.to_string());
    texts.push(serde_json::to_string(&served.events(None)).unwrap());
    texts.extend(processes.arguments);

    let mut secrets = processes.secrets;
    secrets.extend([key.secret, wrong.secret, served.root().secret]);
    secrets.extend([key.session_token, cut.session_token].into_iter().flatten());
    for text in &texts {
        for secret in &secrets {
            assert!(
                !text.contains(secret.as_str()),
                "a secret is told in\n{text}"
            );
        }
    }
}
