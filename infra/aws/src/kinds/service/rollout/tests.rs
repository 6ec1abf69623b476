//! What is made of a service's deployments while one of them is waited for.

use super::*;

const LATE: bool = true;
const IN_TIME: bool = false;

fn deployment(id: &str, status: &str, revision: &str, state: DeploymentRolloutState) -> Deployment {
    let counts = Deployment::builder().desired_count(2).running_count(2);
    counts.id(id).status(status).task_definition(revision).rollout_state(state).build()
}

fn completed(id: &str, revision: &str) -> Deployment {
    deployment(id, PRIMARY, revision, DeploymentRolloutState::Completed)
}

fn watch(begun: Option<&str>) -> Watch<'static> {
    Watch { revision: "web:2", begun: begun.map(str::to_owned), was_primary: false }
}

/// `done`, what is waited for, or the error.
fn reported(watch: &mut Watch<'_>, deployments: &[Deployment], late: bool) -> String {
    match watch.progress(deployments, late) {
        Ok(Poll::Ready(())) => "done".to_owned(),
        Ok(Poll::Pending(what)) => what,
        Err(failure) => failure.to_string(),
    }
}

#[test]
fn a_read_from_before_the_deployment_began_is_no_rollback() {
    for begun in [Some("new"), None] {
        let mut watch = watch(begun);
        assert_eq!(reported(&mut watch, &[completed("old", "web:1")], LATE), "ECS to begin the deployment");
        assert_eq!(reported(&mut watch, &[completed("new", "web:2")], LATE), "done");
    }
}

#[test]
fn another_revision_in_its_place_is_a_rollback_once_it_was_seen_or_reads_are_in_time() {
    let under_way = deployment("new", PRIMARY, "web:2", DeploymentRolloutState::InProgress);
    for begun in [Some("new"), None] {
        let mut seen = watch(begun);
        assert_eq!(reported(&mut seen, std::slice::from_ref(&under_way), LATE), "2 of 2 tasks running");
        assert_eq!(reported(&mut seen, &[completed("old", "web:1")], LATE), "ECS rolled back to web:1");
        assert_eq!(
            reported(&mut watch(begun), &[completed("old", "web:1")], IN_TIME),
            "ECS rolled back to web:1"
        );
    }
}

#[test]
fn why_it_was_given_up_is_reported_also_where_another_one_is_in_its_place() {
    let failed = Deployment::builder().id("new").status("ACTIVE").task_definition("web:2");
    let failed =
        failed.rollout_state(DeploymentRolloutState::Failed).rollout_state_reason("tasks failed to start");
    let deployments = [completed("back", "web:1"), failed.build()];
    let expected = "ECS gave up deploying web:2: tasks failed to start";
    assert_eq!(reported(&mut watch(Some("new")), &deployments, LATE), expected);
    assert_eq!(reported(&mut watch(None), &deployments, IN_TIME), expected);
}

#[test]
fn an_earlier_deployment_of_the_same_revision_that_failed_is_not_this_one() {
    let earlier = deployment("earlier", PRIMARY, "web:2", DeploymentRolloutState::Failed);
    let mut watch = watch(Some("again"));
    assert_eq!(reported(&mut watch, std::slice::from_ref(&earlier), LATE), "ECS to begin the deployment");
    let replaced = deployment("earlier", "ACTIVE", "web:2", DeploymentRolloutState::Failed);
    let again = completed("again", "web:2");
    let left = "2 of 2 new tasks running, 2 old ones to stop";
    assert_eq!(reported(&mut watch, &[again.clone(), replaced], LATE), left);
    assert_eq!(reported(&mut watch, &[again], LATE), "done");
}

#[test]
fn a_deployment_that_fails_fails_the_deploy() {
    let failed = deployment("new", PRIMARY, "web:2", DeploymentRolloutState::Failed);
    for begun in [Some("new"), None] {
        let reported = reported(&mut watch(begun), std::slice::from_ref(&failed), LATE);
        assert_eq!(reported, "ECS gave up deploying web:2: its tasks did not come up");
    }
}

#[test]
fn the_old_deployment_of_the_same_revision_is_not_taken_for_the_new_one() {
    let mut watch = watch(Some("new"));
    assert_eq!(reported(&mut watch, &[completed("old", "web:2")], LATE), "ECS to begin the deployment");
    assert_eq!(reported(&mut watch, &[completed("new", "web:2")], LATE), "done");
}

#[test]
fn one_more_deployment_of_the_same_revision_does_as_well() {
    let mut watch = watch(Some("new"));
    let under_way = deployment("new", PRIMARY, "web:2", DeploymentRolloutState::InProgress);
    assert_eq!(reported(&mut watch, &[under_way], LATE), "2 of 2 tasks running");
    assert_eq!(reported(&mut watch, &[completed("somebody-s", "web:2")], LATE), "done");
}

#[test]
fn the_deployment_that_a_write_began_is_the_one_it_answers_with() {
    let (begun, service) =
        (Begun::default(), Service { service_name: "web".to_owned(), ..Service::default() });
    assert_eq!(begun.by(&service), None);
    let old = deployment("old", "ACTIVE", "web:1", DeploymentRolloutState::Completed);
    let answer = Described::builder().deployments(old).deployments(completed("new", "web:2")).build();
    begun.note(&service, Some(&answer));
    begun.note(&service, None);
    assert_eq!(begun.by(&service), Some("new".to_owned()));
    assert_eq!(begun.by(&Service::default()), None);
}

#[test]
fn a_service_whose_number_others_decide_on_needs_a_healthy_target() {
    let service = |desired_count, scheduling_strategy| Service {
        desired_count,
        scheduling_strategy,
        ..Service::default()
    };
    assert_eq!(wanted_targets(&service(Some(3), None)), 3);
    assert_eq!(wanted_targets(&service(None, Some(SchedulingStrategy::Replica))), 1);
    assert_eq!(wanted_targets(&service(None, Some(SchedulingStrategy::Daemon))), 0);
}

/// The run that began it was killed, or did not wait: the id of what it began is not known.
#[test]
fn a_repair_that_is_under_way_is_not_the_failure_that_it_repairs() {
    let repair = deployment("again", PRIMARY, "web:2", DeploymentRolloutState::InProgress);
    let failed = deployment("first", "ACTIVE", "web:2", DeploymentRolloutState::Failed);
    for late in [LATE, IN_TIME] {
        let reported = reported(&mut watch(None), &[repair.clone(), failed.clone()], late);
        assert!(reported.contains("tasks running"), "{reported}");
    }
}
