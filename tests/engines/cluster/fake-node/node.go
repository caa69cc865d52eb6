package main

import (
	"context"
	"encoding/json"
	"log"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// server is all that runs here: the node, and the jobs.
type server struct {
	*cluster
	// kubectl is a program; empty where pipelines are workflows of Argo.
	kubectl string

	lock sync.Mutex
	// pods that are on our node, by namespace and name.
	pods map[types.NamespacedName]*pod
	// o11n is the program that bridges are.
	o11n string
	// runs by their namespace: each has its own, so that locks are its own.
	runs map[string]*run
	// turn is held by who waits for the controller to be idle enough for one run more.
	turn sync.Mutex
	// unmarked are pods that have ended, of which the controller has not yet taken note.
	unmarked map[types.UID]bool
}

func newServer(c *cluster, kubectl string) *server {
	return &server{cluster: c, kubectl: kubectl, pods: map[types.NamespacedName]*pod{}, runs: map[string]*run{}, unmarked: map[types.UID]bool{}}
}

// startNode registers the node and plays the pods that the scheduler puts there.
func (s *server) startNode(ctx context.Context) error {
	port, err := s.serveExec()
	if err != nil {
		return err
	}
	if _, err := s.kube.CoreV1().Nodes().Create(ctx, newNode("fake", port), metav1.CreateOptions{}); err != nil {
		return err
	}
	informer := informers.NewSharedInformerFactory(s.kube, 0).Core().V1().Pods().Informer()
	_, err = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { s.see(ctx, object.(*corev1.Pod)) },
		UpdateFunc: func(_, object any) { s.see(ctx, object.(*corev1.Pod)) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(*corev1.Pod); ok {
				s.mark(gone.UID, true)
			}
		},
	})
	if err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	return nil
}

// mark notes whether the controller has taken note of a pod's end.
func (s *server) mark(uid types.UID, isMarked bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if isMarked {
		delete(s.unmarked, uid)
	} else {
		s.unmarked[uid] = true
	}
}

// awaitCalm waits until the controller is not behind: it ends pods, and marks those that have ended, in one queue of which it
// takes ten a second, and asks again for each that still waits in it. With too many runs at once, what it is to end goes on for
// minutes.
func (s *server) awaitCalm(ctx context.Context) error {
	const most = 15
	if s.kubectl != "" {
		return nil
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	// What the run before started is not seen at once.
	time.Sleep(300 * time.Millisecond)
	return wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(context.Context) (bool, error) {
		s.lock.Lock()
		defer s.lock.Unlock()
		return len(s.unmarked) < most, nil
	})
}

// see takes note of a pod as it is now.
func (s *server) see(ctx context.Context, seen *corev1.Pod) {
	if seen.Spec.NodeName == "" {
		return
	}
	if seen.Status.Phase == corev1.PodSucceeded || seen.Status.Phase == corev1.PodFailed {
		s.mark(seen.UID, seen.Labels[labelCompleted] == "true")
	}
	known, isNew := s.know(seen)
	if seen.DeletionTimestamp != nil {
		if known.isLost.Load() {
			known.stop(lost)
		}
		known.stop(deleted)
	}
	if isNew {
		go known.play(ctx)
	}
}

// know finds what we know of a pod, and says whether it is the first that we hear of it.
func (s *server) know(seen *corev1.Pod) (*pod, bool) {
	name := types.NamespacedName{Namespace: seen.Namespace, Name: seen.Name}
	s.lock.Lock()
	defer s.lock.Unlock()
	known := s.pods[name]
	if known != nil && known.UID == seen.UID {
		return known, false
	}
	known = s.newPod(seen)
	s.pods[name] = known
	return known, true
}

func (s *server) podOf(namespace, name string) *pod {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.pods[types.NamespacedName{Namespace: namespace, Name: name}]
}

func (s *server) runOf(namespace string) *run {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.runs[namespace]
}

// report writes the pod's status, as a kubelet does.
func (p *pod) report(ctx context.Context, status corev1.PodStatus) {
	p.reportRaw(ctx, map[string]any{"status": status})
}

func (p *pod) reportRaw(ctx context.Context, object map[string]any) {
	patch, err := json.Marshal(object)
	if err == nil {
		_, err = p.server.kube.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
	}
	if err != nil {
		log.Printf("%s/%s: cannot report its status: %v", p.Namespace, p.Name, err)
	}
}

// remove takes a pod that was deleted out of the cluster, once its containers have ended.
func (p *pod) remove(ctx context.Context) {
	// A kubelet has more to clear away before it lets a pod go.
	time.Sleep(1500 * time.Millisecond)
	now := int64(0)
	options := metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(p.UID))}
	if err := p.server.kube.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, options); err != nil {
		log.Printf("%s/%s: cannot remove: %v", p.Namespace, p.Name, err)
	}
}

func conditions(isTrue bool) []corev1.PodCondition {
	status := func(is bool) corev1.ConditionStatus {
		if is {
			return corev1.ConditionTrue
		}
		return corev1.ConditionFalse
	}
	now := metav1.NewTime(time.Now())
	condition := func(kind corev1.PodConditionType, is bool) corev1.PodCondition {
		return corev1.PodCondition{Type: kind, Status: status(is), LastTransitionTime: now}
	}
	return []corev1.PodCondition{
		condition(corev1.PodScheduled, true), condition(corev1.PodInitialized, true),
		condition(corev1.ContainersReady, isTrue), condition(corev1.PodReady, isTrue),
	}
}
