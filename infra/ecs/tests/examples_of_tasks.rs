//! One example for each kind of network, platform and storage, written in types: the JSON that ECS is sent.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra_ecs::body::lean;
use infra_ecs::container::{
    ContainerCondition, FirelensConfiguration, FirelensType, HealthCheck, RestartPolicy, Ulimit, UlimitName,
};
use infra_ecs::task_definition::runtime_platform::{CpuArchitecture, WindowsVersion};
use infra_ecs::task_definition::volume::{
    DockerVolume, DockerVolumeScope, FsxAuthorization, FsxWindowsVolume,
};
use infra_ecs::typed::LaunchType;
use infra_ecs::{
    Attribute, Awsvpc, Bridge, Container, CpuUnits, DefaultNetwork, Ec2, EphemeralGib, ExecutionRole,
    Fargate, FargateSize, Host, HostPort, InstanceLogDriver, Mebibytes, NoNetwork, StopTimeout, Task,
    TaskDefinition, TaskRole, VolumeOf, rules,
};
use infra_ecs::{ephemeral_gib, fargate_size, stop_timeout};
use infra_engine::diff::diff;
use infra_engine::{Resource, Stack};
use serde::Deserialize;
use serde_json::{Value, json};

const SMALL: FargateSize = fargate_size!(cpu: 256, memory: 512);
const WINDOWS: FargateSize = fargate_size!(cpu: 1024, memory: 2048);
const DISK: EphemeralGib = ephemeral_gib!(50);
const STOP: StopTimeout = stop_timeout!(120);

/// The JSON of a task definition that breaks no rule.
fn sent<On: LaunchType>(task: Task<On>) -> Value {
    let mut definition = task.definition();
    assert_eq!(rules::task_definition(&definition).refusals(), Vec::<String>::new());
    definition.normalise();
    let desired = serde_json::to_value(definition).unwrap();
    let body = lean(&desired);
    let mut reported = TaskDefinition::deserialize(as_reported(body.clone())).unwrap();
    reported.normalise();
    assert_eq!(
        diff(&desired, &serde_json::to_value(reported).unwrap()),
        [],
        "what ECS reports of it differs"
    );
    body
}

/// What `DescribeTaskDefinition` makes of a definition: defaults are filled in, lists are there though empty.
fn as_reported(mut definition: Value) -> Value {
    let mode = definition.get("networkMode").cloned();
    for container in definition["containerDefinitions"].as_array_mut().unwrap() {
        for list in ["portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"] {
            default(container, list, json!([]));
        }
        default(container, "cpu", json!(0));
        for mapping in container["portMappings"].as_array_mut().unwrap() {
            default(mapping, "protocol", json!("tcp"));
            if mode == Some(json!("awsvpc")) || mode == Some(json!("host")) {
                let port = mapping["containerPort"].clone();
                default(mapping, "hostPort", port);
            }
        }
        if let Some(logs) = container.get_mut("logConfiguration") {
            default(logs, "secretOptions", json!([]));
        }
    }
    default(&mut definition, "volumes", json!([]));
    for volume in definition["volumes"].as_array_mut().unwrap() {
        default(volume, "host", json!({}));
        if let Some(docker) = volume.get_mut("dockerVolumeConfiguration") {
            default(docker, "driver", json!("local"));
        }
        if let Some(efs) = volume.get_mut("efsVolumeConfiguration") {
            default(efs, "rootDirectory", json!("/"));
        }
    }
    default(&mut definition, "placementConstraints", json!([]));
    default(&mut definition, "enableFaultInjection", json!(false));
    definition["revision"] = json!(7);
    definition["status"] = json!("ACTIVE");
    definition["compatibilities"] = json!(["EC2", "FARGATE"]);
    definition
}

fn default(json: &mut Value, member: &str, value: Value) {
    json.as_object_mut().unwrap().entry(member).or_insert(value);
}

fn fargate() -> Task<Fargate> {
    Task::fargate("web", SMALL)
}

fn bridge() -> Task<Ec2<Bridge>> {
    Task::<Ec2<Bridge>>::ec2("web")
}

fn nginx<On: LaunchType>() -> Container<On> {
    Container::new("web", "nginx").memory(Mebibytes(128))
}

#[test]
fn network_awsvpc_on_fargate() {
    insta::assert_json_snapshot!(sent(fargate().container(nginx().port(80))));
}

#[test]
fn network_awsvpc_on_ec2() {
    let task = Task::<Ec2<Awsvpc>>::ec2("web").size(CpuUnits(512), Mebibytes(1024));
    insta::assert_json_snapshot!(sent(task.container(nginx().port(80))));
}

#[test]
fn network_bridge_with_dynamic_and_fixed_host_ports() {
    let container = nginx().port(80).port_on_host(443, HostPort::Fixed(8443)).link("cache").hostname("web");
    let cache = Container::new("cache", "redis").memory(Mebibytes(64)).port_range(6379, 6380);
    insta::assert_json_snapshot!(sent(bridge().container(container).container(cache)));
}

#[test]
fn network_host() {
    insta::assert_json_snapshot!(sent(Task::<Ec2<Host>>::ec2("web").container(nginx().port(80))));
}

#[test]
fn network_none() {
    insta::assert_json_snapshot!(sent(Task::<Ec2<NoNetwork>>::ec2("batch").container(nginx())));
}

#[test]
fn network_none_given_for_windows() {
    let task = Task::<Ec2<DefaultNetwork>>::ec2("iis").windows(WindowsVersion::Server2022Core);
    insta::assert_json_snapshot!(sent(task.container(nginx().port(80))));
}

