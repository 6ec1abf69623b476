//! A Docker network with a runtime of its own, and an emulator where a test needs one. All of it goes with the test.

use bollard::Docker;
use infra_local_aws::account::Account;
use infra_local_aws::emulator::Emulator;
use infra_local_aws::tasks::docker::{DockerRuntime, DockerSettings, INSTANCE};
use infra_local_aws::tasks::{ContainerState, TaskNews, TaskRuntime, TaskToRun};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

pub const IMAGE: &str = "debian:trixie-slim";
const EMULATOR: &str = "ministackorg/ministack:1.5.33";
const PATIENCE: Duration = Duration::from_secs(90);

pub struct World {
    pub runtime: DockerRuntime,
    settings: DockerSettings,
}

pub struct Run {
    pub id: String,
    news: mpsc::UnboundedReceiver<(String, TaskNews)>,
    containers: Vec<ContainerState>,
    address: Option<IpAddr>,
}

/// A task of a definition with family `web` and, unless it says otherwise, mode `awsvpc`.
pub fn task(definition: Value) -> TaskToRun {
    let mut whole = json!({"family": "web", "networkMode": "awsvpc"});
    for (name, value) in definition.as_object().unwrap() {
        whole[name] = value.clone();
    }
    let id = format!("{:032x}", fastrand::u128(..));
    TaskToRun {
        arn: format!("arn:aws:ecs:us-east-1:000000000000:task/test/{id}"),
        id,
        cluster: "test".to_owned(),
        cluster_arn: "arn:aws:ecs:us-east-1:000000000000:cluster/test".to_owned(),
        group: "service:web".to_owned(),
        task_definition: Arc::new(serde_json::from_value(whole).unwrap()),
        revision: 1,
        launch_type: "FARGATE".to_owned(),
        zone: "us-east-1a".to_owned(),
        overrides: Value::Null,
        enable_execute_command: false,
    }
}

/// Asks until it is true.
pub async fn eventually(mut condition: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("it never became true");
}

/// A way to the engine that can be cut: the address of its socket, and the task that serves it.
pub fn detour() -> (String, tokio::task::JoinHandle<()>) {
    let path = std::env::temp_dir().join(name()).display().to_string();
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let serving = tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((mut here, _)) = listener.accept().await {
            connections.spawn(async move {
                let mut there = tokio::net::UnixStream::connect("/var/run/docker.sock").await.unwrap();
                tokio::io::copy_bidirectional(&mut here, &mut there).await.ok();
            });
        }
    });
    (path, serving)
}

async fn engine() -> Docker {
    Docker::connect_with_local_defaults().unwrap().negotiate_version().await.unwrap()
}

fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl World {
    pub async fn new() -> Self {
        Self::at("127.0.0.1:1".to_owned(), &name()).await
    }

    pub async fn with_emulator() -> Self {
        let name = name();
        docker(&["run", "--detach", "--name", &name, "--publish", "127.0.0.1:0:4566", EMULATOR]);
        let address = docker(&["port", &name, "4566/tcp"]);
        let world = Self::at(address, &name).await;
        let groups = json!({});
        eventually(async || {
            world.settings.emulator.json("logs", "Logs_20140328.DescribeLogGroups", &groups).await.is_ok()
        })
        .await;
        world
    }

    async fn at(emulator: String, name: &str) -> Self {
        docker(&["network", "create", "--label", "local-aws-test", name]);
        let settings = DockerSettings {
            instance: name.to_owned(),
            network: name.to_owned(),
            own_address: IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
            port: 4566,
            pause_image: IMAGE.to_owned(),
            account: Account {
                region: "us-east-1".to_owned(),
                id: "0".repeat(12),
                endpoint: "127.0.0.1:4566".to_owned(),
                partition: "aws".to_owned(),
            },
            emulator: Emulator { address: emulator, region: "us-east-1".to_owned() },
        };
        Self { runtime: DockerRuntime::new(engine().await, settings.clone()), settings }
    }

    /// A runtime that reaches the engine by a detour.
    pub async fn by_detour(&self, path: &str) -> DockerRuntime {
        let docker = Docker::connect_with_unix(path, 120, bollard::API_DEFAULT_VERSION).unwrap();
        DockerRuntime::new(docker.negotiate_version().await.unwrap(), self.settings.clone())
    }

    /// As if the program was started again.
    pub async fn another_runtime(&self) -> DockerRuntime {
        DockerRuntime::new(engine().await, self.settings.clone())
    }

    pub fn start(&self, task: TaskToRun) -> Run {
        Run::of(&self.runtime, task)
    }

    pub async fn call(&self, service: &str, target: &str, body: Value) -> Value {
        self.settings.emulator.json(service, target, &body).await.unwrap()
    }

    pub fn docker_command(&self, args: &[&str]) -> String {
        docker(args)
    }

    /// Puts a bucket or an object into S3.
    pub async fn put(&self, path: &str, body: &str) {
        let mut connection = tokio::net::TcpStream::connect(&self.settings.emulator.address).await.unwrap();
        let head =
            format!("PUT {path} HTTP/1.1\r\nhost: s3\r\nconnection: close\r\ncontent-length: {}", body.len());
        connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// The image with one more program in it, `/program`.
    pub fn image_with_program(&self, program: &[u8]) -> String {
        let image = format!("{}:1", self.settings.instance);
        let container = docker(&["create", "--name", &image.replace(':', "-"), IMAGE]);
        let directory = std::env::temp_dir().join(&self.settings.instance);
        std::fs::create_dir(&directory).unwrap();
        let file = directory.join("program");
        std::fs::write(&file, program).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        docker(&["cp", file.to_str().unwrap(), &format!("{container}:/program")]);
        docker(&["commit", &container, &image]);
        docker(&["rm", &container]);
        std::fs::remove_dir_all(&directory).unwrap();
        image
    }

    pub fn emulator_port(&self) -> &str {
        self.settings.emulator.address.rsplit(':').next().unwrap()
    }

    /// A variable of a container's environment.
    pub fn variable(&self, container: &str, name: &str) -> String {
        let all = docker(&["inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", container]);
        let value = all.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
        value.unwrap_or_else(|| panic!("no {name} in {all}")).to_owned()
    }

    /// Containers and volumes of this runtime that are still there.
    pub async fn left(&self) -> Vec<String> {
        let filter = format!("label={INSTANCE}={}", self.settings.instance);
        let containers = docker(&["ps", "--all", "--quiet", "--filter", &filter]);
        let volumes = docker(&["volume", "ls", "--quiet", "--filter", &filter]);
        containers.lines().chain(volumes.lines()).map(str::to_owned).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let name = &self.settings.instance;
        let filter = format!("label={INSTANCE}={name}");
        for id in docker(&["ps", "--all", "--quiet", "--filter", &filter]).lines() {
            Command::new("docker").args(["rm", "--force", "--volumes", id]).output().ok();
        }
        for id in docker(&["volume", "ls", "--quiet", "--filter", &filter]).lines() {
            Command::new("docker").args(["volume", "rm", id]).output().ok();
        }
        Command::new("docker").args(["rm", "--force", "--volumes", name]).output().ok();
        Command::new("docker").args(["network", "rm", name]).output().ok();
    }
}

impl Run {
    pub fn of(runtime: &DockerRuntime, task: TaskToRun) -> Self {
        let (sender, news) = mpsc::unbounded_channel();
        let id = task.id.clone();
        runtime.start(task, sender);
        Self { id, news, containers: Vec::new(), address: None }
    }

    /// Waits for news.
    pub async fn until(&mut self, wanted: impl Fn(&TaskNews) -> bool) -> TaskNews {
        let waiting = async {
            loop {
                let (_, news) = self.news.recv().await.expect("the task says no more");
                match &news {
                    TaskNews::Address(address) => self.address = Some(*address),
                    TaskNews::Container(state) => {
                        self.containers.retain(|it| it.name != state.name);
                        self.containers.push(state.clone());
                    }
                    TaskNews::Stopped { .. } if !wanted(&news) => panic!("{news:?}, {:?}", self.containers),
                    _ => {}
                }
                if wanted(&news) {
                    return news;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("no such news in time")
    }

    /// Whether nobody is left who could give news.
    pub async fn says_nothing(&mut self) -> bool {
        self.news.recv().await.is_none()
    }

    pub async fn running(&mut self) {
        self.until(|news| matches!(news, TaskNews::Running)).await;
    }

    pub async fn stopped(&mut self) -> (String, String) {
        match self.until(|news| matches!(news, TaskNews::Stopped { .. })).await {
            TaskNews::Stopped { stop_code, reason } => (stop_code, reason),
            news => panic!("{news:?}"),
        }
    }

    pub fn container(&self, name: &str) -> ContainerState {
        self.containers.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}")).clone()
    }

    pub fn exit_code(&self, name: &str) -> Option<i64> {
        self.container(name).exit_code
    }

    pub fn reason(&self, name: &str) -> Option<String> {
        self.container(name).reason
    }

    pub fn address(&self) -> IpAddr {
        self.address.expect("no address")
    }
}

fn name() -> String {
    format!("local-aws-test-{:08x}", fastrand::u32(..))
}
