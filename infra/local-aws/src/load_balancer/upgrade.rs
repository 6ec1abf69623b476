//! WebSockets and their like: bytes both ways once client and target have agreed.

use super::answers::{Answer, full};
use super::bodies::{Activity, InFlight};
use bytes::Bytes;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const CHUNK: usize = 16 * 1024;

/// Answers the client, then passes on all that either says until one ends, the idle timeout or the target's end.
pub fn connect(
    mut answer: Response<Incoming>,
    client: OnUpgrade,
    in_flight: InFlight,
    activity: Arc<Activity>,
) -> Option<Answer> {
    let target = hyper::upgrade::on(&mut answer);
    let (mut parts, _) = answer.into_parts();
    let agreed = parts.headers.get(UPGRADE).cloned()?;
    super::headers::strip_hop_by_hop(&mut parts.headers);
    parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    parts.headers.insert(UPGRADE, agreed);
    tokio::spawn(async move {
        let Ok((client, target)) = futures::future::try_join(client, target).await else { return };
        let (from_client, to_client) = tokio::io::split(TokioIo::new(client));
        let (from_target, to_target) = tokio::io::split(TokioIo::new(target));
        activity.touch();
        let both = futures::future::try_join(
            pass_on(from_client, to_target, &activity),
            pass_on(from_target, to_client, &activity),
        );
        // Whoever ends it, both connections are closed by being dropped.
        tokio::select! {
            _ = both => {}
            () = InFlight::cut(Arc::clone(&in_flight.0)) => {}
            () = Arc::clone(&activity).idle() => {}
        }
    });
    Some(Response::from_parts(parts, full(Bytes::new())))
}

async fn pass_on(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    activity: &Activity,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = from.read(&mut buffer).await?;
        activity.touch();
        if read == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..read]).await?;
    }
}
