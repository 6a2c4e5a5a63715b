//! Until `Payload::subject` is there.
use rownd_webhooks::{Payload, Subject, ValidationError};

pub(crate) trait PayloadExt {
    fn subject(&self) -> Result<Subject<'static>, ValidationError>;
}

impl PayloadExt for Payload<'_> {
    fn subject(&self) -> Result<Subject<'static>, ValidationError> {
        Ok(self.clone().into_owned().into_event()?.subject().unwrap().clone())
    }
}
