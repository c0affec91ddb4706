"""MLServer's runtime: the texts of a request, or of several that were batched, in one run."""

from classify import Classifier
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class SentimentRuntime(MLModel):
    async def load(self) -> bool:
        self.classifier = Classifier()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        texts = StringCodec.decode_input(payload.inputs[0])
        probabilities = self.classifier.probabilities(texts)
        labels = [self.classifier.labels[i] for i in probabilities.argmax(axis=1)]
        # A row for each text in every output: that is how MLServer takes a batch apart again.
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                StringCodec.encode_output("label", labels, use_bytes=False),
                NumpyCodec.encode_output("score", probabilities.max(axis=1, keepdims=True)),
                NumpyCodec.encode_output("scores", probabilities),
            ],
        )
