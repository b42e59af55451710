//! A cloud that runs functions, and the places where tests meet them.

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, EphemeralStorage, FunctionCode, Runtime};
use cloud::{Cloud, Config, Running, StateLocation};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::harness::{config, credentials, http_client};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The trust that an execution role needs.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// What a function needs to have logs.
pub(crate) const MAY_LOG: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#;

/// The helper that this build made.
pub(crate) fn sandbox_init() -> PathBuf {
    env!("CARGO_BIN_EXE_sandbox-init").into()
}

/// An example that this build made.
pub(crate) fn example(name: &str) -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    folder.join("examples").join(name)
}

/// The zip of the function of tests.
pub(crate) fn bootstrap_zip() -> Vec<u8> {
    let program = std::fs::read(example("bootstrap")).unwrap();
    pack(&[("bootstrap", &program, 0o755)])
}

/// A zip of entries with their modes.
pub(crate) fn pack(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in entries {
        // Programs of tests are large, and nobody sends them far.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let options = options.unix_permissions(*mode);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An address of a cloud and the key of its administrator.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) endpoint: String,
    pub(crate) root: Credentials,
}

impl Address {
    pub(crate) fn lambda(&self) -> aws_sdk_lambda::Client {
        self.lambda_as(self.root.clone())
    }

    pub(crate) fn lambda_as(&self, credentials: Credentials) -> aws_sdk_lambda::Client {
        use aws_sdk_lambda::config::{BehaviorVersion, Config, Region, retry::RetryConfig};
        aws_sdk_lambda::Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .endpoint_url(&self.endpoint)
                .retry_config(RetryConfig::disabled())
                .http_client(http_client())
                .credentials_provider(credentials)
                .build(),
        )
    }

    pub(crate) fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Config, Region, retry::RetryConfig};
        aws_sdk_cloudwatchlogs::Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .endpoint_url(&self.endpoint)
                .retry_config(RetryConfig::disabled())
                .http_client(http_client())
                .credentials_provider(self.root.clone())
                .build(),
        )
    }

    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        use aws_sdk_iam::config::{BehaviorVersion, Config, Region, retry::RetryConfig};
        aws_sdk_iam::Client::from_conf(
            Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .endpoint_url(&self.endpoint)
                .retry_config(RetryConfig::disabled())
                .http_client(http_client())
                .credentials_provider(self.root.clone())
                .build(),
        )
    }

    /// An execution role with one policy.
    pub(crate) async fn role(&self, name: &str, policy: &str) -> String {
        let iam = self.iam();
        let role = iam
            .create_role()
            .role_name(name)
            .assume_role_policy_document(TRUST)
            .send()
            .await
            .unwrap();
        iam.put_role_policy()
            .role_name(name)
            .policy_name("inline")
            .policy_document(policy)
            .send()
            .await
            .unwrap();
        role.role.unwrap().arn
    }

    /// The function of tests, named `f`, whose role may write logs.
    pub(crate) async fn function(&self, settings: Settings) {
        let role = self.role("execution", MAY_LOG).await;
        self.function_with_role("f", &role, settings).await;
    }

    /// The function of tests.
    pub(crate) async fn function_with_role(&self, name: &str, role: &str, settings: Settings) {
        let code = FunctionCode::builder()
            .zip_file(Blob::new(settings.zip))
            .build();
        self.lambda()
            .create_function()
            .function_name(name)
            .role(role)
            .runtime(Runtime::from("provided.al2023"))
            .handler("h")
            .code(code)
            .timeout(settings.timeout)
            .memory_size(settings.memory)
            .ephemeral_storage(EphemeralStorage::builder().size(512).build().unwrap())
            .environment(
                Environment::builder()
                    .set_variables(Some(settings.variables))
                    .build(),
            )
            .send()
            .await
            .unwrap();
    }

    /// Invokes `f` and returns what it answers, and whether that is an error.
    pub(crate) async fn invoke(&self, event: Value) -> (Value, bool) {
        let answered = self
            .lambda()
            .invoke()
            .function_name("f")
            .payload(Blob::new(event.to_string()))
            .send()
            .await
            .unwrap();
        let payload = answered.payload.unwrap().into_inner();
        let value = serde_json::from_slice(&payload).unwrap();
        (value, answered.function_error.is_some())
    }

    /// Invokes `f`, which must succeed.
    pub(crate) async fn ask(&self, event: Value) -> Value {
        let (answer, failed) = self.invoke(event).await;
        assert!(!failed, "{answer}");
        answer
    }
}

/// The settings of a function of tests.
pub(crate) struct Settings {
    pub(crate) zip: Vec<u8>,
    pub(crate) timeout: i32,
    pub(crate) memory: i32,
    pub(crate) variables: HashMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zip: bootstrap_zip(),
            timeout: 60,
            memory: 256,
            variables: HashMap::new(),
        }
    }
}

/// A cloud in this process.
pub(crate) struct FunctionCloud {
    running: Running,
    pub(crate) address: Address,
}

impl FunctionCloud {
    pub(crate) async fn start() -> Self {
        Self::open(|_| {}).await
    }

    pub(crate) async fn open(adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(StateLocation::Memory);
        config.sandbox_init = sandbox_init();
        adjust(&mut config);
        let running = Cloud::open(config).await.unwrap();
        let key = running.administrator();
        let address = Address {
            endpoint: running.endpoint().to_owned(),
            root: credentials(&key.access_key_id, &key.secret_access_key, None),
        };
        Self { running, address }
    }

    pub(crate) async fn end(self) {
        self.running.shutdown().await;
    }
}

/// A place where a test meets functions.
pub(crate) struct Gate {
    listener: TcpListener,
    pub(crate) address: String,
}

/// A function that waits at the gate.
pub(crate) struct Visitor {
    stream: BufReader<TcpStream>,
    /// The request id.
    pub(crate) name: String,
}

impl Gate {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        Self { listener, address }
    }

    /// Waits for the next function.
    pub(crate) async fn visitor(&self) -> Visitor {
        let visit = async {
            let (stream, _) = self.listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut name = String::new();
            stream.read_line(&mut name).await.unwrap();
            Visitor {
                stream,
                name: name.trim().to_owned(),
            }
        };
        tokio::time::timeout(PATIENCE, visit)
            .await
            .expect("nobody came to the gate")
    }
}

impl Visitor {
    /// Lets the function go on.
    pub(crate) async fn answer(mut self, text: &str) {
        let answer = format!("{text}\n");
        self.stream.write_all(answer.as_bytes()).await.unwrap();
    }

    /// Waits until the function is gone.
    pub(crate) async fn gone(mut self) {
        let mut rest = String::new();
        let end = self.stream.read_line(&mut rest);
        match tokio::time::timeout(PATIENCE, end)
            .await
            .expect("still there")
        {
            Ok(0) | Err(_) => {}
            Ok(_) => panic!("it said `{rest}`"),
        }
    }
}

/// A cloud in a process of its own.
pub(crate) struct Served {
    pub(crate) process: Child,
    pub(crate) address: Address,
}

impl Served {
    pub(crate) async fn start(state: &Path) -> Self {
        let mut process = Command::new(example("serve"))
            .arg(state)
            .arg(sandbox_init())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it answers");
        let said: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| said[name].as_str().unwrap();
        let address = Address {
            endpoint: text("endpoint").to_owned(),
            root: credentials(text("accessKeyId"), text("secretAccessKey"), None),
        };
        Self { process, address }
    }
}
