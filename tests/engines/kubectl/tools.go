//go:build tools

// Package tools names the program of Kubernetes that `cargo xtask engines` builds here, so that go.mod holds what it needs. It
// is a module of its own: what the driver asks for builds no API server anew.
package tools

import _ "k8s.io/kubernetes/cmd/kubectl"
