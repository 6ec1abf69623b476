//! What is known in a case, to stand for the `{...}` of the table.

use super::{Expected, words};
use std::time::Duration;

/// So long a `what` may be.
const LONGEST: usize = 180;

/// What is known in a case.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts<'a> {
    /// The text in which the sign was found.
    pub text: &'a str,
    pub container: Option<&'a str>,
    /// The task has others, too.
    pub one_of_many: bool,
    pub exit_code: Option<i32>,
    pub ran_for: Option<Duration>,
    pub last_words: Option<String>,
    pub target_port: Option<i32>,
    pub other_port: Option<i32>,
}

impl Facts<'_> {
    pub(super) fn what(&self, template: &str, expected: &Expected) -> String {
        words::shorten(&self.fill(template, expected), LONGEST)
    }

    /// The template with all that is known.
    pub(super) fn fill(&self, template: &str, expected: &Expected) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            text.push_str(before);
            text.push_str(&self.value(name, expected));
            rest = after;
        }
        text + rest
    }

    fn value(&self, name: &str, expected: &Expected) -> String {
        match name {
            "quote" => words::quote(self.text),
            "image" => self.image(expected),
            "processor" => self.processor(expected),
            "container" => {
                self.container.map_or("the container".to_owned(), |name| format!("container {name}"))
            }
            "port" => {
                let port = expected.port.or(self.target_port);
                port.map_or("its port".to_owned(), |port| format!("port {port}"))
            }
            "other_port" => self.other_port.map(|port| port.to_string()).unwrap_or_default(),
            "path" => expected.health_check_path.clone().unwrap_or("its path".to_owned()),
            "status" => self.between("[", "]").unwrap_or("that is not expected").to_owned(),
            "execution_role" => role(expected.execution_role.as_deref(), "the execution role"),
            "task_role" => role(expected.task_role.as_deref(), "the task role"),
            "role" => role(self.between("assume the role '", "'"), "the role"),
            "log_group" => named("log group", expected.log_group.as_deref()),
            "memory" => expected.memory_mib.map_or("its limit".to_owned(), |most| format!("its {most} MiB")),
            "secret" => named("secret", self.secret()),
            "parameter" => named("parameter", self.parameter()),
            "key" => self.word_after("json key ").unwrap_or("of that name").to_owned(),
            "action" => self.action(),
            "program" => self.between("exec: \"", "\"").map(|name| format!(": {name}")).unwrap_or_default(),
            "code" => self.exit_code.map(|code| code.to_string()).unwrap_or_default(),
            "within" => self.within().to_owned(),
            "last_words" => self.last_words.as_ref().map(|said| format!(": {said}")).unwrap_or_default(),
            unknown => format!("{{{unknown}}}"),
        }
    }

    fn image(&self, expected: &Expected) -> String {
        let signs = ["failed to resolve ref ", "manifest for ", "access denied for ", "No such image: "];
        // Docker names the platform that is missing behind the same words.
        let named =
            signs.iter().find_map(|sign| self.word_after(sign)).filter(|name| !name.starts_with("linux/"));
        if let Some(name) = named {
            return format!("image {name}");
        }
        match (&expected.image, self.container) {
            (_, Some(container)) if self.one_of_many => format!("the image of container {container}"),
            (Some(name), _) => format!("image {name}"),
            (None, _) => "the image".to_owned(),
        }
    }

    fn processor(&self, expected: &Expected) -> String {
        let platform =
            self.between("platform '", "'").or_else(|| self.word_after("no matching manifest for "));
        let known = expected.processor.as_deref().or(platform);
        known.unwrap_or("the processor that it runs on").to_owned()
    }

    fn secret(&self) -> Option<&str> {
        let arn = self.word_after("failed to fetch secret ").or_else(|| self.word_after("on resource: "))?;
        Some(arn.split_once(":secret:").map_or(arn, |(_, name)| name))
    }

    fn parameter(&self) -> Option<&str> {
        let resource = || {
            let arn = self.word_after("on resource: ")?;
            Some(arn.split_once(":parameter").map_or(arn, |(_, name)| name))
        };
        self.word_after("parameters: ").or_else(resource)
    }

    /// What was not allowed, on which resource.
    fn action(&self) -> String {
        let Some(action) = self.word_after("not authorized to perform: ") else {
            return format!("do what it tries: {}", words::quote(self.text));
        };
        let resource = self.word_after("on resource: ").map(words::steady);
        // Of an ARN the service, region and account are known.
        let name = resource.as_deref().map(|arn| arn.splitn(6, ':').last().unwrap_or(arn));
        name.map_or_else(|| action.to_owned(), |name| format!("{action} on {name}"))
    }

    fn within(&self) -> &'static str {
        match self.ran_for {
            Some(ran) if ran <= Duration::from_secs(10) => " within 10 s",
            Some(ran) if ran <= Duration::from_secs(60) => " within a minute",
            _ => "",
        }
    }

    fn between(&self, begin: &str, end: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(begin)?;
        rest.split_once(end).map(|(between, _)| between)
    }

    fn word_after(&self, sign: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(sign)?;
        let word = rest.split_whitespace().next()?;
        let word = word.trim_matches(['.', ',', ':', ';', ')', '"', '\'', '\\', '[', ']']);
        (!word.is_empty()).then_some(word)
    }
}

fn named(kind: &str, name: Option<&str>) -> String {
    name.map_or_else(|| format!("the {kind}"), |name| format!("{kind} {name}"))
}

/// Its name, also of an ARN.
fn role(role: Option<&str>, unknown: &str) -> String {
    let name = role.and_then(|role| role.rsplit('/').next());
    name.map_or_else(|| unknown.to_owned(), |name| format!("role {name}"))
}
