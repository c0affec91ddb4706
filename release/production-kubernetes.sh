#!/usr/bin/env bash
# Production is a release of Helm on the cluster of KUBE_CONTEXT. The functions that other scripts call are
# those of production.sh. Each command has an end, also where the cluster does not answer.
chart=deploy/helm/tweet-sentiment
export KUBE_NAMESPACE=${KUBE_NAMESPACE:-tweet-sentiment} HELM_RELEASE=${HELM_RELEASE:-tweet-sentiment}
DEPLOY_TIMEOUT_S=${DEPLOY_TIMEOUT_S:-1800}
query_timeout_s=60 smoke_timeout_s=300

# Names of Kubernetes: none is taken for an option or a pattern.
for variable in KUBE_NAMESPACE HELM_RELEASE; do
  [[ ${!variable} =~ ^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$ ]] ||
    die "$variable must have 1 to 53 lower-case letters, digits and inner hyphens, found $(printf %q "${!variable}")"
done
[[ -z ${HELM_VALUES:-} || -f $HELM_VALUES ]] ||
  die "HELM_VALUES must be a file with values of the chart, found $(printf %q "$HELM_VALUES")"
[[ $DEPLOY_TIMEOUT_S =~ ^[1-9][0-9]{0,4}$ ]] ||
  die "DEPLOY_TIMEOUT_S must be a number of seconds from 1 to 99999, found $(printf %q "$DEPLOY_TIMEOUT_S")"
for program in helm kubectl; do
  command -v "$program" >/dev/null || die "$program is needed where KUBE_CONTEXT is set, and is not on PATH"
done
where="the Helm release $HELM_RELEASE (namespace $KUBE_NAMESPACE, context $(printf %q "$KUBE_CONTEXT"))"

# run_helm SECONDS ARGUMENT…: without Helm's notes about the symbolic links in the chart.
run_helm() {
  local status=0
  timeout --foreground --kill-after=30 "$1" \
    helm --kube-context="$KUBE_CONTEXT" --namespace="$KUBE_NAMESPACE" "${@:2}" \
    2> >(grep -v 'found symbolic link in path' >&2) || status=$?
  ((status != 124)) || say "helm $2 did not end within $1 s" >&2
  return $status
}

query_helm() { run_helm $query_timeout_s "$@"; }

# A program that kubectl asks for credentials has no timeout of its own.
query_kubectl() {
  timeout --foreground --kill-after=30 $((2 * query_timeout_s)) \
    kubectl --context="$KUBE_CONTEXT" --namespace="$KUBE_NAMESPACE" --request-timeout="${query_timeout_s}s" "$@"
}

# json EXPRESSION ARGUMENT…: what an expression of `data`, the JSON on standard input, and `args` is.
json() {
  node -e 'const data = JSON.parse(fs.readFileSync(0, "utf8")), args = process.argv.slice(2);
    console.log(eval(process.argv[1]) ?? "")' "$@"
}

# Prints the revisions of the release as JSON, the oldest first.
revisions() {
  local releases
  # Helm's history of an unknown release is an error like any other.
  releases=$(query_helm list --all --filter "^$HELM_RELEASE\$" --output json) || return
  if [[ $(json data.length <<<"$releases") == 0 ]]; then
    echo '[]'
  else
    query_helm history "$HELM_RELEASE" --output json
  fi
}

# Prints what is in production, as NAME:SHA, here the deployed revision, such as tweet-sentiment.v7:SHA;
# nothing if there is none.
production_now() {
  local history other status revision given back
  history=$(revisions) || die "$where can't be read"
  other=$(json 'data.map(({ chart }) => chart).find((chart) => !/^tweet-sentiment-\d/.test(chart))' <<<"$history")
  [[ -z $other ]] || die "$where is of the chart $other, not tweet-sentiment: HELM_RELEASE selects another release"
  status=$(json 'data.at(-1)?.status' <<<"$history")
  revision=$(json 'data.findLast(({ status }) => status === "deployed")?.revision' <<<"$history")
  if [[ $status == pending-* ]]; then
    back=${revision:+rollback $HELM_RELEASE $revision}
    die "$where is in $status: another deployment runs, or one was killed. If none runs, end it by:" \
      "helm ${back:-uninstall $HELM_RELEASE} --namespace $KUBE_NAMESPACE --kube-context $(printf %q "$KUBE_CONTEXT")"
  fi
  [[ -n $revision ]] || return 0
  given=$(query_helm get values "$HELM_RELEASE" --revision "$revision" --output json) || die "$where can't be read"
  echo "$HELM_RELEASE.v$revision:$(json data?.modelCommit <<<"$given")"
}

