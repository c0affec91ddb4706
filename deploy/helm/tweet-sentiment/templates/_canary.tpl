{{/* `strategy.canary` of the Rollout: one analysis watches all of it, and one more decides about each step. */}}
{{- define "tweet-sentiment.canaryStrategy" -}}
{{- $name := include "tweet-sentiment.fullname" . -}}
maxUnavailable: 0
maxSurge: 25%
{{- if eq .Values.canary.traffic "HTTPRoute" }}
stableService: {{ $name }}
canaryService: {{ $name }}-canary
trafficRouting:
  plugins:
    argoproj-labs/gatewayAPI:
      httpRoute: {{ $name }}
      namespace: {{ .Release.Namespace | quote }}
{{- end }}
analysis:
  {{- include "tweet-sentiment.canaryAnalysis" $name | nindent 2 }}
    # It goes on until the rollout ends.
    - name: successes
      value: "0"
    - name: measurements
      value: "0"
    - name: undecided
      value: "1000000"
steps:
  {{- range .Values.canary.steps }}
  - setWeight: {{ . }}
  - analysis:
      {{- include "tweet-sentiment.canaryAnalysis" $name | nindent 6 }}
  {{- end }}
{{- end -}}

{{/* Argument: the name of the template. */}}
{{- define "tweet-sentiment.canaryAnalysis" -}}
templates:
  - templateName: {{ . }}
args:
  - name: new
    valueFrom:
      podTemplateHashValue: Latest
  - name: stable
    valueFrom:
      podTemplateHashValue: Stable
{{- end -}}

{{/* The label of a pod, as Prometheus discovers it, that tells the versions of a rollout apart. */}}
{{- define "tweet-sentiment.revisionLabel" -}}
{{- $labels := dict "Deployment" "pod_template_hash" "Argo" "rollouts_pod_template_hash" "Flagger" "app" -}}
{{- printf "__meta_kubernetes_pod_label_%s" (get $labels .Values.rollout.kind) -}}
{{- end -}}

{{/*
What decides about a new version: {judgements: [{name, threshold, query}]}. A query's value is above the threshold
where the version is to be taken back, and not above it where it may be promoted. It has no value where there is too
little to decide either. recording-rollout.yml records what is compared.

Arguments: context, and new, stable: the revisions.
*/}}
{{- define "tweet-sentiment.canaryJudgements" -}}
{{- $canary := .context.Values.canary -}}
{{- $job := include "tweet-sentiment.job" .context -}}
{{- $least := $canary.minimum -}}
{{- /* 0 is a threshold, null is none. */}}
{{- $limits := dict -}}
{{- range $name, $limit := $canary.thresholds -}}
{{- if not (kindIs "invalid" $limit) -}}
{{- $_ := set $limits $name $limit -}}
{{- end -}}
{{- end -}}
{{- $common := dict "standardErrors" $canary.standardErrors
      "new" (printf "{job=%q, revision=%q}" $job .new) "stable" (printf "{job=%q, revision=%q}" $job .stable) -}}
{{- $level := "job_revision_commit:" -}}
judgements:
  {{- if hasKey $limits "errors" }}
  - name: errors
    threshold: {{ $limits.errors }}
    query: |-
      {{- $requests := printf "sum(%shttp_requests:increase5m%s)" $level $common.new }}
      {{- $errors := printf "(sum(%shttp_request_errors:increase5m%s) or vector(0))" $level $common.new }}
      {{ $errors }} / {{ $requests }} > {{ $limits.errors }}
        and {{ $errors }} >= {{ $least.errors }}
      or {{ $errors }} / {{ $requests }} <= {{ $limits.errors }}
        and {{ $requests }} >= {{ $least.requests }}
  {{- end }}
  {{- if hasKey $limits "restarts" }}
  - name: restarts
    threshold: {{ $limits.restarts }}
    query: |-
      sum({{ $level }}process_restarts:changes5m{{ $common.new }})
  {{- end }}
  {{- if hasKey $limits "slow" }}
  - name: slow
    threshold: {{ $limits.slow }}
    query: |-
      {{- include "tweet-sentiment.moreThanStable" (merge (dict "threshold" $limits.slow "least" $least.requests
            "share" "http_request_slow:ratio5m" "total" "http_answers:increase5m") $common) | nindent 6 }}
  {{- end }}
  {{- if hasKey $limits "timePerText" }}
  - name: time-per-text
    threshold: {{ $limits.timePerText }}
    query: |-
      {{- $seconds := printf "avg(%sclassifier_inference_duration_seconds:per_text5m%%s)" $level }}
      {{- $texts := printf "sum(%sclassifier_computed_texts:increase5m%%s) >= %v" $level $least.texts }}
      {{ printf $seconds $common.new }}
        / {{ printf $seconds $common.stable }}
      and {{ printf $texts $common.new }}
      and {{ printf $texts $common.stable }}
  {{- end }}
  {{- if hasKey $limits "foreignLanguages" }}
  - name: foreign-languages
    threshold: {{ $limits.foreignLanguages }}
    query: |-
      {{- include "tweet-sentiment.moreThanStable" (merge (dict "threshold" $limits.foreignLanguages "least" $least.texts
            "share" "classifier_foreign_predictions:ratio5m" "total" "classifier_predictions:increase5m") $common) | nindent 6 }}
  {{- end }}
  {{- if hasKey $limits "labelMix" }}
  - name: label-mix
    threshold: {{ $limits.labelMix }}
    query: |-
      {{- include "tweet-sentiment.otherLabels" (merge (dict "threshold" $limits.labelMix "least" $least.texts) $common) | nindent 6 }}
  {{- end }}
  {{- if hasKey $limits "wrong" }}
  - name: wrong
    threshold: {{ $limits.wrong }}
    query: |-
      {{- include "tweet-sentiment.moreThanStable" (merge (dict "threshold" $limits.wrong "least" $least.feedback
            "share" "classifier_feedback_wrong:ratio5m" "total" "classifier_feedback:increase5m") $common) | nindent 6 }}
      {{- /* It is rare and late: a version can be promoted without. */}}
      {{- $enough := printf "sum(%sclassifier_feedback:increase5m%%s) >= %v" $level $least.feedback }}
      or (vector(0) unless ({{ printf $enough $common.new }} and {{ printf $enough $common.stable }}))
  {{- end }}
  {{- if and (include "tweet-sentiment.comparedCommit" .context) (hasKey $limits "disagreement") }}
  - name: disagreement
    threshold: {{ $limits.disagreement }}
    query: |-
      {{- include "tweet-sentiment.moreThan" (merge (dict "threshold" $limits.disagreement "least" $least.texts
            "share" "classifier_shadow_disagreements:ratio5m" "total" "classifier_shadow_predictions:increase5m") $common) | nindent 6 }}
  {{- end }}
{{- end -}}

