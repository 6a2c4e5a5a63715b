//! The vendor's body, read from JSON text into a payload.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;

use chrono::{DateTime, Utc};

use super::redact::redact_listed;
use crate::error::{ParseError, ParseErrorKind};
use crate::json::pointer::Pointer;
use crate::json::{Error, ErrorKind, Reader, Token, is_reserved};
use crate::payload::fields::Fields;
use crate::payload::lookup::LookupValue;
use crate::payload::members::{Member, Members};
use crate::payload::operation::Operation;
use crate::payload::paths::Path;
use crate::payload::value::{RawJson, Value, field_with};
use crate::payload::{Payload, Presence};
use crate::redactable::Redactable;
use crate::settings::mapping::FieldMapping;

/// Reads a body from the rest of `json`.
pub(crate) fn read<'a>(
    json: &mut Reader<'a>,
    max_entries: usize,
    mapping: Option<&FieldMapping>,
) -> Result<Payload<'a>, ParseError> {
    let mut reader = BodyReader::new(json, max_entries, mapping);
    reader.body()?;
    let mut payload = reader.payload;
    redact_listed(&mut payload);
    Ok(payload)
}

/// Reads a body with the time of its arrival: an object with `received_at` and `payload`, whose other members are skipped.
pub(crate) fn read_received<'a>(
    text: &'a str,
    read_payload: impl Fn(&mut Reader<'a>) -> Result<Payload<'a>, ParseError>,
) -> Result<(DateTime<Utc>, Payload<'a>), ParseError> {
    let mut json = Reader::enclosed(text);
    let mut reader = BodyReader::new(&mut json, usize::MAX, None);
    let received = reader.object(Path::Body)?;
    let (mut received_at, mut payload) = (None, None);
    while let Some(name) = reader.name(received)? {
        match &*name {
            "received_at" if received_at.is_none() => received_at = Some(reader.time(Path::ReceivedAt)?),
            "payload" if payload.is_none() => {
                // Lone surrogates are allowed anywhere only in skipped members.
                reader.json.replace_surrogates(false);
                reader.json.take_replaced();
                payload = Some(read_payload(reader.json).map_err(|error| error.within("/payload"))?);
                reader.json.replace_surrogates(true);
            }
            "received_at" | "payload" => return Err(reader.duplicate(Path::Body, &name)),
            _ => {
                let skipped = reader.json.raw_value();
                skipped.map_err(|error| reader.json_error(error, Path::Body.member(&name)))?;
            }
        }
    }
    reader.end()?;
    let received_at = received_at.ok_or_else(|| reader.missing(received, "received_at"))?;
    let payload = payload.ok_or_else(|| reader.missing(received, "payload"))?;
    Ok((received_at, payload))
}

/// Reads an object of fields.
pub(crate) fn read_fields(text: &str) -> Result<Fields<'_>, ParseError> {
    let mut json = Reader::new(text);
    let mut reader = BodyReader::new(&mut json, usize::MAX, None);
    let fields = reader.fields(Path::Body)?;
    reader.end()?;
    Ok(fields)
}

struct BodyReader<'a, 'p> {
    json: &'p mut Reader<'a>,
    mapping: Option<&'p FieldMapping>,
    max_entries: usize,
    entries: usize,
    payload: Payload<'a>,
}

/// One of the vendor's objects: its offset in the body and its path.
#[derive(Clone, Copy)]
struct Object {
    start: usize,
    path: Path,
}

impl<'a, 'p> BodyReader<'a, 'p> {
    fn new(json: &'p mut Reader<'a>, max_entries: usize, mapping: Option<&'p FieldMapping>) -> Self {
        Self { json, mapping, max_entries, entries: 0, payload: Payload::empty() }
    }

    fn body(&mut self) -> Result<(), ParseError> {
        let body = self.object(Path::Body)?;
        let (mut has_meta, mut unknown) = (false, Vec::new());
        while let Some(name) = self.name(body)? {
            match &*name {
                "data" if self.payload.data == Presence::Absent => self.data()?,
                "redacted" if self.payload.redacted == Presence::Absent => self.redacted()?,
                "meta" if !has_meta => {
                    has_meta = true;
                    self.meta()?;
                }
                "data" | "redacted" | "meta" => return Err(self.duplicate(Path::Body, &name)),
                _ => {
                    self.json.replace_surrogates(true);
                    self.unknown_member(body, name, &mut unknown)?;
                    self.json.replace_surrogates(false);
                }
            }
        }
        if !unknown.is_empty() {
            self.payload.rare_mut().unknown_members = self.sorted(body, unknown)?;
        }
        self.end()?;
        if has_meta { Ok(()) } else { Err(self.missing(body, "meta")) }
    }

