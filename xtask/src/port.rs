//! Is a port free, and if not, who has it.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use infra_images::docker::{docker, output};

use crate::report::UserError;

/// Fails when something listens on a port of this machine, and says what that is where it can be found.
pub async fn require_free(port: u16) -> anyhow::Result<()> {
    let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) else { return Ok(()) };
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return Err(anyhow::Error::from(error).context(format!("cannot use port {port}")));
    }
    let owner = match container_on(port).await {
        Some(container) => format!(" by container {container}"),
        None => process_on(port).map(|process| format!(" by {process}")).unwrap_or_default(),
    };
    let message = format!("port {port} is taken{owner}, so no local AWS can start on it");
    Err(UserError::new(message, "end that, or choose another port with --local-port").into())
}

async fn container_on(port: u16) -> Option<String> {
    let filter = format!("publish={port}");
    let names =
        output(docker(&["container", "ls", "--filter", &filter, "--format", "{{.Names}}"])).await.ok()?;
    names.lines().next().map(str::to_owned)
}

fn process_on(port: u16) -> Option<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let inode = tables.iter().find_map(|table| listening_inode(table, port))?;
    let link = format!("socket:[{inode}]");
    let entries = std::fs::read_dir("/proc").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    // Only the numbered folders: `self` and `thread-self` would be found too.
    let mut processes = entries.filter(|path| path.file_name().is_some_and(is_number));
    let process = processes.find(|process| holds(process, &link))?;
    let name = std::fs::read_to_string(process.join("comm")).ok()?;
    Some(format!("{} (process {})", name.trim(), process.file_name()?.to_string_lossy()))
}

fn is_number(name: &OsStr) -> bool {
    name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

fn holds(process: &Path, link: &str) -> bool {
    let Ok(files) = std::fs::read_dir(process.join("fd")) else { return false };
    files
        .filter_map(Result::ok)
        .any(|file| file.path().read_link().is_ok_and(|target| target.as_os_str() == link))
}

/// The socket that listens on a port, from one of the kernel's tables.
fn listening_inode(table: &str, port: u16) -> Option<u64> {
    const LISTENING: &str = "0A";
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (_, hex_port) = fields.get(1)?.rsplit_once(':')?;
        let matches = u16::from_str_radix(hex_port, 16).ok()? == port && *fields.get(3)? == LISTENING;
        if matches { fields.get(9)?.parse().ok() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:11D6 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 11111 1 0000000000000000 100 0
   1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 22222 1 0000000000000000 100 0
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33333 1 0000000000000000 100 0
";

    #[test]
    fn only_a_listening_socket_counts() {
        assert_eq!(listening_inode(TABLE, 4566), Some(22222));
        assert_eq!(listening_inode(TABLE, 22), Some(33333));
        assert_eq!(listening_inode(TABLE, 80), None);
        assert_eq!(listening_inode("", 80), None);
    }

    #[test]
    fn the_owner_of_a_port_is_found() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let owner = process_on(listener.local_addr().unwrap().port()).unwrap();
        assert!(owner.contains(&std::process::id().to_string()), "{owner}");
    }
}