# revision_of NAME:SHA
revision_of() { sed 's/.*\.v\([0-9]*\):.*/\1/' <<<"$1"; }

is_in_production() { [[ ${1##*:} == "$MODEL_COMMIT" ]]; }

# upgrade SECONDS FLAG…: only the version is not that of HELM_VALUES or, without the file, of the last release;
# and the version to compare with, where `compare_with` is set.
upgrade() {
  local values=(--reset-then-reuse-values) file=/dev/null
  # On standard input: in the name of a file, Helm reads commas and quotes as a list of names.
  [[ -z ${HELM_VALUES:-} ]] || values=(--values -) file=$HELM_VALUES
  run_helm "$1" upgrade --install "$HELM_RELEASE" "$chart" "${values[@]}" \
    --set-string "modelCommit=$MODEL_COMMIT" ${compare_with+--set-string "canary.compareWith=$compare_with"} "${@:2}" <"$file"
}

# prepare_production NAME:SHA: fails if the release could not be put into production in place of what runs.
prepare_production() {
  local plan images
  unset compare_with
  plan=$(upgrade $query_timeout_s --dry-run=server --hide-secret --output json) ||
    die "$MODEL_COMMIT can't be deployed to $where; nothing was changed"
  # Values that name a version to compare with ask for the one that runs.
  if [[ -n $(json data.config.canary?.compareWith <<<"$plan") ]]; then
    compare_with=${1##*:}
    ! is_in_production "$1" ||
      compare_with=$(query_helm get values "$HELM_RELEASE" --revision "$(revision_of "$1")" --output json |
        json data.canary?.compareWith)
  fi
  [[ -z $(json '(data.config.model ?? data.chart.values.model).store ?? data.chart.values.model.store' <<<"$plan") ]] ||
    return 0
  images=$(json '[...data.manifest.matchAll(/^ *(?:- )?image: "?([^"\s]+)"?$/gm)].map(([, image]) => image).join(" ")' \
    <<<"$plan")
  [[ " $images " == *" $image "* ]] ||
    die "the values select the image $images, expected $image: set image.repository to $SERVER_IMAGE, and neither" \
      'image.tag nor image.digest'
}

# Puts the version into production. If pods do not become ready, Helm goes back by itself.
replace_production() {
  local answer since
  since=$(flagger_transition)
  say "waiting up to $DEPLOY_TIMEOUT_S s"
  # Going back has the same time again.
  if ! answer=$(upgrade $((2 * DEPLOY_TIMEOUT_S + 60)) --atomic --cleanup-on-fail --timeout "${DEPLOY_TIMEOUT_S}s" \
    --history-max 20 --description "$MODEL_COMMIT" 2>&1); then
    if [[ $answer == *'another operation'* ]]; then
      # What the other deployment does must not be rolled back.
      rm -f "$before"
      die "$where is being changed by another deployment, which began at the same time"
    fi
    show_warnings
    die "$MODEL_COMMIT is not in production: ${answer#*Error: }"
  fi
  await_rollout "$MODEL_COMMIT" "$since"
}

# restore_production NAME:SHA: goes back to the revision that production_now has printed.
restore_production() {
  run_helm $((DEPLOY_TIMEOUT_S + 60)) rollback "$HELM_RELEASE" "$(revision_of "$1")" \
    --wait --cleanup-on-fail --timeout "${DEPLOY_TIMEOUT_S}s" >/dev/null ||
    die "$1 could not be restored"
  await_rollout "${1##*:}" any
}

stop_production() {
  run_helm $((DEPLOY_TIMEOUT_S + 60)) uninstall "$HELM_RELEASE" --ignore-not-found --wait \
    --timeout "${DEPLOY_TIMEOUT_S}s" >/dev/null
}

# Checks that what runs is the version MODEL_COMMIT, by the chart's test: it sends a text and checks the SHA.
smoke_production() {
  local running
  running=$(production_now)
  is_in_production "$running" || die "production runs ${running:-nothing}, expected $MODEL_COMMIT"
  run_helm $((smoke_timeout_s + 60)) test "$HELM_RELEASE" --timeout "${smoke_timeout_s}s" >/dev/null || {
    query_kubectl logs --tail 20 --selector "$(labels_of test)" || true
    show_warnings
    die "helm test failed: $MODEL_COMMIT"
  }
  say "$MODEL_COMMIT in production has passed its test"
}

labels_of() { echo "app.kubernetes.io/instance=$HELM_RELEASE,app.kubernetes.io/component=$1"; }

# Helm has removed the pods that did not become ready; what Kubernetes reported about them is still there.
show_warnings() {
  query_kubectl get events --field-selector type=Warning --sort-by .lastTimestamp --no-headers \
    --output 'custom-columns=OBJECT:.involvedObject.name,REASON:.reason,MESSAGE:.message' 2>/dev/null | tail -5 >&2 || true
}

# await_rollout SHA SINCE: where Argo Rollouts or Flagger decides about the version, waits for its decision.
await_rollout() {
  local kind state='' previous='' end=$((SECONDS + DEPLOY_TIMEOUT_S))
  kind=$(query_helm get values "$HELM_RELEASE" --all --output json | json data.rollout.kind)
  [[ $kind != Deployment ]] || return 0
  until [[ $state == done ]]; do
    # A failed request to the cluster is repeated.
    state=$("${kind,,}_state" "$@") || state=unknown
    [[ $state == "$previous" ]] || say "$kind: $state"
    previous=$state
    [[ $state != failed* ]] || die "$kind has stopped the rollout of $1"
    ((SECONDS < end)) || die "$kind has not decided about $1 within $DEPLOY_TIMEOUT_S s: $state"
    sleep 2
  done
}

# argo_state: `done`, `failed` with the reason, or how far the Rollout is.
argo_state() {
  query_kubectl get rollouts.argoproj.io --selector "$(labels_of server)" --output json | json '
    (({ metadata, status = {} } = { metadata: {} }) => {
      const { phase = "Unknown", message = "" } = status;
      if (status.observedGeneration !== String(metadata.generation)) return "not seen by the controller yet";
      if (phase === "Healthy" && status.stableRS === status.currentPodHash) return "done";
      return (phase === "Degraded" ? "failed" : phase) + (message && ": " + message);
    })(data.items[0])'
}

# flagger_state SHA SINCE: the same. The version that serves is that of the primary. A failure of the time SINCE is
# that of an earlier rollout; `any`, that of a version which is taken back.
flagger_state() {
  query_kubectl get canaries.flagger.app,deployments.apps --output json | json '
    ((release, sha, since) => {
      const canary = data.items.find(({ kind, metadata }) =>
        kind === "Canary" && metadata.labels?.["app.kubernetes.io/instance"] === release);
      const { phase = "Unknown", lastTransitionTime = "", conditions = [] } = canary?.status ?? {};
      const primary = data.items.find(({ kind, metadata }) =>
        kind === "Deployment" && metadata.name === canary?.spec.targetRef.name + "-primary");
      const serves = primary?.spec.template.metadata.annotations?.["tweet-sentiment/model-commit"] === sha;
      const isEarlier = since === "any" || lastTransitionTime === since;
      if (serves && ["Initialized", "Succeeded", isEarlier && "Failed"].includes(phase)) return "done";
      return phase === "Failed" && !isEarlier ? "failed: " + (conditions[0]?.message ?? "") : phase;
    })(...args)' "$HELM_RELEASE" "$@"
}

# When Flagger last changed its mind about the release; nothing without Flagger.
flagger_transition() {
  query_kubectl get canaries.flagger.app --selector "$(labels_of server)" \
    --output 'jsonpath={.items[*].status.lastTransitionTime}' 2>/dev/null || true
}
