{{- define "tweet-sentiment.ingressRules" -}}
- from:
    - podSelector: {}
    {{- with .Values.networkPolicy.fromNamespaces }}
    - namespaceSelector:
        matchExpressions:
          - key: kubernetes.io/metadata.name
            operator: In
            values:
              {{- toYaml . | nindent 14 }}
    {{- end }}
  ports:
    - port: http
      protocol: TCP
    {{- if .Values.service.grpcPort }}
    - port: grpc
      protocol: TCP
    {{- end }}
{{- with .Values.networkPolicy.monitoringNamespace }}
- from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ . | quote }}
  ports:
    - port: {{ ternary "admin" "http" $.Values.service.separateAdminPort }}
      protocol: TCP
{{- end }}
{{- end -}}

{{- define "tweet-sentiment.dnsRule" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end -}}

{{- define "tweet-sentiment.egressRules" -}}
{{ include "tweet-sentiment.dnsRule" . }}
{{- if .Values.model.store }}
- to:
    {{- range .Values.networkPolicy.storeCidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- else }}
    # Not the metadata of the node, which has credentials: link-local, and those of Azure, Alibaba Cloud and EC2.
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32]
    - ipBlock:
        cidr: ::/0
        except: [fe80::/10, fd00:ec2::/32]
    {{- end }}
  ports:
    - port: {{ include "tweet-sentiment.storePort" . }}
      protocol: TCP
{{- end }}
{{- with .Values.networkPolicy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* That of the address of the store, or of S3. */}}
{{- define "tweet-sentiment.storePort" -}}
{{- $address := .Values.model.store -}}
{{- if hasPrefix "s3:" $address -}}
{{- $address = .Values.model.env.AWS_ENDPOINT_URL_S3 | default .Values.model.env.AWS_ENDPOINT_URL | default "https://" -}}
{{- end -}}
{{- $port := regexFind ":[0-9]+$" (urlParse $address).host | trimPrefix ":" -}}
{{- .Values.networkPolicy.storePort | default $port | default (ternary 80 443 (hasPrefix "http:" $address)) -}}
{{- end -}}
