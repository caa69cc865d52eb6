package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/yaml"
)

// job is one run of what the compiler wrote, and how its attempts shall end.
type job struct {
	// ID becomes the run's namespace.
	ID string `json:"id"`
	// Setup is applied first: what `--rbac` prints, and what else must be there.
	Setup string `json:"setup"`
	// Text is the compiled file.
	Text string `json:"text"`
	// Attempts of each replica, by `stage/substage#replica`, in order.
	Attempts map[string][]*attempt `json:"attempts"`
	// Interrupts: the first driver is thrown off its node after so many seconds, and another one takes the run up; none if 0.
	Interrupts float64 `json:"interrupts"`
	// Troubled: between the driver and the API server is somebody who makes trouble.
	Troubled bool `json:"troubled"`
	// Tools is a folder of programs, the only ones that the driver has beside kubectl; empty: all that are on this machine.
	Tools string `json:"tools"`
	// Reads: the report tells what the containers of substages are given.
	Reads bool `json:"reads"`
	// Patience is how long an attempt waits for what should have happened before it ends, in seconds.
	Patience float64 `json:"patience"`
	// Limit of the whole, in seconds.
	Limit float64 `json:"limit"`
}

// attempt is how one attempt ends, if nobody ends it before.
type attempt struct {
	// End is `exit`, `evicted`, `deleted`, or `never`.
	End  string `json:"end"`
	Code int    `json:"code"`
	// OutOfMemory: the kernel killed it.
	OutOfMemory bool `json:"out_of_memory"`
	// Takes is in seconds.
	Takes float64 `json:"takes"`
	// After names attempts that must have started (`S …`) or ended (`E …`) before this one ends: so what happens is in the order
	// that it is expected in, however slow the machine is.
	After []string `json:"after"`
	// Gap is how long it goes on after them, in seconds.
	Gap float64 `json:"gap"`
}

// report is what became of a job.
type report struct {
	ID        string           `json:"id"`
	Seconds   float64          `json:"seconds"`
	Workflows []map[string]any `json:"workflows"`
	Jobs      []map[string]any `json:"jobs"`
	Pods      []*record        `json:"pods"`
	// Problems that make the report unfit to be compared.
	Problems []string `json:"problems"`
	// Notes are for people.
	Notes []string `json:"notes"`
}

// run is a job under way.
type run struct {
	job   *job
	start time.Time

	lock      sync.Mutex
	happened  map[string]bool
	something chan struct{}
	pods      []*record
	workflows map[string]*unstructured.Unstructured
	jobs      map[string]*batchv1.Job
	// drivers are how many there have been.
	drivers int
	// over is closed when nobody waits for the run any more.
	over     chan struct{}
	problems []string
	notes    []string
}

func (r *run) complain(format string, arguments ...any) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.problems = append(r.problems, fmt.Sprintf(format, arguments...))
}

func (r *run) note(p *pod, text string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.notes = append(r.notes, fmt.Sprintf("%.1f %s: %s", time.Since(r.start).Seconds(), p.record.Node, text))
}

// wake tells all who wait that something has happened. The caller holds the lock.
func (r *run) wake() {
	close(r.something)
	r.something = make(chan struct{})
}