{{/*
The difference of two shares: above the threshold even when it is lessened by so many standard errors, or at most the
threshold. A share of a ratio of sums may be below 0 or above 1 by its rounding, of which the root would be NaN. Arguments: share and total (names of records), threshold, least (of total), new, stable, standardErrors.
*/}}
{{- define "tweet-sentiment.moreThanStable" -}}
{{- $p := printf "avg(job_revision_commit:%s%s)" .share .new -}}
{{- $q := printf "avg(job_revision_commit:%s%s)" .share .stable -}}
{{- $n := printf "sum(job_revision_commit:%s%s)" .total .new -}}
{{- $m := printf "sum(job_revision_commit:%s%s)" .total .stable -}}
(
  {{ $p }} - {{ $q }}
    - {{ .standardErrors }} * sqrt(clamp_min(
      {{ $p }} * (1 - {{ $p }}) / {{ $n }}
      + {{ $q }} * (1 - {{ $q }}) / {{ $m }}, 0))
    > {{ .threshold }}
  or {{ $p }} - {{ $q }}
    <= {{ .threshold }}
)
and {{ $n }} >= {{ .least }}
and {{ $m }} >= {{ .least }}
{{- end -}}

{{/* The same for the label whose shares differ most, in either direction. A version may have labels of its own. */}}
{{- define "tweet-sentiment.otherLabels" -}}
{{- $of := "avg by (label) (job_revision_commit_label:classifier_predictions:ratio5m%s)" -}}
{{- $p := printf "(%s or 0 * %s)" (printf $of .new) (printf $of .stable) -}}
{{- $q := printf "(%s or 0 * %s)" (printf $of .stable) (printf $of .new) -}}
{{- $n := printf "sum(job_revision_commit:classifier_predictions:increase5m%s)" .new -}}
{{- $m := printf "sum(job_revision_commit:classifier_predictions:increase5m%s)" .stable -}}
(
  max(
    abs({{ $p }} - {{ $q }})
    - {{ .standardErrors }} * sqrt(clamp_min(
      {{ $p }} * (1 - {{ $p }}) / scalar({{ $n }})
      + {{ $q }} * (1 - {{ $q }}) / scalar({{ $m }}), 0)))
    > {{ .threshold }}
  or max(abs({{ $p }} - {{ $q }}))
    <= {{ .threshold }}
)
and {{ $n }} >= {{ .least }}
and {{ $m }} >= {{ .least }}
{{- end -}}

{{/* The same for a share of the new version alone, whatever the stable one's. */}}
{{- define "tweet-sentiment.moreThan" -}}
{{- $p := printf "avg(job_revision_commit:%s%s)" .share .new -}}
{{- $n := printf "sum(job_revision_commit:%s%s)" .total .new -}}
(
  {{ $p }}
    - {{ .standardErrors }} * sqrt(clamp_min({{ $p }} * (1 - {{ $p }}) / {{ $n }}, 0))
    > {{ .threshold }}
  or {{ $p }}
    <= {{ .threshold }}
)
and {{ $n }} >= {{ .least }}
{{- end -}}
