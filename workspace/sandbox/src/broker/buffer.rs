//! What has been read of a connection and not been taken.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use palinode_broker::frame::FRAME_BYTES_MAX;
use tokio::{io::AsyncReadExt, net::TcpStream};

use super::limits::READ_BYTES;

/// How many bytes say how long a frame is.
const LENGTH_BYTES: usize = 4;

/// Bytes of a connection, cut into frames. Frames share their buffer's memory, so that records are kept as they came;
/// memory is taken as bytes come in, and not because a length says that they will.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: BytesMut,
}

impl Buffer {
    /// The length of the frame that has begun; none when its length has not come.
    ///
    /// # Errors
    /// No frame has this length.
    pub(super) fn frame_length(&self) -> io::Result<Option<usize>> {
        let Some(length) = self.bytes.first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        match usize::try_from(i32::from_be_bytes(*length)) {
            Ok(length) if length <= FRAME_BYTES_MAX => Ok(Some(length)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// The next frame, without its length, when it is there as a whole.
    ///
    /// # Errors
    /// No frame has the length that stands there.
    pub(super) fn take_frame(&mut self) -> io::Result<Option<Bytes>> {
        let Some(length) = self.frame_length()? else {
            return Ok(None);
        };
        if self.bytes.len() < LENGTH_BYTES + length {
            return Ok(None);
        }
        self.bytes.advance(LENGTH_BYTES);
        Ok(Some(self.bytes.split_to(length).freeze()))
    }

    /// Whether the next frame is there as a whole.
    ///
    /// # Errors
    /// No frame has the length that stands there.
    pub(super) fn has_frame(&self) -> io::Result<bool> {
        let length = self.frame_length()?;
        Ok(length.is_some_and(|length| self.bytes.len() >= LENGTH_BYTES + length))
    }

    /// Whether nothing has come of the next frame.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether as much has been read ahead as is allowed while a request is under way.
    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= READ_BYTES
    }

    /// Gives the memory back that nothing is kept in.
    pub(super) fn shrink(&mut self) {
        self.bytes = BytesMut::from(self.bytes.as_ref());
    }

    /// Reads what is there. This can be cancelled without losing anything.
    ///
    /// # Errors
    /// The connection failed, or the client closed it.
    pub(super) async fn read(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        // Memory is taken when there is something to put into it.
        stream.readable().await?;
        let growth = self.growth()?;
        if growth > 0 {
            self.bytes.reserve(growth);
        }
        match stream.read_buf(&mut self.bytes).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// How much room the next read makes; 0 while there is enough. What is left of the last piece of memory is used up
    /// first: records are kept as they came, and each keeps its whole piece. For a large frame the room grows to four times
    /// what has come of it, at most, so that a length alone costs nothing, and little is copied on the way.
    ///
    /// # Errors
    /// No frame has the length that stands there.
    pub(super) fn growth(&self) -> io::Result<usize> {
        let missing = match self.frame_length()? {
            Some(length) => (LENGTH_BYTES + length).saturating_sub(self.bytes.len()),
            None => LENGTH_BYTES,
        };
        let room = self.bytes.capacity() - self.bytes.len();
        if room >= missing.clamp(1, READ_BYTES) {
            return Ok(0);
        }
        let most = (3 * self.bytes.len()).max(READ_BYTES);
        Ok(missing.clamp(READ_BYTES, most))
    }
}
