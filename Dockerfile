# The server with one version of one model inside.
#
#   docker build -t tweet-sentiment --build-arg MODEL_COMMIT=$(cat models/tweet-sentiment/PINNED) .
#
# MODEL_COMMIT is the full SHA of a version in models/; the default is the SHA in the file PINNED.
# The build fails if the version does not match its SHA.

ARG NODE_VERSION=24
# glibc is required: ONNX Runtime has no build for musl.
ARG BASE_IMAGE=node:${NODE_VERSION}-bookworm-slim

FROM ${BASE_IMAGE} AS server
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No dependency needs its install script; that of ONNX Runtime would download CUDA libraries.
RUN npm ci --ignore-scripts
COPY build.mjs ./
COPY src src
# The console shows it.
COPY docs/runbook.md docs/
COPY templates templates
RUN npm run build
# ONNX Runtime has libraries for every platform, 288 MB; those of one platform are 45 MB or less. The
# last command checks that it still loads, before the first start does.
RUN npm prune --omit=dev --ignore-scripts \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && find node_modules/onnxruntime-node/bin -type d -empty -delete \
 && node -e "require('onnxruntime-node')"
# package.json lists only what is installed: `npm sbom` in the image compares the two.
RUN npm pkg delete devDependencies
COPY LICENSE NOTICE ./
# These files have the modes of the checkout; the image's user must be able to read them.
RUN chmod a+r package.json LICENSE NOTICE

FROM server AS model
# A folder of the build context with the layout of models/. Without PINNED, MODEL_COMMIT is required.
ARG MODELS=models
COPY ${MODELS} models
ARG MODEL_NAME=tweet-sentiment
ARG MODEL_COMMIT
# `models verify` refuses a branch name, a missing version and a wrong byte. The pattern also copies the
# version's tag file, if there is one.
RUN set -eu; \
    MODEL_COMMIT=${MODEL_COMMIT:-$(cat "models/$MODEL_NAME/PINNED")}; \
    export MODEL_COMMIT; \
    node dist/main.js models verify; \
    mkdir -p "/image/$MODEL_NAME"; \
    cp -R "models/$MODEL_NAME/$MODEL_COMMIT"* "/image/$MODEL_NAME/"; \
    echo "$MODEL_COMMIT" >"/image/$MODEL_NAME/PINNED"; \
    chmod -R a+rX /image

FROM ${BASE_IMAGE}
WORKDIR /app
ENV NODE_ENV=production
# See src/config/environment.ts.
ENV MALLOC_MMAP_THRESHOLD_=131072 MALLOC_ARENA_MAX=2
# In order of how often they change: images of several versions share all layers but the last.
COPY --from=server /app/node_modules node_modules
COPY --from=server /app/package.json /app/LICENSE /app/NOTICE ./
COPY --from=server /app/dist dist
COPY --from=model /image models

ARG BASE_IMAGE
ARG MODEL_NAME=tweet-sentiment
ARG MODEL_COMMIT
ENV MODEL_NAME=${MODEL_NAME}
# As in package.json. What a build alone knows are labels of `docker build --label`: the commit of the source
# (org.opencontainers.image.revision), and where that is (org.opencontainers.image.source).
# A label can't be read from a file: without MODEL_COMMIT, that of the model is empty, and only the image's PINNED file
# has the SHA.
LABEL org.opencontainers.image.title="tweet-sentiment-server" \
      org.opencontainers.image.description="Serves a tweet-sentiment ONNX model pinned by the git commit SHA of its model repository, with Prometheus metrics and a structured prediction log." \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE_IMAGE}" \
      tweet-sentiment.model.name="${MODEL_NAME}" \
      tweet-sentiment.model.commit="${MODEL_COMMIT}"

# The base image's user `node`, by number so that Kubernetes' runAsNonRoot can check it.
USER 1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "require(process.env.TLS_CERT ? 'https' : 'http').get({ host: '127.0.0.1', port: process.env.PORT || 8080, path: '/readyz', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# Without a shell, so that SIGTERM reaches the server, which then drains.
CMD ["node", "dist/main.js", "serve"]
