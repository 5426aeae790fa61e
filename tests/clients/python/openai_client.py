"""One feature of the openai package against the gateway: `openai_client.py DIALECT FEATURE`.

Says "ok" and ends with 0, or ends with the traceback of what was not as it should be.
"""

import json
import os
import sys

from openai import OpenAI

target = json.loads(os.environ["TARGET"])
asks = json.loads(os.environ["ASKS"])
prompts, weather, city, seen = asks["PROMPTS"], asks["WEATHER"], asks["CITY"], asks["SEEN"]
client = OpenAI(api_key=target["key"], base_url=target["baseUrl"] + "/v1", max_retries=0)
model = target["model"]
image = "data:image/png;base64," + asks["PIXEL"]


def user(content):
    return [{"role": "user", "content": content}]


def check_city(text):
    value = json.loads(text)
    assert isinstance(value["city"], str) and isinstance(value["inhabitants"], int), value


# Chat completions


def chat_text():
    answer = client.chat.completions.create(model=model, messages=user(prompts["text"]))
    assert "ping" in answer.choices[0].message.content
    assert answer.usage.completion_tokens > 0


def chat_streaming():
    with client.chat.completions.stream(model=model, messages=user(prompts["text"])) as stream:
        kinds = {event.type for event in stream}
        answer = stream.get_final_completion()
    assert "content.delta" in kinds, kinds
    assert "ping" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"


def chat_tools(prompt, count):
    function = {k: weather[k] for k in ("name", "description")} | {"parameters": weather["schema"]}
    tools = [{"type": "function", "function": function | {"strict": True}}]
    turns = user(prompt)
    with client.chat.completions.stream(model=model, messages=turns, tools=tools) as stream:
        message = stream.get_final_completion().choices[0].message
    assert len(message.tool_calls) == count, message
    turns.append(message.model_dump(exclude_none=True, exclude={"parsed"}))
    for call in message.tool_calls:
        assert "city" in json.loads(call.function.arguments)
        turns.append({"role": "tool", "tool_call_id": call.id, "content": "sunny"})
    for call in turns[1]["tool_calls"]:
        call["function"].pop("parsed_arguments", None)
    answer = client.chat.completions.create(model=model, messages=turns, tools=tools)
    assert asks["TOOL_SAID"] in answer.choices[0].message.content


def chat_structured():
    schema = {"name": "city", "strict": True, "schema": city}
    answer = client.chat.completions.create(
        model=model,
        messages=user(prompts["city"]),
        response_format={"type": "json_schema", "json_schema": schema},
    )
    check_city(answer.choices[0].message.content)


def chat_thinking():
    answer = client.chat.completions.create(
        model=model, messages=user(prompts["thought"]), reasoning_effort="high"
    )
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0


def chat_vision():
    parts = [
        {"type": "text", "text": prompts["image"]},
        {"type": "image_url", "image_url": {"url": image}},
    ]
    answer = client.chat.completions.create(model=model, messages=user(parts))
    assert seen in answer.choices[0].message.content


# Responses


def responses_text():
    answer = client.responses.create(model=model, input=prompts["text"])
    assert "ping" in answer.output_text
    assert answer.usage.output_tokens > 0


def responses_streaming():
    with client.responses.stream(model=model, input=prompts["text"]) as stream:
        kinds = {event.type for event in stream}
        answer = stream.get_final_response()
    assert "response.output_text.delta" in kinds, kinds
    assert "ping" in answer.output_text


def responses_tools(prompt, count):
    tool = {k: weather[k] for k in ("name", "description")} | {"parameters": weather["schema"]}
    tools = [{"type": "function", "strict": True} | tool]
    first = client.responses.create(model=model, input=prompt, tools=tools, store=False)
    calls = [item for item in first.output if item.type == "function_call"]
    assert len(calls) == count, first.output
    turns = user(prompt) + [item.model_dump(exclude_none=True) for item in first.output]
    for call in calls:
        assert "city" in json.loads(call.arguments)
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
        turns.append(result)
    second = client.responses.create(model=model, input=turns, tools=tools, store=False)
    assert asks["TOOL_SAID"] in second.output_text


def responses_structured():
    form = {"type": "json_schema", "name": "city", "strict": True, "schema": city}
    answer = client.responses.create(model=model, input=prompts["city"], text={"format": form})
    check_city(answer.output_text)


def responses_thinking():
    answer = client.responses.create(
        model=model, input=prompts["thought"], reasoning={"effort": "high", "summary": "auto"}
    )
    assert [item.type for item in answer.output] == ["reasoning", "message"], answer.output
    assert answer.usage.output_tokens_details.reasoning_tokens > 0


def responses_vision():
    parts = [
        {"type": "input_text", "text": prompts["image"]},
        {"type": "input_image", "image_url": image, "detail": "auto"},
    ]
    answer = client.responses.create(model=model, input=user(parts))
    assert seen in answer.output_text


features = {
    "openai-chat": {
        "text": chat_text,
        "streaming": chat_streaming,
        "tools": lambda: chat_tools(prompts["oneTool"], 1),
        "parallel tools": lambda: chat_tools(prompts["twoTools"], 2),
        "structured output": chat_structured,
        "thinking": chat_thinking,
        "vision": chat_vision,
    },
    "openai-responses": {
        "text": responses_text,
        "streaming": responses_streaming,
        "tools": lambda: responses_tools(prompts["oneTool"], 1),
        "parallel tools": lambda: responses_tools(prompts["twoTools"], 2),
        "structured output": responses_structured,
        "thinking": responses_thinking,
        "vision": responses_vision,
    },
}
features[sys.argv[1]][sys.argv[2]]()
print("ok")
