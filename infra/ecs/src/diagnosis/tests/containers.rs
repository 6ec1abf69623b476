//! Containers that don't start, and containers that end.

use super::super::{StoppedContainer, StoppedTask};
use super::example::{
    Evidence, Example, container, exit, exited, no_container, not_started, replaced, stopped,
};

pub(super) fn starting() -> Vec<Example> {
    let daemon = "CannotStartContainerError: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed:";
    [
        ("out-of-memory", killed("OutOfMemoryError: Container killed due to memory usage")),
        (
            "command-not-found",
            no_container(&format!(
                "{daemon} unable to start container process: exec: \"webb\": executable file not found in \
                 $PATH: unknown"
            )),
        ),
        (
            "command-not-found",
            no_container(&format!(
                "{daemon} unable to start container process: exec: \"/start.sh\": stat /start.sh: no such \
                 file or directory: unknown"
            )),
        ),
        (
            "command-not-executable",
            no_container(&format!(
                "{daemon} unable to start container process: exec: \"/start.sh\": permission denied: unknown"
            )),
        ),
        (
            "host-port-in-use",
            no_container(
                "CannotStartContainerError: Error response from daemon: driver failed programming external \
                 connectivity on endpoint web: Bind for 0.0.0.0:8080 failed: port is already allocated",
            ),
        ),
        (
            "read-only-file-system",
            no_container(&format!(
                "{daemon} error mounting \"/run/x\": mkdirat: read-only file system: \
             unknown"
            )),
        ),
        (
            "dependency-failed",
            waiting(
                "dependency graph: failed to resolve the container ordering dependency [migrate] for target [web] \
                 as dependency did not exit successfully",
            ),
        ),
        (
            "container-start-timed-out",
            no_container(
                "ContainerRuntimeTimeoutError: Could not transition to running; timed out after \
             waiting 1m",
            ),
        ),
        (
            "container-start-timed-out",
            no_container("DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s"),
        ),
        (
            "container-not-created",
            no_container(
                "CannotCreateContainerError: Error response from daemon: invalid CapAdd: unknown \
             capability: \"CAP_X\"",
            ),
        ),
        (
            "container-not-started",
            no_container(&format!("{daemon} unable to apply cgroup configuration: unknown")),
        ),
        ("container-runtime-failed", no_container("ContainerRuntimeError: failed to create container IO")),
        (
            "task-not-started",
            not_started("ResourceInitializationError: failed to start the credentials endpoint"),
        ),
    ]
    .into_iter()
    .map(|(name, evidence)| Example::new(name, evidence))
    .collect()
}

pub(super) fn ending() -> Vec<Example> {
    [
        (
            "task-role-denied",
            exited(
                1,
                &[
                    "Error: put object: AccessDenied: User: \
                     arn:aws:sts::123456789012:assumed-role/web-task/26e17af95b5e431893308026b892584f is \
                     not authorized to perform: s3:PutObject on resource: \
                     \"arn:aws:s3:::demo-images/a.jpg\" because no identity-based policy allows the \
                     s3:PutObject action",
                ],
            ),
        ),
        ("task-role-denied", exited(1, &["botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"])),
        ("address-in-use", exited(98, &["Error: listen EADDRINUSE: address already in use 0.0.0.0:8080", "    at Server.setupListenHandle (node:net:1463:16)"])),
        ("heap-exhausted", exited(134, &["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"])),
        ("read-only-file-system", exited(1, &["2026-11-30T22:10:37.123Z open /var/cache/web.db: Read-only file system (os error 30)"])),
        ("exited-successfully", exited(0, &["nothing to do"])),
        ("command-not-executable", exited(126, &["/bin/sh: /start.sh: Permission denied"])),
        ("command-not-found", exited(127, &["/bin/sh: 1: webb: not found"])),
        ("killed", exited(137, &[])),
        ("aborted", exited(134, &["web: main.c:12: Assertion `config' failed."])),
        ("crashed", exited(139, &["\u{1b}[33mloading model\u{1b}[0m"])),
        ("terminated", exited(143, &["received SIGTERM"])),
        ("exited-for-usage", exited(2, &["error: unexpected argument '--prot' found", "", "Usage: web [OPTIONS]"])),
        (
            "exited",
            exited(
                101,
                &[
                    "thread 'main' (1) panicked at src/main.rs:14:10:",
                    "DATABASE_URL is not set: NotPresent",
                    "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
                ],
            ),
        ),
        (
            "exited",
            exited(1, &[r#"{"timestamp":"2026-11-30T22:10:37.5Z","level":"ERROR","message":"can't connect to db.internal:5432"}"#]),
        ),
        ("exited", Evidence::Stop(sidecar())),
    ]
    .into_iter()
    .map(|(name, evidence)| Example::new(name, evidence))
    .chain([
        Example::new("stopped", Evidence::Stop(stopped("", "A reason that nobody has seen yet"))),
        // How its container ended is of the scheduler's doing.
        Example::new("stopped", replaced("Another reason that nobody has seen yet", "HEALTHY", &["bye"])),
    ])
    .collect()
}

fn waiting(reason: &str) -> Evidence {
    let migrate = StoppedContainer { name: "migrate".to_owned(), exit_code: Some(1), ..container() };
    Evidence::Stop(StoppedTask {
        containers: vec![StoppedContainer { reason: Some(reason.to_owned()), ..container() }, migrate],
        log: vec!["Error: no database".to_owned()],
        ..stopped("TaskFailedToStart", "Task failed to start")
    })
}

fn killed(reason: &str) -> Evidence {
    let mut task = exit(137, &[]);
    task.containers[0].reason = Some(reason.to_owned());
    Evidence::Stop(task)
}

/// The container that ended by itself is to blame, not the one that was stopped with it.
fn sidecar() -> StoppedTask {
    let mut task = exit(
        143,
        &["panic: no upstream", "", "goroutine 1 [running]:", "main.main()", "\t/app/main.go:8 +0x1d"],
    );
    task.containers.push(StoppedContainer { name: "proxy".to_owned(), exit_code: Some(3), ..container() });
    task
}
