//! `--verbose` tells what is throttled and tried again; without it nobody is bothered.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Output;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::harness::{Place, Running, said};

/// What STS and IAM answer whom they throttle.
const THROTTLED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
    <Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>";

/// Throttles the first `throttled` requests, and passes the others on to `to`.
fn throttling(to: &str, throttled: usize) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let to = to.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let (mut client, to) = (client.unwrap(), to.clone());
            if number < throttled {
                let mut request = [0; 64 * 1024];
                assert!(client.read(&mut request).unwrap() > 0);
                let head = format!(
                    "HTTP/1.1 400 Bad Request\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    THROTTLED.len()
                );
                client.write_all((head + THROTTLED).as_bytes()).unwrap();
                continue;
            }
            std::thread::spawn(move || {
                let mut server = TcpStream::connect(to).unwrap();
                let (mut up, mut down) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let upwards = std::thread::spawn(move || std::io::copy(&mut up, &mut server));
                // Either side may end the connection, whole or cut.
                let _copied = std::io::copy(&mut down, &mut client);
                drop(client.shutdown(std::net::Shutdown::Both));
                drop(upwards.join());
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn what_is_throttled_is_tried_again_and_told() {
    let place = Place::new();
    let mut cloud = Running::start(&mut place.command(["cloud", "serve", "--json"]));
    let line = cloud.lines().next().expect("it tells where it listens");
    let told: Value = serde_json::from_str(&line).unwrap();
    let run = |more: &[&str]| -> Output {
        let mut command = place.command(["functions", "ls", "--target", "aws"]);
        command.args(more);
        for (name, value) in told["environment"].as_object().unwrap() {
            command.env(name, value.as_str().unwrap());
        }
        let endpoint = throttling(told["endpoint"].as_str().unwrap(), 2);
        let done = command.env("AWS_ENDPOINT_URL", endpoint).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
        done
    };
    let told = String::from_utf8(run(&["--verbose"]).stderr).unwrap();
    for line in [
        "sts: attempt 1 of 4 was throttled (400)",
        "sts: attempt 2 of 4, after ",
        "sts: attempt 2 of 4 was throttled (400)",
        "sts: attempt 3 of 4, after ",
    ] {
        assert!(told.contains(line), "`{line}` is missing in\n{told}");
    }
    assert!(!told.contains("lambda: attempt"), "{told}");
    let quiet = said(&run(&[]));
    assert!(!quiet.contains("attempt"), "{quiet}");
    cloud.signal(Signal::SIGINT);
    cloud.wait();
}
