package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// The labels by which the driver says which attempt a Job is.
const (
	labelRun     = "o11n.dev/run"
	labelReplica = "o11n.dev/replica"
	labelAttempt = "o11n.dev/attempt"
)

// driverAccount is the service account of drivers.
const driverAccount = "o11n-driver"

// watchJobs keeps the state of all Jobs that nobody but us has created.
func (s *server) watchJobs(ctx context.Context) error {
	informer := informers.NewSharedInformerFactory(s.kube, 0).Batch().V1().Jobs().Informer()
	see := func(object any) {
		job := object.(*batchv1.Job)
		r := s.runOf(job.Namespace)
		if r == nil || job.Labels[labelRun] != "" {
			return
		}
		r.lock.Lock()
		defer r.lock.Unlock()
		r.jobs[job.Name] = job
		r.wake()
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: see, UpdateFunc: func(_, object any) { see(object) }})
	if err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return errors.New("cannot watch Jobs")
	}
	return nil
}

// endOf is how a Job has ended: its condition and the reason for it; empty while it runs.
func endOf(job *batchv1.Job) (string, string) {
	for _, condition := range job.Status.Conditions {
		if condition.Status == corev1.ConditionTrue && (condition.Type == batchv1.JobComplete || condition.Type == batchv1.JobFailed) {
			return string(condition.Type), condition.Reason
		}
	}
	return "", ""
}

// areJobsOver says whether all Jobs that we created have ended.
func (r *run) areJobsOver() bool {
	for _, job := range r.jobs {
		if end, _ := endOf(job); end == "" {
			return false
		}
	}
	return len(r.jobs) > 0
}

// jobReports are the Jobs of a run, each with the state that its driver keeps, if it has one.
func (s *server) jobReports(ctx context.Context, r *run) []map[string]any {
	r.lock.Lock()
	defer r.lock.Unlock()
	reports := []map[string]any{}
	for name, job := range r.jobs {
		end, reason := endOf(job)
		report := map[string]any{
			"name": name, "end": end, "reason": reason, "substage": job.Labels["o11n.dev/substage"], "stage": job.Labels["o11n.dev/stage"],
		}
		if state, err := s.kube.CoreV1().ConfigMaps(r.job.ID).Get(ctx, name+"-state", metav1.GetOptions{}); err == nil {
			report["state"], report["outcome"] = state.Data["state"], state.Data["outcome"]
		}
		reports = append(reports, report)
	}
	return reports
}

// identifyJob tells which attempt a pod is: by its labels if it has a driver, else by its place in an Indexed Job and by counting.
func (r *record) identifyJob(seen *corev1.Pod) {
	r.Workflow, r.Node = seen.Labels["batch.kubernetes.io/job-name"], seen.Name
	r.Replica, r.Attempt = 1, 0
	if index, err := strconv.Atoi(seen.Annotations["batch.kubernetes.io/job-completion-index"]); err == nil {
		r.Replica = index + 1
	}
	if seen.Labels[labelRun] != "" {
		r.Replica, _ = strconv.Atoi(seen.Labels[labelReplica])
		r.Attempt, _ = strconv.Atoi(seen.Labels[labelAttempt])
	}
}

// value is what a variable of a container has for its value.
func (p *pod) value(variable corev1.EnvVar) string {
	if variable.ValueFrom == nil || variable.ValueFrom.FieldRef == nil {
		return variable.Value
	}
	path := variable.ValueFrom.FieldRef.FieldPath
	key := strings.TrimSuffix(path[strings.Index(path, "'")+1:], "']")
	if strings.HasPrefix(path, "metadata.labels") {
		return p.Labels[key]
	}
	return p.Annotations[key]
}

// given is what a container gets from Kubernetes.
type given struct {
	Words []string          `json:"words"`
	Env   map[string]string `json:"env"`
	// Files by their paths.
	Files map[string]string `json:"files"`
}

// take reads what the container is given, and complains of files that are not there: a kubelet would wait for them for ever.
func (p *pod) take(ctx context.Context) error {
	g := &given{Env: map[string]string{}, Files: map[string]string{}}
	for _, volume := range p.Spec.Volumes {
		if volume.Projected == nil {
			continue
		}
		for _, source := range volume.Projected.Sources {
			if source.ConfigMap == nil {
				continue
			}
			known, err := p.server.kube.CoreV1().ConfigMaps(p.Namespace).Get(ctx, source.ConfigMap.Name, metav1.GetOptions{})
			if err != nil {
				return err
			}
			for _, item := range source.ConfigMap.Items {
				text, ok := known.Data[item.Key]
				if !ok {
					return fmt.Errorf("ConfigMap %s has no %s", source.ConfigMap.Name, item.Key)
				}
				g.Files[item.Path] = text
			}
		}
	}
	// As a kubelet does it.
	expand := expansion.MappingFuncFor(g.Env)
	for _, variable := range p.main.Env {
		if variable.ValueFrom == nil {
			g.Env[variable.Name] = expansion.Expand(variable.Value, expand)
		} else {
			g.Env[variable.Name] = p.value(variable)
		}
	}
	for _, word := range p.words() {
		g.Words = append(g.Words, expansion.Expand(word, expand))
	}
	if p.run.job.Reads && p.record.Substage != "" {
		p.record.Given = g
	}
	return nil
}
