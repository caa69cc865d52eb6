//go:build tools

package main

// What `cargo xtask engines` builds beside us, so that go.mod holds what it needs.
import _ "github.com/argoproj/argo-workflows/v4/cmd/workflow-controller"
