package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	protocols "k8s.io/apimachinery/pkg/util/remotecommand"
	clientremote "k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/remotecommand"
)

// serveExec answers the API server where it asks a kubelet to run a command in a container, on a free port: so Argo's controller
// ends what runs.
func (s *server) serveExec() (int32, error) {
	certificate, err := selfSigned()
	if err != nil {
		return 0, err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return 0, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		options, err := remotecommand.NewOptions(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		remotecommand.ServeExec(w, r, commands{s, r.PathValue("namespace")}, r.PathValue("pod"), "", r.PathValue("container"),
			r.URL.Query()["command"], options, time.Minute, time.Minute, protocols.SupportedStreamingProtocols)
	})
	go func() { _ = http.Serve(listener, mux) }()
	return int32(listener.Addr().(*net.TCPAddr).Port), nil
}

// commands runs commands in the containers of a namespace's pods. The only ones that we know send signals.
type commands struct {
	server    *server
	namespace string
}

var signal = regexp.MustCompile(`(?:kill |-)(\d+)\b`)

func (c commands) ExecInContainer(_ context.Context, name string, _ types.UID, container string, words []string, _ io.Reader,
	_, _ io.WriteCloser, _ bool, _ <-chan clientremote.TerminalSize, _ time.Duration) error {
	pod := c.server.podOf(c.namespace, name)
	if pod == nil {
		return fmt.Errorf("no pod %s", name)
	}
	sent := signal.FindStringSubmatch(strings.Join(words, " "))
	if sent == nil {
		return fmt.Errorf("no signal in %q", words)
	}
	if container == "main" {
		pod.stop(signaled)
	}
	return nil
}

// selfSigned is a certificate that nobody checks: the API server has no reason to trust a kubelet.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
