//! The body's shape, in both directions.
//!
//! Reading is one pass of serde_json over the body, by visitors: derived code would take arrays for structs, let
//! members repeat, and quote values in messages.

use std::cell::Cell;
use std::fmt::{self, Formatter};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::error::{ParseError, ParseErrorKind};
use crate::fields::Fields;
use crate::limits::Limits;
use crate::lookup::{LookupText, LookupValue};
use crate::mapping::FieldMapping;
use crate::operation::Operation;
use crate::payload::{Payload, Presence};
use crate::pointer::Pointer;
use crate::redactable::{REDACTED, Redactable};
use crate::scan::{self, Flaw, Step};
use crate::slim::{Raw, Text};
use crate::sorted::Sorted;
use crate::value::{RawJson, Value};

const DATA: &str = "data";
const REDACTED_NAMES: &str = "redacted";
const META: &str = "meta";
const OPERATION: &str = "operation";
const LOOKUP_VALUES: &str = "lookup_values";
const FIELD: &str = "field";
const VALUE: &str = "value";

/// So much more than there is body left is not worth counting for: the body's own frame makes up for it.
const FEW_BYTES: usize = 256;

/// Reads a body that is known to be UTF-8.
pub(crate) fn read<'a>(
    body: &'a str,
    limits: &Limits,
    mapping: Option<&FieldMapping>,
) -> Result<Payload<'a>, ParseError> {
    let reader = Reader { body, limits, mapping, failure: Cell::new(None), place: Cell::new(Place::Body) };
    let mut members = BodyMembers { reader: &reader, payload: Payload::EMPTY, has_meta: false };
    let mut deserializer = serde_json::Deserializer::from_str(body);
    Object(&mut members).deserialize(&mut deserializer).map_err(|error| reader.explain(&error))?;
    let BodyMembers { mut payload, has_meta, .. } = members;
    deserializer.end().map_err(|error| ParseError::json(&error))?;
    if !has_meta {
        return Err(reader.missing(Place::Body, META));
    }
    payload.withhold();
    Ok(payload)
}

/// What all the visitors of one body share.
struct Reader<'a, 'p> {
    body: &'a str,
    limits: &'p Limits,
    mapping: Option<&'p FieldMapping>,
    /// This crate's own verdict. It goes around serde_json, whose errors hold text only.
    failure: Cell<Option<ParseError>>,
    /// What is about to be read: where a type that serde_json does not like stands.
    place: Cell<Place>,
}

/// A place that the vendor gives a type to.
#[derive(Clone, Copy)]
enum Place {
    Body,
    Data,
    RedactedNames,
    RedactedName(usize),
    Meta,
    Operation,
    LookupValues,
    LookupValue(usize),
    LookupField(usize),
    LookupText(usize),
}

impl Place {
    fn steps(self) -> Vec<Step<'static>> {
        use Step::{Element, Member};
        match self {
            Self::Body => vec![],
            Self::Data => vec![Member(DATA)],
            Self::RedactedNames => vec![Member(REDACTED_NAMES)],
            Self::RedactedName(index) => vec![Member(REDACTED_NAMES), Element(index)],
            Self::Meta => vec![Member(META)],
            Self::Operation => vec![Member(META), Member(OPERATION)],
            Self::LookupValues => vec![Member(META), Member(LOOKUP_VALUES)],
            Self::LookupValue(index) => [Self::LookupValues.steps(), vec![Element(index)]].concat(),
            Self::LookupField(index) => [Self::LookupValue(index).steps(), vec![Member(FIELD)]].concat(),
            Self::LookupText(index) => [Self::LookupValue(index).steps(), vec![Member(VALUE)]].concat(),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Body | Self::Data | Self::Meta | Self::LookupValue(_) => "an object",
            Self::RedactedNames | Self::LookupValues => "an array",
            Self::RedactedName(_) | Self::Operation | Self::LookupField(_) | Self::LookupText(_) => {
                "a string"
            }
        }
    }

    /// What this crate knows the members of this object by.
    fn members(self) -> &'static [&'static str] {
        match self {
            Self::Body => &[DATA, REDACTED_NAMES, META],
            Self::Meta => &[OPERATION, LOOKUP_VALUES],
            Self::LookupValue(_) => &[FIELD, VALUE],
            _ => &[],
        }
    }

    /// How many containers are open around the members of this object.
    fn depth(self) -> usize {
        match self {
            Self::Body => 1,
            Self::Data | Self::Meta => 2,
            // A lookup value; the others are no objects.
            _ => 4,
        }
    }

    fn pointer(self) -> Pointer {
        self.steps().into_iter().fold(Pointer::default(), |pointer, step| match step {
            Step::Member(name) => pointer.member(name),
            Step::Element(index) => pointer.element(index),
        })
    }
}

