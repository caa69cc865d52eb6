package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// The annotations by which Argo says which node of which workflow a pod is.
const (
	annotationNodeName = "workflows.argoproj.io/node-name"
	annotationNodeID   = "workflows.argoproj.io/node-id"
	labelWorkflow      = "workflows.argoproj.io/workflow"
	labelCompleted     = "workflows.argoproj.io/completed"
)

// cause is why a container ended.
type cause string

const (
	exited   cause = "exited"
	deadline cause = "deadline"
	signaled cause = "signaled"
	deleted  cause = "deleted"
	evicted  cause = "evicted"
	// lost: deleted by nobody's wish, as if its node had been drained.
	lost cause = "lost"
)

// pod is one pod on our node.
type pod struct {
	server *server
	run    *run
	*corev1.Pod
	main   *corev1.Container
	record *record
	// attempt is what its job says of it; none for pods that the compiler added.
	attempt *attempt

	// isLost: we delete it ourselves.
	isLost atomic.Bool
	// isDue: its time is over, and it waits for its turn to end.
	isDue   atomic.Bool
	once    sync.Once
	stopped chan struct{}
	reason  cause
	started metav1.Time
}

// record is what a report tells of a pod. Times are seconds from the start of the run.
type record struct {
	Workflow string   `json:"workflow"`
	Node     string   `json:"node"`
	Stage    string   `json:"stage,omitempty"`
	Substage string   `json:"substage,omitempty"`
	Replica  int      `json:"replica"`
	Attempt  int      `json:"attempt"`
	Start    float64  `json:"start"`
	End      *float64 `json:"end"`
	Cause    cause    `json:"cause,omitempty"`
	Code     *int     `json:"code"`
	Message  string   `json:"message,omitempty"`
	Given    *given   `json:"given,omitempty"`
}

func (s *server) newPod(seen *corev1.Pod) *pod {
	p := &pod{server: s, run: s.runs[seen.Namespace], Pod: seen, stopped: make(chan struct{})}
	for i := range seen.Spec.Containers {
		if seen.Spec.Containers[i].Name == "main" {
			p.main = &seen.Spec.Containers[i]
		}
	}
	if p.main == nil && s.kubectl != "" {
		p.main = &seen.Spec.Containers[0]
	}
	p.record = &record{Workflow: seen.Labels[labelWorkflow], Node: seen.Annotations[annotationNodeName]}
	if p.main != nil {
		p.record.Stage, p.record.Substage = p.env("O11N_STAGE"), p.env("O11N_SUBSTAGE")
	}
	if s.kubectl == "" {
		p.record.identify()
	} else {
		p.record.identifyJob(seen)
	}
	return p
}

func (p *pod) env(name string) string {
	for _, variable := range p.main.Env {
		if variable.Name == name {
			return p.value(variable)
		}
	}
	return ""
}

// stop ends the pod's containers before they end by themselves.
func (p *pod) stop(reason cause) {
	p.once.Do(func() {
		p.reason = reason
		close(p.stopped)
	})
}

// ending is how the main container ended.
type ending struct {
	cause   cause
	code    int
	message string
}

// play is the pod's life.
func (p *pod) play(ctx context.Context) {
	if p.run == nil || p.main == nil {
		return
	}
	p.started = metav1.Now()
	p.record.Start = p.run.add(p)
	p.report(ctx, corev1.PodStatus{
		Phase: corev1.PodRunning, StartTime: &p.started, HostIP: "127.0.0.1", PodIP: "127.0.0.1", Conditions: conditions(true),
		InitContainerStatuses: p.inits(), ContainerStatuses: p.containers(func(c corev1.Container) corev1.ContainerState {
			return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: p.started}}
		}),
	})
	var executor *executor
	var err error
	if p.server.kubectl == "" {
		executor, err = p.newExecutor(ctx)
	} else {
		err = p.take(ctx)
	}
	var end ending
	if err == nil {
		end, err = p.perform(ctx, executor)
	}
	if err != nil {
		p.run.complain("pod %s: %v", p.record.Node, err)
		end = ending{exited, 64, err.Error()}
	}
	p.run.ends(p, end)
	if executor != nil {
		if err := executor.finish(ctx); err != nil {
			p.run.complain("pod %s: %v", p.record.Node, err)
		}
	}
	p.reportEnd(ctx, end)
	p.run.happens("E", p)
	if end.cause == deleted || end.cause == lost {
		p.remove(ctx)
	}
}

