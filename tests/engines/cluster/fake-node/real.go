package main

import (
	"context"
	"net/url"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// localImages makes every pod run in the network of the cluster and with a local image, whatever it asks for: nothing can be
// pulled. Argo's executor keeps its own, and drivers have one with kubectl, which is told where the API server is: no service is
// routed here.
func (c *cluster) localImages(ctx context.Context) error {
	server, err := url.Parse(c.config.Host)
	if err != nil {
		return err
	}
	image := `image: c.image == "localhost/argoexec" ? c.image : c.name == "driver" ? "localhost/kubectl" : "localhost/any",
		imagePullPolicy: "Never", env: c.name != "driver" ? [] : [
			Object.spec.containers.env{name: "KUBERNETES_SERVICE_HOST", value: "` + server.Hostname() + `"},
			Object.spec.containers.env{name: "KUBERNETES_SERVICE_PORT", value: "` + server.Port() + `"}]`
	mutations := []any{}
	for _, expression := range []string{
		`Object{spec: Object.spec{hostNetwork: true,
			containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, ` + image + `})}}`,
		`has(object.spec.initContainers) ? Object{spec: Object.spec{
			initContainers: object.spec.initContainers.map(c, Object.spec.initContainers{name: c.name,
				image: c.image == "localhost/argoexec" ? c.image : "localhost/any", imagePullPolicy: "Never"})}} : Object{}`,
	} {
		mutations = append(mutations, map[string]any{
			"patchType": "ApplyConfiguration", "applyConfiguration": map[string]any{"expression": expression},
		})
	}
	pods := map[string]any{
		"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE"}, "resources": []any{"pods"},
	}
	for _, made := range []struct {
		kind, resource string
		spec           map[string]any
	}{
		{"MutatingAdmissionPolicy", "mutatingadmissionpolicies", map[string]any{
			"matchConstraints": map[string]any{"resourceRules": []any{pods}}, "failurePolicy": "Fail", "reinvocationPolicy": "IfNeeded",
			"mutations": mutations,
		}},
		{"MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", map[string]any{"policyName": "local-images"}},
	} {
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "admissionregistration.k8s.io/v1beta1", "kind": made.kind, "spec": made.spec,
		}}
		object.SetName("local-images")
		kind := schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1beta1", Resource: made.resource}
		if _, err := c.dynamic.Resource(kind).Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// startReal leaves the pods to a kubelet, and looks on.
func (s *server) startReal(ctx context.Context, store string) error {
	if err := serveStore(store); err != nil {
		return err
	}
	if err := s.localImages(ctx); err != nil {
		return err
	}
	return s.watchPods(ctx)
}

// watchPods records what a kubelet makes of the pods.
func (s *server) watchPods(ctx context.Context) error {
	informer := informers.NewSharedInformerFactory(s.kube, 0).Core().V1().Pods().Informer()
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { s.record(ctx, object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { s.record(ctx, object.(*corev1.Pod)) },
	})
	if err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	return nil
}

// record takes note of how far a pod's main container has come.
func (s *server) record(ctx context.Context, seen *corev1.Pod) {
	run := s.runOf(seen.Namespace)
	state := mainState(seen)
	if run == nil || state.Running == nil && state.Terminated == nil {
		return
	}
	known, isNew := s.know(seen)
	if isNew {
		known.record.Start = run.add(known)
	}
	if ended := state.Terminated; ended != nil && known.record.End == nil {
		run.ends(known, ending{causeOf(seen, ended), int(ended.ExitCode), ended.Message})
		if known.record.Substage != "" || known.main.Name == "driver" {
			go s.readLog(ctx, known)
		}
	}
}

// mainState is what is known of a pod's main container, or of a driver. One that was ended before it ran is never reported of.
func mainState(seen *corev1.Pod) corev1.ContainerState {
	for _, status := range seen.Status.ContainerStatuses {
		if (status.Name == "main" || status.Name == "driver") && status.State.Waiting == nil {
			return status.State
		}
	}
	never := &corev1.ContainerStateTerminated{}
	if seen.Status.Phase == corev1.PodFailed && causeOf(seen, never) != exited {
		return corev1.ContainerState{Terminated: never}
	}
	return corev1.ContainerState{}
}

// causeOf tells why a container ended, as far as that can be told from outside.
func causeOf(seen *corev1.Pod, ended *corev1.ContainerStateTerminated) cause {
	wasKilled := (ended.ExitCode == 137 || ended.ExitCode == 143) && ended.Reason != "OOMKilled"
	switch {
	case seen.Status.Reason == "DeadlineExceeded":
		return deadline
	case seen.Status.Reason == "Evicted":
		return evicted
	case seen.DeletionTimestamp != nil:
		return deleted
	case wasKilled:
		return signaled
	}
	return exited
}

// readLog notes what a body printed.
func (s *server) readLog(ctx context.Context, p *pod) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	text, err := s.kube.CoreV1().Pods(p.Namespace).GetLogs(p.Name, &corev1.PodLogOptions{Container: p.main.Name}).DoRaw(ctx)
	if err == nil && len(text) > 0 {
		p.run.note(p, strings.TrimSpace(string(text)))
	}
}
