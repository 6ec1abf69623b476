//! A chapter of the story: an app moves between Fargate and instances, and back.

use e2e::aws_api::AwsApi;
use e2e::command::{KILLED, Run};
use serde_json::json;

use super::{
    CHANGE, ENDPOINT, OLD_TASKS_END_WITHIN, Outputs, REGION, chapter, host_ports_are_for_this_machine_alone,
    local, local_provider, running_tasks, under_load,
};

const PHP_ON_FARGATE: &str = "php.runs_on=fargate";
/// The calls that show what only an app on instances needs. MiniStack's groups start no instances.
const OF_INSTANCES: [&str; 4] = [
    "DescribeAutoScalingGroups",
    "DescribeLaunchTemplates",
    "ListInstanceProfiles",
    "DescribeCapacityProviders",
];

/// Other target groups, other services, and instances that go and come back. Each deploy is killed on its way.
pub async fn an_app_moves_by_killed_deploys_with_no_failed_request(outputs: &Outputs) {
    let aws = AwsApi::new(ENDPOINT, REGION);
    for (place, settings, launch_type, fault) in [
        ("Fargate", &[CHANGE, PHP_ON_FARGATE] as &[_], "FARGATE", "die-after@CreateService"),
        ("EC2", &[CHANGE], "EC2", "die-before@DeleteService"),
    ] {
        chapter(&format!("PHP moves to {place} under load"));
        let set = |run: Run| settings.iter().fold(run, |run, setting| run.arg("--set").arg(setting));
        under_load(outputs, async || {
            // `cargo xtask` runs the provider that ships, which has no faults.
            let killed = local_provider("deploy --yes --local").await.with_fault(fault);
            set(killed).ends_with(KILLED).await;
            set(local("deploy --yes")).ends_with(0).await;
        })
        .await;
        assert_eq!(set(local("preview --json")).ends_with(0).await.json(), json!([]));
        e2e::wait::until("only tasks in the new place to run", OLD_TASKS_END_WITHIN, async || {
            let running: Vec<_> =
                running_tasks(&aws, "php").await.iter().map(|it| it["launchType"].clone()).collect();
            let moved = !running.is_empty() && running.iter().all(|it| *it == launch_type);
            if moved { Ok(()) } else { Err(format!("{running:?}")) }
        })
        .await;
        let found = aws.everything_named("e2e").await;
        for call in OF_INSTANCES {
            let is_there = found.iter().any(|line| line.starts_with(call));
            assert_eq!(is_there, launch_type == "EC2", "{place}, {call}: {found:#?}");
        }
    }
    host_ports_are_for_this_machine_alone().await;
}
