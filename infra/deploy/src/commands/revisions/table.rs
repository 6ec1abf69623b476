//! Revisions as a table of at most 80 columns.

use super::Row;
use console::{pad_str, style, truncate_str};
use infra_aws::live_service::last_part;

/// The widest table.
const WIDEST: usize = 80;
/// What is between two columns.
const GAP: &str = "  ";
/// No state is longer.
const STATE_WIDTH: usize = 12;
/// `2026-11-30 22:10`.
const TIME_WIDTH: usize = 16;
/// Longer names are cut.
const NAME_WIDTH: usize = 14;
/// What eighty columns leave for the image beside short numbers.
const IMAGE_WIDTH: usize = 22;
/// A digest is told from another one by its beginning.
const DIGEST_WIDTH: usize = "sha256:".len() + 12;

/// The table's lines: a family's rows, as wide as the terminal if there is one.
pub fn of(rows: &[Row], family: &str, terminal: Option<usize>) -> Vec<String> {
    let longest = rows.iter().map(|row| row.revision.to_string().len()).max().unwrap_or_default();
    let first_width = longest.max("REVISION".len());
    let width = terminal.unwrap_or(WIDEST).min(WIDEST);
    let line = |first: &str, state: &str, time: &str, name: &str, image: &str| {
        let cells = [(first, first_width), (state, STATE_WIDTH), (time, TIME_WIDTH), (name, NAME_WIDTH)];
        let cells = cells.map(|(text, width)| {
            let text = truncate_str(text, width, "…");
            pad_str(&text, width, console::Alignment::Left, None).into_owned()
        });
        let line = format!("{}{GAP}{image}", cells.join(GAP));
        truncate_str(line.trim_end(), width, "…").into_owned()
    };
    let heading = line("REVISION", "STATE", "REGISTERED (UTC)", "BY", "IMAGE");
    let mut lines =
        vec![truncate_str(&format!("task definition {family}"), width, "…").into_owned(), heading];
    lines.extend(rows.iter().map(|row| {
        let time = row.registered_at.as_deref().and_then(|time| time.get(..TIME_WIDTH)).unwrap_or_default();
        let name = row.registered_by.as_deref().map(who).unwrap_or_default();
        let image = row.image.as_deref().map(version).unwrap_or_default();
        let line = line(&row.revision.to_string(), row.state, &time.replace('T', " "), name, &image);
        match row.state {
            "running" => style(line).green().to_string(),
            "deploying" | "stopping" | "rolling back" => style(line).yellow().to_string(),
            "rolled back" | "failed" | "stopped" => style(line).red().to_string(),
            _ => line,
        }
    }));
    lines
}

/// The user, or of a role that was assumed the session: `jane` of `user/jane`, `deploy` of `assumed-role/ci/deploy`.
fn who(arn: &str) -> &str {
    last_part(arn.rsplit(':').next().unwrap_or(arn))
}

/// What tells an image from others of its repository: its digest, or else its tag, with its name where there is room.
fn version(image: &str) -> String {
    if let Some((_, digest)) = image.rsplit_once('@') {
        return digest.get(..DIGEST_WIDTH).unwrap_or(digest).to_owned();
    }
    let named = last_part(image);
    match named.split_once(':') {
        Some((_, tag)) if named.len() > IMAGE_WIDTH => tag.to_owned(),
        _ => named.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(revision: i32, state: &'static str, image: &str, by: &str) -> Row {
        Row {
            revision,
            task_definition: format!("task-definition/demo-web:{revision}"),
            state,
            image: Some(image.to_owned()),
            registered_at: Some("2026-11-30T22:10:35.123Z".to_owned()),
            registered_by: Some(by.to_owned()),
        }
    }

    #[test]
    fn a_row_has_what_tells_revisions_apart() {
        let digest = format!("registry.example/demo-web@sha256:{}", "0123456789abcdef".repeat(4));
        let rows = [
            row(
                12,
                "rolled back",
                &digest,
                "arn:aws:sts::123456789012:assumed-role/deployment/somebody-with-a-name",
            ),
            row(
                3,
                "running",
                "127.0.0.1:4566/demo-web:src-0123456789abcdef",
                "arn:aws:iam::123456789012:root",
            ),
        ];
        let table = of(&rows, "demo-web", None);
        let table: Vec<_> = table.iter().map(|line| console::strip_ansi_codes(line)).collect();
        assert_eq!(
            table,
            [
                "task definition demo-web",
                "REVISION  STATE         REGISTERED (UTC)  BY              IMAGE",
                "12        rolled back   2026-11-30 22:10  somebody-with…  sha256:0123456789ab",
                "3         running       2026-11-30 22:10  root            src-0123456789abcdef",
            ]
        );
    }

    #[test]
    fn a_table_fits_the_terminal_and_eighty_columns() {
        let rows =
            [row(2_147_483_647, "rolling back", &format!("demo:{}", "x".repeat(128)), &"y".repeat(200))];
        for (terminal, most) in [(None, 80), (Some(200), 80), (Some(60), 60), (Some(20), 20)] {
            let family = "f".repeat(255);
            for line in of(&rows, &family, terminal) {
                assert!(console::measure_text_width(&line) <= most, "{terminal:?}: {line}");
            }
        }
    }

    #[test]
    fn an_image_is_shown_by_its_name_where_there_is_room() {
        assert_eq!(version("registry:5000/team/web"), "web");
        assert_eq!(version("registry:5000/team/web:1"), "web:1");
        assert_eq!(version("registry:5000/team/a-web-application:1.2.3"), "1.2.3");
        assert_eq!(version("web@sha256:01"), "sha256:01");
    }
}
