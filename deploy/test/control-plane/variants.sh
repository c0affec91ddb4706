# Every variant of values that the tests of the chart render: what the API server says of the objects.
# It validates them strictly, with the custom resource definitions of crds.txt and their rules in CEL, and creates none.

test_variants() {
  local file name kubernetes
  kubernetes=$(kubectl version -o json | json .serverVersion.gitVersion)
  check 'the variants' quietly node deploy/test/control-plane/variants.mjs "$plane/variants"
  # What the pod of `helm test`, the only pod among the objects, needs.
  kubectl create serviceaccount "$release" >/dev/null
  for file in "$plane/variants"/*.json; do
    name=${file##*/}
    check "accepts ${name%.json}" accepts "$first" --values "$file"
  done
  check 'accepts a version of a SHA-256 repository' accepts "$first${first:0:24}"
  check 'refuses a value of a wrong type' refuses 'spec.replicas: Invalid value' '/^  replicas:/s/2/-2/'
  check 'refuses a field that does not exist' refuses '.spec.replica: field not declared in schema' 's/^  replicas:/  replica:/'
  check 'warns of pods that the namespace would refuse' \
    refuses 'would violate PodSecurity "restricted' 's/allowPrivilegeEscalation: false/allowPrivilegeEscalation: true/'
}

render() {
  helm template "$release" "$chart" --namespace "$namespace" --kube-version "$kubernetes" --set-string modelCommit="$@" 2>"$plane/render.log"
}

# Fails on a warning, too. That one is about every headless Service.
validate() {
  kubectl apply --server-side --dry-run=server --validate=strict -f - >"$plane/output" 2>&1 || return
  ! grep Warning "$plane/output" | grep -v 'spec.SessionAffinity is ignored for headless services'
}

accepts() {
  render "$@" | validate || {
    tail -n 3 "$plane/render.log" "$plane/output"
    return 1
  }
}

# refuses MESSAGE CHANGE: the objects, changed by sed.
refuses() { ! render "$first" | sed "$2" | validate >/dev/null && grep -qF "$1" "$plane/output"; }
