"""Whether answers are what botocore's model of the API says, which botocore itself does not ask."""

import json
from numbers import Number
from xml.etree import ElementTree

# ECS's guide and its answers have these, its model has not.
NOT_IN_MODEL = {"dualStackIPv6"}

def watch(client, complaints):
    """Adds what is wrong with the answers that a client gets from now on to the complaints."""

    def check(http_response, model, **_):
        if http_response.status_code >= 300:
            return
        if model.service_model.resolved_protocol == "query":
            found = xml(result(http_response.content, model), model.output_shape, model.name)
        else:
            found = of_json(json.loads(http_response.content), model.output_shape, model.name)
        complaints.update(found)

    client.meta.events.register("after-call", lambda **call: check(**call))


def of_json(value, shape, at):
    """What is wrong with a JSON value."""
    kind = shape.type_name if shape else "structure"
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{at} is not an object"
            return
        members = shape.members if shape else {}
        yield from (f"{at}.{name} is not in the model" for name in value if name not in members)
        required = shape.required_members if shape else []
        yield from (f"{at} has no {name}" for name in required if name not in value)
        for name, member in value.items():
            if name in members:
                yield from of_json(member, members[name], f"{at}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{at} is not a list"
            return
        for item in value:
            yield from of_json(item, shape.member, f"{at}[]")
    elif kind == "map":
        for member in value.values():
            yield from of_json(member, shape.value, f"{at}{{}}")
    else:
        yield from scalar(value, shape, at)


def scalar(value, shape, at):
    """What is wrong with a value that has no parts."""
    kinds = {"string": str, "boolean": bool, "timestamp": Number}
    if not isinstance(value, kinds.get(shape.type_name, Number)):
        yield f"{at} is not a {shape.type_name}: {value!r}"
    elif shape.type_name == "string" and shape.enum and value not in {*shape.enum, *NOT_IN_MODEL}:
        yield f"{at} has no value {value!r}"


def result(content, model):
    """The element of an answer in XML that has the members."""
    root = ElementTree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    wrapper = model.output_shape.serialization.get("resultWrapper") if model.output_shape else None
    return root.find(wrapper) if wrapper else ElementTree.Element("empty")


def xml(element, shape, at):
    """What is wrong with an XML element."""
    kind = shape.type_name if shape else "structure"
    if element is None:
        yield f"{at} has no result"
    elif kind == "structure":
        members = shape.members if shape else {}
        for child in element:
            if child.tag in members:
                yield from xml(child, members[child.tag], f"{at}.{child.tag}")
            else:
                yield f"{at}.{child.tag} is not in the model"
    elif kind == "list":
        for item in element:
            yield from xml(item, shape.member, f"{at}[]") if item.tag == "member" else [f"{at} has a {item.tag}"]
    elif kind == "string" and shape.enum and element.text not in shape.enum:
        yield f"{at} has no value {element.text!r}"
    elif kind == "boolean" and element.text not in ("true", "false"):
        yield f"{at} is not a boolean: {element.text!r}"
    elif kind in ("integer", "long") and not (element.text or "").lstrip("-").isdigit():
        yield f"{at} is not a number: {element.text!r}"
