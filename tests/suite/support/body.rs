//! A builder of bodies.

use std::fmt::{self, Display, Formatter};

/// Writes a body from the JSON of its parts. The default is a `data_update` of user `u`, without issues.
///
/// ```ignore
/// Body { redacted: r#"["country"]"#, ..Body::default() }.to_string()
/// ```
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body<'a> {
    /// The content of the JSON string `operation`.
    pub(crate) operation: &'a str,
    /// `data`; the member is absent if this is empty, as are the next two.
    pub(crate) data: &'a str,
    pub(crate) redacted: &'a str,
    pub(crate) lookup_values: &'a str,
    /// More members of `meta`, such as `"source":"import"`.
    pub(crate) meta: &'a str,
    /// More members of the body.
    pub(crate) members: &'a str,
}

impl Default for Body<'_> {
    fn default() -> Self {
        Self {
            operation: "data_update",
            data: r#"{"user_id":"u"}"#,
            redacted: "[]",
            lookup_values: r#"[{"field":"email","value":"a@example.com"}]"#,
            meta: "",
            members: "",
        }
    }
}

impl<'a> Body<'a> {
    /// The default body with other `data`, such as `{"user_id":"u","country":"NO"}`.
    pub(crate) fn with_data(data: &'a str) -> Self {
        Self { data, ..Self::default() }
    }

    /// A `delete` of user `u`, without issues: it has no `redacted`.
    pub(crate) fn delete() -> Self {
        Self { operation: "delete", redacted: "", ..Self::default() }
    }

    /// The default body with the field `f` of this JSON value.
    pub(crate) fn field(json: &str) -> String {
        Body::with_data(&format!(r#"{{"user_id":"u","f":{json}}}"#)).to_string()
    }
}

impl Display for Body<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (name, json) in [("data", self.data), ("redacted", self.redacted)] {
            if !json.is_empty() {
                write!(f, "\"{name}\":{json},")?;
            }
        }
        write!(f, r#""meta":{{"operation":"{}""#, self.operation)?;
        if !self.lookup_values.is_empty() {
            write!(f, r#","lookup_values":{}"#, self.lookup_values)?;
        }
        for members in [self.meta, self.members] {
            let comma = if members.is_empty() { "" } else { "," };
            write!(f, "{comma}{members}}}")?;
        }
        Ok(())
    }
}

/// `count` items of JSON, separated by commas.
pub(crate) fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}
