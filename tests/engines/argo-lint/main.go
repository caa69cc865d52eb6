// argo-lint asks Argo Workflows' own validator what it thinks of YAML files.
//
//	argo-lint FILE...
//
// It prints one JSON line for each of Argo's objects in the files, embedded child workflows included, and exits 1 if any
// is refused. A file is judged by itself: a template is found when it stands in the same file. Decoding is strict, so a
// field that Argo does not know is refused too. Objects of other API groups are left to other judges.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	labels "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	yamldocs "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	wfv1 "github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"github.com/argoproj/argo-workflows/v4/workflow/common"
	"github.com/argoproj/argo-workflows/v4/workflow/validate"
)

// verdict is one line of the output; an empty error means that Argo takes the object.
type verdict struct {
	File  string `json:"file"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Error string `json:"error,omitempty"`
}

// templates are the workflow templates of one file, by name.
type templates map[string]*wfv1.WorkflowTemplate

func (t templates) Get(_ context.Context, name string) (*wfv1.WorkflowTemplate, error) {
	if found := t[name]; found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("workflow template %q is not in this file", name)
}

// noClusterTemplates: we emit none, so a reference to one is an error.
type noClusterTemplates struct{}

func (noClusterTemplates) Get(_ context.Context, name string) (*wfv1.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("cluster workflow template %q is not in this file", name)
}

func main() {
	log := logging.NewSlogLoggerCustom(logging.Error, logging.Text, os.Stderr)
	ctx := logging.WithLogger(context.Background(), log)
	out := json.NewEncoder(os.Stdout)
	refused := false
	for _, file := range os.Args[1:] {
		for _, v := range judgeFile(ctx, file) {
			refused = refused || v.Error != ""
			if err := out.Encode(v); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(2)
			}
		}
	}
	if refused {
		os.Exit(1)
	}
}

func judgeFile(ctx context.Context, file string) []verdict {
	text, err := os.ReadFile(file)
	if err != nil {
		return []verdict{{File: file, Error: err.Error()}}
	}
	objects, err := readArgoObjects(ctx, text)
	if err != nil {
		return []verdict{{File: file, Error: err.Error()}}
	}
	known := templates{}
	for _, o := range objects {
		if t, ok := o.value.(*wfv1.WorkflowTemplate); ok {
			known[t.Name] = t
		}
	}
	var verdicts []verdict
	for _, o := range objects {
		verdicts = append(verdicts, o.judge(ctx, file, known))
		for _, manifest := range createdWorkflows(o.value) {
			verdicts = append(verdicts, judgeChild(ctx, file, o, manifest, known)...)
		}
	}
	return verdicts
}

// argoObject is an object of Argo's API group with what strict decoding has to say about it.
type argoObject struct {
	kind     string
	value    metav1.Object
	decoding error
}

func readArgoObjects(ctx context.Context, text []byte) ([]argoObject, error) {
	var objects []argoObject
	docs := yamldocs.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		doc, err := docs.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, err
		}
		var head metav1.TypeMeta
		if err := yaml.Unmarshal(doc, &head); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(head.APIVersion, "argoproj.io/") {
			continue
		}
		parsed := common.ParseObjects(ctx, doc, true)
		if len(parsed) != 1 {
			return nil, fmt.Errorf("a document of kind %q reads as %d objects", head.Kind, len(parsed))
		}
		objects = append(objects, argoObject{head.Kind, parsed[0].Object, parsed[0].Err})
	}
}

func (o argoObject) judge(ctx context.Context, file string, known templates) verdict {
	v := verdict{File: file, Kind: o.kind}
	err := o.decoding
	if o.value != nil {
		v.Name = o.value.GetName() + o.value.GetGenerateName()
	}
	if err == nil {
		err = validateNames(o.value)
	}
	if err == nil {
		err = validateObject(ctx, o, known)
	}
	if err != nil {
		v.Error = err.Error()
	}
	return v
}

// validateNames applies the API server's rules for names, labels and annotations, which Argo's validator leaves to it.
func validateNames(object metav1.Object) error {
	if object.GetName() == "" && object.GetGenerateName() != "" {
		object.SetName(object.GetGenerateName() + "abcde") // as the API server does, before it looks at the name
		defer object.SetName("")
	}
	namespaced := object.GetNamespace() != "" // without one, it is the namespace that the file is applied in
	problems := validation.ValidateObjectMetaAccessor(object, namespaced, validation.NameIsDNSSubdomain, field.NewPath("metadata"))
	for i, t := range templatesOf(object) {
		path := field.NewPath("spec", "templates").Index(i).Child("metadata")
		problems = append(problems, labels.ValidateLabels(t.Metadata.Labels, path.Child("labels"))...)
		problems = append(problems, validation.ValidateAnnotations(t.Metadata.Annotations, path.Child("annotations"))...)
	}
	return problems.ToAggregate()
}

func validateObject(ctx context.Context, o argoObject, known templates) error {
	none := noClusterTemplates{}
	switch value := o.value.(type) {
	case *wfv1.Workflow:
		// What we emit is to be submitted as it stands: every argument must have its value.
		return validate.ValidateWorkflow(ctx, known, none, value, nil, validate.ValidateOpts{Submit: true})
	case *wfv1.WorkflowTemplate:
		return validate.ValidateWorkflowTemplate(ctx, known, none, value, nil, validate.ValidateOpts{})
	case *wfv1.CronWorkflow:
		return validate.ValidateCronWorkflow(ctx, known, none, value, nil)
	}
	return fmt.Errorf("kind %q is not one that we emit", o.kind)
}

func templatesOf(object metav1.Object) []wfv1.Template {
	switch value := object.(type) {
	case *wfv1.Workflow:
		return value.Spec.Templates
	case *wfv1.WorkflowTemplate:
		return value.Spec.Templates
	case *wfv1.CronWorkflow:
		return value.Spec.WorkflowSpec.Templates
	}
	return nil
}

// createdWorkflows returns the manifests of the workflows that the templates of an object create when they run.
func createdWorkflows(object metav1.Object) []string {
	var manifests []string
	for _, t := range templatesOf(object) {
		if t.Resource != nil && t.Resource.Action == "create" {
			manifests = append(manifests, t.Resource.Manifest)
		}
	}
	return manifests
}

// placeholder matches what Argo fills in before it reads a manifest. An expression may hold braces of its own, as in
// `{{= {"a": 1} }}`, but no `}}` before its end.
var placeholder = regexp.MustCompile(`\{\{.*?\}\}`)

// judgeChild judges a workflow that a template creates. Any value would do in place of the placeholders; 1 is both a
// number and part of a name.
func judgeChild(ctx context.Context, file string, parent argoObject, manifest string, known templates) []verdict {
	failed := func(err error) []verdict {
		return []verdict{{File: file, Kind: "child of " + parent.kind, Name: parent.value.GetName(), Error: err.Error()}}
	}
	children, err := readArgoObjects(ctx, []byte(placeholder.ReplaceAllString(manifest, "1")))
	if err != nil {
		return failed(err)
	}
	if len(children) != 1 {
		return failed(fmt.Errorf("the manifest holds %d of Argo's objects, not one", len(children)))
	}
	v := children[0].judge(ctx, file, known)
	v.Kind = "child " + v.Kind
	return []verdict{v}
}
