#!/usr/bin/env bash
# Releases versions, good ones and bad ones, to a Kubernetes control plane of its own by the scripts of
# release/. No container runs: kwok plays the kubelets, so a version is a SHA that no store has. By hand,
# some minutes; needs what plane.sh needs.
. "$(dirname "$0")/plane.sh"
trap plane_stop EXIT
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

first=1111111111111111111111111111111111111111
second=2222222222222222222222222222222222222222
third=3333333333333333333333333333333333333333
# See kwok-pods.yaml.
never_ready=bad0000000000000000000000000000000000000
fails_test=dead000000000000000000000000000000000000

plane_start 3 || exit 1
work=$plane/release
mkdir "$work"
export KUBE_CONTEXT=plane HELM_VALUES="$work/values, \"all\".yaml" SERVER_IMAGE=registry.example.com/tweet-sentiment
export DEPLOY_TIMEOUT_S=900 KUBE_NAMESPACE=tweet-sentiment
cat >"$HELM_VALUES" <<END
image: {repository: $SERVER_IMAGE}
workers: 1
END

# workspace NAME: a checkout, with what was built.
workspace() {
  mkdir "$work/$1"
  git ls-files -z --cached --others --exclude-standard -- ':!models' |
    tar -c --null --files-from=- | tar -x -C "$work/$1"
  ln -s "$PWD/dist" "$PWD/node_modules" "$PWD/models" "$work/$1/"
}
workspace own
workspace other

# step MODEL_COMMIT SCRIPT…: one script of the release; its output is in $log.
in=own log=$work/log
step() { (cd "$work/$in" && MODEL_COMMIT=$1 "release/$2" "${@:3}") >"$log" 2>&1; }
refused() { ! step "$@"; }
said() { grep -qF -- "$1" "$log" || { sed 's/^/  /' "$log"; return 1; }; }
# Neither a harmless warning nor the head of an empty table.
clean() { ! grep -E 'SessionAffinity|symbolic link|OBJECT' "$log"; }
in_helm() { helm --namespace "$KUBE_NAMESPACE" "$@"; }
in_kubectl() { kubectl --namespace "$KUBE_NAMESPACE" "$@"; }
status() { in_helm list --all --output json | json '.map(({ status }) => status).join()'; }
# What the pods of the servers are of.
served() {
  in_kubectl get pods --selector app.kubernetes.io/component=server \
    --field-selector status.phase=Running --output json |
    json '.items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) =>
      metadata.annotations["tweet-sentiment/model-commit"]).filter((sha, at, all) => all.indexOf(sha) === at).join()'
}
serves() { within 600 only "$1" || { echo "  serves: $(served)"; return 1; }; }
only() { [[ $(served) == "$1" ]]; }

kubectl create namespace $KUBE_NAMESPACE >/dev/null
kubectl label namespace $KUBE_NAMESPACE pod-security.kubernetes.io/enforce=restricted >/dev/null

echo '# before the first release'
KUBE_CONTEXT=none check 'an unknown context is refused' refused $first deploy.sh
check 'by its name' said 'context "none" does not exist'
check 'there is nothing to check' refused $first smoke.sh production
check 'and it is reported' said "production runs nothing, expected $first"
SERVER_IMAGE=registry.example.com/other check 'values with another image are refused' refused $first deploy.sh
check 'by both images' said "the values select the image $SERVER_IMAGE:$first, expected registry.example.com/other:$first"
check 'nothing was begun' step $first rollback.sh
check 'and it is reported' said 'the deploy had not begun'
echo 'replicaz: 1' >"$work/wrong.yaml"
HELM_VALUES=$work/wrong.yaml check 'unknown values are refused' refused $first deploy.sh
check 'by their name' said replicaz
is 'nothing was installed' '' "$(status)"

DEPLOY_TIMEOUT_S=15 check 'a first version whose pods do not become ready fails' refused $never_ready deploy.sh
check 'and is reported' said "$never_ready is not in production"
check 'by the reason alone' clean
check 'rolling back' step $never_ready rollback.sh
check 'leaves nothing' said 'nothing runs now'
is 'of the release' '' "$(status)"

