//! The actor of a service: it alone steps the rollout, does what the rollout says, and reports what comes of it.

use super::capacity;
use super::targets::{Owner, Registered};
use crate::api_error::ApiError;
use crate::ecs::{Ecs, TaskRequest};
use crate::tasks::{HealthStatus, TaskNews};
use infra_ecs::rollout::{Action, Event, Moment, Service, ServiceStatus, TargetHealth, TaskStatus};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// A service: its request, its rollout, and the way to its actor.
pub struct Actor {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub name: String,
    state: Mutex<State>,
    inbox: mpsc::UnboundedSender<Message>,
}

/// What an API reads of a service.
pub struct State {
    /// CreateService's members, with those of later updates in their places.
    pub request: Value,
    /// The rollout.
    pub rollout: Service,
    /// When it was created.
    pub created: Moment,
}

impl State {
    /// The request that would make the service what it is: a rollback takes back what belongs to a revision.
    pub fn current_request(&self) -> Value {
        let (mut request, spec) = (self.request.clone(), self.rollout.spec());
        request["taskDefinition"] = spec.task_definition.clone().into();
        for (name, value) in spec.rest_of_revision.as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        request
    }
}

struct Message {
    event: Event,
    /// The request that becomes the service's, if the rollout takes the event.
    request: Option<Value>,
    reply: Option<oneshot::Sender<Result<(), ApiError>>>,
}

impl Actor {
    /// Starts the actor of a new service, which is found from then on: what happens to its first task must not get lost.
    pub fn start(ecs: &Arc<Ecs>, cluster: &str, name: &str, state: State) -> Arc<Self> {
        let (inbox, messages) = mpsc::unbounded_channel();
        let actor = Arc::new(Self {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
            state: Mutex::new(state),
            inbox,
        });
        ecs.services.all().insert((cluster.to_owned(), name.to_owned()), actor.clone());
        tokio::spawn(actor.clone().run(ecs.clone(), messages));
        actor
    }

    /// The service now. Nobody waits while it is held.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a deployment is under way that an alarm ends.
    pub fn watches_alarms(&self) -> bool {
        let state = self.state();
        state.rollout.spec().alarms.enable && state.rollout.current_service_deployment().is_some()
    }

    /// Something happened.
    pub fn report(&self, event: Event) {
        // An actor that has ended has no task left that anything could happen to.
        let _ = self.inbox.send(Message { event, request: None, reply: None });
    }

    /// Something is asked for by nobody who waits; the request becomes the service's.
    pub fn change(&self, event: Event, request: Value) {
        let _ = self.inbox.send(Message { event, request: Some(request), reply: None });
    }

