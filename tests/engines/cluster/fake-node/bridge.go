package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// isBridge says whether the pod only waits for a build of Jenkins.
func (p *pod) isBridge() bool {
	return len(p.main.Args) > 0 && p.main.Args[0] == "bridge"
}

// runBridge really runs the bridge: what becomes of the pod is what becomes of the build. Only where the pod is to go with its node
// it ends before.
func (p *pod) runBridge(ctx context.Context) (int, string, error) {
	command := exec.CommandContext(ctx, p.server.o11n, p.words()[1:]...)
	command.Env = []string{"O11N_POLL=200ms"}
	for _, variable := range p.main.Env {
		value, err := p.secretOr(ctx, variable)
		if err != nil {
			return 0, "", err
		}
		command.Env = append(command.Env, variable.Name+"="+value)
	}
	log, err := os.CreateTemp("", "bridge-*.log")
	if err != nil {
		return 0, "", err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = time.Minute
	if err := command.Start(); err != nil {
		return 0, "", err
	}
	goes := time.AfterFunc(time.Hour, func() {})
	if p.attempt != nil && p.attempt.End == "deleted" {
		goes = time.AfterFunc(time.Duration(p.attempt.Takes*float64(time.Second)), func() {
			// Like the node itself: it has no time to stop anything.
			p.isLost.Store(true)
			_ = command.Process.Kill()
			if err := p.lose(context.WithoutCancel(ctx)); err != nil {
				p.run.complain("pod %s: %v", p.record.Node, err)
			}
		})
	}
	defer goes.Stop()
	_ = command.Wait()
	said, _ := os.ReadFile(filepath.Clean(log.Name()))
	p.run.note(p, string(said))
	if p.isLost.Load() {
		<-ctx.Done()
	}
	return command.ProcessState.ExitCode(), "", nil
}

// secretOr is the value of a variable, wherever it comes from.
func (p *pod) secretOr(ctx context.Context, variable corev1.EnvVar) (string, error) {
	if variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil {
		return variable.Value, nil
	}
	from := variable.ValueFrom.SecretKeyRef
	secret, err := p.server.kube.CoreV1().Secrets(p.Namespace).Get(ctx, from.Name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	value, ok := secret.Data[from.Key]
	if !ok {
		return "", fmt.Errorf("the Secret %s has no key %s", from.Name, from.Key)
	}
	return string(value), nil
}
