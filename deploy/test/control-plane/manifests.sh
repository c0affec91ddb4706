# The plain manifests, without Helm.
# They bring their namespace.

test_manifests() {
  check 'kubectl apply of base.yaml, without a warning' applies deploy/kubernetes/base.yaml
  check 'the pods become ready' quietly kubectl rollout status deployment --timeout 60s -n tweet-sentiment
  is 'in a namespace that enforces "restricted"' restricted \
    "$(field namespace/tweet-sentiment '{.metadata.labels.pod-security\.kubernetes\.io/enforce}')"
  check 'the objects are what the file says: it sets nothing that is not kept' \
    quietly kubectl diff -f deploy/kubernetes/base.yaml
  check 'kubectl apply of predict-job.yml, without a warning' applies deploy/kubernetes/predict-job.yml
  check 'kubectl delete of both' quietly kubectl delete --wait=false -f deploy/kubernetes/predict-job.yml \
    -f deploy/kubernetes/base.yaml
  plane_wait 60 'the namespace does not end' has_no namespace tweet-sentiment
}

applies() {
  quietly kubectl apply --validate=strict -f "$1" &&
    ! grep Warning "$plane/output" | grep -v 'spec.SessionAffinity is ignored for headless services'
}
