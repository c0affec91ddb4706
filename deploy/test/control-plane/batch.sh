# The Job that scores a file in shards.

test_batch() {
  local batch=(--set replicas=0,batch.enabled=true,batch.claim=tweets,batch.input=tweets.csv,batch.shards=3) job
  kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: PersistentVolume
metadata: {name: tweets}
spec:
  accessModes: [ReadWriteMany]
  capacity: {storage: 1Gi}
  claimRef: {namespace: $namespace, name: tweets}
  hostPath: {path: /tweets}
  storageClassName: ""
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: tweets}
spec:
  accessModes: [ReadWriteMany]
  resources: {requests: {storage: 1Gi}}
  storageClassName: ""
EOF
  check 'a release that has the Job only' deploy "$first" "${batch[@]}" --wait-for-jobs
  is 'every shard was scored once' '0-2 3' "$(field jobs '{.items[0].status.completedIndexes} {.items[0].status.succeeded}')"
  is 'each by a pod with its own arguments' '0 1 2' \
    "$(field pods '{.items[*].metadata.labels.batch\.kubernetes\.io/job-completion-index}' | tr ' ' '\n' | sort | paste -sd' ')"
  job=$(kubectl get jobs -o name)
  check 'the same again' deploy "$first" "${batch[@]}" --wait-for-jobs
  is 'makes no new Job' "$job" "$(kubectl get jobs -o name)"
  check 'another SHA' deploy "$second" "${batch[@]}" --wait-for-jobs
  check 'makes a new Job' test "$job" != "$(kubectl get jobs -o name)"
  is 'and only that is left' 1 "$(kubectl get jobs -o name | grep -c .)"
  kubectl delete persistentvolume tweets --wait=false >/dev/null
}
