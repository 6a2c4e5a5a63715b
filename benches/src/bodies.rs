//! The bodies that are measured.

use rownd_webhooks::testing::samples;

const USER: &str = r#""user_id":"user_a3vc29gjsaf0h","email":"jrose@acme.com""#;
const LOOKUP: &str = r#"{"field":"email","value":"jrose@acme.com"}"#;

/// The documented `visibility_update` on one line.
pub(crate) fn small() -> String {
    let lines: String = samples::VISIBILITY_UPDATE.lines().map(str::trim).collect();
    lines.replace(": ", ":").replace(", ", ",")
}

/// 42 fields: a fifth each text, numbers, booleans, objects and dates, in this order.
pub(crate) fn mixed() -> String {
    data_update(&format!("{USER},{}", list(8, |index| mixed_group(index).join(","))))
}

/// The same fields, sorted by name.
pub(crate) fn mixed_sorted() -> String {
    let mut fields: Vec<String> = (0..8).flat_map(mixed_group).collect();
    fields.extend(USER.split(',').map(str::to_owned));
    fields.sort();
    data_update(&fields.join(","))
}

fn mixed_group(index: u32) -> [String; 5] {
    [
        format!(r#""custom_text_{index}":"the text of field number {index}""#),
        format!(r#""custom_number_{index}":{}"#, f64::from(index) * 1.25),
        format!(r#""custom_flag_{index}":{}"#, index.is_multiple_of(2)),
        format!(
            r#""custom_address_{index}":{{"street":"{index} Main Street","city":"Raleigh","zip":"2760{index}","country":"US","floor":{index}}}"#
        ),
        format!(r#""custom_date_{index}":"2025-01-2{index}T16:44:05.191Z""#),
    ]
}

/// The names of the mixed body, each of them redacted.
pub(crate) fn redacted() -> String {
    let names = list(42, |index| format!(r#""custom_field_{index:02}""#));
    let data = list(42, |index| format!(r#""custom_field_{index:02}":"<<REDACTED>>""#));
    body(&data, &names, LOOKUP, "")
}

/// 20 fields, one of them an array of 200 objects.
pub(crate) fn nested() -> String {
    let text = |index| format!(r#""text_{index}":"the text of field number {index}""#);
    let order = |index| {
        let quantity = index % 9;
        format!(
            r#"{{"id":"ord_{index:06}","sku":"A-{index:04}","quantity":{quantity},"price":{index}.95,"shipped":true}}"#
        )
    };
    data_update(&format!(r#"{USER},{},"orders":[{}]"#, list(17, text), list(200, order)))
}

/// 30 strings with five or more escapes each.
pub(crate) fn escapes() -> String {
    let text = |index| {
        format!(r#""text_{index}":"\"hello {index}\"\nfrom K\u00e4rnten, W\u00e4hring and M\u00e4hren""#)
    };
    data_update(&list(30, text))
}

/// 5 000 text fields in random order.
pub(crate) fn large() -> String {
    let text = "x".repeat(88);
    let field = |index| format!(r#""custom_field_{:04}":"{text}{index:06}""#, index * 2897 % 4999);
    data_update(&format!("{},{USER}", list(4998, field)))
}

/// An archive of 1 000 small bodies, one per line.
pub(crate) fn archive() -> String {
    format!("{}\n", small()).repeat(1_000)
}

/// A body with many fields, in no order since sorting is a part of the cost.
pub(crate) fn fields(count: u32) -> String {
    data_update(&list(count, |index| scattered(index) + ":1"))
}

pub(crate) fn redacted_names(count: u32) -> String {
    body("", &list(count, scattered), LOOKUP, "")
}

pub(crate) fn lookup_values(count: u32) -> String {
    body("", "", &list(count, |_| LOOKUP.to_owned()), "")
}

pub(crate) fn unknown_members(count: u32) -> String {
    let members = list(count, |index| scattered(index) + ":1");
    body("", "", LOOKUP, &format!(",{members}"))
}

pub(crate) fn nested_elements(count: u32) -> String {
    data_update(&format!(r#""list":[{}]"#, list(count, |_| r#"{"":0}"#.to_owned())))
}

fn data_update(data: &str) -> String {
    body(data, "", LOOKUP, "")
}

fn body(data: &str, redacted: &str, lookup_values: &str, unknown: &str) -> String {
    format!(
        r#"{{"data":{{{data}}},"redacted":[{redacted}],"meta":{{"operation":"data_update","lookup_values":[{lookup_values}]}}{unknown}}}"#
    )
}

fn list(count: u32, item: impl Fn(u32) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

fn scattered(index: u32) -> String {
    format!(r#""{:010}""#, index.wrapping_mul(2_654_435_761))
}

/// The schema of the mixed body.
pub(crate) fn schema() -> String {
    let field = |name: &str, kind: &str| {
        format!(
            r#""{name}":{{"type":"{kind}","display_name":"{name}","data_category":"pii_basic","owned_by":"user","required":true}}"#
        )
    };
    let types = ["text", "number", "flag", "address", "date"];
    let kinds = ["string", "number", "boolean", "object", "date"];
    let group = |index| {
        let fields =
            types.iter().zip(kinds).map(|(name, kind)| field(&format!("custom_{name}_{index}"), kind));
        fields.collect::<Vec<_>>().join(",")
    };
    format!(
        r#"{{"schema":{{{},{},{}}}}}"#,
        field("user_id", "string"),
        field("email", "string"),
        list(8, group)
    )
}