    fn data(&mut self) -> Result<(), ParseError> {
        self.payload.data = self.presence(Path::Data)?;
        if self.payload.data == Presence::Present {
            self.payload.fields = self.fields(Path::Data)?;
        }
        Ok(())
    }

    fn fields(&mut self, path: Path) -> Result<Fields<'a>, ParseError> {
        let data = self.object(path)?;
        // Growing the list step by step would cost as much as reading several fields.
        let mut fields = Vec::with_capacity(16);
        self.json.replace_surrogates(true);
        while let Some(name) = self.name(data)? {
            self.count(path, self.json.name_offset())?;
            let field = match self.json.value() {
                Ok(token) => field_with(Value::new(token)),
                Err(error) => return Err(self.json_error(error, path.member(&name))),
            };
            if fields.len() == 16 {
                fields.reserve(32);
            }
            fields.push((name, field));
            if self.json.has_replaced() {
                self.mend(path, &mut fields)?;
            }
        }
        if let Some(mapping) = self.mapping {
            for (name, _) in &mut fields {
                *name = mapping.renamed(mem::take(name));
            }
        }
        self.json.replace_surrogates(false);
        Ok(Fields(self.sorted(data, fields)?))
    }

    /// Handles lone surrogates that were replaced in the value of the last field. In the user id they are an error, since two ids
    /// could become one.
    #[cold]
    fn mend(
        &mut self,
        path: Path,
        fields: &mut [Member<'a, Redactable<Value<'a>>>],
    ) -> Result<(), ParseError> {
        let offset = self.json.take_replaced().unwrap_or_default();
        let Some((original, field)) = fields.last_mut() else { return Ok(()) };
        let name = self.mapped(original.clone());
        if name == "user_id" {
            let error = Error { kind: ErrorKind::LoneSurrogate, offset };
            return Err(self.json_error(error, path.member(original)));
        }
        self.payload.rare_mut().replaced_fields.push(name);
        if let Redactable::Visible(Value::Array(json) | Value::Object(json)) = field {
            *json = RawJson::new(self.json.mended(json.as_str().len()));
        }
        Ok(())
    }

    fn redacted(&mut self) -> Result<(), ParseError> {
        self.payload.redacted = self.presence(Path::Redacted)?;
        if self.payload.redacted == Presence::Null {
            return Ok(());
        }
        self.enter(Path::Redacted, b'[', "an array")?;
        while self.next_element(Path::Redacted)? {
            let (start, path) = (self.json.offset(), Path::RedactedName(self.payload.redacted_names.len()));
            self.count(Path::Redacted, start)?;
            let name = self.string(path)?;
            // It names a field, so the same rule applies.
            if is_reserved(&name) {
                return Err(self.error(ParseErrorKind::ReservedName, path.pointer(), start));
            }
            self.payload.redacted_names.push(self.mapped(name));
        }
        Ok(())
    }

    fn meta(&mut self) -> Result<(), ParseError> {
        let meta = self.object(Path::Meta)?;
        let (mut has_operation, mut unknown) = (false, Vec::new());
        while let Some(name) = self.name(meta)? {
            match &*name {
                "operation" if !has_operation => {
                    has_operation = true;
                    self.payload.operation = Operation::from_word(self.string(Path::Operation)?);
                }
                "lookup_values" if self.payload.lookup_list == Presence::Absent => {
                    self.lookup_values()?;
                }
                "operation" | "lookup_values" => return Err(self.duplicate(Path::Meta, &name)),
                _ => self.unknown_member(meta, name, &mut unknown)?,
            }
        }
        if !unknown.is_empty() {
            self.payload.rare_mut().unknown_meta = self.sorted(meta, unknown)?;
        }
        if has_operation { Ok(()) } else { Err(self.missing(meta, "operation")) }
    }

    fn lookup_values(&mut self) -> Result<(), ParseError> {
        self.payload.lookup_list = self.presence(Path::LookupValues)?;
        if self.payload.lookup_list == Presence::Null {
            return Ok(());
        }
        if self.json.peek() != Some(b'[') {
            let start = self.json.offset();
            self.count(Path::LookupValues, start)?;
            // An object's members are checked like those of a lookup value, but outside an array it is not one.
            self.lookup_value(Path::LookupValues)?;
            self.payload.rare_mut().not_an_array = Some(RawJson::new(self.json.text_since(start)));
            return Ok(());
        }
        self.enter(Path::LookupValues, b'[', "an array")?;
        let mut index = 0;
        while self.next_element(Path::LookupValues)? {
            let start = self.json.offset();
            self.count(Path::LookupValues, start)?;
            if let Some(lookup) = self.lookup_value(Path::LookupValue(index))? {
                self.payload.lookup_values.push(lookup);
            } else {
                let json = RawJson::new(self.json.text_since(start));
                self.payload.rare_mut().unusable.push((index, json));
            }
            index += 1;
        }
        Ok(())
    }

    /// Reads an element that may be a lookup value; `None` if it is not.
    fn lookup_value(&mut self, path: Path) -> Result<Option<LookupValue<'a>>, ParseError> {
        if self.json.peek() != Some(b'{') {
            self.json.raw_value().map_err(|error| self.json_error(error, path.pointer()))?;
            return Ok(None);
        }
        let object = self.object(path)?;
        let (mut field, mut value, mut unknown) = (None, None, Vec::new());
        while let Some(name) = self.name(object)? {
            let member = match &*name {
                "field" => &mut field,
                "value" => &mut value,
                _ => {
                    self.unknown_member(object, name, &mut unknown)?;
                    continue;
                }
            };
            if member.is_some() {
                return Err(self.duplicate(path, &name));
            }
            let token = self.json.value().map_err(|error| self.json_error(error, path.member(&name)))?;
            *member = Some(token);
        }
        let unknown = self.sorted(object, unknown)?;
        Ok(match (field, value) {
            (Some(Token::String(field)), Some(value @ (Token::String(_) | Token::Number(_)))) => {
                Some(LookupValue { field: self.mapped(field), value: field_with(Value::new(value)), unknown })
            }
            _ => None,
        })
    }

    fn unknown_member(
        &mut self,
        object: Object,
        name: Cow<'a, str>,
        members: &mut Vec<Member<'a, RawJson<'a>>>,
    ) -> Result<(), ParseError> {
        self.count(object.path, self.json.name_offset())?;
        let text =
            self.json.raw_value().map_err(|error| self.json_error(error, object.path.member(&name)))?;
        let mut json = RawJson::new(text);
        if self.json.take_replaced().is_some() {
            json = RawJson::new(self.json.mended(text.len()));
            self.payload.rare_mut().replaced_members.push(name.clone());
        }
        members.push((name, json));
        Ok(())
    }

    #[inline]
    fn object(&mut self, path: Path) -> Result<Object, ParseError> {
        self.enter(path, b'{', "an object")?;
        Ok(Object { start: self.json.offset() - 1, path })
    }

    /// Enters the array or object that `open` begins.
    #[inline]
    fn enter(&mut self, path: Path, open: u8, expected: &'static str) -> Result<(), ParseError> {
        if self.json.peek() != Some(open) {
            return Err(self.wrong_type(path, expected));
        }
        self.json.enter().map_err(|error| self.json_error(error, path.pointer()))
    }

    fn end(&mut self) -> Result<(), ParseError> {
        self.json.end().map_err(|error| self.json_error(error, Path::Body.pointer()))
    }

    /// Reads the name of a member, or leaves the object.
    #[expect(clippy::inline_always, reason = "measured, see json/reader.rs")]
    #[inline(always)]
    fn name(&mut self, object: Object) -> Result<Option<Cow<'a, str>>, ParseError> {
        match self.json.next_name() {
            Ok(Some(name)) if is_reserved(&name) => {
                Err(self.error_at_name(ParseErrorKind::ReservedName, object.path, &name))
            }
            Ok(name) => Ok(name),
            Err(error) => Err(self.json_error(error, object.path.pointer())),
        }
    }

    #[inline]
    fn next_element(&mut self, array: Path) -> Result<bool, ParseError> {
        self.json.next_element().map_err(|error| self.json_error(error, array.pointer()))
    }

    #[inline]
    fn string(&mut self, path: Path) -> Result<Cow<'a, str>, ParseError> {
        if self.json.peek() != Some(b'"') {
            return Err(self.wrong_type(path, "a string"));
        }
        self.json.string().map_err(|error| self.json_error(error, path.pointer()))
    }

    fn time(&mut self, path: Path) -> Result<DateTime<Utc>, ParseError> {
        self.json.peek();
        let start = self.json.offset();
        let kind = ParseErrorKind::WrongType { expected: "a time of RFC 3339", found: "string" };
        self.string(path)?.parse().map_err(|_| self.error(kind, path.pointer(), start))
    }

    /// Reads `null`, if it is next, where an array or object is expected.
    #[inline]
    fn presence(&mut self, path: Path) -> Result<Presence, ParseError> {
        if self.json.peek() != Some(b'n') {
            return Ok(Presence::Present);
        }
        let null = self.json.raw_value();
        null.map(|_| Presence::Null).map_err(|error| self.json_error(error, path.pointer()))
    }

    /// Counts an entry that is kept.
    #[inline]
    fn count(&mut self, path: Path, offset: usize) -> Result<(), ParseError> {
        if self.entries == self.max_entries {
            return Err(self.error(
                ParseErrorKind::TooManyEntries { limit: self.max_entries },
                path.pointer(),
                offset,
            ));
        }
        self.entries += 1;
        Ok(())
    }

    /// Returns Rownd's name of a field.
    #[inline]
    fn mapped(&self, name: Cow<'a, str>) -> Cow<'a, str> {
        match self.mapping {
            Some(mapping) => mapping.renamed(name),
            None => name,
        }
    }

    #[inline]
    fn sorted<T>(&self, object: Object, members: Vec<Member<'a, T>>) -> Result<Members<'a, T>, ParseError> {
        Members::new(members).ok_or_else(|| self.first_duplicate(object))
    }

    #[cold]
    fn error(&self, kind: ParseErrorKind, path: Pointer, offset: usize) -> ParseError {
        ParseError::new(kind).with_path(path).with_position(self.json.position(offset))
    }

    /// Returns an error about the member whose name was read last.
    #[cold]
    fn error_at_name(&self, kind: ParseErrorKind, parent: Path, name: &str) -> ParseError {
        self.error(kind, parent.member(name), self.json.name_offset())
    }

    #[cold]
    fn duplicate(&self, parent: Path, name: &str) -> ParseError {
        self.error_at_name(ParseErrorKind::DuplicateMember, parent, name)
    }

    /// Returns the error for the first member whose name an earlier member of the object already has.
    #[cold]
    fn first_duplicate(&self, object: Object) -> ParseError {
        let mut json = self.json.at(object.start);
        let mut names = HashSet::new();
        let _ = json.enter();
        while let Ok(Some(name)) = json.next_name() {
            let is_field = object.path == Path::Data;
            if !names.insert(if is_field { self.mapped(name.clone()) } else { name.clone() }) {
                let path = object.path.member(&name);
                return self.error(ParseErrorKind::DuplicateMember, path, json.name_offset());
            }
            let _ = json.raw_value();
        }
        ParseError::new(ParseErrorKind::DuplicateMember).with_path(object.path.pointer())
    }

    #[cold]
    fn missing(&self, object: Object, name: &'static str) -> ParseError {
        self.error(ParseErrorKind::MissingMember { name }, object.path.member(name), object.start)
    }

    /// Returns the error that the next value has the wrong type, unless it is malformed.
    #[cold]
    fn wrong_type(&mut self, path: Path, expected: &'static str) -> ParseError {
        let start = self.json.offset();
        let found = self.json.next_type();
        if let Err(error) = self.json.raw_value() {
            return self.json_error(error, path.pointer());
        }
        let kind = match path {
            Path::Body => ParseErrorKind::NotAnObject { found },
            _ => ParseErrorKind::WrongType { expected, found },
        };
        self.error(kind, path.pointer(), start)
    }

    /// Converts an error of the JSON reader. One of plain syntax has no path.
    #[cold]
    fn json_error(&self, error: Error, path: Pointer) -> ParseError {
        let converted = ParseError::from_json(error.kind).with_position(self.json.position(error.offset));
        match error.kind {
            ErrorKind::TooDeep | ErrorKind::ReservedName | ErrorKind::LoneSurrogate => {
                converted.with_path(path)
            }
            _ => converted,
        }
    }
}