    /// Something is asked for.
    ///
    /// # Errors
    /// What ECS refuses.
    pub async fn ask(&self, event: Event, request: Option<Value>) -> Result<(), ApiError> {
        let (reply, answer) = oneshot::channel();
        let gone = || ApiError::new("ServiceNotActiveException", "Service was not ACTIVE.");
        self.inbox.send(Message { event, request, reply: Some(reply) }).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    async fn run(self: Arc<Self>, ecs: Arc<Ecs>, mut messages: mpsc::UnboundedReceiver<Message>) {
        let (news, mut heard) = mpsc::unbounded_channel();
        self.step(&ecs, Event::Tick, &news);
        while self.state().rollout.status() != ServiceStatus::Inactive {
            let wake = self.state().rollout.next_wake();
            tokio::select! {
                Some(message) = messages.recv() => self.take(&ecs, message, &news),
                Some((task, what)) = heard.recv() => self.hear(&ecs, task, what, &news),
                () = wait(&ecs, wake) => self.step(&ecs, Event::Tick, &news),
            }
        }
    }

    fn take(&self, ecs: &Arc<Ecs>, message: Message, news: &mpsc::UnboundedSender<(String, TaskNews)>) {
        let Message { event, request, reply } = message;
        let stepped = {
            let mut state = self.state();
            let stepped = state.rollout.step(ecs.clock.now(), event);
            if let (Ok(_), Some(request)) = (&stepped, request) {
                state.request = request;
            }
            stepped
        };
        let answer = stepped.map(|actions| self.perform(ecs, actions, news));
        if let Some(reply) = reply {
            // Who asked may have gone.
            let _ = reply.send(answer.map_err(|refusal| ApiError::new(&refusal.code, refusal.message)));
        }
    }

    fn hear(
        &self,
        ecs: &Arc<Ecs>,
        task: String,
        what: TaskNews,
        news: &mpsc::UnboundedSender<(String, TaskNews)>,
    ) {
        let event = match what {
            TaskNews::Activating => Event::Task { task, status: TaskStatus::Activating },
            TaskNews::Running => Event::Task { task, status: TaskStatus::Running },
            TaskNews::Stopped { stop_code, reason } => {
                Event::Task { task, status: TaskStatus::Stopped { stop_code, reason } }
            }
            TaskNews::Health(HealthStatus::Healthy) => Event::ContainerHealth { task, healthy: true },
            TaskNews::Health(HealthStatus::Unhealthy) => Event::ContainerHealth { task, healthy: false },
            TaskNews::Health(HealthStatus::Unknown) | TaskNews::Address(_) | TaskNews::Container(_) => return,
        };
        self.step(ecs, event, news);
    }

    fn step(&self, ecs: &Arc<Ecs>, event: Event, news: &mpsc::UnboundedSender<(String, TaskNews)>) {
        let stepped = self.state().rollout.step(ecs.clock.now(), event);
        // What happens is never refused, only what is asked for.
        if let Ok(actions) = stepped {
            self.perform(ecs, actions, news);
        }
    }

    /// Does what the rollout says; what comes of it at once goes into the inbox.
    fn perform(
        &self,
        ecs: &Arc<Ecs>,
        actions: Vec<Action>,
        news: &mpsc::UnboundedSender<(String, TaskNews)>,
    ) {
        for action in actions {
            match action {
                Action::StartTask { task, revision, task_definition, started_by, zone, instance } => {
                    let mut request = self.task_request(ecs, task.clone(), &revision, task_definition);
                    request.started_by = Some(started_by);
                    request.zone = zone;
                    request.instance = instance;
                    self.report(match ecs.start_task(request, Some(news.clone())) {
                        Ok(placed) => {
                            Event::TaskPlaced { task, zone: placed.zone, instance: placed.instance }
                        }
                        Err(not_placed) => Event::TaskNotPlaced { task, message: not_placed.event },
                    });
                }
                Action::StopTask { task, stop_code, reason } => ecs.stop_task(&task, &stop_code, &reason),
                Action::Register { task, target_group, container, container_port } => {
                    self.register(ecs, task, target_group, &container, container_port);
                }
                Action::Deregister { task, target_group } => self.deregister(ecs, task, target_group),
                Action::SetWeights { rule, weights } => {
                    if let Err(refusal) = ecs.load_balancers.set_weights(&rule, &weights) {
                        self.report(Event::RuleNotChanged { message: in_ecss_words(refusal) });
                    }
                }
            }
        }
    }

    fn task_request(
        &self,
        ecs: &Arc<Ecs>,
        id: String,
        revision: &str,
        task_definition: String,
    ) -> TaskRequest {
        let state = self.state();
        let revision = state.rollout.revisions().iter().rev().find(|it| it.arn == revision);
        let of_revision = revision.map(|it| &it.spec.rest_of_revision);
        let member = |name: &str| state.request[name].clone();
        let network = of_revision
            .map_or_else(|| member("networkConfiguration"), |it| it["networkConfiguration"].clone());
        let (launch_type, capacity_provider) = capacity::of_next_task(ecs, &state);
        TaskRequest {
            id,
            cluster: self.cluster.clone(),
            task_definition,
            launch_type,
            capacity_provider,
            network,
            placement_constraints: member("placementConstraints"),
            placement_strategy: member("placementStrategy"),
            group: format!("service:{}", self.name),
            started_by: None,
            overrides: Value::Null,
            tags: tags_of_tasks(ecs, &state),
            enable_execute_command: state.request["enableExecuteCommand"] == true,
            platform_version: of_revision.and_then(|it| it["platformVersion"].as_str()).map(str::to_owned),
            zone: None,
            instance: None,
        }
    }

    fn register(&self, ecs: &Arc<Ecs>, task: String, target_group: String, container: &str, port: u16) {
        let zone = self.state().rollout.tasks().get(&task).and_then(|it| it.zone.clone()).unwrap_or_default();
        // A task that has stopped meanwhile has no address: word of that is on its way.
        let Some(target) = ecs.target_of(&task, container, port) else { return };
        let owner = Owner { cluster: self.cluster.clone(), service: self.name.clone(), task: task.clone() };
        let registered = Registered { target_group: target_group.clone(), target: target.clone() };
        if let Some(before) = ecs.services.targets.keep(registered, owner)
            && let Some(actor) = ecs.services.find(&before.cluster, &before.service)
        {
            actor.gone(before.task, target_group.clone());
        }
        let registered = ecs.load_balancers.register(&target_group, &target, &zone);
        if let Err(refusal) = registered {
            self.report(Event::TargetNotRegistered { task, target_group, message: refusal.message });
        }
    }

    fn deregister(&self, ecs: &Arc<Ecs>, task: String, target_group: String) {
        let target = ecs.services.targets.of(&task, &target_group);
        let draining =
            target.is_some_and(|target| ecs.load_balancers.deregister(&target_group, &target).is_ok());
        // A target group that is deleted has no targets that could drain.
        if !draining {
            self.gone(task, target_group);
        }
    }

    fn gone(&self, task: String, target_group: String) {
        self.report(Event::Target { task, target_group, health: TargetHealth::Gone });
    }
}

/// Why a rule could not be changed.
fn in_ecss_words(refusal: ApiError) -> String {
    match refusal.code.as_str() {
        "RuleNotFound" | "ListenerNotFound" => "One or more rules not found".to_owned(),
        "TargetGroupNotFound" => "The target group ARN does not exist.".to_owned(),
        _ => refusal.message,
    }
}

async fn wait(ecs: &Ecs, wake: Option<Moment>) {
    match wake {
        Some(wake) => ecs.clock.sleep_until(wake).await,
        None => std::future::pending().await,
    }
}

/// The tags of a service's tasks: those of the service or of the task definition, as it says, and ECS's own.
fn tags_of_tasks(ecs: &Ecs, state: &State) -> Value {
    let rollout = &state.rollout;
    let mut tags = match state.request["propagateTags"].as_str() {
        Some("SERVICE") => ecs.tags_of(&rollout.identity().arn),
        Some("TASK_DEFINITION") => ecs.tags_of(&rollout.spec().task_definition),
        _ => Value::Array(Vec::new()),
    };
    if let (true, Some(tags)) = (state.request["enableECSManagedTags"] == true, tags.as_array_mut()) {
        let identity = rollout.identity();
        tags.push(json!({ "key": "aws:ecs:clusterName", "value": identity.cluster }));
        tags.push(json!({ "key": "aws:ecs:serviceName", "value": identity.name }));
    }
    tags
}