impl<'a> Reader<'a, '_> {
    /// Ends the reading with this crate's own verdict.
    #[cold]
    fn stop<E: de::Error>(&self, error: ParseError) -> E {
        self.failure.set(Some(error));
        E::custom("")
    }

    /// What an error of serde_json's means.
    #[cold]
    fn explain(&self, error: &serde_json::Error) -> ParseError {
        if let Some(failure) = self.failure.take() {
            return failure;
        }
        let told = ParseError::json(error);
        match (error.classify(), told.kind()) {
            (Category::Data, _) => self.wrong_type(self.place.get()),
            // Fields stay text, so a number was none of them, and no number is wanted anywhere else.
            (_, ParseErrorKind::Syntax { reason }) if reason == "number out of range" => {
                self.wrong_type(self.place.get())
            }
            _ => told,
        }
    }

    #[cold]
    fn wrong_type(&self, place: Place) -> ParseError {
        let offset = scan::locate(self.body, &place.steps(), false);
        let found = scan::type_name(offset.and_then(|offset| self.body.as_bytes().get(offset).copied()));
        let kind = match place {
            Place::Body => ParseErrorKind::NotAnObject { found },
            _ => ParseErrorKind::WrongType { expected: place.expected(), found },
        };
        ParseError::new(kind).at(place.pointer()).on(self.position(offset))
    }

    #[cold]
    fn missing(&self, parent: Place, name: &'static str) -> ParseError {
        let offset = scan::locate(self.body, &parent.steps(), false);
        ParseError::new(ParseErrorKind::MissingMember { name })
            .at(parent.pointer().member(name))
            .on(self.position(offset))
    }

    #[cold]
    fn duplicate(&self, parent: Place, name: &str) -> ParseError {
        let mut steps = parent.steps();
        steps.push(Step::Member(name));
        ParseError::new(ParseErrorKind::DuplicateMember)
            .at(parent.pointer().member(name))
            .on(self.position(scan::locate(self.body, &steps, true)))
    }

    #[cold]
    fn flawed(&self, parent: Place, name: &str, flaw: &Flaw, offset: Option<usize>) -> ParseError {
        ParseError::flaw(flaw).at(parent.pointer().member(name)).on(self.position(offset))
    }

    fn position(&self, offset: Option<usize>) -> Option<(usize, usize)> {
        offset.map(|offset| scan::position(self.body.as_bytes(), offset))
    }

    /// Where a slice of the body begins in it.
    #[inline]
    fn offset(&self, part: &str) -> Option<usize> {
        let offset = part.as_ptr().addr().checked_sub(self.body.as_ptr().addr())?;
        (offset <= self.body.len()).then_some(offset)
    }

    /// What follows a member's name in the body; `None` if an escape in the name made a copy of it.
    #[inline]
    fn behind(&self, name: &Text<'a>) -> Option<&'a [u8]> {
        match name {
            Text::Borrowed(name) => self.body.as_bytes().get(self.offset(name)? + name.len()..),
            Text::Owned(_) => None,
        }
    }

    /// The first byte of the value that follows a member's name: how it wants to be read.
    #[inline]
    fn first_byte(&self, name: &Text<'a>) -> Option<u8> {
        let mut behind = self.behind(name)?.strip_prefix(b"\"")?.iter();
        behind.find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b':')).copied()
    }

    /// Makes room for members, once: a vector that grows instead needs up to three times the memory while it does. Where the
    /// room turns out too small, there are more members than there are names for.
    fn make_room<T, E: de::Error>(
        &self,
        parent: Place,
        members: &mut Sorted<'a, T>,
        room: impl FnOnce() -> usize,
    ) -> Result<(), E> {
        if members.len() > 0 {
            return self.sort(parent, members);
        }
        members.reserve(room());
        Ok(())
    }

    /// Room for as many fields as may follow in the body, where the first one begins: each has a colon, and takes a few
    /// bytes at least.
    fn room_for_fields(&self, name: &Text<'a>) -> usize {
        type Fields<'a> = Sorted<'a, Redactable<Value<'a>>>;
        let rest = self.behind(name).unwrap_or(self.body.as_bytes());
        let is_little = |fields: usize| {
            fields.saturating_mul(Fields::MEMBER_SIZE) <= rest.len() + rest.len().min(FEW_BYTES)
        };
        let most = Fields::most_in(rest.len()).min(self.limits.fields);
        // Where that is little beside the body, an exact number is not worth a look at each byte.
        if is_little(most) {
            return most;
        }
        let colons = most.min(1 + scan::count(rest, b':'));
        // Where it is much, the colons may be those of what follows, which will want room too.
        if is_little(colons) {
            return colons;
        }
        let data = scan::locate(self.body, &[Step::Member(DATA)], false);
        let rest = data.and_then(|start| self.body.get(start + 1..));
        rest.map_or(colons, |rest| scan::members(rest, &[]).min(colons))
    }

    /// Room for as many members as follow in an object, exactly: there are objects inside of one another with members that this
    /// crate does not know, and each makes room for its own.
    fn room_for_members(&self, parent: Place, value: &RawValue) -> usize {
        let rest = self.offset(value.get()).and_then(|offset| self.body.get(offset..)).unwrap_or(self.body);
        (1 + scan::members(rest, parent.members())).min(Sorted::<RawJson<'_>>::most_in(rest.len()))
    }

    /// Room for as many redacted names as there are from the second one on, exactly.
    fn room_for_names(&self, second: &Text<'a>) -> usize {
        let start = match second {
            Text::Borrowed(name) => self.offset(name).and_then(|start| start.checked_sub(1)),
            Text::Owned(_) => scan::locate(self.body, &Place::RedactedName(1).steps(), false),
        };
        start.and_then(|start| self.body.get(start..)).map_or(1, scan::elements)
    }

    #[inline]
    fn refuse_reserved<E: de::Error>(&self, parent: Place, name: &str) -> Result<(), E> {
        if scan::is_reserved(name) { Err(self.stop(self.reserved(parent, name))) } else { Ok(()) }
    }

    #[cold]
    fn reserved(&self, parent: Place, name: &str) -> ParseError {
        let mut steps = parent.steps();
        steps.push(Step::Member(name));
        self.flawed(parent, name, &Flaw::ReservedName, scan::locate(self.body, &steps, false))
    }

    /// The value of a member that stays text.
    fn raw<A: MapAccess<'a>>(
        &self,
        parent: Place,
        name: &str,
        map: &mut A,
    ) -> Result<&'a RawValue, A::Error> {
        let raw = map.next_value::<&'a RawValue>()?;
        if raw.get().starts_with(['{', '[']) {
            scan::check(raw.get(), parent.depth()).map_err(|(offset, flaw)| {
                let offset = self.offset(raw.get()).map(|start| start + offset);
                self.stop::<A::Error>(self.flawed(parent, name, &flaw, offset))
            })?;
        }
        Ok(raw)
    }

    /// A string has an escape in it that stands for half a surrogate pair.
    fn surrogate<E: de::Error>(&self, parent: Place, name: &str, raw: &RawValue) -> E {
        self.stop(self.flawed(parent, name, &Flaw::Surrogate, self.offset(raw.get())))
    }

    /// A member that this crate does not know.
    fn extra<A: MapAccess<'a>>(
        &self,
        extra: &mut Sorted<'a, RawJson<'a>>,
        parent: Place,
        name: Text<'a>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        self.refuse_reserved(parent, &name)?;
        let raw = self.raw(parent, &name, map)?;
        if raw.get().starts_with('"') && scan::unescape(raw.get()).is_none() {
            return Err(self.surrogate(parent, &name, raw));
        }
        if extra.is_full() {
            self.make_room(parent, extra, || self.room_for_members(parent, raw))?;
        }
        extra.push(name, RawJson(Raw::Borrowed(raw)));
        Ok(())
    }

    fn sort<T, E: de::Error>(&self, parent: Place, members: &mut Sorted<'a, T>) -> Result<(), E> {
        members.sort().map_err(|name| self.stop(self.duplicate(parent, name)))
    }

    /// A field's name as Rownd calls it.
    #[inline]
    fn mapped(&self, name: Text<'a>) -> Text<'a> {
        match self.mapping {
            Some(mapping) => renamed(mapping, name),
            None => name,
        }
    }
}

