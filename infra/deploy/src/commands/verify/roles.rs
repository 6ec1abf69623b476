//! Whether the roles of a task are there, are for tasks, and may do what starting one takes.

use super::policy::{self, Decision};
use super::subject::Subject;
use crate::awslogs::{group_of, option};
use crate::judgement::Judgement;
use crate::secret_check;
use infra_aws::kms::Kms;
use infra_aws::permissions::{self, RolePermissions};
use infra_aws::{Aws, live_service, registry};
use infra_ecs::ContainerDefinition;
use infra_engine::Failure;
use infra_resources::Partition;

const PULL: [&str; 3] =
    ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];
const LOG: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
const DEPLOY: &str = "deploy the stack, which puts the role right; `cargo xtask drift` shows what differs";

/// Something that a role must be allowed.
struct Need {
    action: &'static str,
    resource: String,
}

/// What ECS starts tasks with.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>
pub async fn execution(aws: &Aws, subject: &Subject) -> Result<Judgement, Failure> {
    let Some(name) = name_of(subject.definition.execution_role_arn.as_ref())? else {
        return Ok(without_execution_role(subject));
    };
    let Some(role) = permissions::of_role(aws, &name).await? else { return Ok(missing(&name)) };
    let containers = &subject.definition.container_definitions;
    let mut needs = Vec::new();
    for container in containers {
        needs.extend(of_image(aws, container).await?);
    }
    if !needs.is_empty() {
        needs.insert(0, Need { action: "ecr:GetAuthorizationToken", resource: "*".to_owned() });
    }
    needs.extend(containers.iter().flat_map(|container| of_logs(aws, container)));
    Ok(may(&name, &role, &needs, "pull the images and write the logs"))
}

/// What the app itself has.
pub async fn task(aws: &Aws, subject: &Subject) -> Result<Judgement, Failure> {
    let Some(name) = name_of(subject.definition.task_role_arn.as_ref())? else {
        return Ok(Judgement::ok("none: the app makes no calls to AWS"));
    };
    let Some(role) = permissions::of_role(aws, &name).await? else { return Ok(missing(&name)) };
    Ok(may(&name, &role, &[], "be assumed by tasks"))
}

/// Whether the secrets are there, and the execution role may read them.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>
pub async fn secrets(aws: &Aws, subject: &Subject) -> Result<Judgement, Failure> {
    let containers = &subject.definition.container_definitions;
    let (mut needs, mut judged) = (Vec::new(), Vec::new());
    for secret in containers.iter().flat_map(|container| &container.secrets) {
        let (there, found) = secret_check::look(aws, secret.value_from.get()?).await;
        judged.push(there);
        let Some((source, secret)) = found else { continue };
        needs.push(Need { action: source.action(), resource: secret.arn });
        if let Some(key) = secret.kms_key {
            let found = aws.client::<Kms>().describe_key(source.region(), &key).await?;
            needs.extend(found.map(|key| Need { action: "kms:Decrypt", resource: key.arn }));
        }
    }
    if judged.is_empty() {
        return Ok(Judgement::ok("none is used"));
    }
    let Some(name) = name_of(subject.definition.execution_role_arn.as_ref())? else {
        return Ok(Judgement::failed("secrets are read with an execution role, and there is none", DEPLOY));
    };
    let Some(role) = permissions::of_role(aws, &name).await? else { return Ok(missing(&name)) };
    judged.push(may(&name, &role, &needs, "read the secrets"));
    Ok(Judgement::all(judged, ""))
}

/// The name in a role's ARN, which may have a path before it.
fn name_of(role: Option<&infra_engine::Output<String>>) -> Result<Option<String>, Failure> {
    role.map(|arn| Ok(live_service::last_part(arn.get()?).to_owned())).transpose()
}

fn without_execution_role(subject: &Subject) -> Judgement {
    if subject.on_fargate() {
        return Judgement::failed("none, and on Fargate nobody else can pull images from ECR", DEPLOY);
    }
    Judgement::ok("none: the instances' own role pulls images and writes logs")
}

fn missing(name: &str) -> Judgement {
    Judgement::failed(format!("role {name} is not there"), "deploy the stack, which makes it")
}

