//! A summary of an archive.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use anstyle::Style;
use rownd_webhooks::{Issue, ParseError, Payload};
use serde::Serialize;

/// Counts by operation, by code of error and by code of issue.
#[derive(Default, Serialize)]
pub(crate) struct Summary {
    deliveries: BTreeMap<&'static str, u64>,
    rejected: BTreeMap<&'static str, u64>,
    issues: BTreeMap<&'static str, u64>,
}

impl Summary {
    pub(crate) fn add(&mut self, body: &Result<Payload<'_>, ParseError>, accepted: bool, issues: &[Issue]) {
        match body {
            // The issues of a schema reject a payload that could be parsed.
            Ok(_) if !accepted => *self.rejected.entry("invalid").or_default() += 1,
            Ok(payload) => *self.deliveries.entry(payload.operation().label()).or_default() += 1,
            Err(error) => *self.rejected.entry(error.code()).or_default() += 1,
        }
        for issue in issues {
            *self.issues.entry(issue.code()).or_default() += 1;
        }
    }
}

impl Display for Summary {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let bold = Style::new().bold();
        for (title, counts) in
            [("deliveries", &self.deliveries), ("rejected", &self.rejected), ("issues", &self.issues)]
        {
            writeln!(formatter, "{bold}{title:<26}{:>9}{bold:#}", counts.values().sum::<u64>())?;
            for (name, count) in counts {
                writeln!(formatter, "  {name:<24}{count:>9}")?;
            }
        }
        Ok(())
    }
}
