# The release as a Rollout of Argo Rollouts.
# What a canary decides is in canary.sh.

test_rollout() {
  local argo=(--set rollout.kind=Argo)
  plane_rollouts
  check 'a release as a Rollout' deploy "$first" "${argo[@]}"
  check 'it becomes healthy' within 60 has_phase Healthy
  is 'with two pods' "2 $first" "$(commits)"
  check 'that get requests' within 30 has_endpoints 2
  is 'one in each zone' 'a b' "$(zones)"
  is 'the PodDisruptionBudget counts both, and allows one to go' '2 1' \
    "$(field poddisruptionbudgets '{.items[*].status.expectedPods} {.items[*].status.disruptionsAllowed}')"
  watch_endpoints
  check 'another SHA that never becomes ready' deploy "$never_ready" "${argo[@]}"
  check 'starts one pod' within 30 has_commits "1 $never_ready,2 $first"
  check 'the SHA before again' deploy "$first" "${argo[@]}"
  check 'ends it' within 60 has_commits "2 $first"
  is 'two pods were ready at any time, the same ones' '2 2' "$(end_watch)"
  check 'the Rollout can not become a Deployment at once' fails deploy "$first"
  check 'since its pods would end before others are ready' \
    grep -q 'rollout.kind: Rollout .* runs, and Helm would end its pods' "$plane/output"
}

has_phase() { [[ $(field rollout/"$release" '{.status.phase}') == "$1" ]]; }

has_commits() { [[ $(commits | paste -sd,) == "$1" ]]; }
