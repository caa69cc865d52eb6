package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/itchyny/gojq"
	"github.com/tidwall/gjson"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"
)

// labelReported tells the controller that the executor has reported all that it will.
const labelReported = "workflows.argoproj.io/report-outputs-completed"

// exitFailed is argoexec's exit code where it failed itself.
const exitFailed = 64

// executor does what Argo's executor does in a pod, with the rights of the pod's service account.
type executor struct {
	pod      *pod
	client   dynamic.Interface
	template template
}

// template is what we read of the template that a pod is made from.
type template struct {
	Resource *struct {
		Action           string `json:"action"`
		MergeStrategy    string `json:"mergeStrategy"`
		SetOwner         bool   `json:"setOwnerReference"`
		Manifest         string `json:"manifest"`
		SuccessCondition string `json:"successCondition"`
		FailureCondition string `json:"failureCondition"`
	} `json:"resource"`
	Outputs struct {
		Parameters []struct {
			Name      string `json:"name"`
			ValueFrom struct {
				JQFilter string `json:"jqFilter"`
			} `json:"valueFrom"`
		} `json:"parameters"`
	} `json:"outputs"`
}

// newExecutor reads the pod's template, and tells the controller that there will be results.
func (p *pod) newExecutor(ctx context.Context) (*executor, error) {
	e := &executor{pod: p}
	for _, container := range p.Spec.InitContainers {
		for _, variable := range container.Env {
			if variable.Name == "ARGO_TEMPLATE" {
				if err := json.Unmarshal([]byte(variable.Value), &e.template); err != nil {
					return nil, fmt.Errorf("its template: %w", err)
				}
			}
		}
	}
	var err error
	if e.client, err = p.server.as(ctx, p.Namespace, p.Spec.ServiceAccountName); err != nil {
		return nil, err
	}
	result := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTaskResult",
	}}
	result.SetName(p.Annotations[annotationNodeID])
	result.SetLabels(map[string]string{labelWorkflow: p.record.Workflow, labelReported: "false"})
	for _, owner := range p.OwnerReferences {
		result.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: owner.APIVersion, Kind: owner.Kind, Name: owner.Name, UID: owner.UID}})
	}
	_, err = e.client.Resource(taskResults).Namespace(p.Namespace).Create(ctx, result, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		// The controller did not notice that the pod had been there, and made it anew.
		err = nil
	}
	return e, err
}

// finish tells the controller that all is reported.
func (e *executor) finish(ctx context.Context) error {
	return e.patchResult(ctx, map[string]any{"metadata": map[string]any{"labels": map[string]any{labelReported: "true"}}})
}

func (e *executor) patchResult(ctx context.Context, patch map[string]any) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	results := e.client.Resource(taskResults).Namespace(e.pod.Namespace)
	_, err = results.Patch(ctx, e.pod.Annotations[annotationNodeID], types.MergePatchType, body, metav1.PatchOptions{})
	return err
}

func (e *executor) isResource() bool { return e != nil && e.template.Resource != nil }

// resource does what `argoexec resource` does: makes or patches an object, waits for what its status shall become, and reports
// what was asked for.
func (e *executor) resource(ctx context.Context) (int, string, error) {
	if err := e.apply(ctx); err != nil {
		e.pod.run.note(e.pod, err.Error())
		return exitFailed, err.Error(), nil
	}
	return 0, "", nil
}

