"""Labels texts, with Python's standard library: python3 examples/predict.py "What a wonderful day"

SERVER is the address of the server, http://localhost:8080; API_KEY one of its API_KEYS, if it has any.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

SERVER = os.environ.get("SERVER", "http://localhost:8080")
TIMEOUT_S = 30
MAX_ATTEMPTS = 4


def predict(texts: list[str]) -> list[dict]:
    """A prediction for each text. Raises RuntimeError with what the server refused."""
    request = urllib.request.Request(
        f"{SERVER}/predict",
        data=json.dumps({"inputs": texts}).encode(),
        headers={"content-type": "application/json"},
    )
    if key := os.environ.get("API_KEY"):
        # A redirect to another host does not get it.
        request.add_unredirected_header("authorization", f"Bearer {key}")
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return json.load(response)["predictions"]
        except urllib.error.HTTPError as error:
            with error:
                is_problem = error.headers.get_content_type() == "application/problem+json"
                detail = json.load(error)["detail"] if is_problem else error.reason
            # This server has not predicted anything then; a proxy's 503 has no problem.
            may_repeat = is_problem and error.code in (429, 503) and attempt < MAX_ATTEMPTS
            wait = error.headers.get("retry-after", "1")
            if not may_repeat or not wait.isdecimal() or int(wait) > TIMEOUT_S:
                raise RuntimeError(f"{error.code}: {detail}") from error
            time.sleep(int(wait))
    raise AssertionError("not reached")


if __name__ == "__main__":
    for text, prediction in zip(sys.argv[1:], predict(sys.argv[1:]), strict=True):
        print(f"{prediction['label']}\t{prediction['score']:.3f}\t{prediction['language']}\t{text}")