// perform runs the main container until it ends, or until somebody ends it.
func (p *pod) perform(ctx context.Context, executor *executor) (ending, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-ctx.Done():
		case <-p.stopped:
			cancel(stopError(p.reason))
		}
	}()
	if seconds := p.Spec.ActiveDeadlineSeconds; seconds != nil {
		timer := time.AfterFunc(time.Duration(*seconds)*time.Second, func() {
			// What is to end by itself does so before its deadline; it is we who are late.
			if !p.isDue.Load() {
				cancel(stopError(deadline))
			}
		})
		defer timer.Stop()
	}
	code, message, err := p.body(ctx, executor)
	if stop, ok := context.Cause(ctx).(stopError); ok {
		if executor.isResource() {
			return ending{cause(stop), 64, "context canceled"}, nil
		}
		return ending{cause(stop), 143, ""}, nil
	}
	return ending{exited, code, message}, err
}

// stopError is the cause of a context that somebody ended.
type stopError cause

func (e stopError) Error() string { return string(e) }

// body is what the main container does.
func (p *pod) body(ctx context.Context, executor *executor) (int, string, error) {
	switch {
	case executor.isResource():
		return executor.resource(ctx)
	case p.main.Name == "driver":
		return p.runDriver(ctx)
	case p.isBridge():
		return p.runBridge(ctx)
	case p.attempt != nil:
		return p.attempt.play(ctx, p)
	case p.record.Substage != "":
		return 0, "", fmt.Errorf("attempt %d of %s/%s was not to be", p.record.Attempt, p.record.Stage, p.record.Substage)
	}
	return p.command(ctx)
}

// words are what the main container runs, without Argo's executor around it.
func (p *pod) words() []string {
	words := p.main.Command
	if at := slices.Index(words, "--"); at >= 0 && strings.HasSuffix(words[0], "argoexec") {
		words = words[at+1:]
	}
	return append(slices.Clone(words), p.main.Args...)
}

// command runs a program that the compiler added: it is small, and ours.
func (p *pod) command(ctx context.Context) (int, string, error) {
	words := p.words()
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	output, err := command.CombinedOutput()
	if command.ProcessState == nil {
		return 0, "", err
	}
	p.run.note(p, strings.TrimSpace(string(output)))
	return command.ProcessState.ExitCode(), "", nil
}

func (p *pod) inits() []corev1.ContainerStatus {
	state := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Completed", StartedAt: p.started, FinishedAt: p.started,
	}}
	statuses := []corev1.ContainerStatus{}
	for _, c := range p.Spec.InitContainers {
		statuses = append(statuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, Ready: true, State: state})
	}
	return statuses
}

func (p *pod) containers(state func(corev1.Container) corev1.ContainerState) []corev1.ContainerStatus {
	statuses := []corev1.ContainerStatus{}
	for _, c := range p.Spec.Containers {
		is := state(c)
		running := is.Running != nil
		statuses = append(statuses, corev1.ContainerStatus{Name: c.Name, Image: c.Image, Ready: running, Started: &running, State: is})
	}
	return statuses
}

// reportEnd tells the cluster how the pod ended.
func (p *pod) reportEnd(ctx context.Context, end ending) {
	status := corev1.PodStatus{Phase: corev1.PodFailed, Conditions: conditions(false)}
	switch end.cause {
	case evicted:
		// What a kubelet leaves of a pod that it threw out: no container's state.
		status.Reason, status.Message = "Evicted", "The node was low on resource: memory."
		if p.server.kubectl != "" {
			status.Conditions = append(status.Conditions, corev1.PodCondition{
				Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue, Reason: "TerminationByKubelet", LastTransitionTime: metav1.Now(),
			})
		}
		patch := map[string]any{"status": map[string]any{"phase": status.Phase, "reason": status.Reason, "message": status.Message,
			"conditions": status.Conditions, "containerStatuses": nil, "initContainerStatuses": nil}}
		p.reportRaw(ctx, patch)
		return
	case deadline:
		status.Reason, status.Message = "DeadlineExceeded", "Pod was active on the node longer than the specified deadline"
	case exited:
		if end.code == 0 {
			status.Phase = corev1.PodSucceeded
		}
	}
	now := metav1.Now()
	status.ContainerStatuses = p.containers(func(c corev1.Container) corev1.ContainerState {
		is := &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: p.started, FinishedAt: now}
		if c.Name == p.main.Name && end.code != 0 {
			is.ExitCode, is.Reason, is.Message = int32(end.code), "Error", end.message
			if p.attempt != nil && p.attempt.OutOfMemory {
				is.Reason = "OOMKilled"
			}
		}
		return corev1.ContainerState{Terminated: is}
	})
	status.InitContainerStatuses = p.inits()
	p.report(ctx, status)
}

// lose makes the pod go as if somebody had drained its node.
func (p *pod) lose(ctx context.Context) error {
	p.isLost.Store(true)
	options := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: (*types.UID)(&p.UID)}}
	return p.server.kube.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, options)
}
