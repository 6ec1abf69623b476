//! Where AWS's own documents disagree, and what is warned of.

use super::{Explanation, Rule};

explanations! {
    X01 "fargate" r#"cpu = "32768" ; memory = "61440""#
        "AWS's task size pages have 32 vCPUs since June 2026, the API's model does not, and not every Region \
         takes them";
    X02 "fargate" r#"cpu = "0.25 vCPU""#
        "the pages disagree about these spellings";
    X03 "fargate" r#"c/portMappings = [{"containerPort": 53, "protocol": "tcp"}, {"containerPort": 53, "protocol": "udp"}]"#
        "the API's page says that ECS refuses one port for two protocols; the console does it";
    X05 "fargate" r#"containerDefinitions = [{"name": "a", "image": "i", "memory": 300}, {"name": "b", "image": "i", "memory": 300}]"#
        "a page says that it must fit; the error that is known names memoryReservation alone";
    X07 "bridge" r#"c/portMappings = [{"containerPort": 80, "protocol": "sctp"}]"#
        "the model has two values, a newer one treats others as tcp";
    X09 "fargate" r#"executionRoleArn = "ecsTaskExecutionRole""#
        "a page takes the short name of a role, tools do not";
    X10 "fargate" r#"c/environment = [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]"#
        "Docker takes the last one; ECS has been seen to take both";
    X11 "windows" r#"runtimePlatform = {"operatingSystemFamily": "WINDOWS_SERVER_2025_CORE"}"#
        "the pages do not name it, and the model knows it";
    X12 "windows-ec2" r#"runtimePlatform = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}"#
        "on Fargate it is refused; about EC2 the pages say nothing";
    X13 "bridge" "c/memory = 5"
        "Docker wants 6 MiB since version 20.10, older ones 4";
    X15 "bridge" r#"requiresCompatibilities = - ; ephemeralStorage = {"sizeInGiB": 30}"#
        "the task may be run on Fargate all the same";
    X16 "managed" "networkMode = -"
        "the guide says awsvpc, the API's own default is bridge";
    X17 "fargate" r#"pidMode = "task""#
        "the guide asks for it, the API's page does not";
    X18 "windows-ec2" r#"c/resourceRequirements = [{"type": "GPU", "value": "1"}]"#
        "the GPU's driver is in AWS's image of Linux";
    X19 "bridge" r#"c/logConfiguration = {"logDriver": "gelf"}"#
        "the driver can't work without, and ECS registers it";
    X20 "fargate" r#"c/healthCheck = {"command": ["NONE"]}"#
        "it is in Docker's words, and no container waits for it";
    X21 "external" r#"volumes = [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#
        "the pages name these for instances alone";
    X22 "fargate" r#"c/portMappings = [{"containerPort": 80, "appProtocol": "http"}]"#
        "ECS registers it, and Service Connect does not find it";
    X24 "windows" r#"volumes = [{"name": "v"}]"#
        "the guide takes them away, the API's page does not";
    X25 "windows-ec2" r#"volumes = [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#
        "the file systems are made for one of the two";
    X26 "fargate" r#"proxyConfiguration = {"containerName": "web", "properties": [{"name": "ProxyIngressPort", "value": "1"}, {"name": "ProxyEgressPort", "value": "2"}, {"name": "AppPorts", "value": "80"}, {"name": "EgressIgnoredIPs", "value": "169.254.170.2"}]}"#
        "ECS may still register it, and nothing answers it";
    X27 "windows" "enableFaultInjection = true"
        "the guide speaks of Linux alone";
    X28 "managed" "c/privileged = true"
        "ECS registers it, and the instance is AWS's";
    X29 "external" r#"c/logConfiguration = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-west-1"}}"#
        "where nothing else gives the rights, the task does not start";
    X30 "bridge" r#"cpu = "128""#
        "an older page begins at 256, the API's at 128";
    X31 "bridge" r#"containerDefinitions = [{"name": "a", "image": "i", "memory": 64, "links": ["b"]}, {"name": "b", "image": "i", "memory": 64, "volumesFrom": [{"sourceContainer": "a"}]}]"#
        "ECS refuses loops of dependsOn; of the others Docker fails at the start";
}