/// Not inlined: most parsers have no mapping.
#[inline(never)]
fn renamed<'a>(mapping: &FieldMapping, name: Text<'a>) -> Text<'a> {
    match mapping.rownd_field(&name) {
        Some(rownd_field) => Text::owned(rownd_field.into()),
        None => name,
    }
}

/// What to do with each member of an object.
trait Members<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: Text<'de>, map: &mut A) -> Result<(), A::Error>;

    fn end<E: de::Error>(&mut self) -> Result<(), E>;
}

/// Reads an object.
struct Object<'m, M>(&'m mut M);

impl<'de, M: Members<'de>> DeserializeSeed<'de> for Object<'_, M> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, M: Members<'de>> Visitor<'de> for Object<'_, M> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Str)? {
            self.0.member(name, &mut map)?;
        }
        self.0.end()
    }
}

/// Reads a string: a slice of the body unless it has an escape.
struct Str;

impl<'de> DeserializeSeed<'de> for Str {
    type Value = Text<'de>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Str {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::owned(text.into()))
    }
}

/// Reads `null`, or what `S` reads.
struct Nullable<S>(S);

impl<'de, S: DeserializeSeed<'de, Value = ()>> DeserializeSeed<'de> for Nullable<S> {
    type Value = Presence;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Presence, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de, Value = ()>> Visitor<'de> for Nullable<S> {
    type Value = Presence;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    #[inline]
    fn visit_none<E>(self) -> Result<Presence, E> {
        Ok(Presence::Null)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Presence, D::Error> {
        self.0.deserialize(deserializer).map(|()| Presence::Present)
    }
}

