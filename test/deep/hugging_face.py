"""Prints what Hugging Face's own client gets from the server at argv[1], with the key argv[2]."""

import asyncio
import json
import sys

from huggingface_hub import AsyncInferenceClient, InferenceClient
from huggingface_hub.errors import HfHubHTTPError

URL, KEY = sys.argv[1:]
TEXT = "What a wonderful day!"


def pairs(elements) -> list:
    return [[element.label, element.score] for element in elements]


def refusal(text=TEXT, path="", key=KEY, **parameters) -> str:
    try:
        InferenceClient(model=URL + path, api_key=key).text_classification(text, **parameters)
    except HfHubHTTPError as error:
        return str(error)
    return "no error"


client = InferenceClient(model=URL, api_key=KEY)
in_base_url = InferenceClient(base_url=URL, api_key=KEY)
with_path = InferenceClient(model=f"{URL}/predict", api_key=KEY)
print(
    json.dumps(
        {
            "defaults": [
                pairs(each.text_classification(TEXT)) for each in (client, in_base_url, with_path)
            ],
            "best": pairs(client.text_classification(TEXT, top_k=1)),
            "sigmoid": pairs(client.text_classification(TEXT, function_to_apply="sigmoid")),
            "none": pairs(client.text_classification(TEXT, function_to_apply="none")),
            "async": pairs(
                asyncio.run(AsyncInferenceClient(model=URL, api_key=KEY).text_classification(TEXT))
            ),
            # What a user sees.
            "refusals": [
                refusal(top_k=0),
                refusal(function_to_apply="tanh"),
                refusal(text=" "),
                refusal(text=" ", path="/predict", top_k=1),
                refusal(key="other"),
            ],
        }
    )
)
