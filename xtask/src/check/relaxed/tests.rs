//! What people have beside strict JSON, and where it stands.

use serde_json::json;

use super::*;

fn read_as(text: &str, json: &Value) -> Vec<&'static str> {
    let read = read(text).unwrap_or_else(|torn| panic!("{text}: {torn}"));
    assert_eq!(read.json, *json, "{text}");
    read.remarks.iter().map(|remark| remark.what).collect()
}

#[test]
fn strict_json_is_read_as_it_is() {
    let text = r#"{"a": [1, -2.5e3, true, false, null, "\u00e4\ud83d\ude00\n\"\\\/"], "b": {}, "c": []}"#;
    let strict: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read_as(text, &strict), Vec::<&str>::new());
}

#[test]
fn comments_and_commas_are_remarked_with_their_line() {
    let text = "{\n // one\n \"a\": 1, # two\n /* three\n */ \"b\": [1, 2,],\n}";
    let read = read(text).unwrap();
    assert_eq!(read.json, json!({"a": 1, "b": [1, 2]}));
    let remarks: Vec<_> = read.remarks.iter().map(|remark| (remark.line, remark.what)).collect();
    assert_eq!(remarks, [(2, "comments"), (5, "a comma behind the last item")]);
}

#[test]
fn each_value_has_its_line() {
    let Read { lines, .. } = read_strict(
        "{\n  \"cpu\": \"256\",\n  \"containers\": [\n    {\"name\": \"a\",\n     \"ports\": [80, 443]}\n  ]\n}",
    );
    for (way, line) in
        [("", 1), ("cpu", 2), ("containers", 3), ("containers[0].name", 4), ("containers[0].ports[1]", 5)]
    {
        assert_eq!(lines.get(way), Some(&line), "{way}");
    }
}

#[test]
fn placeholders_stand_without_quotes() {
    let text = r#"{"a": ${PORT}, "b": <MEMORY>, "c": {{ cpu }}, "d": %CPU%, "e": $PORT, "f": CPU_UNITS, "g": @cpu@,
        "h": ${jsonencode({a = "b"})}, "i": [ {{ one }}, <%= two %> ], "j": __CPU__}"#;
    let json = json!({
        "a": "${PORT}", "b": "<MEMORY>", "c": "{{ cpu }}", "d": "%CPU%", "e": "$PORT", "f": "<CPU_UNITS>",
        "g": "@cpu@", "h": "${jsonencode({a = \"b\"})}", "i": ["{{ one }}", "<%= two %>"], "j": "__CPU__",
    });
    assert_eq!(read_as(text, &json), ["placeholders without quotes"]);
}

#[test]
fn quotes_within_a_templates_expression_do_not_end_a_text() {
    let text = r#"{"image": "{{ must_env "IMAGE" }}:${lookup(tags, "app")}", "b": "{{ c", "d": "}}"}"#;
    let json = json!({"image": "{{ must_env \"IMAGE\" }}:${lookup(tags, \"app\")}", "b": "{{ c", "d": "}}"});
    assert_eq!(read_as(text, &json), Vec::<&str>::new());
}

#[test]
fn control_blocks_are_passed_over() {
    for text in [
        "[{% for e in env %}{\"n\": 1}{% if not loop.last %},{% endif %}{% endfor %}]",
        "[{{ if .X }}{\"n\": 1}{{ end }}]",
        "[\n%{ for e in env ~}\n{\"n\": 1}\n%{ endfor ~}\n]",
        "[{# a #}{\"n\": 1},{{- range .Y }}{{- end }}]",
        "[{{#each vars}}{\"n\": 1}{{#unless @last}},{{/unless}}{{/each}}]",
        "[{{$x := .Y}}{\"n\": 1}]",
    ] {
        let read = read(text).unwrap_or_else(|torn| panic!("{text}: {torn}"));
        assert_eq!(read.json, json!([{"n": 1}]), "{text}");
    }
    let either = read("{\"n\": %{if a == \"\"}null%{else}${jsonencode(b)}%{endif},\n\"m\": 1}").unwrap();
    assert_eq!(either.json, json!({"n": null, "m": 1}));
    let both =
        read("{\"cpu\": 1 {% if x %}, \"a\": 2{% else %}, \"b\": 3{% endif %}, {{ include \"more\" }} }")
            .unwrap();
    assert_eq!(both.json, json!({"cpu": 1, "a": 2, "b": 3}));
}

#[test]
fn the_arms_of_a_block_have_commas_and_members_of_their_own() {
    let commas = "{\"n\": %{if a}null%{else}${b}%{endif},\n\"m\": 1, ${more}, %{if a}\"c\": 1,%{else},%{endif} \"d\": 2}";
    let remarks = read_as(commas, &json!({"n": null, "m": 1, "c": 1, "d": 2}));
    assert!(!remarks.iter().any(|what| what.contains("comma")), "{remarks:?}");
    assert_eq!(read_as("[1,, 2]", &json!([1, 2])), ["a comma too many in a list"]);
    let arms = "{ {% if a %}\"cpu\": 1,{% else %}\"cpu\": 2,{% endif %}\"m\": 3}";
    assert_eq!(read(arms).unwrap().twice, []);
}

#[test]
fn a_member_that_is_given_twice_is_known_with_its_line() {
    let text = "{\"a\": [{\"n\": 1,\n\"n\": 2}], \"n\": 3,\n// n\n\"a\": 1}";
    let twice = |read: Read| read.twice.into_iter().map(|it| (it.way, it.line)).collect::<Vec<_>>();
    let all = [("a[0].n".to_owned(), 2), ("a".to_owned(), 4)];
    assert_eq!(twice(read(text).unwrap()), all);
    assert_eq!(twice(read_strict(&text.replace("// n", ""))), all);
}

#[test]
fn what_is_torn_is_refused_with_its_line() {
    for (text, message) in [
        ("{\"family\":", "line 1: the end where a value is expected"),
        ("{\n\"a\": 1\n\"b\": 2}", "line 3: `\"` where `,` or `}` is expected"),
        ("{\"a\" 1}", "line 1: `1` where `:` is expected"),
        ("{\"a\": \"b\n}", "line 1: a text without an end"),
        ("[1] 2", "line 1: `2` behind the end of the document"),
        ("[1]\n# more\naws ecs", "line 3: `aws` behind the end of the document"),
        ("[yes]", "line 1: `yes` where a value is expected"),
        ("", "line 1: the end where a value is expected"),
    ] {
        assert_eq!(read(text).map(|read| read.json).unwrap_err().to_string(), message, "{text}");
    }
    assert!(read(&"[".repeat(200_000)).is_err());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("{{\"a\": {text}}}"));
        let _ = read_strict(&text);
    }
}
