"""What the clients of Triton and KServe for gRPC, and gRPC's own tools, get from a server, as JSON.

    pip install 'tritonclient[grpc]' kserve grpcio-reflection grpcio-health-checking
    python test/deep/grpc_clients.py triton|kserve <host:port> <model> <certificate or ''> <texts.json >answers.json

One process can't have the clients of both: they register messages of the same names.
"""

import asyncio
import json
import queue
import sys

import grpc
import numpy as np
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

CLIENT, ADDRESS, MODEL, CERTIFICATE = sys.argv[1:]
if CLIENT == "triton":
    import tritonclient.grpc as triton
    import tritonclient.grpc.aio as triton_aio
    from tritonclient.utils import InferenceServerException
else:
    from kserve import InferenceGRPCClient, InferInput, InferRequest

TEXTS = json.load(sys.stdin)
SSL = {"ssl": True, "root_certificates": CERTIFICATE} if CERTIFICATE else {}


def text_input(texts):
    tensor = np.array(texts, dtype=np.object_)
    text = triton.InferInput("text", list(tensor.shape), "BYTES")
    return text.set_data_from_numpy(tensor)


def outputs_of(result):
    """By name, as lists; BYTES as texts."""
    return {
        output.name: decode(result.as_numpy(output.name).tolist())
        for output in result.get_response().outputs
    }


def decode(value):
    if isinstance(value, list):
        return [decode(each) for each in value]
    return value.decode() if isinstance(value, bytes) else value


def refusal(call):
    try:
        call()
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    return None


def triton_answers():
    client = triton.InferenceServerClient(ADDRESS, **SSL)
    received = queue.Queue()
    for _ in range(8):
        client.async_infer(
            MODEL, [text_input(TEXTS)], lambda result, error: received.put(result or error)
        )
    metadata = client.get_model_metadata(MODEL)
    named = client.infer(
        MODEL,
        [text_input(TEXTS)],
        model_version=metadata.versions[0],
        request_id="a-1",
        outputs=[triton.InferRequestedOutput("scores"), triton.InferRequestedOutput("label")],
        client_timeout=60,
        compression_algorithm="gzip",
    )
    answers = {
        "health": [client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)],
        "unknown": [client.is_model_ready("other"), client.is_model_ready(MODEL, "1")],
        "server": client.get_server_metadata().name,
        "outputs": [output.name for output in metadata.outputs],
        "defaults": outputs_of(client.infer(MODEL, [text_input(TEXTS)])),
        "named": [named.get_response().id, outputs_of(named)],
        "errors": [
            refusal(lambda: client.infer(MODEL, [text_input([" "])])),
            refusal(lambda: client.infer(MODEL, [text_input(["x"] * 65)])),
            refusal(lambda: client.infer("other", [text_input(TEXTS)])),
            refusal(lambda: client.get_model_config(MODEL)),
        ],
    }
    answers["async"] = [outputs_of(received.get(timeout=60))["label"] for _ in range(8)]
    client.close()
    return answers


async def asyncio_answers():
    async with triton_aio.InferenceServerClient(ADDRESS, **SSL) as client:
        results = await asyncio.gather(
            *(client.infer(MODEL, [text_input(TEXTS)]) for _ in range(8))
        )
        return [outputs_of(result)["label"] for result in results]


async def kserve_answers():
    options = {}
    if CERTIFICATE:
        with open(CERTIFICATE, "rb") as file:
            options = {"creds": grpc.ssl_channel_credentials(file.read())}
    client = InferenceGRPCClient(url=ADDRESS, **options)
    tensor = np.array(TEXTS, dtype=np.object_)
    received = []
    for binary in (False, True):
        text = InferInput(name="text", shape=list(tensor.shape), datatype="BYTES")
        text.set_data_from_numpy(tensor, binary_data=binary)
        response = await client.infer(InferRequest(model_name=MODEL, infer_inputs=[text]))
        received.append(
            {output.name: decode(output.as_numpy().tolist()) for output in response.outputs}
        )
    health = [
        await client.is_server_live(),
        await client.is_server_ready(),
        await client.is_model_ready(MODEL),
    ]
    await client.close()
    return {"health": health, "answers": received}


def tool_answers():
    """Reflection, as grpcurl uses it, and the health service, as probes use it."""
    if CERTIFICATE:
        with open(CERTIFICATE, "rb") as file:
            channel = grpc.secure_channel(ADDRESS, grpc.ssl_channel_credentials(file.read()))
    else:
        channel = grpc.insecure_channel(ADDRESS)
    with channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        service = DescriptorPool(database).FindServiceByName("inference.GRPCInferenceService")
        health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        return {
            "services": sorted(
                name.decode() if isinstance(name, bytes) else name
                for name in database.get_services()
            ),
            "methods": [method.name for method in service.methods],
            "health": health_pb2.HealthCheckResponse.ServingStatus.Name(health.status),
        }


if CLIENT == "triton":
    answers = {
        "triton": triton_answers(),
        "asyncio": asyncio.run(asyncio_answers()),
        "tools": tool_answers(),
    }
else:
    answers = {"kserve": asyncio.run(kserve_answers())}
json.dump(answers, sys.stdout)