func (e *executor) apply(ctx context.Context) error {
	r := e.template.Resource
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(r.Manifest), &object.Object); err != nil {
		return err
	}
	if r.SetOwner && len(object.GetOwnerReferences()) == 0 {
		return errors.New("the controller named no owner")
	}
	kind, ok := resourceOf[object.GetKind()]
	if !ok {
		return fmt.Errorf("a manifest of kind %q", object.GetKind())
	}
	objects := e.client.Resource(kind).Namespace(e.pod.Namespace)
	var err error
	switch {
	case r.Action == "create":
		options := metav1.CreateOptions{FieldManager: "kubectl-create", FieldValidation: metav1.FieldValidationStrict}
		object, err = objects.Create(ctx, object, options)
	case r.Action == "patch" && r.MergeStrategy == "merge":
		var patch []byte
		if patch, err = yaml.YAMLToJSON([]byte(r.Manifest)); err != nil {
			return err
		}
		object, err = objects.Patch(ctx, object.GetName(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "kubectl-patch"})
	default:
		err = fmt.Errorf("a resource step that does `%s %s`", r.Action, r.MergeStrategy)
	}
	if err != nil {
		return err
	}
	if r.SuccessCondition == "" && r.FailureCondition == "" {
		return nil
	}
	if object, err = e.await(ctx, objects, object.GetName()); err != nil {
		return err
	}
	return e.reportOutputs(ctx, object)
}

// await reads the object until one of the conditions holds. Argo reads it every five seconds; we read it when it has changed.
func (e *executor) await(ctx context.Context, objects dynamic.ResourceInterface, name string) (*unstructured.Unstructured, error) {
	failure, err := parseCondition(e.template.Resource.FailureCondition)
	if err != nil {
		return nil, err
	}
	success, err := parseCondition(e.template.Resource.SuccessCondition)
	if err != nil {
		return nil, err
	}
	for {
		changed := e.pod.run.changes(name)
		object, err := objects.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return nil, err
		}
		text, err := object.MarshalJSON()
		if err != nil {
			return nil, err
		}
		for _, requirement := range failure {
			if requirement.Matches(gjsonLabels(text)) {
				return nil, fmt.Errorf("failure condition '%s' evaluated true", requirement.String())
			}
		}
		fails := func(requirement labels.Requirement) bool { return !requirement.Matches(gjsonLabels(text)) }
		if !slices.ContainsFunc(success, fails) {
			return object, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
		case <-time.After(5 * time.Second):
		}
	}
}

func parseCondition(text string) (labels.Requirements, error) {
	selector, err := labels.Parse(text)
	if err != nil {
		return nil, err
	}
	requirements, _ := selector.Requirements()
	return requirements, nil
}

// gjsonLabels reads an object's fields as if they were labels: so Argo judges conditions.
type gjsonLabels []byte

func (g gjsonLabels) Has(path string) bool { return gjson.GetBytes(g, path).Exists() }

func (g gjsonLabels) Get(path string) string { return gjson.GetBytes(g, path).String() }

func (g gjsonLabels) Lookup(path string) (string, bool) { return g.Get(path), g.Has(path) }

func (e *executor) reportOutputs(ctx context.Context, object *unstructured.Unstructured) error {
	var parameters []any
	for _, parameter := range e.template.Outputs.Parameters {
		value, err := filtered(ctx, parameter.ValueFrom.JQFilter, object)
		if err != nil {
			return fmt.Errorf("output %s: %w", parameter.Name, err)
		}
		parameters = append(parameters, map[string]any{
			"name": parameter.Name, "value": value, "valueFrom": map[string]any{"jqFilter": parameter.ValueFrom.JQFilter},
		})
	}
	if parameters == nil {
		return nil
	}
	return e.patchResult(ctx, map[string]any{"outputs": map[string]any{"parameters": parameters}})
}

// filtered is what Argo makes of a jqFilter: every result on a line, strings without quotes.
func filtered(ctx context.Context, filter string, object *unstructured.Unstructured) (string, error) {
	query, err := gojq.Parse(filter)
	if err != nil {
		return "", err
	}
	text, err := object.MarshalJSON()
	if err != nil {
		return "", err
	}
	var input any
	if err := json.Unmarshal(text, &input); err != nil {
		return "", err
	}
	var out bytes.Buffer
	for results := query.RunWithContext(ctx, input); ; {
		switch result, more := results.Next(); result := result.(type) {
		case error:
			return "", result
		case string:
			out.WriteString(result + "\n")
		default:
			if !more {
				return strings.TrimSpace(out.String()), nil
			}
			line, err := json.Marshal(result)
			if err != nil {
				return "", err
			}
			out.Write(append(line, '\n'))
		}
	}
}
