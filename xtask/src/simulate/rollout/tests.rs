//! Timelines, as they are printed.

use super::timeline::Timeline;
use super::*;
use clap::Parser;
use insta::assert_snapshot;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

fn options(line: &str) -> Options {
    Line::try_parse_from(["rollout"].into_iter().chain(line.split_whitespace())).unwrap().options
}

fn timeline(line: &str) -> String {
    let simulation = options(line).simulation().unwrap();
    let simulated = simulation.run();
    let text = Timeline { simulation: &simulation, simulated: &simulated }.to_string();
    let text = console::strip_ansi_codes(&text).into_owned();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text
}

fn refused(line: &str) -> String {
    options(line).simulation().unwrap_err().to_string()
}

#[test]
fn with_room_for_all_new_tasks_start_first() {
    assert_snapshot!(timeline("--desired 4"), @r"
    Update of 4 tasks, rolling: at least 4 must stay healthy, at most 8 may run.

    time  old  new  what ECS does
    0:00    4  0+4  has started 4 tasks: (task new-1) ... (task new-4).
    0:20    4    4  registered 4 targets in (target-group web)
    0:30    0    4  has stopped 4 running tasks: (task old-4) ... (task old-1).
                    deregistered 4 targets in (target-group web)
                    (taskSet ecs-svc/old) has begun draining connections on 4 tasks.
    1:00    0    4  (deployment ecs-svc/new) deployment completed.
                    has reached a steady state.

    2+1: 2 run, 1 starts.
    SUCCESSFUL after 1 min. The new revision serves.
    ");
}

#[test]
fn without_room_old_tasks_stop_first() {
    assert_snapshot!(timeline("--desired 10 --min 50 --max 100"), @r"
    Update of 10 tasks, rolling: at least 5 must stay healthy, at most 10 may run.

    time  old  new  what ECS does
    0:00    5    0  has stopped 5 running tasks: (task old-10) ... (task old-6).
                    deregistered 5 targets in (target-group web)
                    (taskSet ecs-svc/old) has begun draining connections on 5 tasks.
    0:30    5  0+5  has started 5 tasks: (task new-1) ... (task new-5).
    0:50    5    5  registered 5 targets in (target-group web)
    1:00    0    5  has stopped 5 running tasks: (task old-5) ... (task old-1).
                    deregistered 5 targets in (target-group web)
                    (taskSet ecs-svc/old) has begun draining connections on 5 tasks.
    1:30    0  5+5  has started 5 tasks: (task new-6) ... (task new-10).
    1:50    0   10  registered 5 targets in (target-group web)
    2:00    0   10  (deployment ecs-svc/new) deployment completed.
                    has reached a steady state.

    2+1: 2 run, 1 starts.
    SUCCESSFUL after 2 min. The new revision serves.
    ");
}

#[test]
fn the_documentation_shows_what_is_printed() {
    let page = include_str!("../../../../docs/ecs-step-by-step.md");
    let printed = timeline("--desired 2 --fail exit");
    assert!(page.contains(&printed), "docs/ecs-step-by-step.md should have:\n{printed}");
}

#[test]
fn a_canary_gets_a_little_traffic_then_the_rest() {
    assert_snapshot!(timeline("--desired 2 --strategy canary --step 10"), @r"
    Update of 2 tasks, canary: 10 % of the traffic, 10 min, the rest, then 5 min
    bake time.

     time  old  new  traffic  what ECS does
     0:00    2  0+2    100:0  PRE_SCALE_UP
                              SCALE_UP
                              has started 2 tasks: (task new-1) (task new-2).
     0:20    2    2    100:0  registered 2 targets in (target-group green)
     0:30    2    2    90:10  POST_SCALE_UP
                              TEST_TRAFFIC_SHIFT
                              POST_TEST_TRAFFIC_SHIFT
                              PRE_PRODUCTION_TRAFFIC_SHIFT
                              PRODUCTION_TRAFFIC_SHIFT
    10:30    2    2    0:100  POST_PRODUCTION_TRAFFIC_SHIFT
                              BAKE_TIME
    15:30    0    2    0:100  CLEAN_UP
                              has stopped 2 running tasks: (task old-2)
                                (task old-1).
                              deregistered 2 targets in (target-group blue)
                              (taskSet ecs-svc/old) has begun draining connections
                                on 2 tasks.
    16:00    0    2    0:100  (deployment ecs-svc/new) deployment completed.
                              has reached a steady state.

    2+1: 2 run, 1 starts. traffic: percent old:new.
    SUCCESSFUL after 16 min. The new revision serves.
    ");
}

#[test]
fn traffic_in_steps_names_each_stage_once() {
    assert_snapshot!(timeline("--desired 1 --strategy linear --step 33.3 --bake 0"), @r"
    Update of 1 task, linear: 33.3 % of the traffic, 6 min, and so on, then 0 min
    bake time.

     time  old  new    traffic  what ECS does
     0:00    1  0+1      100:0  PRE_SCALE_UP
                                SCALE_UP
                                has started 1 tasks: (task new-1).
     0:20    1    1      100:0  registered 1 targets in (target-group green)
     0:30    1    1  66.7:33.3  POST_SCALE_UP
                                TEST_TRAFFIC_SHIFT
                                POST_TEST_TRAFFIC_SHIFT
                                PRE_PRODUCTION_TRAFFIC_SHIFT
                                PRODUCTION_TRAFFIC_SHIFT
     6:30    1    1  33.4:66.6  PRODUCTION_TRAFFIC_SHIFT
    12:30    1    1   0.1:99.9  PRODUCTION_TRAFFIC_SHIFT
    18:30    0    1      0:100  POST_PRODUCTION_TRAFFIC_SHIFT
                                BAKE_TIME
                                CLEAN_UP
                                has stopped 1 running tasks: (task old-1).
                                deregistered 1 targets in (target-group blue)
                                (taskSet ecs-svc/old) has begun draining connections
                                  on 1 tasks.
    19:00    0    1      0:100  (deployment ecs-svc/new) deployment completed.
                                has reached a steady state.

    2+1: 2 run, 1 starts. traffic: percent old:new.
    SUCCESSFUL after 19 min. The new revision serves.
    ");
}

#[test]
fn blue_green_moves_traffic_and_then_bakes() {
    assert_snapshot!(timeline("--desired 2 --strategy blue-green --bake 5"), @r"
    Update of 2 tasks, blue/green: all traffic at once, then 5 min bake time.

    time  old  new  traffic  what ECS does
    0:00    2  0+2    100:0  PRE_SCALE_UP
                             SCALE_UP
                             has started 2 tasks: (task new-1) (task new-2).
    0:20    2    2    100:0  registered 2 targets in (target-group green)
    0:30    2    2    0:100  POST_SCALE_UP
                             TEST_TRAFFIC_SHIFT
                             POST_TEST_TRAFFIC_SHIFT
                             PRE_PRODUCTION_TRAFFIC_SHIFT
                             PRODUCTION_TRAFFIC_SHIFT
                             POST_PRODUCTION_TRAFFIC_SHIFT
                             BAKE_TIME
    5:30    0    2    0:100  CLEAN_UP
                             has stopped 2 running tasks: (task old-2) (task old-1).
                             deregistered 2 targets in (target-group blue)
                             (taskSet ecs-svc/old) has begun draining connections on
                               2 tasks.
    6:00    0    2    0:100  (deployment ecs-svc/new) deployment completed.
                             has reached a steady state.

    2+1: 2 run, 1 starts. traffic: percent old:new.
    SUCCESSFUL after 6 min. The new revision serves.
    ");
}

#[test]
fn a_first_deployment_that_fails_has_nothing_to_go_back_to() {
    assert_snapshot!(timeline("--desired 2 --first --fail exit"), @r"
    First deployment of 2 tasks, rolling: at least 2 must stay healthy, at most 4
    may run.

    time  new  failed  what ECS does
    0:00  0+2     0/3  has started 2 tasks: (task new-1) (task new-2).
    0:20    2     0/3  registered 2 targets in (target-group web)
    0:21  0+2     2/3  deregistered 1 targets in (target-group web) (2 times)
                       (taskSet ecs-svc/new) has begun draining connections on 1
                         tasks. (2 times)
                       has started 2 tasks: (task new-3) (task new-4).
    0:41    2     2/3  registered 2 targets in (target-group web)
    0:42    0     4/3  deregistered 1 targets in (target-group web) (2 times)
                       (taskSet ecs-svc/new) has begun draining connections on 1
                         tasks. (2 times)
                       (deployment ecs-svc/new) deployment failed: tasks failed to
                         start.

    2+1: 2 run, 1 starts. failed 2/3: 3 are too many.
    ROLLBACK_FAILED after 42 s. No rollback candidate was found to run the rollback.
    ");
}

#[test]
fn a_deployment_whose_tasks_fail_their_checks_is_rolled_back() {
    assert_snapshot!(timeline("--desired 4 --fail health"), @r"
    Update of 4 tasks, rolling: at least 4 must stay healthy, at most 8 may run.

    time  old  new  failed  what ECS does
    0:00    4  0+4     0/3  has started 4 tasks: (task new-1) ... (task new-4).
    0:20    4    4     0/3  registered 4 targets in (target-group web)
    0:30    4    0     4/3  (deployment ecs-svc/new) deployment failed: tasks failed
                              to start.
                            rolling back to deployment ecs-svc/old.
                            has stopped 4 running tasks: (task new-4) ...
                              (task new-1).
                            deregistered 4 targets in (target-group web)
                            (taskSet ecs-svc/new) has begun draining connections on
                              4 tasks.
    1:00    4    0     4/3  (deployment ecs-svc/old) deployment completed.
                            has reached a steady state.

    2+1: 2 run, 1 starts. failed 2/3: 3 are too many.
    ROLLBACK_SUCCESSFUL after 1 min. Service deployment rolled back because the
    circuit breaker threshold was exceeded.
    ");
}

#[test]
fn a_failing_canary_never_gets_traffic() {
    assert_snapshot!(timeline("--desired 2 --strategy canary --fail exit"), @r"
    Update of 2 tasks, canary: 5 % of the traffic, 10 min, the rest, then 5 min bake
    time.

    time  old  new  traffic  failed  what ECS does
    0:00    2  0+2    100:0     0/3  PRE_SCALE_UP
                                     SCALE_UP
                                     has started 2 tasks: (task new-1) (task new-2).
    0:20    2    2    100:0     0/3  registered 2 targets in (target-group green)
    0:21    2  0+2    100:0     2/3  deregistered 1 targets in (target-group green)
                                       (2 times)
                                     (taskSet ecs-svc/new) has begun draining
                                       connections on 1 tasks. (2 times)
                                     has started 2 tasks: (task new-3) (task new-4).
    0:41    2    2    100:0     2/3  registered 2 targets in (target-group green)
    0:42    2    0    100:0     4/3  CLEAN_UP
                                     deregistered 1 targets in (target-group green)
                                       (2 times)
                                     (taskSet ecs-svc/new) has begun draining
                                       connections on 1 tasks. (2 times)
                                     (deployment ecs-svc/new) deployment failed:
                                       tasks failed to start.
                                     rolling back to deployment ecs-svc/old.
                                     (deployment ecs-svc/old) deployment completed.
                                     has reached a steady state.

    2+1: 2 run, 1 starts. traffic: percent old:new. failed 2/3: 3 are too many.
    ROLLBACK_SUCCESSFUL after 42 s. Service deployment rolled back because the
    circuit breaker threshold was exceeded.
    ");
}

#[test]
fn without_a_circuit_breaker_it_goes_on() {
    assert_snapshot!(timeline("--desired 2 --fail image --no-breaker"), @r"
    Update of 2 tasks, rolling: at least 2 must stay healthy, at most 4 may run.

    time  old  new  failed  what ECS does
    0:00    2  0+2       0  has started 2 tasks: (task new-1) (task new-2).
    0:20    2    0       2  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
    1:20    2  0+2       2  has started 2 tasks: (task new-3) (task new-4).
    1:40    2    0       4  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
    3:40    2  0+2       4  has started 2 tasks: (task new-5) (task new-6).
    4:00    2    0       6  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
    8:00    2  0+2       6  has started 2 tasks: (task new-7) (task new-8).
    8:20    2    0       8  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
                            is unable to consistently start tasks successfully.

    2+1: 2 run, 1 starts.
    IN_PROGRESS after 8 min 20 s. Without a circuit breaker ECS goes on like this.
    ");
}

#[test]
fn without_a_rollback_old_tasks_go_on_and_new_ones_are_missing() {
    assert_snapshot!(timeline("--desired 2 --fail image --no-rollback"), @r"
    Update of 2 tasks, rolling: at least 2 must stay healthy, at most 4 may run.

    time  old  new  failed  what ECS does
    0:00    2  0+2     0/3  has started 2 tasks: (task new-1) (task new-2).
    0:20    2    0     2/3  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
    1:20    2  0+2     2/3  has started 2 tasks: (task new-3) (task new-4).
    1:40    2    0     4/3  was unable to place a task. Reason:
                              CannotPullContainerError: failed to resolve ref
                              web:latest: not found.
                            (deployment ecs-svc/new) deployment failed: tasks failed
                              to start.

    2+1: 2 run, 1 starts. failed 2/3: 3 are too many.
    STOPPED after 1 min 40 s. ECS deployment circuit breaker: tasks failed to start.
    Without a rollback all stays as it is.
    ");
}

#[test]
fn percentages_can_block() {
    assert_snapshot!(timeline("--desired 3 --max 125"), @r"
    Update of 3 tasks, rolling: at least 3 must stay healthy, at most 3 may run.

    time  old  new  what ECS does
    0:00    3    0  was unable to stop or start tasks during a deployment because of
                      the service deployment configuration. Update the
                      minimumHealthyPercent or maximumPercent value and try again.

    2+1: 2 run, 1 starts.
    Blocked by its percentages: ECS waits until the service is updated again.
    ");
    let error = blocked(&options("--desired 3 --max 125").simulation().unwrap());
    assert!(error.to_string().starts_with("D05: the deployment is blocked by its percentages"));
    assert!(error.hint.contains("--max 134 or more") && error.hint.contains("--min 66 or less"));
    let error = blocked(&options("--desired 1 --min 50 --max 100").simulation().unwrap());
    assert!(error.hint.contains("--min 0 lets"));
}

#[test]
fn what_ecs_refuses_is_refused_by_the_same_rules() {
    for (rule, line) in [
        ("D06", "--min -1"),
        ("D06", "--min 101"),
        ("D07", "--max 99"),
        ("D08", "--min 100 --max 100"),
        ("D11", "--bake 1"),
        ("D11", "--strategy blue-green --bake 1441"),
        ("D12", "--step 10"),
        ("D12", "--strategy blue-green --step-bake 1"),
        ("D12", "--strategy linear --step 2.9"),
        ("D12", "--strategy canary --step 0.05"),
        ("D12", "--strategy canary --step-bake -1"),
    ] {
        let refused = refused(line);
        assert!(refused.starts_with(&format!("{rule}: deploymentConfiguration.")), "{line}: {refused}");
    }
    assert_eq!(refused("--max 90 --min 101").lines().count(), 2);
}

#[test]
fn programs_get_every_step() {
    let simulated = options("--desired 2 --strategy canary").simulation().unwrap().run();
    let simulated = serde_json::to_value(simulated).unwrap();
    insta::assert_json_snapshot!(simulated["steps"][2], @r#"
    {
      "events": [],
      "failedTasks": 0,
      "new": {
        "pending": 0,
        "running": 2
      },
      "old": {
        "pending": 0,
        "running": 2
      },
      "seconds": 30,
      "stages": [
        "POST_SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRE_PRODUCTION_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT"
      ],
      "traffic": {
        "new": 5.0,
        "old": 95.0
      }
    }
    "#);
    insta::assert_json_snapshot!(simulated["outcome"], @r#"
    {
      "blocked": false,
      "seconds": 960,
      "status": "SUCCESSFUL"
    }
    "#);
}
