//! One request through the proxy and its answer back.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{CONNECTION, HeaderMap};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::{Effect, Seen, Shared};

type AnyBody = UnsyncBoxBody<Bytes, io::Error>;

/// Passes requests on.
#[derive(Clone)]
pub(super) struct Exchange {
    upstream: String,
    client: Client<HttpConnector, Incoming>,
    shared: Arc<Shared>,
}

impl Exchange {
    pub(super) fn new(upstream: &str, shared: Arc<Shared>) -> Self {
        // A connection for each request: one that the other end closes while it idles would fail a request.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        Self { upstream: upstream.trim_end_matches('/').to_owned(), client, shared }
    }

    /// An error here breaks the connection: the client gets no answer.
    pub(super) async fn answer(self, request: Request<Incoming>) -> io::Result<Response<AnyBody>> {
        let seen = Seen {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        };
        match self.shared.comes(seen) {
            None => self.pass(request).await,
            Some(Effect::Hang) => std::future::pending().await,
            Some(Effect::Delay(time)) => {
                tokio::time::sleep(time).await;
                self.pass(request).await
            }
            Some(Effect::Status(status)) => {
                request.into_body().collect().await.map_err(io::Error::other)?;
                Ok(failure(status))
            }
            Some(Effect::CutAnswer) => cut(self.pass(request).await?).await,
            Some(Effect::LoseAnswer) => {
                self.pass(request).await?.into_body().collect().await?;
                Err(io::Error::other("the answer is lost"))
            }
            Some(Effect::StallBody) => {
                let mut body = request.into_body();
                let _first = body.frame().await;
                // The body lives on: dropped, it would end the connection.
                std::future::pending::<()>().await;
                drop(body);
                Err(io::Error::other("unreachable"))
            }
        }
    }

    async fn pass(&self, mut request: Request<Incoming>) -> io::Result<Response<AnyBody>> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = format!("{}{path}", self.upstream).parse::<Uri>().map_err(io::Error::other)?;
        *request.uri_mut() = uri;
        of_this_connection_only(request.headers_mut());
        let mut answer = self.client.request(request).await.map_err(io::Error::other)?;
        of_this_connection_only(answer.headers_mut());
        Ok(answer.map(|body| body.map_err(io::Error::other).boxed_unsync()))
    }
}

fn of_this_connection_only(headers: &mut HeaderMap) {
    headers.remove(CONNECTION);
}

fn failure(status: u16) -> Response<AnyBody> {
    let code = if status == 403 { "AccessDenied" } else { "InternalError" };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
         <Message>made by the test</Message></Error>"
    );
    let body = Full::new(Bytes::from(text)).map_err(|never| match never {});
    let mut answer = Response::new(body.boxed_unsync());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

async fn cut(answer: Response<AnyBody>) -> io::Result<Response<AnyBody>> {
    let (head, body) = answer.into_parts();
    let announced = body.size_hint().exact();
    let mut bytes = body.collect().await?.to_bytes();
    bytes.truncate(bytes.len() / 2);
    let pieces = stream::unfold(Some(bytes), async |first| match first {
        Some(bytes) => Some((Ok(Frame::data(bytes)), None)),
        None => {
            // The server sends what it has whenever the body lets it wait: the first half is on its way then.
            tokio::task::yield_now().await;
            Some((Err(io::Error::other("the connection is cut")), None))
        }
    });
    let mut answer = Response::from_parts(head, StreamBody::new(pieces).boxed_unsync());
    if let Some(length) = announced {
        answer.headers_mut().insert(hyper::header::CONTENT_LENGTH, length.into());
    }
    Ok(answer)
}
