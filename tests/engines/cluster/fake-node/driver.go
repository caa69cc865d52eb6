package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// runDriver really runs the container of a pod: its command with its variables and files, a real kubectl, and the rights of the
// pod's service account. What it prints is a note.
func (p *pod) runDriver(ctx context.Context) (int, string, error) {
	root, err := os.MkdirTemp("", "driver-")
	if err != nil {
		return 0, "", err
	}
	defer os.RemoveAll(root)
	if err := p.mountAll(ctx, root); err != nil {
		return 0, "", err
	}
	host := p.server.config.Host
	if p.run.job.Troubled {
		troubles, err := newTroubles(host, p.run.start)
		if err != nil {
			return 0, "", err
		}
		defer troubles.close(p)
		host = troubles.server.URL
	}
	config, err := p.writeConfig(ctx, root, host)
	if err != nil {
		return 0, "", err
	}
	words := make([]string, 0, len(p.main.Command))
	for _, word := range p.main.Command {
		words = append(words, p.inside(root, word))
	}
	command := exec.Command(words[0], words[1:]...)
	others := os.Getenv("PATH")
	if p.run.job.Tools != "" {
		others, words[0] = p.run.job.Tools, filepath.Join(p.run.job.Tools, words[0])
	}
	path := filepath.Dir(p.server.kubectl) + ":" + others
	command.Env = []string{"PATH=" + path, "KUBECONFIG=" + config}
	for _, variable := range p.main.Env {
		command.Env = append(command.Env, variable.Name+"="+p.inside(root, p.value(variable)))
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	output, err := os.Create(filepath.Join(root, "output"))
	if err != nil {
		return 0, "", err
	}
	defer output.Close()
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		return 0, "", err
	}
	ended := make(chan struct{})
	go func() {
		err = command.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-p.run.over:
	case <-p.run.interruption():
		p.stop(evicted)
		<-ctx.Done()
	case <-ctx.Done():
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
		}
	}
	// What it started and left behind ends with its container.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	<-ended
	said, _ := os.ReadFile(output.Name())
	for line := range strings.Lines(string(said)) {
		p.run.note(p, strings.TrimSpace(line))
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, "", err
	}
	return command.ProcessState.ExitCode(), "", nil
}

// interruption comes when the run's driver is to be thrown off its node: the first one, if at all.
func (r *run) interruption() <-chan time.Time {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.drivers++
	if r.job.Interrupts == 0 || r.drivers > 1 {
		return nil
	}
	return time.After(time.Duration(r.job.Interrupts * float64(time.Second)))
}

// inside is a path as the container has it, where it lies here.
func (p *pod) inside(root, text string) string {
	for _, mount := range p.main.VolumeMounts {
		if text == mount.MountPath || strings.HasPrefix(text, mount.MountPath+"/") {
			return filepath.Join(root, text)
		}
	}
	return text
}

// mountAll brings the container's volumes into a folder.
func (p *pod) mountAll(ctx context.Context, root string) error {
	for _, mount := range p.main.VolumeMounts {
		folder := filepath.Join(root, mount.MountPath)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for _, volume := range p.Spec.Volumes {
			if volume.Name != mount.Name || volume.Projected == nil {
				continue
			}
			for _, source := range volume.Projected.Sources {
				if err := p.mountMap(ctx, folder, source.ConfigMap); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *pod) mountMap(ctx context.Context, folder string, source *corev1.ConfigMapProjection) error {
	if source == nil {
		// A token, of which there is another way to have one.
		return nil
	}
	known, err := p.server.kube.CoreV1().ConfigMaps(p.Namespace).Get(ctx, source.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, item := range source.Items {
		text, ok := known.Data[item.Key]
		if !ok {
			return fmt.Errorf("ConfigMap %s has no %s", source.Name, item.Key)
		}
		if err := os.WriteFile(filepath.Join(folder, item.Path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeConfig writes a kubeconfig for the pod's service account, and tells where.
func (p *pod) writeConfig(ctx context.Context, root, host string) (string, error) {
	token, err := p.server.token(ctx, p.Namespace, p.Spec.ServiceAccountName)
	if err != nil {
		return "", err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: host, InsecureSkipTLSVerify: true}
	config.AuthInfos["u"] = &clientcmdapi.AuthInfo{Token: token}
	config.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u", Namespace: p.Namespace}
	config.CurrentContext = "x"
	path := filepath.Join(root, "kubeconfig")
	return path, clientcmd.WriteToFile(*config, path)
}