struct BodyMembers<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    payload: Payload<'a>,
    has_meta: bool,
}

impl<'a> Members<'a> for BodyMembers<'_, 'a, '_> {
    #[inline]
    fn member<A: MapAccess<'a>>(&mut self, name: Text<'a>, map: &mut A) -> Result<(), A::Error> {
        let Self { reader, payload, has_meta } = self;
        let is_repeated = match &*name {
            DATA => payload.data != Presence::Absent,
            REDACTED_NAMES => payload.redacted_list != Presence::Absent,
            META => *has_meta,
            _ => return reader.extra(&mut payload.extra, Place::Body, name, map),
        };
        if is_repeated {
            return Err(reader.stop(reader.duplicate(Place::Body, &name)));
        }
        match &*name {
            DATA => {
                reader.place.set(Place::Data);
                let mut members = DataMembers { reader, fields: Sorted::EMPTY };
                payload.data = map.next_value_seed(Nullable(Object(&mut members)))?;
                payload.fields = Fields(members.fields);
            }
            REDACTED_NAMES => {
                reader.place.set(Place::RedactedNames);
                let list = RedactedNames { reader, names: &mut payload.redacted };
                payload.redacted_list = map.next_value_seed(Nullable(list))?;
            }
            _ => {
                reader.place.set(Place::Meta);
                *has_meta = true;
                map.next_value_seed(Object(&mut MetaMembers { reader, payload, has_operation: false }))?;
            }
        }
        Ok(())
    }

    fn end<E: de::Error>(&mut self) -> Result<(), E> {
        self.reader.sort(Place::Body, &mut self.payload.extra)
    }
}

