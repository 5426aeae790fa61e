"""One feature of the anthropic package against the gateway: `anthropic_client.py DIALECT FEATURE`.

Says "ok" and ends with 0, or ends with the traceback of what was not as it should be.
"""

import json
import os
import sys

from anthropic import Anthropic, beta_tool

target = json.loads(os.environ["TARGET"])
asks = json.loads(os.environ["ASKS"])
prompts, city = asks["PROMPTS"], asks["CITY"]
base_url = target["baseUrl"] + "/anthropic"
client = Anthropic(api_key=target["key"], base_url=base_url, max_retries=0)
base = {"model": target["model"], "max_tokens": 8000}


def user(content):
    return [{"role": "user", "content": content}]


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def text():
    answer = client.messages.create(**base, messages=user(prompts["text"]))
    assert "ping" in text_of(answer)
    assert answer.usage.output_tokens > 0


def streaming():
    with client.messages.stream(**base, messages=user(prompts["text"])) as stream:
        words = "".join(stream.text_stream)
        answer = stream.get_final_message()
    assert "ping" in words and words == text_of(answer)
    assert answer.stop_reason == "end_turn"


def tools(prompt, count):
    """The tool runner, which asks for a thread first and is told that there are none."""
    calls = []

    @beta_tool
    def get_weather(city: str) -> str:
        """The weather of a city."""
        calls.append(city)
        return "sunny"

    runner = client.beta.messages.tool_runner(**base, tools=[get_weather], messages=user(prompt))
    assert asks["TOOL_SAID"] in text_of(runner.until_done())
    assert len(calls) == count, calls


def structured():
    form = {"type": "json_schema", "schema": city}
    answer = client.messages.create(
        **base, messages=user(prompts["city"]), output_config={"format": form}
    )
    value = json.loads(text_of(answer))
    assert isinstance(value["city"], str) and isinstance(value["inhabitants"], int), value


def thinking():
    wish = {"type": "enabled", "budget_tokens": 2000}
    with client.messages.stream(**base, thinking=wish, messages=user(prompts["thought"])) as stream:
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["thinking", "text"], answer.content


def vision():
    source = {"type": "base64", "media_type": "image/png", "data": asks["PIXEL"]}
    parts = [{"type": "image", "source": source}, {"type": "text", "text": prompts["image"]}]
    answer = client.messages.create(**base, messages=user(parts))
    assert asks["SEEN"] in text_of(answer)


features = {
    "text": text,
    "streaming": streaming,
    "tools": lambda: tools(prompts["oneTool"], 1),
    "parallel tools": lambda: tools(prompts["twoTools"], 2),
    "structured output": structured,
    "thinking": thinking,
    "vision": vision,
}
features[sys.argv[2]]()
print("ok")
