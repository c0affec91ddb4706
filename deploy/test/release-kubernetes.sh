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
export KUBE_CONTEXT=plane HELM_VALUES=$work/values.yaml SERVER_IMAGE=registry.example.com/tweet-sentiment
export DEPLOY_TIMEOUT_S=900
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
in_helm() { helm --kube-context plane --namespace tweet-sentiment "$@"; }
status() { in_helm list --all --output json | json '.map(({ status }) => status).join()'; }
# What the pods of the servers are of.
served() {
  kubectl --namespace tweet-sentiment get pods --selector app.kubernetes.io/component=server \
    --field-selector status.phase=Running --output json |
    json '.items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) =>
      metadata.annotations["tweet-sentiment/model-commit"]).filter((sha, at, all) => all.indexOf(sha) === at).join()'
}
serves() { within 600 only "$1" || { echo "  serves: $(served)"; return 1; }; }
only() { [[ $(served) == "$1" ]]; }

kubectl create namespace tweet-sentiment >/dev/null
kubectl label namespace tweet-sentiment pod-security.kubernetes.io/enforce=restricted >/dev/null

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

pods() { kubectl --namespace tweet-sentiment get pods --selector app.kubernetes.io/component=server --output name; }
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
check 'which is rolled back' step $never_ready rollback.sh
check 'to what ran before' said "$second is back"
check 'it serves' serves $second

check 'a version that fails its test only' step $fails_test deploy.sh
check 'is found out' refused $fails_test smoke.sh production
check 'by helm test' said "helm test failed: $fails_test"
check 'and rolled back' step $fails_test rollback.sh
check 'to what ran before' said "$second is back"
check 'it serves' serves $second

echo '# deployments that were killed, and two at once'
# begin MODEL_COMMIT: a deployment that waits for its pods, in the background.
begin() {
  (cd "$work/own" && MODEL_COMMIT=$1 exec setsid release/deploy.sh) >"$work/background" 2>&1 &
  deployment=$!
  within 600 eval '[[ $(status) == pending-upgrade ]]'
}
check 'a deployment' begin $never_ready
in=other
check 'keeps another one from beginning' refused $third deploy.sh
check 'and from being gated' refused "$(<models/tweet-sentiment/PINNED)" gate.sh
check 'and it is reported' said 'is in pending-upgrade: another deployment runs, or one was killed'
check 'which has nothing to roll back' step $third rollback.sh
check 'and it is reported' said 'the deploy had not begun'
in=own
is 'the first one goes on' pending-upgrade "$(status)"
kill -KILL -- "-$deployment"
wait "$deployment" 2>/dev/null
is 'killed, it stays so' pending-upgrade "$(status)"
check 'rolling back' step $never_ready rollback.sh
check 'ends it' said "$second is back"
check 'and what ran before serves' serves $second

check 'a deployment that was killed' begin $never_ready
kill -KILL -- "-$deployment"
wait "$deployment" 2>/dev/null
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

[[ -z ${ROLLOUTS:-} ]] || . "$plane_here/release-rollouts.sh"
summary
