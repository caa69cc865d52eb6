//go:build tools

// Package tools names the program of etcd that `cargo xtask engines` builds, so that go.mod holds what it needs.
package tools

import _ "go.etcd.io/etcd/server/v3"