echo '# releases'
check 'the first version is deployed' step $first deploy.sh
check 'in place of nothing' said "nothing -> $SERVER_IMAGE:$first"
check 'and passes its test' step $first smoke.sh production
check 'it serves' serves $first
check 'another version is not what runs' refused $second smoke.sh production
check 'and it is reported' said "production runs tweet-sentiment.v1:$first, expected $second"

before=$(in_helm get values tweet-sentiment --output json)
check 'the next one is deployed' step $second deploy.sh
check 'in place of the first' said "tweet-sentiment.v1:$first -> $SERVER_IMAGE:$second"
check 'and passes its test' step $second smoke.sh production
check 'it serves' serves $second
is 'only the SHA has changed' "${before/$first/$second}" "$(in_helm get values tweet-sentiment --output json)"

pods() { in_kubectl get pods --selector app.kubernetes.io/component=server --output name; }
within 600 eval '(($(pods | wc -l) == 2))'
running=$(pods)
check 'a second time' step $second deploy.sh
check 'is reported' said "production runs $SERVER_IMAGE:$second already"
is 'and changes no pod' "$running" "$(pods)"

in_helm upgrade tweet-sentiment deploy/helm/tweet-sentiment --reuse-values --set replicas=3 --wait >/dev/null
HELM_VALUES='' check 'without a file, the values stay' step $third deploy.sh
is 'but for the SHA' "3 $third" "$(in_helm get values tweet-sentiment --output json | json '.replicas') $(
  in_helm get values tweet-sentiment --output json | json '.modelCommit')"
check 'and it serves' serves $third
check 'a release of the second one' step $second deploy.sh
check 'takes it back' serves $second
check 'the gate compares with production' refused "$(<models/tweet-sentiment/PINNED)" gate.sh
check 'by its SHA' said $second

echo '# bad versions'
DEPLOY_TIMEOUT_S=15 check 'pods that do not become ready' refused $never_ready deploy.sh
check 'end the release' said "$never_ready is not in production"
cp "$KUBECONFIG" "$work/gone"
kubectl --kubeconfig "$work/gone" config set-cluster plane --server https://127.0.0.1:1 >/dev/null
KUBECONFIG=$work/gone check 'without its cluster, nothing is rolled back' refused $never_ready rollback.sh
check 'with it again, it is' step $never_ready rollback.sh
check 'to what ran before' said "$second is back"
check 'it serves' serves $second

check 'a version that fails its test only' step $fails_test deploy.sh
check 'is found out' refused $fails_test smoke.sh production
check 'by helm test' said "helm test failed: $fails_test"
check 'and rolled back' step $fails_test rollback.sh
check 'to what ran before' said "$second is back"
check 'it serves' serves $second

echo '# deployments that were killed, and two at once'
# begin MODEL_COMMIT UNTIL: a deployment in the background; returns when UNTIL succeeds.
begin() {
  (cd "$work/own" && MODEL_COMMIT=$1 exec setsid release/deploy.sh) >"$work/background" 2>&1 &
  deployment=$!
  within 600 "$2"
}
pending() { [[ $(status) == pending-upgrade ]]; }
# end: its exit code; its output is in $log.
end() {
  wait "$deployment"
  local code=$?
  cp "$work/background" "$log"
  return $code
}
end_refused() { ! end; }
kill_deployment() {
  kill -KILL -- "-$deployment"
  wait "$deployment" 2>/dev/null
}
check 'a deployment' begin $never_ready pending
in=other
check 'keeps another one from beginning' refused $third deploy.sh
check 'and from being gated' refused "$(<models/tweet-sentiment/PINNED)" gate.sh
check 'and it is reported' said 'is in pending-upgrade: another deployment runs, or one was killed'
check 'which has nothing to roll back' step $third rollback.sh
check 'and it is reported' said 'the deploy had not begun'
too_late() {
  (
    cd "$work/other" && export MODEL_COMMIT=$third && . release/common.sh
    mkdir -p .release && echo "tweet-sentiment.v1:$first" >"$before"
    ! (replace_production)
  ) >"$log" 2>&1
}
check 'one that has not seen it is refused by Helm' too_late
check 'and it is reported' said 'is being changed by another deployment'
check 'it has nothing to roll back either' step $third rollback.sh
check 'and it is reported' said 'the deploy had not begun'
in=own
is 'the first one goes on' pending-upgrade "$(status)"
kill_deployment
is 'killed, it stays so' pending-upgrade "$(status)"
check 'rolling back' step $never_ready rollback.sh
check 'ends it' said "$second is back"
check 'and what ran before serves' serves $second

