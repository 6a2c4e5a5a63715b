//! What a parse costs in memory: counts and sizes of allocations, which are exact.

use allocation_counter::{AllocationInfo, measure};
use proptest::prelude::*;
use rownd_webhooks::Parser;
use rownd_webhooks::replay::NdjsonReader;
use rownd_webhooks::testing::{self, samples};

fn unlimited() -> Parser {
    Parser::new().max_bytes(usize::MAX).max_fields(usize::MAX)
}

fn cost(body: &str) -> AllocationInfo {
    measure(|| drop(unlimited().parse(body.as_bytes()).unwrap()))
}

/// A payload that does not borrow holds each name and value on its own, and a reader's body is held besides.
fn owned_cost(body: &str) -> AllocationInfo {
    measure(|| drop(unlimited().parse_reader(body.as_bytes()).unwrap()))
}

fn envelope(data: &str, redacted: &str, lookups: &str) -> String {
    format!(
        r#"{{"data":{{{data}}},"redacted":[{redacted}],"meta":{{"operation":"data_update","lookup_values":[{lookups}]}}}}"#
    )
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

#[test]
fn few_allocations_make_a_payload() {
    let mut medium = testing::data_update();
    for index in 0..41 {
        medium = medium.field(format!("field_{index}"), serde_json::json!({"value": [index]}));
    }
    let large = envelope(&list(5_000, |index| format!(r#""field_{index}":"{index:0100}""#)), "", "");
    for (name, body, most) in [
        ("small", samples::VISIBILITY_UPDATE.to_owned(), 3),
        ("medium", medium.body(), 3),
        ("large", large, 2),
    ] {
        let count = cost(&body).count_total;
        assert!(count <= most, "{name}: {count} allocations, {most} are allowed");
    }
}

#[test]
fn an_archive_takes_as_much_memory_as_its_longest_line() {
    let line = samples::VISIBILITY_UPDATE.replace('\n', " ");
    let peak = |count: usize| {
        let archive = format!("{line}\n").repeat(count);
        let mut read = 0;
        let memory = measure(|| {
            let mut reader = NdjsonReader::new(archive.as_bytes());
            while let Some(payload) = reader.next_payload() {
                payload.unwrap();
                read += 1;
            }
        });
        assert_eq!(read, count);
        memory.bytes_max
    };
    let few = peak(10);
    assert!(few > 0);
    assert_eq!(peak(20_000), few);
}

#[test]
fn a_payload_holds_little_more_than_its_fields_need() {
    const COUNT: usize = 500;
    let held = |colons: usize| {
        // The colons of the texts might be those of fields, until they are read; among so much else nobody looks closer.
        let text = format!(":{}", "x".repeat(60)).repeat(colons);
        let field = |index| format!(r#""{index}":"{text}""#);
        let body = envelope(&list(COUNT, field), "", "");
        let mut payload = None;
        let memory = measure(|| payload = Some(rownd_webhooks::from_str(&body).unwrap()));
        assert_eq!(payload.unwrap().fields().len(), COUNT);
        memory.bytes_current
    };
    let needed = held(0);
    assert!(needed > 0);
    for colons in [1, 2, 3, 5, 10, 50] {
        let held = held(colons);
        assert!(held <= needed * 5 / 2 + 1, "{colons}: {held} bytes, {needed} are needed");
    }
}

#[test]
fn unknown_members_take_what_they_need_wherever_they_stand() {
    let held = |body: String| {
        let mut payload = None;
        let memory = measure(|| payload = Some(rownd_webhooks::from_str(&body).unwrap()));
        assert!(payload.is_some());
        memory.bytes_current
    };
    let rows: [fn(&str, &str) -> String; 3] = [
        |first, last| {
            format!(
                r#"{{{first}"data":{{}},"redacted":[],"meta":{{"operation":"","lookup_values":[]}}{last}}}"#
            )
        },
        |first, last| format!(r#"{{"meta":{{{first}"operation":"","lookup_values":[]{last}}}}}"#),
        |first, last| {
            format!(
                r#"{{"meta":{{"operation":"","lookup_values":[{{{first}"field":"","value":""{last}}}]}}}}"#
            )
        },
    ];
    for body in rows {
        assert_eq!(
            held(body(r#""a":1,"b":2,"c":3,"d":4,"#, "")),
            held(body("", r#","a":1,"b":2,"c":3,"d":4"#))
        );
    }
}

/// Two characters that tell `number` from others, in a name as short as can be.
fn short(number: usize) -> String {
    const LETTERS: &[u8] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%&()*+,-./;<=>?@[]^_`{|}~ ";
    let mut name = String::new();
    let mut rest = number;
    loop {
        name.push(char::from(LETTERS[rest % LETTERS.len()]));
        rest /= LETTERS.len();
        if rest == 0 {
            return name;
        }
    }
}

/// How many of something a worst case has.
const COUNT: usize = 20_000;

/// Bodies in which several lists make room for what may follow.
fn mixed() -> Vec<(&'static str, String)> {
    let fields = |count: usize| list(count, |index| format!(r#""{}":1"#, short(index)));
    vec![
        ("unknown members at each level, before a text of colons and commas", {
            let decoy = ":,,".repeat(COUNT);
            format!(
                r#"{{"a":1,"meta":{{"operation":"x","b":2,"lookup_values":[{{"c":3,"field":"","value":"","d":"{decoy}"}}]}}}}"#
            )
        }),
        ("unknown members, then fields, then names, before such a text", {
            let decoy = ":,,".repeat(COUNT);
            format!(
                r#"{{"a":1,"data":{{"a":1,"b":2}},"redacted":["a","b","{decoy}"],"meta":{{"operation":"x"}}}}"#
            )
        }),
        ("a field and unknown members before such a text", {
            let decoy = ":,,".repeat(COUNT);
            format!(r#"{{"a":1,"b":2,"meta":{{"c":1,"operation":"x"}},"data":{{"a":1,"b":"{decoy}"}}}}"#)
        }),
        ("unknown members, half of them of meta", {
            let half = fields(COUNT / 2);
            format!(r#"{{{half},"meta":{{"operation":"x",{half}}}}}"#)
        }),
        ("half fields, half unknown members", {
            let half = fields(COUNT / 2);
            format!(r#"{{"~~~":1,"data":{{{half}}},{half},"meta":{{"operation":"x"}}}}"#)
        }),
        ("less than half fields, then unknown members", {
            let (fewer, more) = (fields(COUNT / 5 * 2), fields(COUNT / 5 * 3));
            format!(r#"{{"data":{{{fewer}}},{more},"meta":{{"operation":"x"}}}}"#)
        }),
        ("half fields, the first with an escape, half unknown members", {
            let half = fields(COUNT / 2);
            format!(r#"{{"data":{{"\n":1,{half}}},{half},"meta":{{"operation":"x"}}}}"#)
        }),
        ("half redacted names, half unknown members", {
            let members = fields(COUNT / 5);
            let names = list(COUNT / 2, |_| r#""""#.to_owned());
            format!(r#"{{"redacted":[{names}],{members},"meta":{{"operation":"x"}}}}"#)
        }),
        ("escaped fields in clear, all of them listed", {
            let escaped = |index| format!(r#""\n{}""#, short(index));
            envelope(&list(1_500, |index| format!("{}:1", escaped(index))), &list(1_500, escaped), "")
        }),
        ("escaped names as short as can be, the last first", {
            let escapes = [r"\n", r"\t", r"\r", r"\b", r"\f", r"\/", r"\\"];
            let names: Vec<_> = escapes
                .iter()
                .flat_map(|escape| (0..90).map(move |index| escape.to_string() + &short(index)))
                .collect();
            envelope(&list(names.len(), |index| format!(r#""{}":1"#, names[names.len() - 1 - index])), "", "")
        }),
        ("many redacted names, then as many fields", {
            let fields = list(3_000, |index| format!(r#""{}":1"#, short(3_000 - index)));
            let names = list(2_100, |_| r#""""#.to_owned());
            format!(r#"{{"redacted":[{names}],"data":{{{fields}}},"meta":{{"operation":"x"}}}}"#)
        }),
        ("lookup values with an unknown member before the known ones", {
            envelope("", "", &list(1_025, |_| r#"{"":0,"field":"","value":1}"#.to_owned()))
        }),
        ("lookup values with two of them", {
            envelope("", "", &list(1_025, |_| r#"{"":0,"a":1,"field":"","value":1}"#.to_owned()))
        }),
        ("a field, then unknown members, then escaped names", {
            let members = fields(COUNT / 7);
            let names = list(COUNT, |_| r#""\n""#.to_owned());
            format!(
                r#"{{"data":{{"a":1}},{members},"redacted":["a","b",{names}],"meta":{{"operation":"x"}}}}"#
            )
        }),
        ("lookup values after fields after unknown members", {
            let third = fields(COUNT / 3);
            let lookups = list(COUNT / 8, |_| r#"{"field":"","value":""}"#.to_owned());
            format!(
                r#"{{"~~~":1,{third},"data":{{{third}}},"meta":{{"~~~":1,{third},"operation":"x","lookup_values":[{lookups}]}}}}"#
            )
        }),
    ]
}

#[test]
fn no_body_makes_a_parse_ask_for_more_than_a_few_times_its_size() {
    let two_byte_fields = list(COUNT, |index| format!(r#""{}":1"#, short(index)));
    let bodies = [
        ("short fields", envelope(&two_byte_fields, "", "")),
        (
            "short fields, the last first",
            envelope(&list(COUNT, |index| format!(r#""{}":1"#, short(COUNT - index))), "", ""),
        ),
        ("escaped names", envelope(&list(COUNT, |index| format!(r#""\n{}":1"#, short(index))), "", "")),
        ("escaped values", envelope(&list(COUNT, |index| format!(r#""{}":"\n""#, short(index))), "", "")),
        ("empty redacted names", envelope("", &list(COUNT, |_| r#""""#.to_owned()), "")),
        ("escaped redacted names", envelope("", &list(COUNT, |_| r#""\n""#.to_owned()), "")),
        (
            "fields, all redacted",
            envelope(&two_byte_fields, &list(COUNT, |index| format!(r#""{}""#, short(index))), ""),
        ),
        ("lookup values", envelope("", "", &list(COUNT, |_| r#"{"field":"","value":""}"#.to_owned()))),
        (
            "escaped lookup values",
            envelope("", "", &list(COUNT, |_| r#"{"field":"\n","value":"\n"}"#.to_owned())),
        ),
        (
            "lookup values with more",
            envelope("", "", &list(COUNT, |_| r#"{"field":"","value":"","":0}"#.to_owned())),
        ),
        (
            "nested objects",
            envelope(&format!(r#""a":[{}]"#, list(COUNT, |_| r#"{"":0}"#.to_owned())), "", ""),
        ),
        (
            "a text of colons",
            envelope(&format!(r#""a":"{}""#, ":".repeat(COUNT)), &list(COUNT, |_| r#"":""#.to_owned()), ""),
        ),
        (
            "redacted names behind everything else",
            format!(r#"{{"meta":{{"operation":"x"}},"redacted":[{}]}}"#, list(COUNT, |_| r#""""#.to_owned())),
        ),
        ("a redacted name of commas", envelope("", &format!(r#""a","b","{}""#, ",".repeat(COUNT)), "")),
        ("unknown members", format!(r#"{{{two_byte_fields},"meta":{{"operation":"x"}}}}"#)),
        ("unknown members of meta", format!(r#"{{"meta":{{"operation":"x",{two_byte_fields}}}}}"#)),
        (
            "lookup values with escaped members",
            envelope("", "", &list(COUNT, |_| r#"{"field":"","value":"","\n":0}"#.to_owned())),
        ),
        (
            "a lookup value with many",
            envelope("", "", &format!(r#"{{"field":"","value":"",{two_byte_fields}}}"#)),
        ),
        (
            "a lookup value with many behind a nested one",
            envelope("", "", &format!(r#"{{"field":"","value":"","~~~~":[{{"":{{}}}}],{two_byte_fields}}}"#)),
        ),
        ("numbers", envelope(&format!(r#""a":[{}]"#, list(COUNT, |_| "1".to_owned())), "", "")),
    ];
    let mixed = mixed();
    let mut worst = (0, "");
    for (name, body) in bodies.iter().chain(&mixed) {
        let percent = cost(body).bytes_max * 100 / body.len() as u64;
        worst = worst.max((percent, name));
        assert!(percent <= 800, "{name}: {percent} % of {} bytes", body.len());
        let percent = owned_cost(body).bytes_max * 100 / body.len() as u64;
        assert!(percent <= 1_300, "{name}, owned: {percent} % of {} bytes", body.len());
    }
    assert!(worst.0 > 300, "the worst of these bodies is no bad one: {worst:?}");
}

/// Names, as short as can be, of which so many have an escape.
fn names(plain: usize, escaped: usize) -> Vec<String> {
    const ESCAPES: [&str; 6] = [r"\n", r"\t", r"\r", r"\b", r"\f", r"\\"];
    let escaped = (0..escaped).map(|index| ESCAPES[index % 6].to_owned() + &short(index / 6));
    (0..plain).map(short).chain(escaped).collect()
}

/// Some of everything, in any order.
fn mixes() -> impl Strategy<Value = String> {
    let count = || prop_oneof![Just(0usize), 0..8usize, 0..100usize, 0..2_000usize];
    let members = || {
        let value = prop::sample::select(vec!["1", r#""\n""#, r#"":::""#, r#"{"":1}"#]);
        (count(), count(), value).prop_flat_map(|(plain, escaped, value)| {
            (Just(names(plain, escaped)).prop_shuffle(), Just(value))
        })
    };
    let written = |(names, value): &(Vec<String>, &str)| {
        names.iter().map(|name| format!(r#""{name}":{value}"#)).collect::<Vec<_>>()
    };
    let lookup = prop::sample::select(vec![
        r#"{"field":"","value":1}"#,
        r#"{"":0,"field":"\n","value":1}"#,
        r#"{"field":"","value":"\n","\n":0,"\t":0}"#,
    ]);
    (members(), members(), members(), (count(), lookup), (count(), 0..4_000usize, any::<bool>()))
        .prop_flat_map(move |(fields, unknown, of_meta, (lookups, lookup), (listed, decoy, is_listed))| {
            let mut redacted: Vec<_> = vec![r#""\n""#.to_owned(); listed];
            if is_listed {
                redacted.extend(fields.0.iter().map(|name| format!(r#""{name}""#)));
            }
            redacted.push(format!(r#""{}""#, ":,".repeat(decoy)));
            let mut meta = written(&of_meta);
            meta.push(r#""operation":"""#.to_owned());
            meta.insert(
                meta.len() / 2,
                format!(r#""lookup_values":[{}]"#, list(lookups, |_| lookup.to_owned())),
            );
            let mut members = vec![
                format!(r#""data":{{{}}}"#, written(&fields).join(",")),
                format!(r#""redacted":[{}]"#, redacted.join(",")),
                format!(r#""meta":{{{}}}"#, meta.join(",")),
            ];
            members.extend((!unknown.0.is_empty()).then(|| written(&unknown).join(",")));
            Just(members).prop_shuffle().prop_map(|members| format!("{{{}}}", members.join(",")))
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nor_does_a_mix_of_everything(body in mixes()) {
        let percent = cost(&body).bytes_max * 100 / body.len() as u64;
        prop_assert!(percent <= 800, "{} % of {} bytes", percent, body.len());
        let percent = owned_cost(&body).bytes_max * 100 / body.len() as u64;
        prop_assert!(percent <= 1_300, "owned: {} % of {} bytes", percent, body.len());
    }
}

#[test]
fn a_body_that_is_refused_takes_no_more() {
    let same_names = list(COUNT, |_| r#""":1"#.to_owned());
    for (name, body) in [
        ("a field again and again", envelope(&same_names, "", "")),
        ("an unknown member again and again", format!(r#"{{{same_names},"meta":{{"operation":"x"}}}}"#)),
        (
            "a lookup value's member again and again",
            envelope("", "", &format!(r#"{{"field":"","value":"",{same_names}}}"#)),
        ),
    ] {
        let parser = Parser::new().max_fields(usize::MAX);
        let memory =
            measure(|| assert_eq!(parser.parse(body.as_bytes()).unwrap_err().code(), "duplicate_member"));
        let percent = memory.bytes_max * 100 / body.len() as u64;
        assert!(percent <= 800, "{name}: {percent} % of {} bytes", body.len());
    }
}
