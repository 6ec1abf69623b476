//! A command in a terminal of its own, with somebody at the keys.

mod screen;

use std::time::Duration;

use pty_process::Pty;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Child;

use crate::command::Run;

const SHOWN_WITHIN: Duration = Duration::from_secs(120);
const CTRL_C: u8 = 3;
/// Of most terminals.
const SIZE: Size = Size { rows: 40, columns: 80 };

/// How much a terminal shows.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Characters in a line.
    pub columns: u16,
}

/// A terminal in which a command runs; the command is killed when this is dropped.
pub struct Terminal {
    keys_and_screen: Pty,
    child: Child,
    size: Size,
    /// All that was shown so far, with what moves the cursor.
    shown: String,
    /// Up to where it was waited for something.
    read: usize,
}

impl Terminal {
    /// Starts a command in one of the usual size.
    ///
    /// # Panics
    /// When there is no pseudo-terminal, or the command can't be started.
    pub fn start(run: Run) -> Self {
        Self::of_size(run, SIZE)
    }

    /// Starts a command in one of this size.
    ///
    /// # Panics
    /// When there is no pseudo-terminal, or the command can't be started.
    pub fn of_size(run: Run, size: Size) -> Self {
        let started = || -> pty_process::Result<_> {
            let (pty, of_command) = pty_process::open()?;
            pty.resize(pty_process::Size::new(size.rows, size.columns))?;
            let child = pty_process::Command::from(run.into_command()).spawn(of_command)?;
            Ok((pty, child))
        };
        let (keys_and_screen, child) =
            started().unwrap_or_else(|error| panic!("cannot start a command in a terminal: {error}"));
        Self { keys_and_screen, child, size, shown: String::new(), read: 0 }
    }

    /// Waits until a text is shown that was not waited for before.
    ///
    /// # Panics
    /// When it is not shown in time.
    pub async fn shows(&mut self, text: &str) {
        let shown = tokio::time::timeout(SHOWN_WITHIN, self.read_until(text)).await;
        assert!(shown.is_ok_and(|found| found), "`{text}` is not shown: {}", self.shown);
    }

    /// Waits until all of these texts are on the screen at once; gives the screen, with its colours.
    ///
    /// # Panics
    /// When they are not in time.
    pub async fn screen_with(&mut self, texts: &[&str]) -> String {
        let until = async {
            loop {
                let plain = screen::plain(&self.shown, self.size);
                if texts.iter().all(|text| plain.contains(text)) {
                    return true;
                }
                if !self.read_more().await {
                    return false;
                }
            }
        };
        let shown = tokio::time::timeout(SHOWN_WITHIN, until).await;
        assert!(shown.is_ok_and(|shown| shown), "{texts:?} are not on the screen: {}", self.shown);
        screen::coloured(&self.shown, self.size)
    }

    /// Presses Ctrl-C.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub async fn press_ctrl_c(&mut self) {
        self.press(&[CTRL_C]).await;
    }

    /// Types a line and presses Enter.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub async fn type_line(&mut self, line: &str) {
        self.press(format!("{line}\n").as_bytes()).await;
    }

    /// Waits for the end of the command; gives its exit code and what the screen shows then, with its colours.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn last_screen(self) -> (Option<i32>, String) {
        let size = self.size;
        let (code, shown) = self.ends().await;
        (code, screen::coloured(&shown, size))
    }

    /// Waits for the end of the command; gives its exit code and all that was shown.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn ends(mut self) -> (Option<i32>, String) {
        let ended = async {
            while self.read_more().await {}
            self.child.wait().await
        };
        let ended = tokio::time::timeout(SHOWN_WITHIN, ended).await;
        let Ok(Ok(status)) = ended else { panic!("the command does not end: {}", self.shown) };
        (status.code(), self.shown)
    }

    async fn press(&mut self, keys: &[u8]) {
        let pressed = self.keys_and_screen.write_all(keys).await;
        pressed.unwrap_or_else(|error| panic!("nobody listens to keys ({error}): {}", self.shown));
    }

    /// Whether the text came before the end of the command.
    async fn read_until(&mut self, text: &str) -> bool {
        loop {
            if let Some(at) = self.shown[self.read..].find(text) {
                self.read += at + text.len();
                return true;
            }
            if !self.read_more().await {
                return false;
            }
        }
    }

    /// Whether there was more; a terminal whose command has ended gives an error.
    async fn read_more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let count = self.keys_and_screen.read(&mut bytes).await.unwrap_or_default();
        self.shown.push_str(&String::from_utf8_lossy(&bytes[..count]));
        count > 0
    }
}
