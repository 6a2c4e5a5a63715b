//! What a parse allocates, in exact counts. The counting allocator makes this a binary of its own.

#[path = "suite/support/body.rs"]
#[allow(dead_code, reason = "the suite uses all of it")]
mod body;

use allocation_counter::measure;
use body::Body;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::testing::samples;

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

fn fields(count: usize, value: impl Fn(usize) -> String) -> String {
    format!("{{{}}}", list(count, |index| format!(r#""field_{index}":{}"#, value(index))))
}

#[test]
fn a_parse_takes_few_allocations() {
    let mixed = fields(42, |index| match index % 5 {
        0 => format!("\"text {index}\""),
        1 => index.to_string(),
        2 => "true".to_owned(),
        3 => format!(r#"{{"street":"Main {index}","zip":[{index}]}}"#),
        _ => "\"2025-01-27T16:44:05.191Z\"".to_owned(),
    });
    let order = |index| format!(r#"{{"id":{index},"tags":["a","b"],"note":"say \"hi\""}}"#);
    let nested =
        fields(20, |index| if index == 7 { format!("[{}]", list(200, order)) } else { index.to_string() });
    for (name, body, most) in [
        ("small", samples::VISIBILITY_UPDATE.to_owned(), 5),
        ("mixed", Body::with_data(&mixed).to_string(), 8),
        ("nested", Body::with_data(&nested).to_string(), 8),
    ] {
        let count = measure(|| drop(rownd_webhooks::from_str(&body).unwrap())).count_total;
        assert!(count <= most, "{name}: {count} allocations");
    }
}

/// The most memory that a body takes besides its strings with escapes, whatever is in it. `SECURITY.md` names the figure.
const MOST_BYTES: u64 = 2 << 20;

#[test]
fn memory_is_bounded_by_a_constant_and_the_strings_with_escapes() {
    const COUNT: usize = 10_000;
    let short = |index: usize| format!(r#""{index:x}":0"#);
    let names = |count: usize| format!("[{}]", list(count, |index| format!("\"{index:x}\"")));
    let members = |count: usize| list(count, short);
    let lookup_values = |count: usize, element: &str| format!("[{}]", list(count, |_| element.to_owned()));
    let default = Body { data: "{}", lookup_values: "", ..Body::default() };
    let bodies = [
        ("fields", Body { data: &format!("{{{}}}", members(COUNT)), ..default }.to_string()),
        ("redacted names", Body { redacted: &names(COUNT), ..default }.to_string()),
        ("one redacted name", Body { redacted: &lookup_values(COUNT, "\"\""), ..default }.to_string()),
        (
            "fields, all of them redacted",
            Body { data: &format!("{{{}}}", members(COUNT / 2)), redacted: &names(COUNT / 2), ..default }
                .to_string(),
        ),
        (
            "lookup values",
            Body { lookup_values: &lookup_values(COUNT, r#"{"field":"","value":""}"#), ..default }
                .to_string(),
        ),
        ("unusable lookup values", Body { lookup_values: &lookup_values(COUNT, "0"), ..default }.to_string()),
        (
            "lookup values with an unknown member",
            Body { lookup_values: &lookup_values(COUNT / 2, r#"{"field":"","value":"","x":0}"#), ..default }
                .to_string(),
        ),
        (
            "a lookup value with unknown members",
            Body {
                lookup_values: &format!(r#"[{{"field":"","value":"",{}}}]"#, members(COUNT - 1)),
                ..default
            }
            .to_string(),
        ),
        ("unknown members", Body { members: &members(COUNT), ..default }.to_string()),
        ("unknown members of meta", Body { meta: &members(COUNT), ..default }.to_string()),
        (
            "something of everything",
            Body {
                data: &format!("{{{}}}", members(2_000)),
                redacted: &names(2_000),
                lookup_values: &lookup_values(2_000, r#"{"field":"","value":""}"#),
                meta: &members(2_000),
                members: &members(2_000),
                ..default
            }
            .to_string(),
        ),
        (
            "nested values",
            Body { data: &format!(r#"{{"a":[{}]}}"#, list(200_000, |_| r#"{"":0}"#.to_owned())), ..default }
                .to_string(),
        ),
        (
            "a long string",
            Body { data: &format!(r#"{{"a":"{}"}}"#, ":,".repeat(1 << 19)), ..default }.to_string(),
        ),
        ("too many fields", Body { data: &format!("{{{}}}", members(200_000)), ..default }.to_string()),
        (
            "a repeated field",
            Body { data: &format!("{{{},\"0\":1}}", members(COUNT - 1)), ..default }.to_string(),
        ),
    ];
    let mut worst = (0, "");
    for (name, body) in &bodies {
        let (plain, escaped) = (
            body.clone(),
            body.replace(":0", r#":"\n""#).replace("\"\"", r#""\n""#).replace(",\"", r#","\n"#),
        );
        assert!(plain.len() < 2 << 20, "{name}: {} bytes", plain.len());
        for body in [plain, escaped] {
            let memory = measure(|| drop(rownd_webhooks::from_str(&body)));
            let strings = body.matches("\\n").count() as u64 * 2;
            worst = worst.max((memory.bytes_max.saturating_sub(strings), name));
        }
    }
    assert!(worst.0 < MOST_BYTES, "{worst:?}");
    assert!(worst.0 > MOST_BYTES / 2, "the worst of these bodies is not bad: {worst:?}");

    // A string with an escape is kept besides the body, a redacted name twice. It takes no more than its text.
    let long = r"\n".repeat(1 << 19);
    for body in [
        Body { data: &format!(r#"{{"a":"{long}"}}"#), ..default },
        Body { data: &format!(r#"{{"{long}":0}}"#), ..default },
        Body { members: &format!(r#""{long}":0"#), ..default },
        Body { lookup_values: &format!(r#"[{{"field":"a","value":"{long}"}}]"#), ..default },
        Body { operation: &long, ..default },
        Body { redacted: &format!(r#"["{long}"]"#), ..default },
    ] {
        let body = body.to_string();
        let memory = measure(|| drop(rownd_webhooks::from_str(&body).unwrap()));
        let copies = if body.contains(r#""redacted":["\n"#) { 2 } else { 1 };
        let (bytes, most) = (memory.bytes_max, copies * body.len() as u64 + 1_000);
        assert!(bytes < most, "{bytes} bytes for {}", &body[..60]);
    }
}

#[test]
fn an_archive_takes_as_much_memory_as_its_longest_line() {
    let line = samples::VISIBILITY_UPDATE.replace('\n', " ");
    let most_bytes = |count: usize| {
        let archive = format!("{line}\n").repeat(count);
        let mut parsed = 0;
        let memory = measure(|| {
            let mut reader = NdjsonReader::new(archive.as_bytes());
            while let Some(payload) = reader.next_payload() {
                payload.unwrap();
                parsed += 1;
            }
        });
        assert_eq!(parsed, count);
        memory.bytes_max
    };
    let few = most_bytes(10);
    assert!(few > 0);
    assert_eq!(most_bytes(20_000), few);
}
