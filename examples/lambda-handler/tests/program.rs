//! The program itself against a minimal Lambda runtime: its responses and its log.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::Value;

const EVENTS: [&str; 4] = [
    include_str!("data/http_api_v2.json"),
    include_str!("data/http_api_v2_base64.json"),
    include_str!("data/rest_api_v1.json"),
    include_str!("data/alb.json"),
];

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lambda-handler"))
}

#[test]
fn it_does_not_start_without_a_secret() {
    let (mut absent, mut empty) = (program(), program());
    absent.env_remove("WEBHOOK_SECRET");
    empty.env("WEBHOOK_SECRET", "");
    for mut command in [absent, empty] {
        let output = command.output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("WEBHOOK_SECRET"));
    }
}

#[test]
fn events_are_answered_and_logged_without_personal_data() {
    let broken = EVENTS.map(|event| event.replace("meta", "atem").replace("bWV0YS", "YXRlbS"));
    let wrong = EVENTS.map(|event| event.replace("d41d8cd98f00", "wrong"));
    let events = EVENTS.map(str::to_owned);
    let cases = [(events, 204), (broken, 400), (wrong, 404)];

    let runtime = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = program()
        .env("AWS_LAMBDA_RUNTIME_API", runtime.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "webhooks")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("RUST_LOG", "trace")
        .env("WEBHOOK_SECRET", "d41d8cd98f00")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    let queue = cases.iter().flat_map(|(events, status)| events.iter().map(move |event| (event, *status)));
    let mut queue = queue.peekable();
    // They stay open until the program has ended: otherwise it would log that its last request failed.
    let mut connections = Vec::new();
    while queue.peek().is_some() {
        let (mut stream, _) = runtime.accept().unwrap();
        while let Some((line, body)) = read(&stream) {
            if line.starts_with("GET /2018-06-01/runtime/invocation/next ") {
                let Some((event, _)) = queue.peek() else { break };
                let length = event.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                     Lambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                     Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:webhooks\r\n\
                     \r\n{event}"
                )
                .unwrap();
            } else {
                assert!(line.starts_with("POST /2018-06-01/runtime/invocation/1/response "), "{line}");
                let (_, status) = queue.next().unwrap();
                let answer: Value = serde_json::from_str(&body).unwrap();
                assert_eq!(answer["statusCode"], status, "{answer}");
                let refusal = answer["body"].as_str().unwrap_or_default();
                let expected = if status == 400 { r#"{"code":"missing_member","path":"/meta"}"# } else { "" };
                assert_eq!(refusal, expected);
                write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        }
        connections.push(stream);
    }
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let logged = String::from_utf8(output.stdout).unwrap();
    // A line for each delivery, and none for a wrong secret.
    let outcomes = ["created", "updated", "updated", "deleted", "refused", "refused", "refused", "refused"];
    assert_eq!(logged.lines().count(), outcomes.len(), "{logged}");
    for (line, outcome) in logged.lines().zip(outcomes) {
        assert!(line.contains(&format!("outcome=\"{outcome}\"")), "{line}");
    }
    for secret in ["d41d8cd98f00", "jrose@acme.com", "Juliet"] {
        assert!(!logged.contains(secret), "{logged}");
    }
    assert_eq!(output.stderr, b"");
}

/// A request's first line and its body.
fn read(stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap() == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Some((first, String::from_utf8(body).unwrap()))
}