// until waits until a condition holds, which is asked under the lock whenever something has happened.
func (r *run) until(ctx context.Context, holds func() bool) error {
	for {
		r.lock.Lock()
		isSo, changed := holds(), r.something
		r.lock.Unlock()
		if isSo {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

var (
	replica = regexp.MustCompile(`\[0\]\.r(\d+)(?:[\[.(]|$)`)
	retry   = regexp.MustCompile(`\((\d+)\)$`)
)

// identify tells which attempt a pod is, by its node in Argo's graph.
func (r *record) identify() {
	r.Replica, r.Attempt = 1, 1
	if found := replica.FindStringSubmatch(r.Node); found != nil {
		r.Replica, _ = strconv.Atoi(found[1])
	}
	if found := retry.FindStringSubmatch(r.Node); found != nil {
		again, _ := strconv.Atoi(found[1])
		r.Attempt = again + 1
	}
}

// key names a replica as a job does.
func (r *record) key() string { return fmt.Sprintf("%s/%s#%d", r.Stage, r.Substage, r.Replica) }

// add notes that a pod has started and says when.
func (r *run) add(p *pod) float64 {
	r.lock.Lock()
	defer r.lock.Unlock()
	key := p.record.key()
	isCounted := p.record.Attempt == 0
	if isCounted {
		p.record.Attempt = 1
		for _, other := range r.pods {
			if other.key() == key {
				p.record.Attempt++
			}
		}
	}
	number := p.record.Attempt
	if p.record.Substage != "" {
		if attempts := r.job.Attempts[key]; number <= len(attempts) {
			p.attempt = attempts[number-1]
		}
		if told := p.env("O11N_ATTEMPT"); told != strconv.Itoa(number) && !isCounted {
			r.problems = append(r.problems, fmt.Sprintf("attempt %d of %s was told that it is %s", number, key, told))
		}
	}
	r.pods = append(r.pods, p.record)
	r.happened[fmt.Sprintf("S %s@%d", key, number)] = true
	r.wake()
	return time.Since(r.start).Seconds()
}

func (r *run) ends(p *pod, end ending) {
	r.lock.Lock()
	defer r.lock.Unlock()
	seconds := time.Since(r.start).Seconds()
	p.record.End, p.record.Cause, p.record.Message = &seconds, end.cause, end.message
	if end.cause != evicted {
		p.record.Code = &end.code
	}
}

// happens notes that something has happened to an attempt.
func (r *run) happens(what string, p *pod) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.happened[fmt.Sprintf("%s %s@%d", what, p.record.key(), p.record.Attempt)] = true
	r.wake()
}

// play waits for the attempt's time, and for its turn.
func (a *attempt) play(ctx context.Context, p *pod) (int, string, error) {
	select {
	case <-ctx.Done():
		return 0, "", nil
	case <-time.After(time.Duration(a.Takes * float64(time.Second))):
	}
	p.isDue.Store(true)
	turn, cancel := context.WithTimeout(ctx, time.Duration(p.run.job.Patience*float64(time.Second)))
	defer cancel()
	for _, event := range a.After {
		if err := p.run.until(turn, func() bool { return p.run.happened[event] }); err != nil && ctx.Err() == nil {
			p.run.note(p, fmt.Sprintf("waited in vain for `%s`", event))
			break
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(a.Gap * float64(time.Second))):
	}
	switch a.End {
	case "exit":
		return a.Code, "", nil
	case "evicted":
		p.stop(evicted)
	case "deleted":
		if err := p.lose(ctx); err != nil {
			return 0, "", err
		}
	default:
		return 0, "", fmt.Errorf("it should never have ended, but %v s are over", a.Takes)
	}
	<-ctx.Done()
	return 0, "", nil
}

// changes is closed when something has happened to a workflow of the run.
func (r *run) changes(string) <-chan struct{} {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.something
}

// watchWorkflows keeps the state of all workflows.
func (s *server) watchWorkflows(ctx context.Context) error {
	factory := dynamicinformer.NewDynamicSharedInformerFactory(s.dynamic, 0)
	informer := factory.ForResource(workflows).Informer()
	see := func(object any) {
		workflow := object.(*unstructured.Unstructured)
		r := s.runOf(workflow.GetNamespace())
		if r == nil {
			return
		}
		r.lock.Lock()
		defer r.lock.Unlock()
		r.workflows[workflow.GetName()] = workflow
		r.wake()
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: see, UpdateFunc: func(_, object any) { see(object) }})
	if err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return errors.New("cannot watch workflows")
	}
	return nil
}

// run plays a job to its end.
func (s *server) run(ctx context.Context, j *job) *report {
	// If that fails, so does what follows.
	_ = s.awaitCalm(ctx)
	r := &run{
		job: j, start: time.Now(), happened: map[string]bool{}, something: make(chan struct{}),
		workflows: map[string]*unstructured.Unstructured{}, jobs: map[string]*batchv1.Job{},
		over: make(chan struct{}),
	}
	s.lock.Lock()
	s.runs[j.ID] = r
	s.lock.Unlock()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(j.Limit*float64(time.Second)))
	defer cancel()
	isOver := r.isOver
	if s.kubectl != "" {
		isOver = r.areJobsOver
	} else {
		go s.remind(ctx, r)
	}
	if err := s.submit(ctx, r); err != nil {
		r.complain("cannot submit: %v", err)
	} else if err := r.until(ctx, isOver); err != nil {
		r.complain("not over after %v s", j.Limit)
	}
	result := r.close()
	close(r.over)
	result.Jobs = s.jobReports(context.WithoutCancel(ctx), r)
	return result
}

func (s *server) submit(ctx context.Context, r *run) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: r.job.ID}}
	if _, err := s.kube.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{}); err != nil {
		return err
	}
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, false, func(ctx context.Context) (bool, error) {
		_, err := s.kube.CoreV1().ServiceAccounts(r.job.ID).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("there is no service account: %w", err)
	}
	if err := s.createAll(ctx, r.job.ID, r.job.Setup); err != nil {
		return err
	}
	if err := s.awaitRights(ctx, r.job.ID); err != nil {
		return err
	}
	return s.createAll(ctx, r.job.ID, r.job.Text)
}

