//! Borrowed or owned text in two words, where `Cow` takes three.
//!
//! A profile of two-byte fields is the worst case for memory: each entry has to stay small. The owned side
//! pays for it with a second allocation, and only names with escapes and `into_owned` take that side.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::ops::Deref;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::text::DebugName;

pub(crate) enum Slim<'a, T: ?Sized> {
    Borrowed(&'a T),
    /// Twice boxed: a thin pointer is what makes the enum two words.
    Owned(Box<Box<T>>),
}

pub(crate) type Text<'a> = Slim<'a, str>;
pub(crate) type Raw<'a> = Slim<'a, RawValue>;

const _: () = assert!(size_of::<Text<'_>>() == 16 && size_of::<Raw<'_>>() == 16);

impl<T: ?Sized> Slim<'_, T> {
    pub(crate) fn owned(text: Box<T>) -> Self {
        Self::Owned(Box::new(text))
    }
}

impl<T: ?Sized + ToOwned<Owned: Into<Box<T>>>> Slim<'_, T> {
    pub(crate) fn into_owned(self) -> Slim<'static, T> {
        match self {
            Self::Borrowed(text) => Slim::owned(text.to_owned().into()),
            Self::Owned(text) => Slim::Owned(text),
        }
    }
}

impl<T: ?Sized> Deref for Slim<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<T: ?Sized> Clone for Slim<'_, T>
where
    Box<T>: Clone,
{
    fn clone(&self) -> Self {
        match self {
            Self::Borrowed(text) => Self::Borrowed(text),
            Self::Owned(text) => Self::Owned(text.clone()),
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Debug for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        DebugName(self).fmt(f)
    }
}

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::Borrowed(text),
            Cow::Owned(text) => Self::owned(text.into()),
        }
    }
}

impl<'a> From<Text<'a>> for Cow<'a, str> {
    #[inline]
    fn from(text: Text<'a>) -> Self {
        match text {
            Slim::Borrowed(text) => Cow::Borrowed(text),
            Slim::Owned(text) => Cow::Owned((*text).into()),
        }
    }
}
