{{/* The name of all objects. 43 characters leave room for the longest suffix, and for the number of a Job's pod. What
is cut off a longer one is in its hash: releases with the same beginning have names of their own. */}}
{{- define "tweet-sentiment.fullname" -}}
{{- $name := .Release.Name -}}
{{- if not (contains .Chart.Name .Release.Name) -}}
{{- $name = printf "%s-%s" .Release.Name .Chart.Name -}}
{{- end -}}
{{- if gt (len $name) 43 -}}
{{- $name = printf "%s-%s" ($name | trunc 34 | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "tweet-sentiment.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "tweet-sentiment.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* The label `job` of the series in Prometheus. */}}
{{- define "tweet-sentiment.job" -}}
{{- .Values.serviceMonitor.job | default (include "tweet-sentiment.fullname" .) -}}
{{- end -}}

{{/* Arguments: context, component. They never change in a release: selectors are immutable. */}}
{{- define "tweet-sentiment.selectorLabels" -}}
app.kubernetes.io/name: {{ .context.Chart.Name }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The selector of Deployment and Rollout. Flagger selects the pods that serve by one label alone, `app` before
others, with -primary behind its value: it must be another one in each release. */}}
{{- define "tweet-sentiment.serverLabels" -}}
{{ include "tweet-sentiment.selectorLabels" (dict "context" . "component" "server") }}
app: {{ include "tweet-sentiment.fullname" . }}
{{- end -}}

{{/* Of pods: those of a chart's version would replace the pods without a reason. */}}
{{- define "tweet-sentiment.podLabels" -}}
{{ include "tweet-sentiment.selectorLabels" . }}
app.kubernetes.io/version: {{ .context.Values.modelCommit | trunc 63 | quote }}
{{- with .context.Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Of all other objects. */}}
{{- define "tweet-sentiment.labels" -}}
{{ include "tweet-sentiment.selectorLabels" . }}
app.kubernetes.io/version: {{ .context.Values.modelCommit | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Arguments: context, name (a suffix or ""), component, and annotations, labels if there are any. */}}
{{- define "tweet-sentiment.metadata" -}}
name: {{ include "tweet-sentiment.fullname" .context }}{{ .name }}
namespace: {{ .context.Release.Namespace | quote }}
labels:
  {{- include "tweet-sentiment.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- $default := ternary .Chart.AppVersion .Values.modelCommit (ne .Values.model.store "") -}}
{{- printf "%s:%s" $image.repository ($image.tag | default $default) -}}
{{- end -}}
{{- end -}}

{{/* For a number of workers (argument), with room for a second model: docs/decisions/0024-helm-chart.md. */}}
{{- define "tweet-sentiment.memory" -}}
{{- printf "%dMi" (add 576 (mul 256 (int .))) -}}
{{- end -}}

{{/* Arguments: workers, memory. Requests are limits: the pod is of the class Guaranteed. */}}
{{- define "tweet-sentiment.resources" -}}
{{- $memory := .memory | default (include "tweet-sentiment.memory" .workers) -}}
requests:
  cpu: {{ .workers | quote }}
  memory: {{ $memory | quote }}
limits:
  cpu: {{ .workers | quote }}
  memory: {{ $memory | quote }}
{{- end -}}

{{/* The version that serves now, where the new one is to be compared with it. */}}
{{- define "tweet-sentiment.comparedCommit" -}}
{{- if ne .Values.canary.compareWith .Values.modelCommit -}}
{{- .Values.canary.compareWith -}}
{{- end -}}
{{- end -}}

{{/* What scales and is watched: Deployment or Rollout. */}}
{{- define "tweet-sentiment.workload" -}}
{{- if eq .Values.rollout.kind "Argo" -}}
apiVersion: argoproj.io/v1alpha1
kind: Rollout
{{- else -}}
apiVersion: apps/v1
kind: Deployment
{{- end }}
name: {{ include "tweet-sentiment.fullname" . }}
{{- end -}}

{{/* The Secret with the server's secrets; empty without one. */}}
{{- define "tweet-sentiment.secretName" -}}
{{- if .Values.secrets.externalSecret.enabled -}}
{{- include "tweet-sentiment.fullname" . -}}
{{- else -}}
{{- .Values.secrets.existingSecret -}}
{{- end -}}
{{- end -}}
