#!/usr/bin/env bash
# Releases versions by the Jenkinsfile, good ones and bad ones, in a workspace, registry and production
# of its own. Needs docker-registry too; leaves nothing running.
#
#   JENKINS_RUNNER   program that runs a Jenkinsfile, as in `$JENKINS_RUNNER Jenkinsfile NAME=VALUE…`;
#                    without it, a shell runs the steps that are written there, in their order
#   TESTED           true to leave out the stage that runs the tests
. "$(dirname "$0")/lib.sh"

name=tweet-sentiment
free_port() {
  node -e "
    const server = require('net').createServer().listen(0, '127.0.0.1', () => {
      console.log(server.address().port);
      server.close();
    })"
}
port=$(free_port)
export MODEL_STORE=$work/models SERVER_IMAGE=127.0.0.1:$port/$name RELEASE_STORE=$work/images
export COMPOSE_PROJECT_NAME=$name-release-$$ SERVER_PORT=0
workspace=$work/workspace servers=()

finish() {
  local status=$?
  if ((status || failures)) && [[ -e $work/log ]]; then tail -60 "$work/log"; fi
  compose down --volumes --timeout 5 >/dev/null 2>&1 || true
  docker images --quiet "$SERVER_IMAGE" | sort -u | xargs -r docker rmi --force >/dev/null 2>&1 || true
  if ((${#servers[@]})); then kill "${servers[@]}" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

# The workspace is installed more than once, out of npm's cache.
export npm_config_prefer_offline=true npm_config_audit=false
# What CI checks out: the files of this project as they stand, nothing that is built or installed.
mkdir "$workspace"
git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- | tar -x -C "$workspace"

cat >"$work/registry.yml" <<END
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: '127.0.0.1:$port' }
END
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
servers+=($!)

# The pinned version, and three more that a colleague makes out of it in a clone.
npm run --silent build
models() { node "$PWD/dist/main.js" models "$@"; }
first=$(<"models/$name/PINNED")
models publish "$first" --from models >/dev/null
cp "models/$name/PINNED" "$MODEL_STORE/$name/"
clone=$work/clone
GIT_LFS_SKIP_SMUDGE=1 git clone --quiet "models/$name.bundle" "$clone"
main=$PWD/dist/main.js
(cd "$clone" && node "$main" models lfs clean) <"models/$name/$first/model.onnx" >/dev/null

# variant MESSAGE FILE PROGRAM: a version whose FILE is what PROGRAM (Node, `text` in, its value out)
# makes of the pinned one's; prints its SHA.
variant() {
  local sha
  git -C "$clone" checkout --quiet --detach "$first"
  node -e "
    const path = process.argv[1], text = fs.readFileSync(path, 'utf8');
    fs.writeFileSync(path, $3);" "$clone/$2"
  git -C "$clone" -c user.name=Tester -c user.email=tester@example.com commit --quiet --all -m "$1"
  sha=$(git -C "$clone" rev-parse HEAD)
  models publish "$sha" --repository "$clone" >/dev/null
  echo "$sha"
}
next=$(variant 'A better word' README.md "text + '\nOf use on English only.\n'")
broken=$(variant 'Another word' README.md "text + '\nOf no use on German.\n'")
# No training makes a model worse in seconds; what the gate reads is what the version says of itself.
worse=$(variant 'Worse on tweets' metrics.json \
  "text.replace(/(\"macro_recall\": 0\.)(\d)/g, (_, zero, digit) => zero + Math.max(digit - 1, 0))")

by_shell() {
  local steps step deploying=false
  mapfile -t steps < <(sed -n "s/^ *sh '\(.*\)'$/\1/p" "$1")
  local -x "$2"
  for step in "${steps[@]::${#steps[@]}-1}"; do
    [[ $step != release/deploy.sh ]] || deploying=true
    $step && continue
    # The last step in the file is what follows a deploy that has failed.
    ! $deploying || ${steps[-1]}
    return 1
  done
}

# pipeline MODEL_COMMIT: the whole of it; what it says is in $work/log.
pipeline() {
  local start=$SECONDS status=0
  (cd "$workspace" && ${JENKINS_RUNNER:-by_shell} Jenkinsfile "MODEL_COMMIT=$1") >"$work/log" 2>&1 || status=$?
  echo "# pipeline of ${1@Q}: exit $status after $((SECONDS - start)) s"
  return $status
}
stopped() { ! pipeline "$1"; }
# step MODEL_COMMIT SCRIPT…: one script of the release, as a person runs it.
step() { (cd "$workspace" && MODEL_COMMIT=$1 "release/$2" "${@:3}") >"$work/log" 2>&1; }
refused() { ! step "$@"; }
said() { grep -qF -- "$1" "$work/log"; }

server() { echo "http://$(docker port "$(production)" 8080/tcp)"; }
answers_as() {
  is "$1" "$2" "$(curl -s -H 'content-type: application/json' -d '{"inputs": "What a lovely morning"}' \
    "$(server)/predict" | json .model.commit)"
}
image_of() { docker image inspect --format '{{.Id}}' "$SERVER_IMAGE:$1" 2>/dev/null; }
whole() { (cd "$1" && sha256sum --check --quiet SHA256SUMS); }
pushed() { curl -s "http://127.0.0.1:$port/v2/$name/tags/list" | json ".tags.sort().join(' ')"; }

echo "# versions: first $first, next $next, worse $worse, broken $broken"

for value in "\$(touch $work/injected)" "$first; touch $work/injected" "$first"$'\n'"touch $work/injected"; do
  check "the pipeline refuses ${value@Q}" stopped "$value"
  check 'and says why' said 'MODEL_COMMIT must be a full commit SHA'
done
for value in '' main "${first:0:12}" "${first^^}" "$first "; do
  check "a script refuses ${value@Q}" refused "$value" verify.sh
done
for script in "$workspace"/release/*.sh; do
  [[ $script != */production*.sh ]] || continue
  script=${script##*/}
  check "$script refuses a value that is not a SHA" refused "\`touch $work/injected\`" "$script"
done
check 'none of it was run' test ! -e "$work/injected"
check 'and nothing was installed, to begin with' test ! -e "$workspace/node_modules"

# Without Jenkins.
for script in install.sh verify.sh image.sh 'smoke.sh image' deploy.sh 'smoke.sh production'; do
  # shellcheck disable=SC2086
  check "a person runs $script" step "$first" $script
done
answers_as 'and has a server of the first version' "$first"

check 'the pipeline releases the next version' pipeline "$next"
answers_as 'which answers now' "$next"
container=$(production) id=$(image_of "$next")
is 'its tag is the SHA, and so is its label' "$SERVER_IMAGE:$next $next" \
  "$(inspect "$container" '{{.Config.Image}} {{index .Config.Labels "tweet-sentiment.model.commit"}}')"
check '/metrics has the SHA' grep -q "^classifier_model_info{.*commit=\"$next\"" <(curl -s "$(server)/metrics")
is 'the registry has the image' "$next" "$(pushed)"
check 'the archive is whole' whole "$RELEASE_STORE/$next"
is 'its bill of materials has the version, what it licenses, and the weights' "$next apache-2.0 2" \
  "$(json ".components.filter(({ type }) => type === 'machine-learning-model').map((model) =>
    [model.version, model.licenses[0].license.name, model.components.length].join(' '))[0]" \
    <"$RELEASE_STORE/$next/sbom.cdx.json")"
is 'and packages of npm and of Debian' 'true true' \
  "$(json ".components.map(({ purl = '' }) => purl).reduce(([npm, debian], purl) =>
    [npm || purl.startsWith('pkg:npm/onnxruntime-node@'), debian || purl.startsWith('pkg:deb/debian/libc6@')],
    [false, false]).join(' ')" <"$RELEASE_STORE/$next/sbom.cdx.json")"

for script in image.sh save.sh push.sh deploy.sh; do
  check "$script a second time succeeds" step "$next" "$script"
  check 'and does nothing' grep -qE 'left as it is|already' "$work/log"
done
is 'the same container runs' "$container" "$(production)"
is 'of the same image' "$id" "$(image_of "$next")"

check 'a version that scores worse is stopped' stopped "$worse"
check 'by the gate' said 'refused:'
is 'before it has an image' '' "$(image_of "$worse")"
is 'production is as it was' "$container" "$(production)"

# instead MODEL_COMMIT LINE…: an image under the tag of the version, with these lines in its Dockerfile.
instead() {
  printf '%s\n' "FROM $id" "LABEL tweet-sentiment.model.commit=$1" "${@:2}" |
    docker build --quiet --tag "$SERVER_IMAGE:$1" - >"$work/log" 2>&1
}
instead "$broken" 'ENV WORKERS=none'
check 'an image that can not become ready' step "$broken" image.sh
check 'is found out before it is deployed' refused "$broken" smoke.sh image
check 'and why' said 'smoke: the server ended'
docker rmi "$SERVER_IMAGE:$broken" >/dev/null

# It works wherever it may write; in production, the file system is read-only.
check 'the image of the version' step "$broken" image.sh
id=$(image_of "$broken")
instead "$broken" 'USER 0' 'CMD ["sh", "-c", "touch /app/started && exec node dist/main.js serve"]'
check 'an image that fails in production only ends the pipeline' stopped "$broken"
check 'which brings back what ran before' said "$SERVER_IMAGE:$next is back"
answers_as 'and answers' "$next"

COMPOSE_PROJECT_NAME+=-new
check 'where nothing ran before' step "$broken" deploy.sh
check 'it fails as well' refused "$broken" smoke.sh production
check 'rolling back takes it down' step "$broken" rollback.sh
check 'and reports it' said 'nothing runs now'
is 'nothing runs' '' "$(production)"
compose down >/dev/null 2>&1
COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME%-new}

id=$(image_of "$broken")
docker rmi "$SERVER_IMAGE:$broken" >/dev/null
check 'an engine without the image' step "$broken" image.sh
check 'takes it from the archive' said "comes from $RELEASE_STORE"
is 'as it was' "$id" "$(image_of "$broken")"
docker rmi "$SERVER_IMAGE:$broken" >/dev/null
RELEASE_STORE=$work/none check 'or, without archive,' step "$broken" image.sh
check 'from the registry' said 'comes from its registry'
is 'as it was' "$id" "$(image_of "$broken")"

digest() { curl -sI -H 'accept: application/vnd.docker.distribution.manifest.v2+json' \
  "http://127.0.0.1:$port/v2/$name/manifests/$broken" | tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" { print $2 }'; }
before=$(digest)
instead "$broken" 'ENV LOG_LEVEL=warn'
for script in save.sh push.sh; do
  check "$script refuses another image of a SHA" refused "$broken" "$script"
  check 'and says why' said 'not overwritten'
done
is 'the registry has the one it had' "$before" "$(digest)"
docker tag "$(image_of "$next")" "$SERVER_IMAGE:$broken"
check 'an image of another version is refused' refused "$broken" image.sh
check 'by its label' said 'another version in its label'

# Versions and archives in S3.
if command -v versitygw >/dev/null; then
  port=$(free_port)
  export AWS_ACCESS_KEY_ID=release AWS_SECRET_ACCESS_KEY=of-a-test AWS_REGION=us-east-1
  export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port
  mkdir -p "$work/s3/bucket"
  ROOT_ACCESS_KEY=$AWS_ACCESS_KEY_ID ROOT_SECRET_KEY=$AWS_SECRET_ACCESS_KEY \
    versitygw --port "127.0.0.1:$port" posix "$work/s3" >"$work/s3.log" 2>&1 &
  servers+=($!)
  within 30 curl -s -o /dev/null "$AWS_ENDPOINT_URL_S3"
  MODEL_STORE=s3://bucket/models models publish "$worse" --from "$work/models" >/dev/null
  export MODEL_STORE=s3://bucket/models RELEASE_STORE=s3://bucket/images
  check 'an image of a version in S3' step "$worse" image.sh
  check 'is built' said 'is built'
  check 'has its bill of materials' step "$worse" sbom.sh
  check 'and is saved to S3' step "$worse" save.sh
  check 'once' step "$worse" save.sh
  check 'and not again' said already
  id=$(image_of "$worse")
  docker rmi "$SERVER_IMAGE:$worse" >/dev/null
  check 'from where an engine without it' step "$worse" image.sh
  check 'takes it' said "comes from $RELEASE_STORE"
  is 'as it was' "$id" "$(image_of "$worse")"

  COMPOSE_PROJECT_NAME+=-new
  check 'the first release of all' step "$worse" gate.sh
  check 'is compared with nothing' said 'there is no version to compare it with'
  models publish "$first" --from "$work/models" >/dev/null
  cp "models/$name/PINNED" "$work/s3/bucket/models/$name/"
  check 'the first into production' refused "$worse" gate.sh
  check 'is compared with the pinned one' said 'refused:'
  COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME%-new}
else
  echo 'SKIPPED test/e2e/release.sh > S3'
fi

summary
