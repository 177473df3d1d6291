//! One connection: frames in, answers out, one request at a time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use palinode_broker::{
    ConnectionId, Output, ResponseKind, StrBytes,
    frame::{self, Incoming},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{OwnedSemaphorePermit, oneshot},
    time::{Instant, timeout, timeout_at},
};

use super::{
    buffer::Buffer,
    limits::{ANSWERS_BYTES_MAX, BUFFER_IDLE, FRAME_TIME_MAX, IDLE_MAX, WRITE_TIME_MAX},
    shared::{Answer, Shared},
};

/// A client's connection.
pub(super) struct Connection {
    id: ConnectionId,
    host: StrBytes,
    stream: TcpStream,
    buffer: Buffer,
    /// Answers to requests that came together, to be written together.
    answers: BytesMut,
    shared: Arc<Shared>,
}

impl Connection {
    pub(super) fn new(id: ConnectionId, stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>) -> Self {
        Self {
            id,
            host: format!("/{}", peer.ip()).into(),
            stream,
            buffer: Buffer::default(),
            answers: BytesMut::new(),
            shared,
        }
    }

    /// Serves the client until it goes, fails, or sends what is no request. As in Kafka none of these is told to it.
    pub(super) async fn run(mut self) {
        let _how_it_ended = self.serve().await;
        // What was answered before is told to a client that then failed to keep to the protocol.
        let _gone = self.flush().await;
    }

    async fn serve(&mut self) -> io::Result<()> {
        loop {
            if !self.buffer.has_frame()? {
                self.flush().await?;
            }
            let (frame, permit) = self.next_frame().await?;
            match frame::decode(frame).map_err(invalid)? {
                Incoming::Request(request) => self.serve_request(request, permit).await?,
                Incoming::Newer {
                    correlation_id,
                    response,
                } => self.write(correlation_id, &response, 0).await?,
            }
        }
    }

    /// Waits for a frame; one that is large comes with a permit for its memory. The permit grows with what has come, not
    /// with what a length says that will: nobody keeps memory from others by a claim.
    async fn next_frame(&mut self) -> io::Result<(Bytes, Option<OwnedSemaphorePermit>)> {
        if self.buffer.is_empty() {
            self.read_until(Instant::now() + IDLE_MAX).await?;
        }
        let end = Instant::now() + FRAME_TIME_MAX;
        let mut permit: Option<OwnedSemaphorePermit> = None;
        loop {
            if let Some(frame) = self.buffer.take_frame()? {
                return Ok((frame, permit));
            }
            let more = timeout_at(end, self.shared.permit(self.buffer.growth()?)).await?;
            match (&mut permit, more) {
                (Some(permit), Some(more)) => permit.merge(more),
                (permit, more) => *permit = permit.take().or(more),
            }
            self.read_until(end).await?;
        }
    }

    /// Reads what is there; while nothing comes for a while, only the memory is kept that has something in it.
    async fn read_until(&mut self, end: Instant) -> io::Result<()> {
        let patience = end.min(Instant::now() + BUFFER_IDLE);
        match timeout_at(patience, self.buffer.read(&mut self.stream)).await {
            Ok(read) => read,
            Err(_) => {
                self.buffer.shrink();
                timeout_at(end, self.buffer.read(&mut self.stream)).await?
            }
        }
    }

    /// Asks the broker, waits for its answer and writes it, if there is anything to say.
    async fn serve_request(&mut self, request: frame::Request, permit: Option<OwnedSemaphorePermit>) -> io::Result<()> {
        let (version, correlation_id) = (request.version, request.correlation_id);
        let answer = self.shared.call(self.id, &self.host, request);
        drop(permit);
        let output = match answer {
            Answer::Now(output) => output,
            Answer::Later(receiver) => {
                self.flush().await?;
                self.wait_for(receiver).await?
            }
        };
        match output.response {
            Some(response) => self.write(correlation_id, &response, version).await,
            None => Ok(()),
        }
    }

    /// Writes an answer, or puts it with others that are written together; a client that does not read it is left.
    async fn write(&mut self, correlation_id: i32, response: &ResponseKind, version: i16) -> io::Result<()> {
        let record_bytes = frame::record_bytes(response);
        if record_bytes == 0 {
            let bytes = frame::encode(correlation_id, response, version).map_err(invalid)?;
            self.answers.extend_from_slice(&bytes);
            return match self.answers.len() {
                0..ANSWERS_BYTES_MAX => Ok(()),
                _ => self.flush().await,
            };
        }
        self.flush().await?;
        let writing = async {
            let _permit = self.shared.permit(record_bytes).await;
            let bytes = frame::encode(correlation_id, response, version).map_err(invalid)?;
            self.stream.write_all(&bytes).await
        };
        timeout(WRITE_TIME_MAX, writing).await?
    }

    /// Writes the answers that were put together.
    async fn flush(&mut self) -> io::Result<()> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let answers = std::mem::take(&mut self.answers);
        timeout(WRITE_TIME_MAX, self.stream.write_all(&answers)).await?
    }

    /// Waits for the broker's answer, and ends when the client goes meanwhile. What it sends is read ahead up to a limit,
    /// since only so can its going be seen.
    async fn wait_for(&mut self, mut receiver: oneshot::Receiver<Output>) -> io::Result<Output> {
        loop {
            tokio::select! {
                biased;
                output = &mut receiver => return output.map_err(|_| io::ErrorKind::ConnectionAborted.into()),
                read = self.buffer.read(&mut self.stream), if !self.buffer.is_full() => read?,
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.disconnected(self.id);
    }
}

/// What ends a connection whose client does not keep to the protocol.
fn invalid(error: frame::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
