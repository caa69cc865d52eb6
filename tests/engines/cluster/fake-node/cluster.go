package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	authv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// argoNamespace is where the controller is at home.
const argoNamespace = "argo"

var (
	workflows   = argo("workflows")
	templates   = argo("workflowtemplates")
	taskResults = argo("workflowtaskresults")
	crds        = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
)

func argo(resource string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: resource}
}

// resourceOf is where objects of a kind are kept: of all kinds that we emit.
var resourceOf = map[string]schema.GroupVersionResource{
	"Workflow":         workflows,
	"WorkflowTemplate": templates,
	"ConfigMap":        {Version: "v1", Resource: "configmaps"},
	"Job":              {Group: "batch", Version: "v1", Resource: "jobs"},
	"CronJob":          {Group: "batch", Version: "v1", Resource: "cronjobs"},
	"ServiceAccount":   {Version: "v1", Resource: "serviceaccounts"},

	"PersistentVolume":      {Version: "v1", Resource: "persistentvolumes"},
	"PersistentVolumeClaim": {Version: "v1", Resource: "persistentvolumeclaims"},
	"Secret":                {Version: "v1", Resource: "secrets"},
	"Role":                  {Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "roles"},
	"RoleBinding":           {Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "rolebindings"},
}

// cluster is how we reach the API server: as its administrator, or as a service account.
type cluster struct {
	config  *rest.Config
	kube    kubernetes.Interface
	dynamic dynamic.Interface

	lock     sync.Mutex
	accounts map[string]dynamic.Interface
}

func connect(kubeconfig string) (*cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	c := &cluster{config: config, accounts: map[string]dynamic.Interface{}}
	binary := rest.CopyConfig(config)
	binary.ContentType = "application/vnd.kubernetes.protobuf"
	if c.kube, err = kubernetes.NewForConfig(binary); err != nil {
		return nil, err
	}
	c.dynamic, err = dynamic.NewForConfig(config)
	return c, err
}

// as is the API server as a service account sees it, with its rights.
func (c *cluster) as(ctx context.Context, namespace, account string) (dynamic.Interface, error) {
	if account == "" {
		account = "default"
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	key := namespace + "/" + account
	if client := c.accounts[key]; client != nil {
		return client, nil
	}
	token, err := c.token(ctx, namespace, account)
	if err != nil {
		return nil, err
	}
	config := rest.AnonymousClientConfig(c.config)
	config.BearerToken = token
	config.QPS = -1
	client, err := dynamic.NewForConfig(config)
	if err == nil {
		c.accounts[key] = client
	}
	return client, err
}

// token is one by which a service account is known.
func (c *cluster) token(ctx context.Context, namespace, account string) (string, error) {
	answer, err := c.kube.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, account, &authv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return answer.Status.Token, nil
}

// prepare puts into a new cluster what it needs before Argo's controller starts, if it is to have one.
func (c *cluster) prepare(ctx context.Context, o options) error {
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		return c.kube.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil, nil
	})
	if err != nil {
		return fmt.Errorf("the API server does not get ready: %w", err)
	}
	if o.kubectl != "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(o.crds, "*.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no custom resource definitions in %q", o.crds)
	}
	for _, file := range files {
		if err := c.createFile(ctx, crds, "", file); err != nil {
			return err
		}
	}
	argo := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: argoNamespace}}
	if _, err := c.kube.CoreV1().Namespaces().Create(ctx, argo, metav1.CreateOptions{}); err != nil {
		return err
	}
	if err := c.createFile(ctx, resourceOf["ConfigMap"], argoNamespace, o.argoConfig); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		for _, kind := range []schema.GroupVersionResource{workflows, templates, taskResults} {
			if _, err := c.dynamic.Resource(kind).List(ctx, metav1.ListOptions{Limit: 1}); err != nil {
				return false, nil
			}
		}
		return true, nil
	})
}

func (c *cluster) createFile(ctx context.Context, kind schema.GroupVersionResource, namespace, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(text); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	_, err = c.dynamic.Resource(kind).Namespace(namespace).Create(ctx, object, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

// newNode is a machine of more than anybody asks for, with a place where the API server can reach us.
func newNode(name string, port int32) *corev1.Node {
	plenty := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("100k"),
		corev1.ResourceMemory:           resource.MustParse("100Ti"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Ti"),
		corev1.ResourcePods:             resource.MustParse("100k"),
		"nvidia.com/gpu":                resource.MustParse("100k"),
	}
	now := metav1.Now()
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
			corev1.LabelHostname: name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
		}},
		Status: corev1.NodeStatus{
			Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: port}},
			Capacity:        plenty,
			Allocatable:     plenty,
			Conditions: []corev1.NodeCondition{{
				Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: now, LastTransitionTime: now,
			}},
		},
	}
}
