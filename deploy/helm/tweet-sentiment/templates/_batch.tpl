{{- define "tweet-sentiment.batchPod" -}}
{{- $batch := .Values.batch -}}
{{- $resources := include "tweet-sentiment.resources" (dict "workers" $batch.workers "memory" $batch.memory) -}}
metadata:
  labels:
    {{- include "tweet-sentiment.podLabels" (dict "context" . "component" "batch") | nindent 4 }}
  annotations:
    tweet-sentiment/model-commit: {{ .Values.modelCommit | quote }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "tweet-sentiment.podDefaults" . | nindent 2 }}
  restartPolicy: Never
  # Time to finish the rows that are being scored.
  terminationGracePeriodSeconds: 60
  {{- with include "tweet-sentiment.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if .Values.model.store }}
  initContainers:
    {{- include "tweet-sentiment.fetchContainer" (dict "context" . "resources" $resources) | nindent 4 }}
  {{- end }}
  containers:
    - name: predict
      image: {{ include "tweet-sentiment.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [node, dist/main.js]
      args:
        - predict
        - {{ printf "/data/%s" $batch.input | replace "$" "$$" | quote }}
        - --shard=$(JOB_COMPLETION_INDEX)/{{ $batch.shards }}
        - {{ printf "--output=/data/%s" ($batch.output | replace "$" "$$" | replace "{shard}" "$(JOB_COMPLETION_INDEX)") | quote }}
        - --resume
        - --json
        {{- range $batch.args }}
        - {{ . | replace "$" "$$" | quote }}
        {{- end }}
      env:
        {{- include "tweet-sentiment.modelEnv" . | nindent 8 }}
        - name: WORKERS
          value: {{ $batch.workers | quote }}
      resources:
        {{- $resources | nindent 8 }}
      securityContext:
        {{- include "tweet-sentiment.securityContext" . | nindent 8 }}
      volumeMounts:
        {{- include "tweet-sentiment.modelMounts" . | nindent 8 }}
        - name: data
          mountPath: /data
  volumes:
    {{- include "tweet-sentiment.modelVolumes" . | nindent 4 }}
    - name: data
      persistentVolumeClaim:
        claimName: {{ $batch.claim | quote }}
{{- end -}}
