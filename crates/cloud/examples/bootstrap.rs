//! A function for tests: it does what its event says, through the Runtime API and nothing else.
//!
//! An event is an object with `op`. Where it has `gate`, an address of the test, the function
//! meets the test there: it connects, says a line, and goes on when it is answered.
//!
//! A request of an HTTP API carries that object in its body, or is echoed; a message of a queue
//! carries it too, and fails if it says so.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, io, process, thread};

use serde_json::{Value, json};

fn main() {
    if env::var_os("FAIL_TO_INITIALISE").is_some() {
        Runtime::connect().post(
            "/2018-06-01/runtime/init/error",
            "Lambda-Runtime-Function-Error-Type: Runtime.NoMood\r\n",
            br#"{"errorType":"Runtime.NoMood","errorMessage":"not today"}"#,
        );
        process::exit(1);
    }
    let mut served = 0;
    loop {
        let mut runtime = Runtime::connect();
        let (id, event) = runtime.next();
        served += 1;
        let response = format!("/2018-06-01/runtime/invocation/{id}/response");
        match perform(&event, &id, served) {
            Answer::Value(value) => runtime.post(&response, "", value.to_string().as_bytes()),
            Answer::Bytes(bytes) => runtime.post(&response, "", &bytes),
            Answer::Stream => stream(&mut runtime, &response, &event, &id),
            Answer::Error(error) => runtime.post(
                &format!("/2018-06-01/runtime/invocation/{id}/error"),
                "Lambda-Runtime-Function-Error-Type: Function.Asked\r\n",
                error.to_string().as_bytes(),
            ),
        }
    }
}

enum Answer {
    Value(Value),
    Bytes(Vec<u8>),
    Stream,
    Error(Value),
}

fn perform(event: &Value, id: &str, served: u32) -> Answer {
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let number = |name: &str| event[name].as_u64().unwrap_or_default();
    if event["requestContext"]["http"].is_object() {
        let body = event["body"].as_str().unwrap_or_default();
        return match serde_json::from_str::<Value>(body) {
            Ok(asked) if asked["op"].is_string() => perform(&asked, id, served),
            _ => Answer::Value(json!({ "event": event, "id": id, "served": served })),
        };
    }
    if let Some(records) = event["Records"].as_array() {
        return take_messages(records);
    }
    match text("op") {
        "answer" => Answer::Value(event["answer"].clone()),
        "echo" => Answer::Value(json!({ "event": event, "id": id, "served": served })),
        "environment" => Answer::Value(json!(env::vars().collect::<BTreeMap<_, _>>())),
        "say" => {
            let mut stdout = io::stdout();
            for line in event["lines"].as_array().into_iter().flatten() {
                let _ = writeln!(stdout, "{}", line.as_str().unwrap_or_default());
            }
            Answer::Value(Value::Null)
        }
        "exit" => process::exit(i32::try_from(number("status")).unwrap_or(1)),
        "sleep" => loop {
            thread::sleep(Duration::from_secs(3600));
        },
        "meet" => Answer::Value(json!(meet(text("gate"), id))),
        "allocate" => {
            let bytes = vec![1_u8; usize::try_from(number("bytes")).unwrap_or_default()];
            // Long enough to be looked at, where nothing else holds the function to its memory.
            thread::sleep(Duration::from_secs(5));
            Answer::Value(json!(bytes.len()))
        }
        "fill" => {
            let bytes = vec![1_u8; usize::try_from(number("bytes")).unwrap_or_default()];
            let written = fs::write("/tmp/filling", bytes).map_err(|error| error.to_string());
            thread::sleep(Duration::from_secs(5));
            Answer::Value(json!(written.err()))
        }
        "write" => Answer::Value(json!(
            fs::write(text("path"), "x").err().map(|e| e.to_string())
        )),
        "read" => Answer::Value(json!(fs::read_to_string(text("path")).ok())),
        "list" => Answer::Value(json!(list(text("path")))),
        "run" => run(event),
        "descend" => {
            descend(text("gate"), id);
            Answer::Value(Value::Null)
        }
        "large" => Answer::Bytes(vec![
            b'1';
            usize::try_from(number("bytes")).unwrap_or_default()
        ]),
        "stream" => Answer::Stream,
        "fail" => Answer::Error(json!({ "errorType": "Asked", "errorMessage": text("message") })),
        other => Answer::Error(json!({ "errorType": "Unknown", "errorMessage": other })),
    }
}

/// Does what the messages say: `meet` a gate, which says whether the message is `done`, `failed`, or
/// fails all (`raise`).
fn take_messages(records: &[Value]) -> Answer {
    let mut failures = Vec::new();
    for record in records {
        let message: Value =
            serde_json::from_str(record["body"].as_str().unwrap_or_default()).unwrap_or_default();
        let said = json!({
            "id": record["messageId"],
            "count": record["attributes"]["ApproximateReceiveCount"],
            "attributes": record["messageAttributes"],
            "source": record["eventSourceARN"],
            "of": records.len(),
        });
        match meet(
            message["gate"].as_str().unwrap_or_default(),
            &said.to_string(),
        )
        .as_str()
        {
            "done" => {}
            "failed" => failures.push(json!({ "itemIdentifier": record["messageId"] })),
            other => {
                return Answer::Error(json!({ "errorType": "Asked", "errorMessage": other }));
            }
        }
    }
    Answer::Value(json!({ "batchItemFailures": failures }))
}