struct DataMembers<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    fields: Sorted<'a, Redactable<Value<'a>>>,
}

impl<'a> Members<'a> for DataMembers<'_, 'a, '_> {
    #[inline]
    fn member<A: MapAccess<'a>>(&mut self, name: Text<'a>, map: &mut A) -> Result<(), A::Error> {
        let Self { reader, fields } = self;
        let limit = reader.limits.fields;
        if fields.len() >= limit {
            let error = ParseError::new(ParseErrorKind::TooManyFields { limit });
            return Err(reader.stop(error.at(Place::Data.pointer())));
        }
        reader.refuse_reserved(Place::Data, &name)?;
        if fields.is_full() {
            reader.make_room(Place::Data, fields, || reader.room_for_fields(&name))?;
        }
        let value = if reader.first_byte(&name) == Some(b'"') {
            Value::String(map.next_value_seed(Str)?.into())
        } else {
            let raw = reader.raw(Place::Data, &name, map)?;
            Value::from_raw(raw).ok_or_else(|| reader.surrogate(Place::Data, &name, raw))?
        };
        let field = match value {
            Value::String(text) if text == REDACTED => Redactable::Redacted,
            value => Redactable::Visible(value),
        };
        fields.push(reader.mapped(name), field);
        Ok(())
    }

    fn end<E: de::Error>(&mut self) -> Result<(), E> {
        self.reader.sort(Place::Data, &mut self.fields)
    }
}

struct RedactedNames<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    names: &'r mut Vec<Text<'a>>,
}

impl<'a> DeserializeSeed<'a> for RedactedNames<'_, 'a, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for RedactedNames<'_, 'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an array of strings")
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { reader, names } = self;
        loop {
            reader.place.set(Place::RedactedName(names.len()));
            let Some(name) = seq.next_element_seed(Str)? else { break };
            match names.len() {
                // One is the rule.
                0 => names.reserve_exact(1),
                1 => names.reserve_exact(reader.room_for_names(&name)),
                _ => {}
            }
            names.push(reader.mapped(name));
        }
        Ok(())
    }
}

struct MetaMembers<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    payload: &'r mut Payload<'a>,
    has_operation: bool,
}

impl<'a> Members<'a> for MetaMembers<'_, 'a, '_> {
    #[inline]
    fn member<A: MapAccess<'a>>(&mut self, name: Text<'a>, map: &mut A) -> Result<(), A::Error> {
        let Self { reader, payload, has_operation } = self;
        let is_repeated = match &*name {
            OPERATION => *has_operation,
            LOOKUP_VALUES => payload.lookup_list != Presence::Absent,
            _ => return reader.extra(&mut payload.meta_extra, Place::Meta, name, map),
        };
        if is_repeated {
            return Err(reader.stop(reader.duplicate(Place::Meta, &name)));
        }
        if &*name == OPERATION {
            reader.place.set(Place::Operation);
            payload.operation = Operation::from_wire(map.next_value_seed(Str)?);
            *has_operation = true;
        } else {
            reader.place.set(Place::LookupValues);
            let list = LookupList { reader, values: &mut payload.lookup_values };
            payload.lookup_list = map.next_value_seed(Nullable(list))?;
        }
        Ok(())
    }

    fn end<E: de::Error>(&mut self) -> Result<(), E> {
        if !self.has_operation {
            return Err(self.reader.stop(self.reader.missing(Place::Meta, OPERATION)));
        }
        self.reader.sort(Place::Meta, &mut self.payload.meta_extra)
    }
}

struct LookupList<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    values: &'r mut Vec<LookupValue<'a>>,
}

