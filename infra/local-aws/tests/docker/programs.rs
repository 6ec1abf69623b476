//! Containers for tests, and what they answer.

use crate::world::IMAGE;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A container that runs a line of the shell.
pub fn shell(name: &str, line: &str) -> Value {
    json!({"name": name, "image": IMAGE, "command": ["sh", "-c", line]})
}

pub fn with(mut container: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        container[name] = value.clone();
    }
    container
}

/// A perl program that greets whoever connects to a port.
pub fn greeter(port: u16) -> Value {
    let program = format!(
        "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => {port}, Listen => 5, ReuseAddr => 1) \
         or die $!; while (my $c = $s->accept) {{ print $c 'hello'; close $c }}"
    );
    json!(["perl", "-e", program])
}

/// Docker's own proxy takes a connection before the container does, and closes it then.
pub async fn greeting(address: SocketAddr) -> String {
    let mut text = String::new();
    if let Ok(mut connection) = TcpStream::connect(address).await {
        connection.read_to_string(&mut text).await.ok();
    }
    text
}