// awaitRights waits until the API server has taken note of the rights that were granted.
func (s *server) awaitRights(ctx context.Context, namespace string) error {
	account, probe := "", workflows
	if s.kubectl != "" {
		account, probe = driverAccount, resourceOf["Job"]
		if _, err := s.kube.CoreV1().ServiceAccounts(namespace).Get(ctx, account, metav1.GetOptions{}); apierrors.IsNotFound(err) {
			// Plain Jobs have no driver.
			return nil
		}
	}
	client, err := s.as(ctx, namespace, account)
	if err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Second, true, func(ctx context.Context) (bool, error) {
		_, err := client.Resource(probe).Namespace(namespace).Get(ctx, "none", metav1.GetOptions{})
		return !apierrors.IsForbidden(err), nil
	})
}

// createAll creates the objects of a text, in order, as strictly as the API server can.
func (s *server) createAll(ctx context.Context, namespace, text string) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return err
		}
		if len(object.Object) == 0 {
			continue
		}
		kind, ok := resourceOf[object.GetKind()]
		if !ok {
			return fmt.Errorf("an object of kind %q", object.GetKind())
		}
		where := namespace
		if object.GetNamespace() != "" {
			where = object.GetNamespace()
		}
		if object.GetKind() == "PersistentVolume" {
			where = ""
		}
		options := metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict}
		_, err = s.dynamic.Resource(kind).Namespace(where).Create(ctx, object, options)
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("%s %s%s: %w", object.GetKind(), object.GetName(), object.GetGenerateName(), err)
		}
		if kind == templates {
			// A run that starts before the controller knows its template ends at once.
			time.Sleep(time.Second)
		}
	}
}

// isOver says whether all workflows of the run have ended.
func (r *run) isOver() bool {
	for _, workflow := range r.workflows {
		if workflow.GetLabels()[labelCompleted] != "true" {
			return false
		}
	}
	return len(r.workflows) > 0
}

// remind makes Argo look at workflows again that it has lost sight of as their deadlines passed. By itself it would do so with all
// others, which is every twenty minutes. Each is noted.
func (s *server) remind(ctx context.Context, r *run) {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	noted := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.over:
			return
		case <-ticker.C:
		}
		for _, workflow := range r.forgotten() {
			name := workflow.GetName()
			patch := fmt.Sprintf(`{"metadata":{"annotations":{"o11n.dev/reminded":%q}}}`, time.Now().Format(time.RFC3339))
			objects := s.dynamic.Resource(workflows).Namespace(workflow.GetNamespace())
			// If that fails, the next one may do.
			_, _ = objects.Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
			if !noted[name] {
				noted[name] = true
				r.lock.Lock()
				r.notes = append(r.notes, fmt.Sprintf("%.1f %s: Argo has lost sight of it", time.Since(r.start).Seconds(), name))
				r.lock.Unlock()
			}
		}
	}
}

// forgotten are workflows that go on long after their deadlines.
func (r *run) forgotten() []*unstructured.Unstructured {
	const patience = time.Minute
	r.lock.Lock()
	defer r.lock.Unlock()
	var found []*unstructured.Unstructured
	for _, workflow := range r.workflows {
		deadline, isLimited, _ := unstructured.NestedInt64(workflow.Object, "spec", "activeDeadlineSeconds")
		started, _, _ := unstructured.NestedString(workflow.Object, "status", "startedAt")
		start, err := time.Parse(time.RFC3339, started)
		isOver := workflow.GetLabels()[labelCompleted] == "true"
		if isLimited && err == nil && !isOver && time.Since(start) > time.Duration(deadline)*time.Second+patience {
			found = append(found, workflow)
		}
	}
	return found
}

func (r *run) close() *report {
	r.lock.Lock()
	defer r.lock.Unlock()
	result := &report{ID: r.job.ID, Seconds: time.Since(r.start).Seconds(), Pods: r.pods, Problems: r.problems, Notes: r.notes}
	for _, workflow := range r.workflows {
		// The informer's own is not ours to change.
		workflow = workflow.DeepCopy()
		spec, _ := workflow.Object["spec"].(map[string]any)
		status, _ := workflow.Object["status"].(map[string]any)
		r.countFromStart(status)
		nodes, _ := status["nodes"].(map[string]any)
		for _, node := range nodes {
			r.countFromStart(node.(map[string]any))
		}
		result.Workflows = append(result.Workflows, map[string]any{
			"name": workflow.GetName(), "labels": workflow.GetLabels(), "shutdown": spec["shutdown"],
			"deadline": spec["activeDeadlineSeconds"], "status": status,
		})
	}
	return result
}

// countFromStart makes the times of a workflow or node seconds from the start of the run. Argo tells whole ones.
func (r *run) countFromStart(status map[string]any) {
	for _, field := range []string{"startedAt", "finishedAt"} {
		text, _ := status[field].(string)
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			status[field] = at.Sub(r.start.Truncate(time.Second)).Seconds()
		}
	}
}