#[test]
fn platform_windows_on_fargate() {
    let task = Task::fargate("iis", WINDOWS).windows(WindowsVersion::Server2019Core);
    insta::assert_json_snapshot!(sent(task.container(nginx().port(80))));
}

#[test]
fn platform_arm_on_fargate() {
    insta::assert_json_snapshot!(sent(fargate().linux(CpuArchitecture::Arm64).container(nginx())));
}

#[test]
fn storage_ephemeral() {
    insta::assert_json_snapshot!(sent(fargate().ephemeral_storage(DISK).container(nginx())));
}

#[test]
fn storage_bind_mount() {
    let task = fargate().volume(VolumeOf::scratch("shared")).container(nginx().mount("shared", "/data"));
    insta::assert_json_snapshot!(sent(task));
}

#[test]
fn storage_bind_mount_of_a_host_path() {
    let task = bridge()
        .volume(VolumeOf::host_path("logs", "/var/log"))
        .container(nginx().mount_read_only("logs", "/logs"));
    insta::assert_json_snapshot!(sent(task));
}

#[test]
fn storage_docker_volume() {
    let docker = DockerVolume {
        scope: Some(DockerVolumeScope::Shared),
        autoprovision: Some(true),
        ..DockerVolume::default()
    };
    insta::assert_json_snapshot!(sent(
        bridge().volume(VolumeOf::docker("data", docker)).container(nginx().mount("data", "/data"))
    ));
}

#[test]
fn storage_efs_with_access_point_and_tls() {
    let volume = VolumeOf::efs_access_point("files", "fs-0123456789abcdef0", "fsap-0123456789abcdef0");
    insta::assert_json_snapshot!(sent(fargate().volume(volume).container(nginx().mount("files", "/files"))));
}

#[test]
fn storage_s3_files() {
    let volume = VolumeOf::s3_files("files", "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-1");
    let role = TaskRole::with("arn:aws:iam::123456789012:role/app");
    insta::assert_json_snapshot!(sent(
        fargate().task_role(role).volume(volume).container(nginx().mount("files", "/files"))
    ));
}

#[test]
fn storage_ebs_configured_at_launch() {
    let task = fargate().volume(VolumeOf::at_launch("disk")).container(nginx().mount("disk", "/data"));
    insta::assert_json_snapshot!(sent(task));
}

#[test]
fn storage_fsx_for_windows() {
    let fsx = FsxWindowsVolume {
        file_system_id: "fs-0123456789abcdef0".into(),
        root_directory: "share".to_owned(),
        authorization_config: FsxAuthorization {
            credentials_parameter: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fsx".into(),
            domain: "corp.example.com".to_owned(),
        },
    };
    let task = Task::<Ec2<DefaultNetwork>>::ec2("iis")
        .windows(WindowsVersion::Server2022Core)
        .volume(VolumeOf::fsx_windows("share", fsx))
        .container(nginx().mount("share", "C:/share"));
    insta::assert_json_snapshot!(sent(task));
}

#[test]
fn containers_with_everything_that_fargate_has() {
    let execution = ExecutionRole::with("arn:aws:iam::123456789012:role/ecs");
    let web = Container::new("web", "nginx")
        .port(80)
        .cpu(CpuUnits(128))
        .memory_reservation(Mebibytes(256))
        .environment("MODE", "production")
        .environment_file("arn:aws:s3:::config/web.env")
        .secret("PASSWORD", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web")
        .health_check(HealthCheck::shell("curl --fail http://localhost/"))
        .depends_on("migrate", ContainerCondition::Success)
        .depends_on("router", ContainerCondition::Start)
        .read_only_root()
        .user("1000:1000")
        .tmpfs("/tmp", Mebibytes(64))
        .trace_processes()
        .ulimit(Ulimit { name: UlimitName::Nofile, soft_limit: 65535, hard_limit: 65535 })
        .stop_timeout(STOP)
        .firelens([("Name", "stdout".into())]);
    let migrate = Container::new("migrate", "registry.example.com/migrate:1")
        .not_essential()
        .command(&["migrate", "up"])
        .registry_password("arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry")
        .awslogs("web".into(), "eu-west-1", "migrate");
    let router = Container::new("router", "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable")
        .route_logs(FirelensConfiguration { router: FirelensType::FluentBit, options: Default::default() })
        .restart_policy(RestartPolicy { enabled: true, ..RestartPolicy::default() });
    let task = fargate().linux(CpuArchitecture::X86_64).share_processes().execution_role(execution);
    insta::assert_json_snapshot!(sent(task.container(web).container(migrate).container(router)));
}

#[test]
fn containers_with_what_only_ec2_has() {
    let container = nginx()
        .gpus(1)
        .privileged()
        .shared_memory(Mebibytes(64))
        .max_swap(Mebibytes(128))
        .add_capability("NET_ADMIN")
        .security_option("no-new-privileges")
        .dns_server("10.0.0.2")
        .extra_host("database", "10.0.0.3")
        .instance_logs(InstanceLogDriver::JsonFile, [("max-size", "10m".into())]);
    let on =
        Attribute::INSTANCE_TYPE.matches("g5.*").and(Attribute::AVAILABILITY_ZONE.not_equals("eu-west-1c"));
    insta::assert_json_snapshot!(sent(bridge().member_of(&on).container(container)));
}

#[test]
fn a_task_fits_the_processor_of_its_instance_type() {
    let mut stack = Stack::new("example");
    bridge()
        .linux(CpuArchitecture::X86_64)
        .on_instance_type("t4g.micro")
        .container(nginx())
        .add(&mut stack, "web");
    let errors: Vec<_> = stack.errors().iter().map(ToString::to_string).collect();
    assert!(errors.len() == 1 && errors[0].contains("t4g.micro"), "{errors:?}");
}
