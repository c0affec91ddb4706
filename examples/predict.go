// Labels texts, with Go's standard library: go run examples/predict.go "What a wonderful day"
//
// SERVER is the address of the server, http://localhost:8080; API_KEY one of its API_KEYS, if it has any.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const maxAttempts = 4

// A Prediction is what the server answers for a text.
type Prediction struct {
	ID       string             `json:"id"`
	Label    string             `json:"label"`
	Score    float64            `json:"score"`
	Scores   map[string]float64 `json:"scores"`
	Language string             `json:"language"`
}

var client = &http.Client{Timeout: 30 * time.Second}

// predict returns a prediction for each text, in their order.
func predict(texts []string) ([]Prediction, error) {
	body, err := json.Marshal(map[string][]string{"inputs": texts})
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		predictions, retryAfter, err := send(body)
		if retryAfter == 0 || attempt == maxAttempts {
			return predictions, err
		}
		time.Sleep(retryAfter)
	}
}

// send also returns how long to wait before the request may be sent again: 0 if it may not.
func send(body []byte) ([]Prediction, time.Duration, error) {
	url := cmp.Or(os.Getenv("SERVER"), "http://localhost:8080") + "/predict"
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key := os.Getenv("API_KEY"); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		var answer struct {
			Predictions []Prediction `json:"predictions"`
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		return answer.Predictions, 0, err
	}
	var problem struct {
		Detail string `json:"detail"`
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		return nil, 0, fmt.Errorf("%s, from another server than this one", response.Status)
	}
	if err = json.NewDecoder(io.LimitReader(response.Body, 64*1024)).Decode(&problem); err != nil {
		return nil, 0, err
	}
	err = fmt.Errorf("%s: %s", response.Status, problem.Detail)
	// This server has not predicted anything then.
	if response.StatusCode == 429 || response.StatusCode == 503 {
		wait, _ := time.ParseDuration(cmp.Or(response.Header.Get("Retry-After"), "1") + "s")
		if wait <= client.Timeout {
			return nil, max(wait, time.Second), err
		}
	}
	return nil, 0, err
}

func main() {
	predictions, err := predict(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i, prediction := range predictions {
		fmt.Printf("%s\t%.3f\t%s\t%s\n", prediction.Label, prediction.Score, prediction.Language, os.Args[i+1])
	}
}
