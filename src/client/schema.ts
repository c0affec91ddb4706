/** Generated from docs/openapi.json by `npm run client-types`: do not edit. */
// sha256 of docs/openapi.json: cd4a135617e3f73eadaa7ddbe7f1d620d6d5946fb2b13632cbfa439aef754bd4


export interface paths {
    "/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Label texts
         * @description An object is answered with predictions, a bare array of texts with a bare array of labels, an object with `parameters` with lists of labels; all in the order of the texts. With `?partial=1`, a text that can’t be classified gets its problem in the place of a prediction, and the others are classified: only for an object without `parameters`. A request that is answered with 429 or 503 was not predicted and may be sent again after `Retry-After`.
         */
        post: operations["predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The console */
        get: operations["getConsole"];
        put?: never;
        /**
         * Label texts for clients of Hugging Face
         * @description `POST /predict` with `parameters`, where clients that know only the address of a server send it.
         */
        post: operations["classify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/feedback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report the right label of an earlier prediction
         * @description Counted once per prediction, for seven days after it.
         */
        post: operations["feedback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server and its extensions of the protocol */
        get: operations["getServerMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process is alive */
        get: operations["getServerLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can predict */
        get: operations["getServerReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The model that serves: its input, outputs and labels */
        get: operations["getModelMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same, of one version */
        get: operations["getModelVersionMetadata"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the model can predict */
        get: operations["getModelReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}/versions/{version}/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether one version serves and can predict */
        get: operations["getModelVersionReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}/infer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Label texts, by the version that serves
         * @description The input `text` has one text for each prediction. The columns of `scores` are the labels of the model’s metadata. With the header `Inference-Header-Content-Length`, binary data follow the JSON, as in the protocol’s extension for binary tensor data.
         */
        post: operations["infer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/models/{name}/versions/{version}/infer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Label texts, by one version or not at all
         * @description The input `text` has one text for each prediction. The columns of `scores` are the labels of the model’s metadata. With the header `Inference-Header-Content-Length`, binary data follow the JSON, as in the protocol’s extension for binary tensor data.
         */
        post: operations["inferVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The version that serves, its ingredients and its scores */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/model/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file of the version, verified again while it is read */
        get: operations["getModelFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process is alive */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can predict */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What serves, the candidate, the version before */
        get: operations["getAdminStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Serve another version */
        put: operations["putModel"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/shadow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the candidate compares */
        get: operations["getShadow"];
        /** Load a candidate that predicts a share of the texts */
        put: operations["putShadow"];
        post?: never;
        /** End the comparison */
        delete: operations["deleteShadow"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Serve the candidate */
        post: operations["promote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Serve the version before again */
        post: operations["rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page that shows this document and sends requests */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AdminStatus: {
            /** @description What serves; null while it is being loaded */
            model: {
                name: string;
                /** @description A full git commit SHA */
                commit: string;
                /** @description Such as `v1.0.0`; absent where the commit has no tag */
                tag?: string;
                /** Format: date-time */
                loadedAt: string;
            } | null;
            candidate: {
                name: string;
                /** @description A full git commit SHA */
                commit: string;
                /** @description Such as `v1.0.0`; absent where the commit has no tag */
                tag?: string;
                /** Format: date-time */
                loadedAt: string;
                share: number;
                /** Format: date-time */
                since: string;
            } | null;
            /** @description What `POST /admin/rollback` serves again */
            previous: {
                /** @description A full git commit SHA */
                commit: string;
                loaded: boolean;
            } | null;
        };
        ChangeResponse: {
            /** @enum {string} */
            type: "swap" | "shadow" | "end-shadow" | "promote" | "rollback";
            /** @description The version, or the candidate, before */
            from: string | null;
            /** @description The version that serves, or the candidate, now */
            to: string | null;
            /** @description False where it was so already */
            changed: boolean;
            readonly warnings: string[];
        };
        ClassifyAnswer: {
            label: string;
            score: number;
        }[][];
        ClassifyRequest: {
            inputs: string | string[];
            parameters?: {
                /** @description How many labels, the best first; all by default */
                top_k?: number | null;
                /** @description softmax by default; none: the logits themselves */
                function_to_apply?: ("softmax" | "sigmoid" | "none") | null;
                truncation?: true | null;
            };
        };
        FeedbackRequest: {
            /** @description Of the prediction */
            id: string;
            /** @description The label that would have been right */
            label: string;
        };
        InferRequest: {
            /** @description Repeated in the response */
            id?: string | null;
            parameters?: ({
                /** @description Whether outputs are sent as binary data */
                binary_data_output?: boolean;
            } & {
                [key: string]: string | number | boolean;
            }) | null;
            inputs: ({
                /** @constant */
                name: "text";
                /** @constant */
                datatype: "BYTES";
                /** @description `[n]` or `[n, 1]`, for n texts */
                shape: number[];
                parameters?: {
                    [key: string]: string | number | boolean;
                } | null;
                /** @description The texts, flat or nested */
                data: (string | string[])[];
            } & {
                [key: string]: unknown;
            })[];
            /** @description None: all of them */
            outputs?: (unknown & unknown & unknown & unknown & unknown & unknown) | ({
                /** @enum {string} */
                name: "label" | "score" | "scores" | "language" | "truncated" | "id";
                parameters?: ({
                    /** @description Whether the output is sent as binary data */
                    binary_data?: boolean;
                } & {
                    [key: string]: string | number | boolean;
                }) | null;
            } & {
                [key: string]: unknown;
            })[] | null;
        } & {
            [key: string]: unknown;
        };
        InferResponse: {
            model_name: string;
            model_version: string;
            id: string;
            readonly outputs: {
                name: string;
                /** @enum {string} */
                datatype: "BYTES" | "FP32" | "BOOL";
                readonly shape: number[];
                parameters?: {
                    binary_data_size: number;
                };
                readonly data?: string[] | number[] | boolean[];
            }[];
        };
        InferenceError: {
            error: string;
        };
        JsonFile: unknown;
        LabelsResponse: string[];
        Liveness: {
            /** @constant */
            status: "ok";
        };
        ModelCard: {
            name: string;
            /** @description A full git commit SHA */
            commit: string;
            /** @description Such as `v1.0.0`; absent where the commit has no tag */
            tag?: string;
            /** @description Why the gate would have refused the version; absent unless it was published with `--force` */
            forced?: string;
            /** @description Message of the commit */
            message: string;
            author: {
                name: string;
                email: string;
            };
            /**
             * Format: date-time
             * @description The author’s date of the commit, ISO 8601
             */
            date: string;
            readonly parents: string[];
            /** @description The files from which the version can be rebuilt, and the others, by kind */
            ingredients: {
                [key: string]: components["schemas"]["ModelFile"][];
            };
            /** @description Content of metrics.json, whose shape the model repository decides */
            metrics?: unknown;
            /**
             * Format: date-time
             * @description When this process loaded the version, ISO 8601
             */
            loadedAt: string;
            readonly labels: string[];
        };
        ModelFile: {
            path: string;
            /** @description Bytes of the file itself, not of its git-lfs pointer */
            size: number;
            /** @description SHA-256 of a git-lfs file, git blob id of any other */
            digest: string;
        };
        ModelMetadata: {
            name: string;
            readonly versions: string[];
            platform: string;
            readonly inputs: {
                name: string;
                /** @enum {string} */
                datatype: "BYTES" | "FP32" | "BOOL";
                readonly shape: number[];
            }[];
            readonly outputs: {
                name: string;
                /** @enum {string} */
                datatype: "BYTES" | "FP32" | "BOOL";
                readonly shape: number[];
            }[];
            properties: {
                [key: string]: string;
            };
        };
        ModelReady: {
            name: string;
            ready: boolean;
            error?: string;
        };
        ModelReference: {
            name: string;
            /** @description A full git commit SHA */
            commit: string;
        };
        OpenApiDocument: {
            openapi: string;
        } & {
            [key: string]: unknown;
        };
        PredictAnswer: components["schemas"]["PredictResponse"] | {
            model: components["schemas"]["ModelReference"];
            /** @description In the order of the texts */
            readonly predictions: (components["schemas"]["Prediction"] | {
                error: components["schemas"]["Problem"];
            })[];
        } | components["schemas"]["LabelsResponse"] | components["schemas"]["ClassifyAnswer"];
        PredictRequest: {
            inputs: string | string[];
            parameters?: {
                /** @description How many labels, the best first; all by default */
                top_k?: number | null;
                /** @description softmax by default; none: the logits themselves */
                function_to_apply?: ("softmax" | "sigmoid" | "none") | null;
                truncation?: true | null;
            };
        } | string[];
        PredictResponse: {
            model: components["schemas"]["ModelReference"];
            /** @description In the order of the texts */
            readonly predictions: components["schemas"]["Prediction"][];
        };
        Prediction: {
            /** @description For `POST /feedback` */
            id: string;
            /** @description The label with the highest score */
            label: string;
            /** @description A probability */
            score: number;
            /** @description The score of each label, in the order of the model */
            scores: {
                [key: string]: number;
            };
            /** @description ISO 639 code; `und`: undetermined */
            language: string;
            /**
             * @description Present where the text was longer than the window of the model
             * @constant
             */
            truncated?: true;
        };
        Problem: {
            /** @enum {string} */
            type: "/problems/malformed-json" | "/problems/invalid-body" | "/problems/empty-text" | "/problems/too-many-inputs" | "/problems/text-too-long" | "/problems/unknown-label" | "/problems/invalid-request" | "/problems/invalid-commit" | "/problems/unauthorized" | "/problems/forbidden" | "/problems/forbidden-host" | "/problems/not-found" | "/problems/unknown-version" | "/problems/unknown-id" | "/problems/no-candidate" | "/problems/no-previous" | "/problems/method-not-allowed" | "/problems/request-timeout" | "/problems/change-in-progress" | "/problems/not-comparable" | "/problems/id-expired" | "/problems/body-too-large" | "/problems/unsupported-media-type" | "/problems/expectation-failed" | "/problems/version-refused" | "/problems/version-unreadable" | "/problems/headers-too-large" | "/problems/rate-limited" | "/problems/queue-full" | "/problems/queue-too-slow" | "/problems/internal-error" | "/problems/process-failed" | "/problems/store-failed" | "/problems/not-ready" | "/problems/too-many-bodies" | "/problems/too-many-downloads" | "/problems/draining" | "/problems/deadline-exceeded" | "/problems/insufficient-memory";
            title: string;
            status: number;
            /** @description What was wrong with this request, and what is allowed */
            detail: string;
            /** @description The same as `detail`, where clients of Hugging Face read it: of `POST /`, and with `parameters` */
            error?: string;
        };
        Readiness: {
            /** @constant */
            status: "ready";
            model: components["schemas"]["ModelReference"];
        };
        ServerHealth: {
            /** @constant */
            live: true;
            ready: boolean;
            error?: string;
        };
        ServerMetadata: {
            name: string;
            version: string;
            readonly extensions: string[];
        };
        ServerNotReady: components["schemas"]["ServerHealth"] | components["schemas"]["InferenceError"];
        ShadowRequest: {
            /** @description A full git commit SHA */
            commit: string;
            /** @description Share of the texts that the candidate predicts too */
            share: number;
            /** @description For a candidate with other labels: which label of the version that serves each of them is */
            labelMap?: {
                [key: string]: string;
            };
        };
        ShadowStatus: {
            primary: {
                name: string;
                /** @description A full git commit SHA */
                commit: string;
                /** @description Such as `v1.0.0`; absent where the commit has no tag */
                tag?: string;
                /** Format: date-time */
                loadedAt: string;
            };
            candidate: {
                name: string;
                /** @description A full git commit SHA */
                commit: string;
                /** @description Such as `v1.0.0`; absent where the commit has no tag */
                tag?: string;
                /** Format: date-time */
                loadedAt: string;
            };
            share: number;
            /** Format: date-time */
            since: string;
            /** @description In sentences */
            readonly summary: string[];
            verdict: components["schemas"]["Verdict"];
            /** @description The last texts with different labels, as the log has them */
            readonly examples: {
                input?: string;
                language: string;
                primary: {
                    label: string;
                    /** @description A probability */
                    score: number;
                };
                candidate: {
                    label: string;
                    /** @description A probability */
                    score: number;
                };
            }[];
            /** @description Texts that the candidate was to predict and did not */
            dropped: number;
        };
        SwapRequest: {
            /** @description A full git commit SHA */
            commit: string;
        };
        Verdict: {
            all: {
                texts: number;
                /** @description Share of the texts on which both agree, with its interval of 95 %; absent without texts */
                agreement?: {
                    share: number;
                    low: number;
                    high: number;
                };
                /** @description The most frequent ones */
                readonly changes: {
                    primary: string;
                    candidate: string;
                    texts: number;
                }[];
                /** @description Texts whose right label was reported */
                feedback: {
                    bothRight: number;
                    primaryRight: number;
                    candidateRight: number;
                    bothWrong: number;
                };
                /** @description That both are right equally often; valid however often it is looked at */
                pValue: number;
                /** @description Mean scores of the right labels, and the p-value that that of the candidate is not lower */
                rightLabel?: {
                    texts: number;
                    /** @description A probability */
                    primary: number;
                    /** @description A probability */
                    candidate: number;
                    pValue: number;
                };
                /**
                 * @description Whether the candidate is right more often; also worse where its scores alone are
                 * @enum {string}
                 */
                decision: "better" | "worse" | "undecided";
                isByLabels: boolean;
            };
            languages: {
                [key: string]: {
                    texts: number;
                    /** @description Share of the texts on which both agree, with its interval of 95 %; absent without texts */
                    agreement?: {
                        share: number;
                        low: number;
                        high: number;
                    };
                    /** @description The most frequent ones */
                    readonly changes: {
                        primary: string;
                        candidate: string;
                        texts: number;
                    }[];
                    /** @description Texts whose right label was reported */
                    feedback: {
                        bothRight: number;
                        primaryRight: number;
                        candidateRight: number;
                        bothWrong: number;
                    };
                    /** @description That both are right equally often; valid however often it is looked at */
                    pValue: number;
                    /** @description Mean scores of the right labels, and the p-value that that of the candidate is not lower */
                    rightLabel?: {
                        texts: number;
                        /** @description A probability */
                        primary: number;
                        /** @description A probability */
                        candidate: number;
                        pValue: number;
                    };
                    /**
                     * @description Whether the candidate is right more often; also worse where its scores alone are
                     * @enum {string}
                     */
                    decision: "better" | "worse" | "undecided";
                    isByLabels: boolean;
                };
            };
        };
    };
    responses: {
        /**
         * @description `/problems/empty-text`: A text is empty or blank
         *
         *     `/problems/invalid-body`: The body has the wrong shape
         *
         *     `/problems/invalid-request`: The request can’t be understood
         *
         *     `/problems/malformed-json`: The body is not JSON
         *
         *     `/problems/text-too-long`: A text is too long
         *
         *     `/problems/too-many-inputs`: Too many texts
         */
        "empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/empty-text" | "/problems/invalid-body" | "/problems/invalid-request" | "/problems/malformed-json" | "/problems/text-too-long" | "/problems/too-many-inputs";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/body-too-large`: The body is too large */
        "body-too-large": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/body-too-large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description `/problems/unsupported-media-type`: The body’s media type is not supported */
        "unsupported-media-type": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/unsupported-media-type";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description `/problems/request-timeout`: The request took too long to arrive */
        "request-timeout": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description `/problems/headers-too-large`: The headers are too large */
        "headers-too-large": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         *
         *     `/problems/too-many-bodies`: Too many request bodies
         */
        "draining_not-ready_too-many-bodies": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/draining" | "/problems/not-ready" | "/problems/too-many-bodies";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /**
         * @description `/problems/queue-full`: The queue is full
         *
         *     `/problems/queue-too-slow`: The texts would wait too long
         *
         *     `/problems/rate-limited`: The client’s rate limit is reached
         */
        "queue-full_queue-too-slow_rate-limited": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                ratelimit: components["headers"]["ratelimit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/queue-full" | "/problems/queue-too-slow" | "/problems/rate-limited";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description `/problems/internal-error`: Something went wrong here */
        "internal-error": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/internal-error";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description `/problems/deadline-exceeded`: The prediction took too long */
        "deadline-exceeded": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/deadline-exceeded";
                    /** @constant */
                    status?: 504;
                };
            };
        };
        /** @description `/problems/unauthorized`: A key is needed */
        unauthorized: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "www-authenticate": components["headers"]["www-authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/unauthorized";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description `/problems/forbidden`: The key is not known */
        forbidden: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description `/problems/expectation-failed`: The expectation can’t be met */
        "expectation-failed": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/expectation-failed";
                    /** @constant */
                    status?: 417;
                };
            };
        };
        /**
         * @description `/problems/invalid-body`: The body has the wrong shape
         *
         *     `/problems/invalid-request`: The request can’t be understood
         *
         *     `/problems/malformed-json`: The body is not JSON
         *
         *     `/problems/unknown-label`: The model has no such label
         */
        "invalid-body_invalid-request_malformed-json_unknown-label": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/invalid-body" | "/problems/invalid-request" | "/problems/malformed-json" | "/problems/unknown-label";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/unknown-id`: The id is of no known prediction */
        "unknown-id": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/unknown-id";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description `/problems/id-expired`: The prediction is too long ago */
        "id-expired": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/id-expired";
                    /** @constant */
                    status?: 410;
                };
            };
        };
        /** @description `/problems/invalid-request`: The request can’t be understood */
        "InferenceError_invalid-request": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/request-timeout`: The request took too long to arrive */
        "InferenceError_request-timeout": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description `/problems/expectation-failed`: The expectation can’t be met */
        "InferenceError_expectation-failed": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/expectation-failed";
                    /** @constant */
                    status?: 417;
                };
            };
        };
        /** @description `/problems/headers-too-large`: The headers are too large */
        "InferenceError_headers-too-large": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         */
        "ServerNotReady_draining_not-ready": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ServerNotReady"];
            };
        };
        /** @description `/problems/invalid-request`: The request can’t be understood */
        "ServerNotReady_invalid-request": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ServerNotReady"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/request-timeout`: The request took too long to arrive */
        "ServerNotReady_request-timeout": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ServerNotReady"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description `/problems/expectation-failed`: The expectation can’t be met */
        "ServerNotReady_expectation-failed": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ServerNotReady"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/expectation-failed";
                    /** @constant */
                    status?: 417;
                };
            };
        };
        /** @description `/problems/headers-too-large`: The headers are too large */
        "ServerNotReady_headers-too-large": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ServerNotReady"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /** @description `/problems/not-found`: There is nothing here */
        "InferenceError_not-found": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         */
        "InferenceError_draining_not-ready": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /** @description `/problems/unauthorized`: A key is needed */
        InferenceError_unauthorized: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "www-authenticate": components["headers"]["www-authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /** @description `/problems/forbidden`: The key is not known */
        InferenceError_forbidden: {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /**
         * @description `/problems/empty-text`: A text is empty or blank
         *
         *     `/problems/invalid-body`: The body has the wrong shape
         *
         *     `/problems/invalid-request`: The request can’t be understood
         *
         *     `/problems/malformed-json`: The body is not JSON
         *
         *     `/problems/text-too-long`: A text is too long
         *
         *     `/problems/too-many-inputs`: Too many texts
         */
        "InferenceError_empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/empty-text" | "/problems/invalid-body" | "/problems/invalid-request" | "/problems/malformed-json" | "/problems/text-too-long" | "/problems/too-many-inputs";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/body-too-large`: The body is too large */
        "InferenceError_body-too-large": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /** @description `/problems/unsupported-media-type`: The body’s media type is not supported */
        "InferenceError_unsupported-media-type": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         *
         *     `/problems/too-many-bodies`: Too many request bodies
         */
        "InferenceError_draining_not-ready_too-many-bodies": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /**
         * @description `/problems/queue-full`: The queue is full
         *
         *     `/problems/queue-too-slow`: The texts would wait too long
         *
         *     `/problems/rate-limited`: The client’s rate limit is reached
         */
        "InferenceError_queue-full_queue-too-slow_rate-limited": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                "ratelimit-policy": components["headers"]["ratelimit-policy"];
                ratelimit: components["headers"]["ratelimit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /** @description `/problems/internal-error`: Something went wrong here */
        "InferenceError_internal-error": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /** @description `/problems/deadline-exceeded`: The prediction took too long */
        "InferenceError_deadline-exceeded": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InferenceError"];
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         */
        "draining_not-ready": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/draining" | "/problems/not-ready";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description `/problems/invalid-request`: The request can’t be understood */
        "invalid-request": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /**
         * @description `/problems/draining`: The server is stopping
         *
         *     `/problems/not-ready`: The model is not loaded yet
         *
         *     `/problems/too-many-downloads`: Too many downloads
         */
        "draining_not-ready_too-many-downloads": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                "retry-after": components["headers"]["retry-after"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/draining" | "/problems/not-ready" | "/problems/too-many-downloads";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description `/problems/not-found`: There is nothing here */
        "not-found": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/not-found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /**
         * @description `/problems/invalid-body`: The body has the wrong shape
         *
         *     `/problems/invalid-commit`: The commit is not a full SHA
         *
         *     `/problems/invalid-request`: The request can’t be understood
         *
         *     `/problems/malformed-json`: The body is not JSON
         */
        "invalid-body_invalid-commit_invalid-request_malformed-json": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/invalid-body" | "/problems/invalid-commit" | "/problems/invalid-request" | "/problems/malformed-json";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description `/problems/change-in-progress`: Another change is being made */
        "change-in-progress": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/change-in-progress";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `/problems/internal-error`: Something went wrong here
         *
         *     `/problems/process-failed`: Another process did not answer
         */
        "internal-error_process-failed": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/internal-error" | "/problems/process-failed";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description `/problems/unknown-version`: The store has no such version */
        "unknown-version": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/unknown-version";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description `/problems/version-refused`: The version can’t serve */
        "version-refused": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/version-refused";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description `/problems/store-failed`: The store can’t be read */
        "store-failed": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/store-failed";
                    /** @constant */
                    status?: 502;
                };
            };
        };
        /** @description `/problems/insufficient-memory`: There is not enough memory */
        "insufficient-memory": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/insufficient-memory";
                    /** @constant */
                    status?: 507;
                };
            };
        };
        /** @description `/problems/no-candidate`: No candidate is loaded */
        "no-candidate": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/no-candidate";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /**
         * @description `/problems/change-in-progress`: Another change is being made
         *
         *     `/problems/not-comparable`: The versions can’t be compared
         */
        "change-in-progress_not-comparable": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/change-in-progress" | "/problems/not-comparable";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /**
         * @description `/problems/no-candidate`: No candidate is loaded
         *
         *     `/problems/unknown-version`: The store has no such version
         */
        "no-candidate_unknown-version": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/no-candidate" | "/problems/unknown-version";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /**
         * @description `/problems/no-previous`: No version has served before
         *
         *     `/problems/unknown-version`: The store has no such version
         */
        "no-previous_unknown-version": {
            headers: {
                "x-request-id": components["headers"]["x-request-id"];
                "x-model-commit": components["headers"]["x-model-commit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    type?: "/problems/no-previous" | "/problems/unknown-version";
                    /** @constant */
                    status?: 404;
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description That of the request, or a new one; also in the log */
        "x-request-id": string;
        /** @description The version that answered; absent while none is known */
        "x-model-commit": string;
        /** @description When the same request may be accepted, in seconds */
        "retry-after": number;
        /** @description With RATE_LIMIT: how many texts of a client are allowed, and in how many seconds */
        "ratelimit-policy": string;
        /** @description With RATE_LIMIT: how many of them are left, and until when, in seconds */
        ratelimit: string;
        /** @description `Bearer` */
        "www-authenticate": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    predict: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description The predictions, or the labels */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    ratelimit: components["headers"]["ratelimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictAnswer"];
                };
            };
            400: components["responses"]["empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request-timeout"];
            413: components["responses"]["body-too-large"];
            415: components["responses"]["unsupported-media-type"];
            417: components["responses"]["expectation-failed"];
            429: components["responses"]["queue-full_queue-too-slow_rate-limited"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
            503: components["responses"]["draining_not-ready_too-many-bodies"];
            504: components["responses"]["deadline-exceeded"];
        };
    };
    getConsole: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
        };
    };
    classify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClassifyRequest"];
            };
        };
        responses: {
            /** @description The labels */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    ratelimit: components["headers"]["ratelimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClassifyAnswer"];
                };
            };
            400: components["responses"]["empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request-timeout"];
            413: components["responses"]["body-too-large"];
            415: components["responses"]["unsupported-media-type"];
            417: components["responses"]["expectation-failed"];
            429: components["responses"]["queue-full_queue-too-slow_rate-limited"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
            503: components["responses"]["draining_not-ready_too-many-bodies"];
            504: components["responses"]["deadline-exceeded"];
        };
    };
    feedback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackRequest"];
            };
        };
        responses: {
            /** @description Counted, now or before */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["invalid-body_invalid-request_malformed-json_unknown-label"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["unknown-id"];
            408: components["responses"]["request-timeout"];
            410: components["responses"]["id-expired"];
            413: components["responses"]["body-too-large"];
            415: components["responses"]["unsupported-media-type"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            503: components["responses"]["draining_not-ready_too-many-bodies"];
        };
    };
    getServerMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerMetadata"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
        };
    };
    getServerLive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerHealth"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
        };
    };
    getServerReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerHealth"];
                };
            };
            400: components["responses"]["ServerNotReady_invalid-request"];
            408: components["responses"]["ServerNotReady_request-timeout"];
            417: components["responses"]["ServerNotReady_expectation-failed"];
            431: components["responses"]["ServerNotReady_headers-too-large"];
            503: components["responses"]["ServerNotReady_draining_not-ready"];
        };
    };
    getModelMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model, its input and its outputs */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelMetadata"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            401: components["responses"]["InferenceError_unauthorized"];
            403: components["responses"]["InferenceError_forbidden"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
            503: components["responses"]["InferenceError_draining_not-ready"];
        };
    };
    getModelVersionMetadata: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
                /** @description The full SHA of the commit that serves */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model, its input and its outputs */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelMetadata"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            401: components["responses"]["InferenceError_unauthorized"];
            403: components["responses"]["InferenceError_forbidden"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
            503: components["responses"]["InferenceError_draining_not-ready"];
        };
    };
    getModelReady: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelReady"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
            503: components["responses"]["InferenceError_draining_not-ready"];
        };
    };
    getModelVersionReady: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
                /** @description The full SHA of the commit that serves */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelReady"];
                };
            };
            400: components["responses"]["InferenceError_invalid-request"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            417: components["responses"]["InferenceError_expectation-failed"];
            431: components["responses"]["InferenceError_headers-too-large"];
            503: components["responses"]["InferenceError_draining_not-ready"];
        };
    };
    infer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InferRequest"];
            };
        };
        responses: {
            /** @description The outputs, in the order of the texts */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    ratelimit: components["headers"]["ratelimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InferResponse"];
                    "application/octet-stream": unknown;
                };
            };
            400: components["responses"]["InferenceError_empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs"];
            401: components["responses"]["InferenceError_unauthorized"];
            403: components["responses"]["InferenceError_forbidden"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            413: components["responses"]["InferenceError_body-too-large"];
            415: components["responses"]["InferenceError_unsupported-media-type"];
            417: components["responses"]["InferenceError_expectation-failed"];
            429: components["responses"]["InferenceError_queue-full_queue-too-slow_rate-limited"];
            431: components["responses"]["InferenceError_headers-too-large"];
            500: components["responses"]["InferenceError_internal-error"];
            503: components["responses"]["InferenceError_draining_not-ready_too-many-bodies"];
            504: components["responses"]["InferenceError_deadline-exceeded"];
        };
    };
    inferVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of the model, `MODEL_NAME`
                 * @example tweet-sentiment
                 */
                name: string;
                /** @description The full SHA of the commit that serves */
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InferRequest"];
            };
        };
        responses: {
            /** @description The outputs, in the order of the texts */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    "ratelimit-policy": components["headers"]["ratelimit-policy"];
                    ratelimit: components["headers"]["ratelimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InferResponse"];
                    "application/octet-stream": unknown;
                };
            };
            400: components["responses"]["InferenceError_empty-text_invalid-body_invalid-request_malformed-json_text-too-long_too-many-inputs"];
            401: components["responses"]["InferenceError_unauthorized"];
            403: components["responses"]["InferenceError_forbidden"];
            404: components["responses"]["InferenceError_not-found"];
            408: components["responses"]["InferenceError_request-timeout"];
            413: components["responses"]["InferenceError_body-too-large"];
            415: components["responses"]["InferenceError_unsupported-media-type"];
            417: components["responses"]["InferenceError_expectation-failed"];
            429: components["responses"]["InferenceError_queue-full_queue-too-slow_rate-limited"];
            431: components["responses"]["InferenceError_headers-too-large"];
            500: components["responses"]["InferenceError_internal-error"];
            503: components["responses"]["InferenceError_draining_not-ready_too-many-bodies"];
            504: components["responses"]["InferenceError_deadline-exceeded"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelCard"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            503: components["responses"]["draining_not-ready"];
        };
    };
    getModelFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of a file that `GET /model` lists; may have slashes
                 * @example config.json
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes of the file */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonFile"];
                    "application/octet-stream": unknown;
                    "text/markdown": string;
                    "text/plain": string;
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["not-found"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
            503: components["responses"]["draining_not-ready_too-many-downloads"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            503: components["responses"]["draining_not-ready"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text, or OpenMetrics where `Accept` prefers it */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/openmetrics-text": unknown;
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
        };
    };
    getAdminStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStatus"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
        };
    };
    putModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwapRequest"];
            };
        };
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeResponse"];
                };
            };
            400: components["responses"]["invalid-body_invalid-commit_invalid-request_malformed-json"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["unknown-version"];
            408: components["responses"]["request-timeout"];
            409: components["responses"]["change-in-progress"];
            413: components["responses"]["body-too-large"];
            415: components["responses"]["unsupported-media-type"];
            417: components["responses"]["expectation-failed"];
            422: components["responses"]["version-refused"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error_process-failed"];
            502: components["responses"]["store-failed"];
            503: components["responses"]["draining_not-ready_too-many-bodies"];
            507: components["responses"]["insufficient-memory"];
        };
    };
    getShadow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The comparison */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShadowStatus"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["no-candidate"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
            503: components["responses"]["draining_not-ready"];
        };
    };
    putShadow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShadowRequest"];
            };
        };
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeResponse"];
                };
            };
            400: components["responses"]["invalid-body_invalid-commit_invalid-request_malformed-json"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["unknown-version"];
            408: components["responses"]["request-timeout"];
            409: components["responses"]["change-in-progress_not-comparable"];
            413: components["responses"]["body-too-large"];
            415: components["responses"]["unsupported-media-type"];
            417: components["responses"]["expectation-failed"];
            422: components["responses"]["version-refused"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error_process-failed"];
            502: components["responses"]["store-failed"];
            503: components["responses"]["draining_not-ready_too-many-bodies"];
            507: components["responses"]["insufficient-memory"];
        };
    };
    deleteShadow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeResponse"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            408: components["responses"]["request-timeout"];
            409: components["responses"]["change-in-progress"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error_process-failed"];
            503: components["responses"]["draining_not-ready"];
        };
    };
    promote: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeResponse"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["no-candidate_unknown-version"];
            408: components["responses"]["request-timeout"];
            409: components["responses"]["change-in-progress"];
            417: components["responses"]["expectation-failed"];
            422: components["responses"]["version-refused"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error_process-failed"];
            502: components["responses"]["store-failed"];
            503: components["responses"]["draining_not-ready"];
            507: components["responses"]["insufficient-memory"];
        };
    };
    rollback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeResponse"];
                };
            };
            400: components["responses"]["invalid-request"];
            401: components["responses"]["unauthorized"];
            403: components["responses"]["forbidden"];
            404: components["responses"]["no-previous_unknown-version"];
            408: components["responses"]["request-timeout"];
            409: components["responses"]["change-in-progress"];
            417: components["responses"]["expectation-failed"];
            422: components["responses"]["version-refused"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error_process-failed"];
            502: components["responses"]["store-failed"];
            503: components["responses"]["draining_not-ready"];
            507: components["responses"]["insufficient-memory"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1, with the limits of this server */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
            500: components["responses"]["internal-error"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "x-model-commit": components["headers"]["x-model-commit"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["invalid-request"];
            408: components["responses"]["request-timeout"];
            417: components["responses"]["expectation-failed"];
            431: components["responses"]["headers-too-large"];
        };
    };
}
