//! Readers that behave as few readers do.

use std::io::{self, Read};

/// Gives few bytes at a time, and is interrupted in between.
pub(crate) struct Trickle<'a> {
    rest: &'a [u8],
    is_interrupted: bool,
}

impl<'a> Trickle<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, is_interrupted: false }
    }
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_interrupted = !self.is_interrupted;
        if self.is_interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        // One byte at a time would take too long for a large body.
        let most = if self.rest.len() > 1_000 { 1_000 } else { 1 };
        let length = buffer.len().min(most);
        self.rest.read(&mut buffer[..length])
    }
}

/// Gives its bytes, then fails with a message that contains personal data.
pub(crate) struct Failing<'a>(pub(crate) &'a [u8], pub(crate) io::ErrorKind);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(self.1, "jrose@acme.com hung up")),
            read => Ok(read),
        }
    }
}

/// Never ends, and counts the bytes that are taken.
pub(crate) struct Endless(pub(crate) u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(b'[');
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }
}