check 'a deployment that was killed' begin $never_ready pending
kill_deployment
in=other
check 'without its record' refused $third deploy.sh
command=$(sed -n 's/.*end it by: helm //p' "$log")
check 'is ended by the command that is reported' eval "helm $command >/dev/null"
check 'and the next one is deployed' step $third deploy.sh
check 'it serves' serves $third
in=own

echo '# what is no release of ours'
# chart NAME: an empty one.
chart() {
  mkdir -p "$work/charts/$1"
  printf 'apiVersion: v2\nname: %s\nversion: 0.0.1\n' "$1" >"$work/charts/$1/Chart.yaml"
}
chart other && in_helm install theirs "$work/charts/other" >/dev/null
HELM_RELEASE=theirs check 'a release of another chart is refused' refused $first deploy.sh
check 'by its name' said 'is of the chart other-0.0.1, not tweet-sentiment'
chart tweet-sentiment && in_helm install branch "$work/charts/tweet-sentiment" --set modelCommit=main >/dev/null
HELM_RELEASE=branch check 'one that runs no SHA is refused' refused $first deploy.sh
check 'since there were no way back' said 'production runs branch.v1:main, whose tag is no SHA'

kubectl create serviceaccount nobody --namespace tweet-sentiment >/dev/null
kubectl config set-credentials nobody --token "$(kubectl create token nobody --namespace tweet-sentiment)" >/dev/null
kubectl config set-context nobody --cluster plane --user nobody >/dev/null
KUBE_CONTEXT=nobody check 'a user without rights is refused' refused $first deploy.sh
check 'by the cluster' said forbidden
check 'and it is reported' said "namespace tweet-sentiment, context nobody) can't be read"

cp "$KUBECONFIG" "$work/silent"
in_silent() { kubectl --kubeconfig "$work/silent" config "$@" >/dev/null; }
in_silent unset users.administrator.token
in_silent set-credentials administrator --exec-api-version client.authentication.k8s.io/v1 \
  --exec-interactive-mode Never --exec-command sleep --exec-arg 100
gives_up() {
  (
    export MODEL_COMMIT=$first KUBECONFIG=$work/silent && . release/common.sh
    query_timeout_s=2
    query_kubectl get pods || [[ $? == 124 ]]
  ) >"$log" 2>&1
}
check 'a program for credentials that does not answer is not waited for' gives_up

echo '# a version to compare with'
compared() { in_helm get values tweet-sentiment --output json | json .canary.compareWith; }
store=https://models.example.com/production server=$(sed -n 's/^appVersion: //p' deploy/helm/tweet-sentiment/Chart.yaml)
cat >"$work/store.yaml" <<END
model: {store: "$store"}
canary: {compareWith: $never_ready}
END
export HELM_VALUES=$work/store.yaml
check 'an image that nobody has named is refused' refused $first deploy.sh
check 'by its name' said "no image.repository: the image would be tweet-sentiment:$server"
echo "image: {repository: $SERVER_IMAGE}" >>"$HELM_VALUES"
check 'another store than that of the release is refused' refused $first deploy.sh
check 'by both' said "fetch the version from $store, and this release has it from MODEL_STORE=models"
export MODEL_STORE=$store/
check 'where pods fetch the version, the image is not that of the release' step $first deploy.sh
check 'and the one that is deployed is printed' said "$third -> $SERVER_IMAGE:$server with $first from $store"
is 'the version to compare with is the one that ran' $third "$(compared)"
check 'a second time' step $first deploy.sh
is 'it stays' $third "$(compared)"
unset MODEL_STORE

