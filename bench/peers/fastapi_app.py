"""FastAPI with a session in each process; THREADS of them run the model, one text at a time."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from classify import Classification, Classifier
from fastapi import FastAPI
from pydantic import BaseModel

# Not FastAPI's own pool: its 40 threads would all run the model at once.
pool = ThreadPoolExecutor(max_workers=int(os.environ["THREADS"]))
classifier = Classifier()
app = FastAPI()


class PredictRequest(BaseModel):
    inputs: str


@app.post("/predict")
async def predict(request: PredictRequest) -> Classification:
    loop = asyncio.get_running_loop()
    (result,) = await loop.run_in_executor(pool, classifier.classify, [request.inputs])
    return result


@app.get("/health")
async def health() -> dict[str, int]:
    """Which of the processes answers: one can be ready before the other."""
    return {"pid": os.getpid()}
