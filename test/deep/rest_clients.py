"""What the clients of Triton and KServe for HTTP get from a server, as JSON.

    pip install 'tritonclient[http]' kserve
    python test/deep/rest_clients.py <host:port> <model> <commit> <texts.json >answers.json
"""

import asyncio
import json
import sys

import numpy as np
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from tritonclient.utils import InferenceServerException

ADDRESS, MODEL, COMMIT = sys.argv[1:]
TEXTS = json.load(sys.stdin)


def text_input(texts, shape=None, binary=True):
    tensor = np.array(texts, dtype=np.object_).reshape(shape or [len(texts)])
    text = triton.InferInput("text", list(tensor.shape), "BYTES")
    return text.set_data_from_numpy(tensor, binary_data=binary)


def outputs_of(result):
    """By name, as lists; BYTES as texts."""
    return {
        output["name"]: decode(result.as_numpy(output["name"]).tolist())
        for output in result.get_response()["outputs"]
    }


def decode(value):
    if isinstance(value, list):
        return [decode(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


def refusal_of(call):
    try:
        call()
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    return "not refused"


def triton_sync():
    client = triton.InferenceServerClient(ADDRESS)
    only = [
        triton.InferRequestedOutput("scores", binary_data=False),
        triton.InferRequestedOutput("label"),
    ]
    named = client.infer(
        MODEL, [text_input(TEXTS)], outputs=only, request_id="a-1", model_version=COMMIT
    )
    calls = [client.async_infer(MODEL, [text_input([text])]) for text in TEXTS]
    results = {
        "health": [
            client.is_server_live(),
            client.is_server_ready(),
            client.is_model_ready(MODEL),
            client.is_model_ready(MODEL, COMMIT),
            client.is_model_ready(MODEL, "1"),
            client.is_model_ready("other"),
        ],
        "server": client.get_server_metadata(),
        "model": client.get_model_metadata(MODEL),
        "defaults": outputs_of(client.infer(MODEL, [text_input(TEXTS)])),
        "json": outputs_of(client.infer(MODEL, [text_input(TEXTS, binary=False)])),
        "column": outputs_of(client.infer(MODEL, [text_input(TEXTS, [len(TEXTS), 1])])),
        "named": [named.get_response()["id"], outputs_of(named)],
        "async": [outputs_of(call.get_result())["label"][0] for call in calls],
        **{
            compression: outputs_of(
                client.infer(
                    MODEL,
                    [text_input((TEXTS * 64)[:64])],
                    request_compression_algorithm=compression,
                    response_compression_algorithm=compression,
                )
            )["label"]
            for compression in ["gzip", "deflate"]
        },
        "errors": [
            refusal_of(lambda: client.infer(MODEL, [text_input([" "])])),
            refusal_of(lambda: client.infer(MODEL, [text_input(["a"] * 65)])),
            refusal_of(lambda: client.infer(MODEL, [text_input(["a"])], model_version="1")),
            refusal_of(lambda: client.infer("other", [text_input(["a"])])),
            refusal_of(client.get_model_repository_index),
        ],
    }
    client.close()
    return results


async def triton_asyncio():
    async with triton_aio.InferenceServerClient(ADDRESS) as client:
        calls = [client.infer(MODEL, [text_input([text])]) for text in TEXTS * 8]
        large = await client.infer(MODEL, [text_input((TEXTS * 64)[:64])])
        as_json = await client.infer(MODEL, [text_input(TEXTS, binary=False)])
        return {
            "ready": await client.is_model_ready(MODEL),
            "at once": [outputs_of(result)["label"][0] for result in await asyncio.gather(*calls)],
            "large": outputs_of(large)["label"],
            "json": outputs_of(as_json),
        }


async def kserve_rest():
    url = f"http://{ADDRESS}"
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        binary = InferInput("text", [len(TEXTS)], "BYTES")
        binary.set_data_from_numpy(np.array(TEXTS, dtype=np.object_))
        requests = [
            InferRequest(MODEL, [InferInput("text", [len(TEXTS)], "BYTES", TEXTS)]),
            InferRequest(MODEL, [binary], parameters={"binary_data_output": True}),
        ]
        answers = [await client.infer(url, request, model_name=MODEL) for request in requests]
        try:
            await client.infer(url, {"inputs": []}, model_name=MODEL)
        except Exception as error:
            refusal = str(error)
        return {
            "health": [
                await client.is_server_live(url),
                await client.is_server_ready(url),
                await client.is_model_ready(url, MODEL),
                await client.is_model_ready(url, "other"),
            ],
            "answers": [
                {output.name: output.as_numpy().tolist() for output in answer.outputs}
                for answer in answers
            ],
            "refusal": refusal,
        }


json.dump(
    {
        "triton": triton_sync(),
        "tritonAsyncio": asyncio.run(triton_asyncio()),
        "kserve": asyncio.run(kserve_rest()),
    },
    sys.stdout,
)