echo '# Argo Rollouts decides'
plane_crds && plane_rollouts || exit 1
kubectl create namespace argo >/dev/null
export KUBE_NAMESPACE=argo HELM_VALUES=$work/argo.yaml
# Nothing answers there: after some seconds, an analysis ends in an error.
cat >"$HELM_VALUES" <<END
image: {repository: $SERVER_IMAGE}
workers: 1
rollout: {kind: Argo}
canary: {prometheusAddress: "http://127.0.0.1:1", steps: [50]}
END
rollout() { in_kubectl get rollouts tweet-sentiment --output "jsonpath={.status.$1}"; }
check 'a first version is deployed' step $first deploy.sh
is 'when its rollout has ended' Healthy "$(rollout phase)"
check 'and passes its test' step $first smoke.sh production

check 'the next one' refused $second deploy.sh
check 'fails with its analysis' said "Argo has stopped the rollout of $second"
is 'as the controller has decided' true "$(rollout abort)"
check 'and is rolled back' step $second rollback.sh
check 'to what ran before' said "$first is back"
is 'when its rollout has ended' Healthy "$(rollout phase)"
check 'it serves' serves $first

analysed() { [[ -n $(rollout canary.currentBackgroundAnalysisRunStatus.name) ]]; }
check 'a version that is analysed' begin $third analysed
in_kubectl patch rollout tweet-sentiment --subresource status --type merge --patch '{"status": {"promoteFull": true}}' >/dev/null
check 'and promoted is in production' end
is 'when its rollout has ended' Healthy "$(rollout phase)"
check 'it serves' serves $third

echo '# Flagger decides: the test writes what its controller would'
kubectl create namespace flagger >/dev/null
export KUBE_NAMESPACE=flagger HELM_VALUES=$work/flagger.yaml
cat >"$HELM_VALUES" <<END
image: {repository: $SERVER_IMAGE}
workers: 1
rollout: {kind: Flagger}
canary: {traffic: HTTPRoute}
httpRoute: {enabled: true, parentRefs: [{name: gateway}]}
END
# phase PHASE MESSAGE
phase() {
  local now
  now=$(date --utc +%FT%TZ)
  in_kubectl patch canary tweet-sentiment --subresource status --type merge --patch "{\"status\": {
    \"phase\": \"$1\", \"canaryWeight\": 0, \"failedChecks\": 0, \"iterations\": 0, \"lastTransitionTime\": \"$now\",
    \"conditions\": [{\"type\": \"Promoted\", \"status\": \"Unknown\", \"reason\": \"$1\", \"message\": \"$2\",
      \"lastUpdateTime\": \"$now\", \"lastTransitionTime\": \"$now\"}]}}" >/dev/null
}
promote() {
  in_kubectl get deployment tweet-sentiment --output json | node -e '
    const { apiVersion, kind, spec } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const app = "tweet-sentiment-primary";
    const labels = { ...spec.template.metadata.labels, app };
    const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } };
    console.log(JSON.stringify({ apiVersion, kind, metadata: { name: app },
      spec: { ...spec, replicas: 0, selector: { matchLabels: { app } }, template } }));' |
    in_kubectl apply --filename - >/dev/null
}
waits_unknown() { grep -q 'Flagger: Unknown' "$work/background"; }
waits_initialized() { grep -q 'Flagger: Initialized' "$work/background"; }
waits_failed() { grep -q 'Flagger: Failed' "$work/background"; }

check 'a first version' begin $first waits_unknown
promote
phase Initialized 'Deployment initialization completed'
check 'is deployed when its primary has it' end
check 'the next one' begin $second waits_initialized
phase Progressing 'New revision detected'
phase Failed 'Canary analysis failed'
check 'fails with its analysis' end_refused
check 'as the controller has decided' said 'Flagger: failed: Canary analysis failed'
check 'and is rolled back' step $second rollback.sh
check 'to what ran before' said "$first is back"
check 'that one again has nothing to wait for' step $first deploy.sh
check 'after that failure,' begin $third waits_failed
phase Progressing 'New revision detected'
promote
phase Succeeded 'Canary analysis completed successfully'
check 'a good version is in production' end
check 'and passes its test' step $third smoke.sh production
summary
