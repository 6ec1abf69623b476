//! Containers that don't start or don't stay: by reason, by log, by exit code.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>

use super::images::WRONG_PROCESSOR;
use super::{Row, row};

const READ_ONLY: Row = row(
    "read-only-file-system",
    &["read-only file system"],
    "{container} writes where it can only read: {quote}",
    "mount a volume there, or set readonlyRootFilesystem to false",
);

/// By the container's reason.
pub(in super::super) const CONTAINERS: &[Row] = &[
    row(
        "out-of-memory",
        &["OutOfMemory", "OOMKilled"],
        "{container} used more memory than {memory} and was killed",
        "raise the memory of the container or task, or make the program use less",
    ),
    row(
        "command-not-found",
        &["executable file not found", "CannotStart*no such file or directory"],
        "the program that {container} is to run is not in its image{program}",
        "correct command or entryPoint, or the image; a script also needs the interpreter of its first line",
    )
    .hopeless(),
    row(
        "command-not-executable",
        &["CannotStart*permission denied"],
        "{container} may not run its program{program}",
        "make the file executable in the image (`chmod +x`)",
    )
    .hopeless(),
    row(
        "host-port-in-use",
        &["port is already allocated", "CannotStart*address already in use"],
        "the host port of {container} is in use on the instance",
        "let ECS choose the host port (0), or stop what listens there",
    ),
    READ_ONLY,
    row(
        "dependency-failed",
        &["dependency graph", "DependentContainer", "dependency did not"],
        "a container on which another waits did not get as far: {quote}{last_words}",
        "look at the log of the container in dependsOn, and raise its startTimeout if it is only slow",
    ),
    row(
        "container-start-timed-out",
        &["timed out after waiting", "ContainerRuntimeTimeout", "DockerTimeout"],
        "{container} did not start in time: {quote}",
        "look at the load of the instance's disk and processor, and at the size of the image",
    ),
    row(
        "container-not-created",
        &["CannotCreateContainer"],
        "{container} can't be created: {quote}",
        "correct the container definition, or replace the instance if others start",
    ),
    row(
        "container-not-started",
        &["CannotStartContainer"],
        "{container} can't be started: {quote}",
        "correct the container definition, or replace the instance if others start",
    ),
    row(
        "container-runtime-failed",
        &["ContainerRuntimeError", "CannotInspectContainer", "CannotStopContainer"],
        "the container runtime failed: {quote}",
        "ECS tries again; replace the instance if it happens again there",
    ),
    row(
        "task-not-started",
        &["ResourceInitializationError", "TaskFailedToStart:", "InternalError"],
        "the task can't be started: {quote}",
        "look the text up in the ECS guide's stopped task error messages",
    ),
];

/// By a line near the end of the log of a container that failed.
pub(in super::super) const LOGS: &[Row] = &[
    WRONG_PROCESSOR,
    READ_ONLY,
    row(
        "task-role-denied",
        &["not authorized to perform:", "AccessDenied"],
        "{task_role} may not {action}",
        "allow it in the policy of {task_role}, or in the policy of the resource itself",
    ),
    row(
        "address-in-use",
        &["address already in use", "EADDRINUSE"],
        "{container} listens on an address that is in use: {quote}",
        "let each container of the task listen on a port of its own",
    ),
    row(
        "heap-exhausted",
        &["java.lang.OutOfMemoryError", "heap out of memory", "GC overhead limit exceeded"],
        "the heap of {container} is full: {quote}",
        "raise the runtime's limit (-Xmx, --max-old-space-size), and the task's memory with it",
    ),
];

/// By exit code, as `exit CODE;`.
pub(in super::super) const EXITS: &[Row] = &[
    row(
        "exited-successfully",
        &["exit 0;"],
        "{container} exits with 0{within}: it ends instead of serving{last_words}",
        "let its command stay in the foreground, or make it no essential container",
    ),
    row(
        "command-not-executable",
        &["exit 126;"],
        "{container} exits with 126, its command can't be executed{last_words}",
        "make the file executable in the image (`chmod +x`)",
    )
    .hopeless(),
    row(
        "command-not-found",
        &["exit 127;"],
        "{container} exits with 127, its command is not found{last_words}",
        "correct command or entryPoint, or the image",
    )
    .hopeless(),
    row(
        "killed",
        &["exit 137;"],
        "{container} was killed (137, SIGKILL){within}, though not for its memory limit{last_words}",
        "let it end on SIGTERM within stopTimeout; if nothing stopped it, look at the memory of the whole \
         task and instance",
    ),
    row(
        "aborted",
        &["exit 134;"],
        "{container} aborts (134, SIGABRT){within}{last_words}",
        "look for the failed assertion or panic in its log",
    ),
    row(
        "crashed",
        &["exit 139;"],
        "{container} crashes (139, SIGSEGV){within}{last_words}",
        "run the image with the same command elsewhere; native libraries for another system are a frequent \
         cause",
    ),
    row(
        "terminated",
        &["exit 143;"],
        "{container} was ended from inside the task or instance (143, SIGTERM){within}{last_words}",
        "look at what else ended in the task, and at the instance",
    ),
    row(
        "exited-for-usage",
        &["exit 2;"],
        "{container} exits with 2{within}, often for wrong arguments{last_words}",
        "compare command and environment with what the program expects",
    ),
    row(
        "exited",
        &["exit "],
        "{container} exits with {code}{within}{last_words}",
        "correct what its log complains of; environment variables and secrets that are missing are the most \
         frequent",
    ),
];