async fn of_image(aws: &Aws, container: &ContainerDefinition) -> Result<Vec<Need>, Failure> {
    let Some(reference) = &container.image else { return Ok(Vec::new()) };
    let repository = registry::repository(aws, reference.get()?).await?;
    let need = |arn: String| PULL.map(|action| Need { action, resource: arn.clone() });
    Ok(repository.map(|repository| need(repository.arn)).into_iter().flatten().collect())
}

/// A stream as a task would make it.
fn of_logs(aws: &Aws, container: &ContainerDefinition) -> Vec<Need> {
    let Some(group) = group_of(container) else { return Vec::new() };
    let region = option(container, "awslogs-region").unwrap_or(&aws.region);
    let prefix = option(container, "awslogs-stream-prefix").unwrap_or("task");
    let stream = format!("log-group:{group}:log-stream:{prefix}/{}/0", container.name());
    let resource = Partition::of_region(region).arn("logs", region, &aws.account.id, &stream);
    LOG.map(|action| Need { action, resource: resource.clone() }).into()
}

/// Whether tasks can be given a role, and it may do all that they need.
fn may(name: &str, role: &RolePermissions, needs: &[Need], purpose: &str) -> Judgement {
    let principal = Partition::ecs_tasks_principal();
    if !policy::trusts(&role.trust, &principal) {
        return Judgement::failed(format!("role {name} can't be assumed by {principal}"), DEPLOY);
    }
    let of = |need: &Need| match policy::decide(&role.policies, need.action, &need.resource) {
        // A boundary can take away, not add.
        Decision::Allowed if role.is_bounded => Decision::Open,
        decision => decision,
    };
    let with = |wanted: Decision| in_words(needs.iter().filter(|need| of(need) == wanted));
    let (denied, open) = (with(Decision::Denied), with(Decision::Open));
    if !denied.is_empty() {
        return Judgement::failed(format!("role {name} does not allow {denied}"), DEPLOY);
    }
    if !open.is_empty() {
        let what = format!("conditions or a boundary of role {name} decide on {open}");
        return Judgement::unknown(what).next("look at it with IAM's policy simulator");
    }
    Judgement::ok(format!("{name} may {purpose}"))
}

/// `ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on <repository>`, and so for each resource.
fn in_words<'a>(needs: impl Iterator<Item = &'a Need>) -> String {
    let needs: Vec<_> = needs.collect();
    let alike = needs.chunk_by(|one, next| one.resource == next.resource);
    let on_one = alike.filter_map(|needs| {
        let actions: Vec<_> = needs.iter().map(|need| need.action).collect();
        Some(format!("{} on {}", actions.join(", "), needs.first()?.resource))
    });
    on_one.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judgement::CheckResult;
    use serde_json::json;

    fn role(actions: &[&str], is_bounded: bool) -> RolePermissions {
        let principal = Partition::ecs_tasks_principal();
        RolePermissions {
            trust: json!({"Statement": {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}}),
            policies: vec![json!({"Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}})],
            is_bounded,
        }
    }

    #[test]
    fn a_role_that_lacks_a_right_is_named_with_it() {
        let needs = || PULL.map(|action| Need { action, resource: "repository/web".to_owned() });
        let judged = |role: &RolePermissions| may("execution", role, &needs(), "pull");
        assert_eq!(judged(&role(&["ecr:*"], false)), Judgement::ok("execution may pull"));
        assert_eq!(judged(&role(&["ecr:*"], true)).result, CheckResult::Unknown);
        let lacking = judged(&role(&["ecr:Batch*"], true));
        assert_eq!(lacking.result, CheckResult::Failed);
        assert_eq!(
            lacking.what,
            "role execution does not allow ecr:GetDownloadUrlForLayer on repository/web"
        );
        let untrusted = judged(&RolePermissions { trust: json!({}), ..role(&["*"], false) });
        let without = judged(&role(&["logs:*"], false));
        assert_eq!(
            without.what,
            "role execution does not allow ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer, \
             ecr:BatchGetImage on repository/web"
        );
        assert!(untrusted.what.contains("can't be assumed by"), "{untrusted:?}");
    }
}
