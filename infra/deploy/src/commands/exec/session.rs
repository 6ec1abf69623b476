//! Into a container on AWS: ECS opens a session, and AWS's Session Manager plugin connects this terminal with it.

use super::Target;
use crate::tasks::{id_of, short};
use aws_sdk_ecs::types::{ManagedAgentName, Session};
use infra_aws::Aws;
use infra_aws::clients::Ecs;
use infra_aws::live_service::LiveService;
use infra_engine::Failure;
use infra_options::exec::SHELL;
use infra_wire::sdk_error::SdkResult;
use serde_json::json;
use std::io::ErrorKind;
use std::process::Stdio;
use tokio::process::Command;

const PLUGIN: &str = "session-manager-plugin";
const RUNNING: &str = "RUNNING";

/// Without it a session would be opened that nobody joins.
///
/// # Errors
/// When it is not installed.
pub async fn require_plugin() -> Result<(), Failure> {
    let mut plugin = Command::new(PLUGIN);
    plugin.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match plugin.status().await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Failure::new(format!("{PLUGIN} is not installed on this machine: ECS Exec needs it")).hint(
                "install AWS's Session Manager plugin, for example with `brew install --cask session-manager-plugin`, or from \
                 https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
            ))
        }
        Err(error) => Err(Failure::caused_by(format!("cannot run {PLUGIN}"), error)),
    }
}

/// Opens the session; gives what joins it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html>
pub async fn command(
    aws: &Aws,
    service: &LiveService,
    target: &Target<'_>,
    words: &[String],
) -> Result<Command, Failure> {
    require_agent(target)?;
    let words = if words.is_empty() { SHELL.to_owned() } else { in_one_line(words) };
    let request = aws.client::<Ecs>().execute_command().cluster(&service.cluster_arn);
    let request = request.task(id_of(target.task)).container(target.container);
    let answer = request.command(words).interactive(true).send().await.or_failure("execute the command")?;
    let session = answer.session.ok_or_else(|| Failure::new("ECS opened no session"))?;
    let mut plugin = Command::new(PLUGIN);
    let endpoint = aws.endpoint.as_deref().unwrap_or_default();
    plugin.args(arguments(&aws.region, endpoint, service.cluster(), target, &session));
    Ok(plugin)
}

/// What ECS would refuse, with what to do about it.
fn require_agent(target: &Target<'_>) -> Result<(), Failure> {
    let Target { app, task, container, .. } = target;
    let id = short(id_of(task));
    if !task.enable_execute_command() {
        return Err(Failure::new(format!("ECS Exec is not enabled on task {id} of {app}")).hint(format!(
            "enable it with `cargo xtask deploy --set {app}.execute_command=true`, or in infra/src/apps/; it begins with the \
             tasks that start then"
        )));
    }
    let containers = task.containers().iter().filter(|it| it.name() == Some(container));
    let mut agents = containers.flat_map(|it| it.managed_agents());
    let agent = agents.find(|agent| agent.name() == Some(&ManagedAgentName::ExecuteCommandAgent));
    match agent.and_then(|agent| agent.last_status()) {
        Some(RUNNING) => Ok(()),
        state => {
            let why =
                agent.and_then(|agent| agent.reason()).map(|why| format!(": {why}")).unwrap_or_default();
            let state = state.unwrap_or("not there");
            Err(Failure::new(format!("the agent of ECS Exec in task {id} of {app} is {state}{why}")).hint(
                "it starts some seconds after its container, needs the ssmmessages actions in the task role, a way to that \
                 service and a root file system that can be written to",
            ))
        }
    }
}

/// As the AWS CLI starts the plugin: the session, the region, what to do, the profile, whom to reach, and the endpoint, where
/// an empty text is the usual one.
fn arguments(
    region: &str,
    endpoint: &str,
    cluster: &str,
    target: &Target<'_>,
    session: &Session,
) -> [String; 6] {
    let whom = format!("ecs:{cluster}_{}_{}", id_of(target.task), target.runtime_id);
    [
        json!({
            "sessionId": session.session_id(),
            "streamUrl": session.stream_url(),
            "tokenValue": session.token_value(),
        })
        .to_string(),
        region.to_owned(),
        "StartSession".to_owned(),
        String::new(),
        json!({ "Target": whom }).to_string(),
        endpoint.to_owned(),
    ]
}

/// ECS takes a command as one line, which the agent divides into words as a shell does.
fn in_one_line(words: &[String]) -> String {
    let plain = |word: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
        !word.is_empty() && word.chars().all(is_plain)
    };
    let quoted = words
        .iter()
        .map(|word| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::{Container, ManagedAgent, Task};

    fn task(enabled: bool, agent: Option<(&str, &str)>) -> Task {
        let agents = agent.map(|(state, reason)| {
            let agent = ManagedAgent::builder().name(ManagedAgentName::ExecuteCommandAgent);
            vec![agent.last_status(state).reason(reason).build()]
        });
        let container = Container::builder().name("web").set_managed_agents(agents).build();
        let task = Task::builder().task_arn("task/demo/0123456789").containers(container);
        task.enable_execute_command(enabled).build()
    }

    fn target(task: &Task) -> Target<'_> {
        Target { app: "web", task, container: "web", runtime_id: "0123456789-42" }
    }

    #[test]
    fn the_plugin_is_started_as_the_aws_cli_starts_it() {
        let session = Session::builder().session_id("ecs-1").stream_url("wss://x").token_value("t").build();
        assert_eq!(
            arguments("eu-west-1", "", "demo", &target(&task(true, None)), &session),
            [
                r#"{"sessionId":"ecs-1","streamUrl":"wss://x","tokenValue":"t"}"#,
                "eu-west-1",
                "StartSession",
                "",
                r#"{"Target":"ecs:demo_0123456789_0123456789-42"}"#,
                "",
            ]
        );
    }

    #[test]
    fn words_stay_words_in_one_line() {
        let line =
            |words: &[&str]| in_one_line(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        assert_eq!(line(&["php", "-v"]), "php -v");
        assert_eq!(line(&["sh", "-c", "echo $HOME", "", "it's"]), r"sh -c 'echo $HOME' '' 'it'\''s'");
    }

    #[test]
    fn a_task_without_ecs_exec_names_the_setting_that_enables_it() {
        let refused = |enabled, agent| require_agent(&target(&task(enabled, agent))).unwrap_err();
        let failure = refused(false, None);
        assert_eq!(failure.to_string(), "ECS Exec is not enabled on task 01234567 of web");
        assert!(failure.what_to_do().unwrap().contains("--set web.execute_command=true"));
        assert!(refused(true, None).to_string().ends_with("is not there"));
        assert!(refused(true, Some(("STOPPED", "no role"))).to_string().ends_with("is STOPPED: no role"));
        assert!(require_agent(&target(&task(true, Some(("RUNNING", ""))))).is_ok());
    }
}
