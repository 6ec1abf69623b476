//! A reverse proxy in front of S3 that lists what passes and, on command, fails as networks and services do. It streams
//! bodies both ways and leaves headers as they are, so that signatures still fit.

mod exchange;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use hyper::Method;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use exchange::Exchange;

/// What happens to a request.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// No answer ever comes.
    Hang,
    /// The answer comes later.
    Delay(Duration),
    /// It is not passed on, but answered with this status.
    Status(u16),
    /// It is passed on; in the middle of the answer's body the connection breaks.
    CutAnswer,
    /// It is passed on, and then the connection breaks without an answer.
    LoseAnswer,
    /// After the first piece of the request's body nothing more is read, and no answer comes.
    StallBody,
}

/// Which requests something happens to, and what.
pub struct Fault {
    method: Option<Method>,
    path: Option<PathTest>,
    query: Option<String>,
    nth: Option<usize>,
    effect: Effect,
    matched: usize,
    happened: usize,
}

type PathTest = Box<dyn Fn(&str) -> bool + Send>;

/// A request that has come.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: Method,
    /// Its path, as it was sent.
    pub path: String,
    /// Its query, empty when it has none.
    pub query: String,
}

/// A running proxy; it ends when it is dropped.
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
    switch: mpsc::Sender<Switch>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    fault: Mutex<Option<Fault>>,
    seen: Mutex<Vec<Seen>>,
}

/// To be up or down, and whom to answer when it is done.
type Switch = (bool, oneshot::Sender<()>);

impl Fault {
    /// Something happens to all requests.
    pub fn all(effect: Effect) -> Self {
        Self { method: None, path: None, query: None, nth: None, effect, matched: 0, happened: 0 }
    }

    /// Something happens to requests with this method.
    pub fn on(method: Method, effect: Effect) -> Self {
        Self { method: Some(method), ..Self::all(effect) }
    }

    /// Only when the path is such a one.
    #[must_use]
    pub fn path(self, test: impl Fn(&str) -> bool + Send + 'static) -> Self {
        Self { path: Some(Box::new(test)), ..self }
    }

    /// Only when the query has this text.
    #[must_use]
    pub fn query(self, text: &str) -> Self {
        Self { query: Some(text.to_owned()), ..self }
    }

    /// Only to the nth of those that match, counted from 1.
    #[must_use]
    pub fn nth(self, nth: usize) -> Self {
        Self { nth: Some(nth), ..self }
    }

    fn effect_on(&mut self, request: &Seen) -> Option<Effect> {
        let fits = self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.path.as_ref().is_none_or(|test| test(&request.path))
            && self.query.as_ref().is_none_or(|text| request.query.contains(text));
        self.matched += usize::from(fits);
        let happens = fits && self.nth.is_none_or(|nth| nth == self.matched);
        self.happened += usize::from(happens);
        happens.then_some(self.effect)
    }
}

impl FaultProxy {
    /// Starts one on a free port of all this machine's addresses, so that containers reach it.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn to(upstream: &str) -> Self {
        let listener = listen(0).await;
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
        let shared = Arc::new(Shared::default());
        let (switch, commands) = mpsc::channel(1);
        let exchange = Exchange::new(upstream, Arc::clone(&shared));
        let server = tokio::spawn(serve(listener, address.port(), exchange, commands));
        Self { port: address.port(), shared, switch, server }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on this happens, and nothing else.
    pub fn set(&self, fault: Fault) {
        *lock(&self.shared.fault) = Some(fault);
    }

    /// From now on everything passes.
    pub async fn clear(&self) {
        *lock(&self.shared.fault) = None;
        self.turn(true).await;
    }

    /// How many requests what is set has happened to.
    pub fn happened(&self) -> usize {
        lock(&self.shared.fault).as_ref().map_or(0, |fault| fault.happened)
    }

    /// Breaks all connections and refuses new ones.
    pub async fn down(&self) {
        self.turn(false).await;
    }

    /// The requests since the start, or since they were last forgotten.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// How many such requests have come.
    pub fn count(&self, test: impl Fn(&Seen) -> bool) -> usize {
        lock(&self.shared.seen).iter().filter(|seen| test(seen)).count()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        lock(&self.shared.seen).clear();
    }

    async fn turn(&self, up: bool) {
        let (done, is_done) = oneshot::channel();
        let sent = self.switch.send((up, done)).await;
        assert!(sent.is_ok() && is_done.await.is_ok(), "the proxy has failed");
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    /// Writes a request down and says what happens to it.
    fn comes(&self, request: Seen) -> Option<Effect> {
        let effect = lock(&self.fault).as_mut().and_then(|fault| fault.effect_on(&request));
        lock(&self.seen).push(request);
        effect
    }
}

/// Nothing panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

async fn listen(port: u16) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await;
    listener.unwrap_or_else(|error| panic!("the proxy can't listen: {error}"))
}

async fn serve(listener: TcpListener, port: u16, exchange: Exchange, mut commands: mpsc::Receiver<Switch>) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(stream) = accept(listener.as_ref()) => {
                connections.spawn(serve_connection(stream, exchange.clone()));
            }
            command = commands.recv() => {
                let Some((up, done)) = command else { return };
                if !up {
                    listener = None;
                    connections.shutdown().await;
                } else if listener.is_none() {
                    listener = Some(listen(port).await);
                }
                // Who asked may be gone.
                done.send(()).ok();
            }
        }
    }
}

/// Waits forever where nothing listens.
async fn accept(listener: Option<&TcpListener>) -> Option<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

async fn serve_connection(stream: TcpStream, exchange: Exchange) {
    let service = hyper::service::service_fn(move |request| exchange.clone().answer(request));
    let mut server = auto::Builder::new(TokioExecutor::new());
    // A client that goes away, or a break that was asked for, ends in an error here.
    server.http1().preserve_header_case(true);
    server.http1_only().serve_connection(TokioIo::new(stream), service).await.ok();
}
