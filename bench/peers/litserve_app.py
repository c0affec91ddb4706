"""LitServe with two workers, a session in each, and batches of up to 16."""

import os

import litserve
from classify import Classification, Classifier


class SentimentAPI(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.classifier = Classifier()

    def decode_request(self, request: dict) -> str:
        return request["inputs"]

    def batch(self, inputs: list[str]) -> list[str]:
        return list(inputs)

    def predict(self, texts: list[str]) -> list[Classification]:
        return self.classifier.classify(texts)

    def unbatch(self, output: list[Classification]) -> list[Classification]:
        return output

    def encode_response(self, output: Classification) -> Classification:
        return output


if __name__ == "__main__":
    # Without a timeout, workers that wait would spin. The manual's `fast_queue` for more than 100
    # requests a second does nothing in this version (Lightning-AI/LitServe#751).
    api = SentimentAPI(max_batch_size=16, batch_timeout=0.005, api_path="/predict")
    server = litserve.LitServer(api, accelerator="cpu", devices=1, workers_per_device=2)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        log_level="warning",
        access_log=False,
        generate_client_file=False,
    )