/// The names in a folder, or nothing if it cannot be read.
fn list(path: &str) -> Option<Vec<String>> {
    let entries = fs::read_dir(path).ok()?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.collect();
    names.sort();
    Some(names)
}

fn run(event: &Value) -> Answer {
    let command: Vec<&str> = event["command"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some((program, arguments)) = command.split_first() else {
        return Answer::Value(Value::Null);
    };
    Answer::Value(match Command::new(program).args(arguments).output() {
        Ok(output) => json!({
            "status": output.status.code(),
            "stdout": String::from_utf8_lossy(&output.stdout),
            "stderr": String::from_utf8_lossy(&output.stderr),
        }),
        Err(error) => json!({ "error": error.to_string() }),
    })
}

/// Leaves a process behind that has a session of its own and holds a connection to the gate.
fn descend(gate: &str, id: &str) {
    let (host, port) = gate.split_once(':').unwrap_or_default();
    let script = format!("exec 3<>/dev/tcp/{host}/{port}; echo {id} >&3; exec sleep 1000");
    let started = Command::new("setsid")
        .args(["-f", "bash", "-c", &script])
        .status();
    assert!(started.is_ok_and(|status| status.success()), "setsid");
}

/// Says who it is at a gate and returns what it is answered.
fn meet(gate: &str, id: &str) -> String {
    let mut gate = TcpStream::connect(gate).expect("the gate");
    writeln!(gate, "{id}").expect("the gate listens");
    let mut answer = String::new();
    BufReader::new(gate)
        .read_line(&mut answer)
        .expect("the gate answers");
    answer.trim().to_owned()
}

fn stream(runtime: &mut Runtime, path: &str, event: &Value, id: &str) {
    let fails = event["fails"].as_bool().unwrap_or_default();
    let trailer =
        "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n";
    runtime.write(&format!(
        "POST {path} HTTP/1.1\r\nHost: runtime\r\nTransfer-Encoding: chunked\r\n\
         Lambda-Runtime-Function-Response-Mode: streaming\r\n{}\r\n",
        if fails { trailer } else { "" }
    ));
    for piece in event["pieces"].as_array().into_iter().flatten() {
        let piece = piece.as_str().unwrap_or_default();
        runtime.write(&format!("{:x}\r\n{piece}\r\n", piece.len()));
        if let Some(gate) = event["gate"].as_str() {
            meet(gate, id);
        }
    }
    if event["breaks"].as_bool().unwrap_or_default() {
        process::exit(3);
    }
    runtime.write("0\r\n");
    if fails {
        // {"errorMessage":"late"}
        runtime.write(
            "Lambda-Runtime-Function-Error-Type: Function.Late\r\n\
             Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJsYXRlIn0=\r\n",
        );
    }
    runtime.write("\r\n");
    runtime.read_response();
}

/// A connection to the Runtime API.
struct Runtime {
    stream: BufReader<TcpStream>,
}

impl Runtime {
    fn connect() -> Self {
        let address = env::var("AWS_LAMBDA_RUNTIME_API").expect("the address of the Runtime API");
        let stream = TcpStream::connect(address).expect("the Runtime API");
        stream.set_nodelay(true).expect("an option of the socket");
        Self {
            stream: BufReader::new(stream),
        }
    }

    fn next(&mut self) -> (String, Value) {
        self.write("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n");
        let (headers, body) = self.read_response();
        let id = headers["lambda-runtime-aws-request-id"].clone();
        (id, serde_json::from_slice(&body).expect("an event in JSON"))
    }

    fn post(&mut self, path: &str, headers: &str, body: &[u8]) {
        self.write(&format!(
            "POST {path} HTTP/1.1\r\nHost: runtime\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        ));
        self.stream
            .get_mut()
            .write_all(body)
            .expect("the Runtime API reads");
        self.read_response();
    }

    fn write(&mut self, text: &str) {
        self.stream
            .get_mut()
            .write_all(text.as_bytes())
            .expect("the Runtime API reads");
    }

    /// Headers by lower-case name, and the body, whose length every answer here tells.
    fn read_response(&mut self) -> (BTreeMap<String, String>, Vec<u8>) {
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("an answer");
            match line.trim_end().split_once(": ") {
                Some((name, value)) => {
                    headers.insert(name.to_lowercase(), value.to_owned());
                }
                None if line.starts_with("HTTP/") => {}
                None => break,
            }
        }
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.parse().expect("the length of the body"));
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("the body");
        (headers, body)
    }
}
