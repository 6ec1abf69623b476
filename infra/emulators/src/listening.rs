//! Whether a target listens.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

const ONE_CONNECTION: Duration = Duration::from_secs(1);

/// Whether a target on the local AWS's network refuses connections. Where this machine can't reach that network (Docker in a
/// virtual machine), or the target is elsewhere, nothing is known against it.
pub async fn refuses(id: &str, port: &str) -> bool {
    match address(id, port) {
        Some(address) if address.ip().is_link_local() => refuses_connections(address).await,
        _ => false,
    }
}

fn address(id: &str, port: &str) -> Option<SocketAddrV4> {
    let ip: Ipv4Addr = id.parse().ok()?;
    Some(SocketAddrV4::new(ip, port.parse().ok()?))
}

async fn refuses_connections(address: SocketAddrV4) -> bool {
    let connected = timeout(ONE_CONNECTION, TcpStream::connect(address)).await;
    connected.is_ok_and(|it| it.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn who_does_not_listen_any_more_refuses() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
        assert!(!refuses_connections(address).await);
        drop(listener);
        assert!(refuses_connections(address).await);
    }

    #[tokio::test]
    async fn of_a_target_elsewhere_nothing_is_known() {
        for id in ["i-0123456789abcdef0", "127.0.0.1"] {
            assert!(!refuses(id, "1").await, "{id}");
        }
    }
}