impl<'a> DeserializeSeed<'a> for LookupList<'_, 'a, '_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for LookupList<'_, 'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { reader, values } = self;
        loop {
            let index = values.len();
            reader.place.set(Place::LookupValue(index));
            let mut members = LookupMembers { reader, index, field: None, value: None, extra: Sorted::EMPTY };
            if seq.next_element_seed(Object(&mut members))?.is_none() {
                return Ok(());
            }
            let LookupMembers { field, value, extra, .. } = members;
            let place = Place::LookupValue(index);
            let field = field.ok_or_else(|| reader.stop(reader.missing(place, FIELD)))?;
            let value = value.ok_or_else(|| reader.stop(reader.missing(place, VALUE)))?;
            let extra = (extra.len() > 0).then(|| Box::new(extra));
            if values.is_empty() {
                // One is the rule.
                values.reserve_exact(1);
            }
            values.push(LookupValue { field: reader.mapped(field), value, extra });
        }
    }
}

struct LookupMembers<'r, 'a, 'p> {
    reader: &'r Reader<'a, 'p>,
    index: usize,
    field: Option<Text<'a>>,
    value: Option<LookupText<'a>>,
    extra: Sorted<'a, RawJson<'a>>,
}

impl<'a> Members<'a> for LookupMembers<'_, 'a, '_> {
    #[inline]
    fn member<A: MapAccess<'a>>(&mut self, name: Text<'a>, map: &mut A) -> Result<(), A::Error> {
        let Self { reader, index, field, value, extra } = self;
        let place = Place::LookupValue(*index);
        let is_repeated = match &*name {
            FIELD => field.is_some(),
            VALUE => value.is_some(),
            _ => return reader.extra(extra, place, name, map),
        };
        if is_repeated {
            return Err(reader.stop(reader.duplicate(place, &name)));
        }
        if &*name == FIELD {
            reader.place.set(Place::LookupField(*index));
            *field = Some(map.next_value_seed(Str)?);
        } else {
            *value = Some(if reader.first_byte(&name) == Some(b'"') {
                LookupText::new(map.next_value_seed(Str)?)
            } else {
                let raw = map.next_value::<&'a RawValue>()?;
                match Value::from_raw(raw) {
                    Some(Value::String(text)) => LookupText::new(text.into()),
                    Some(Value::Number(_)) => LookupText::Number(Raw::Borrowed(raw)),
                    Some(_) => return Err(reader.stop(reader.wrong_type(Place::LookupText(*index)))),
                    None => return Err(reader.surrogate(place, VALUE, raw)),
                }
            });
        }
        Ok(())
    }

    fn end<E: de::Error>(&mut self) -> Result<(), E> {
        self.reader.sort(Place::LookupValue(self.index), &mut self.extra)
    }
}

impl Serialize for Payload<'_> {
    /// Writes the form of the wire: `data`, `redacted`, `meta`, then the members that this crate does not know.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        serialize_present(&mut map, DATA, self.data, &self.fields)?;
        serialize_present(&mut map, REDACTED_NAMES, self.redacted_list, &Names(&self.redacted))?;
        map.serialize_entry(META, &Meta(self))?;
        for (name, json) in self.extra.iter() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}

fn serialize_present<M: SerializeMap>(
    map: &mut M,
    name: &str,
    presence: Presence,
    value: &impl Serialize,
) -> Result<(), M::Error> {
    match presence {
        Presence::Absent => Ok(()),
        Presence::Null => map.serialize_entry(name, &()),
        Presence::Present => map.serialize_entry(name, value),
    }
}

struct Names<'p, 'a>(&'p [Text<'a>]);

impl Serialize for Names<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|name| &**name))
    }
}

struct Meta<'p, 'a>(&'p Payload<'a>);

impl Serialize for Meta<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(OPERATION, &self.0.operation)?;
        serialize_present(&mut map, LOOKUP_VALUES, self.0.lookup_list, &self.0.lookup_values)?;
        for (name, json) in self.0.meta_extra.iter() {
            map.serialize_entry(name, json)?;
        }
        map.end()
    }
}
