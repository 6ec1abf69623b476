//! YAML as it is kept for ECS, and where its values stand.

use serde_json::json;

use super::*;

fn one(text: &str) -> Read {
    let mut documents = read(text).unwrap_or_else(|torn| panic!("{text}: {torn}"));
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

#[test]
fn blocks_become_json_with_lines() {
    let text = "# a task\nfamily: shop\ncpu: \"256\"\nmemory: 512\ncontainerDefinitions:\n  - name: app\n    essential: true\n    command: [sh, -c, 'echo 1']\n    user: ~\n";
    let read = one(text);
    let json = json!({
        "family": "shop", "cpu": "256", "memory": 512,
        "containerDefinitions": [{"name": "app", "essential": true, "command": ["sh", "-c", "echo 1"], "user": null}],
    });
    assert_eq!(read.json, json);
    for (way, line) in [("cpu", 3), ("containerDefinitions", 5), ("containerDefinitions[0].command", 8)] {
        assert_eq!(read.lines.get(way), Some(&line), "{way}");
    }
}

#[test]
fn templates_stand_where_values_will() {
    let text = "{% if x %}\nfamily: {{ family }}\n{% endif %}\nimage: \"{{ repo }}:{{ tag }}\"\ncpu: ${CPU}\nmemory: %MEM%\nport: <PORT>\nlist:\n  - @ONE@\n";
    let read = one(text);
    let json = json!({
        "family": "{{ family }}", "image": "{{ repo }}:{{ tag }}", "cpu": "${CPU}", "memory": "%MEM%",
        "port": "<PORT>", "list": ["@ONE@"],
    });
    assert_eq!(read.json, json);
    assert_eq!((read.lines["image"], read.remarks.len()), (4, 1));
}

#[test]
fn anchors_are_followed() {
    let read = one("a: &x {n: 1, m: 2}\nb: *x\nc:\n  <<: *x\n  m: 3\n");
    assert_eq!(read.json, json!({"a": {"n": 1, "m": 2}, "b": {"n": 1, "m": 2}, "c": {"n": 1, "m": 3}}));
}

#[test]
fn a_text_can_have_several_documents() {
    let documents = read("---\na: 1\n---\nb: 2\n...\n").unwrap();
    assert_eq!(
        documents.iter().map(|read| read.json.clone()).collect::<Vec<_>>(),
        [json!({"a": 1}), json!({"b": 2})]
    );
}

#[test]
fn what_is_not_yaml_is_refused_with_its_line() {
    let torn = read("a: 1\nb: [1, 2\nc: 3\n").map(|all| all.len()).unwrap_err();
    assert!(torn.line > 1 && torn.problem.starts_with("not YAML: "), "{torn}");
}

#[test]
fn few_lines_do_not_become_a_large_document() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
    }
    assert_eq!(read(&text).map(|all| all.len()).unwrap_err().problem, TOO_LARGE);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~\n]{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("a: {text}"));
    }
}
