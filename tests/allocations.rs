//! What a parse allocates, in exact counts. The counting allocator makes this a binary of its own.

#[path = "suite/support/body.rs"]
#[allow(dead_code, reason = "the suite uses all of it")]
mod body;

use allocation_counter::measure;
use body::{Body, list};
use rownd_webhooks::Parser;
use rownd_webhooks::mapping::FieldMapping;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::schema::ProfileSchema;
use rownd_webhooks::testing::samples;

fn fields(count: usize, value: impl Fn(usize) -> String) -> String {
    format!("{{{}}}", list(count, |index| format!(r#""field_{index}":{}"#, value(index))))
}

#[test]
fn a_parse_takes_few_allocations() {
    let mixed = fields(42, |_| r#"{"street":"Main","zip":[1]}"#.to_owned());
    let nested =
        fields(1, |_| format!("[{}]", list(200, |_| r#"{"tags":["a"],"note":"say \"hi\""}"#.to_owned())));
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
const MOST_BYTES: u64 = 2_500 << 10;

#[test]
fn memory_is_bounded_by_a_constant_and_the_strings_with_escapes() {
    const COUNT: usize = 10_000;
    let members = |count| list(count, |index| format!(r#""{index:x}":"\n""#));
    let object = |count| format!("{{{}}}", members(count));
    let array = |count, element: &str| format!("[{}]", list(count, |_| element.to_owned()));
    let names = |count| format!("[{}]", list(count, |index| format!("\"\\n{index:x}\"")));
    let body = |data: &str, redacted: &str, lookup_values: &str, members: &str| {
        Body { data, redacted, lookup_values, members, ..Body::default() }.to_string()
    };
    let lookup = r#"{"field":"","value":"","x":0}"#;
    let mut worst = (0, "");
    for (name, body) in [
        ("fields", body(&object(COUNT), "", "", "")),
        ("redacted names", body("", &names(COUNT), "", "")),
        ("fields, all of them redacted", body(&object(COUNT / 2), &names(COUNT / 2), "", "")),
        ("unusable lookup values", body("", "", &array(COUNT, "0"), "")),
        ("lookup values with an unknown member", body("", "", &array(COUNT / 2, lookup), "")),
        ("unknown members", body("", "", "", &members(COUNT))),
        ("some of each", body(&object(2_500), &names(2_500), &array(1_250, lookup), &members(2_500))),
        ("lone surrogates", body(&object(COUNT).replace(r#""\n""#, r#"["\ud800"]"#), "", "", "")),
        ("nested values", body(&format!(r#"{{"a":{}}}"#, array(100_000, r#"{"":0}"#)), "", "", "")),
        ("too many fields", body(&object(100_000), "", "", "")),
    ] {
        let memory = measure(|| drop(rownd_webhooks::from_str(&body)));
        // There is room for 64 bytes more in a string with an escape.
        let strings = body.matches("\\n").count() as u64 * 66;
        worst = worst.max((memory.bytes_max.saturating_sub(strings), name));
    }
    assert!(worst.0 < MOST_BYTES, "{worst:?}");
    assert!(worst.0 > MOST_BYTES / 2, "the worst of these bodies is not bad: {worst:?}");
}

/// A list that grew as it was collected would take 2.4 MiB.
#[test]
fn redacted_names_without_a_field_become_fields_in_a_list_of_their_number() {
    let redacted = format!("[{}]", list(8_200, |index| format!(r#""redacted_{index:x}""#)));
    let body = Body { data: &fields(1_700, |_| "0".to_owned()), redacted: &redacted, ..Body::default() };
    let body = body.to_string();
    let bytes = measure(|| drop(rownd_webhooks::from_str(&body).unwrap())).bytes_max;
    assert!(bytes < 2_100 << 10, "{bytes} bytes");
}

/// The copy grows at the second escape. There are three copies of a redacted name.
#[test]
fn a_string_with_an_escape_takes_at_most_three_times_its_length_and_a_redacted_name_four_times() {
    let long = format!(r"{0}\n{1}\n", "x".repeat(1 << 19), "x".repeat(64));
    let default = Body::default();
    for (most, body) in [
        (3, Body { data: &format!(r#"{{"a":"{long}"}}"#), ..default }),
        (3, Body { data: &format!(r#"{{"{long}":0}}"#), ..default }),
        (3, Body { members: &format!(r#""{long}":0"#), ..default }),
        (3, Body { lookup_values: &format!(r#"[{{"field":"a","value":"{long}"}}]"#), ..default }),
        (3, Body { operation: &long, ..default }),
        (4, Body { redacted: &format!(r#"["{long}"]"#), ..default }),
        (1, Body { data: &format!(r#"{{"a":["\ud800{long}"]}}"#), ..default }),
        (1, Body { members: &format!(r#""a":"\ud800{long}""#), ..default }),
    ] {
        let body = body.to_string();
        let bytes = measure(|| drop(rownd_webhooks::from_str(&body).unwrap())).bytes_max;
        assert!(bytes < most * body.len() as u64 + 2_000, "{bytes} bytes for {}", &body[..60]);
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

/// What is not kept takes no memory, however much of it there is.
#[test]
fn memory_of_settings_and_envelopes_follows_what_is_kept() {
    fn mapping(json: &str) {
        drop(FieldMapping::from_slice(json.as_bytes()).unwrap());
    }
    fn schema(json: &str) {
        drop(ProfileSchema::from_slice(json.as_bytes()).unwrap());
    }
    fn received(json: &str) {
        drop(Parser::new().max_entries(1).parse_received(json.as_bytes()).unwrap());
    }
    let junk = list(50_000, |index| format!(r#""x{index}":[{{}}]"#));
    let entries = list(50_000, |_| "{}".to_owned());
    let envelope = r#""received_at":"2025-01-27T16:44:05Z","payload":{"meta":{"operation":"delete"}}"#;
    for (read, json) in [
        (mapping as fn(&str), format!("[{entries}]")),
        (mapping, format!("[{{{junk}}}]")),
        (mapping, format!(r#"{{{junk},"data_type_map":[]}}"#)),
        (schema, format!(r#"{{"a":{{"type":"any","validation_rules":[{entries}]}}}}"#)),
        (schema, format!(r#"{{"a":{{"type":"any",{junk}}}}}"#)),
        (schema, format!(r#"{{{junk},"schema":{{}}}}"#)),
        (schema, format!(r#"{{"app":{{{junk},"schema":{{}}}}}}"#)),
        (received, format!("{{{junk},{envelope}}}")),
    ] {
        let bytes = measure(|| read(&json)).bytes_max;
        assert!(bytes < 1_000, "{bytes} bytes for {}", &json[..40]);
    }
}

#[test]
fn a_member_of_settings_that_is_not_asked_for_takes_no_allocation() {
    let junk = list(10_000, |index| format!(r#""x{index}":0"#));
    for json in [
        format!(r#"{{"a":{{"type":"any",{junk}}}}}"#),
        format!(r#"{{{junk},"schema":{{}}}}"#),
        format!(r#"{{"app":{{{junk},"schema":{{}}}}}}"#),
    ] {
        let count = measure(|| drop(ProfileSchema::from_slice(json.as_bytes()).unwrap())).count_total;
        assert!(count < 100, "{count} allocations for {}", &json[..40]);
    }
}
