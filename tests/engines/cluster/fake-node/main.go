// fake-node is the part of a Kubernetes cluster that is ours when pipelines are proved on it: nodes without containers, and whoever
// submits workflows or Jobs and tells what became of them. API server, scheduler and controllers are the real ones.
//
//	fake-node keys FOLDER                  writes the keys that sign the tokens of service accounts
//	fake-node crds FROM INTO               writes custom resource definitions as JSON, without what is for people only
//	fake-node image OUT NAME ENTRYPOINT PATH=FILE…    writes an image for containerd
//	fake-node serve --kubeconfig FILE …    plays pods and takes jobs
//
// `serve` prints the line {"ready":true}, then reads jobs from standard input, one JSON object a line, and prints a report for
// each, in the order in which they end. It stops when standard input ends.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"sigs.k8s.io/yaml"
)

func main() {
	log.SetFlags(log.Ltime | log.Lmicroseconds)
	err := fmt.Errorf("usage: fake-node keys FOLDER | fake-node crds FROM INTO | fake-node image OUT NAME ENTRYPOINT PATH=FILE… | fake-node serve --kubeconfig FILE")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "keys":
		err = writeKeys(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "crds":
		err = convertCRDs(os.Args[2], os.Args[3])
	case len(os.Args) > 5 && os.Args[1] == "image":
		err = writeImage(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	case len(os.Args) > 2 && os.Args[1] == "serve":
		err = serve(os.Args[2:])
	}
	if err != nil {
		log.Fatal(err)
	}
}

func writeKeys(folder string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{
		"sa.key": {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)},
		"sa.pub": {Type: "PUBLIC KEY", Bytes: public},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// convertCRDs spares every start to read eleven megabytes of YAML.
func convertCRDs(from, into string) error {
	files, err := filepath.Glob(filepath.Join(from, "argoproj.io_*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no custom resource definitions in %q", from)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var definition any
		if err := yaml.Unmarshal(text, &definition); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		text, err = json.Marshal(withoutDescriptions(definition))
		if err != nil {
			return err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml") + ".json"
		if err := os.WriteFile(filepath.Join(into, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// withoutDescriptions drops the descriptions of a schema: those that are text, for a field may be called so too.
func withoutDescriptions(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if _, ok := value["description"].(string); ok {
			delete(value, "description")
		}
		for key, inner := range value {
			value[key] = withoutDescriptions(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = withoutDescriptions(inner)
		}
	}
	return value
}

// options are the flags of `serve`.
type options struct {
	kubeconfig string
	crds       string
	// store is where artifacts are kept; none if empty. Then a kubelet plays the pods.
	store string
	// argoConfig is the data of the controller's ConfigMap, as a file.
	argoConfig string
	// kubectl is a program; empty: pipelines are workflows of Argo, not Jobs.
	kubectl string
	// o11n is a program.
	o11n string
}

func serve(arguments []string) error {
	var o options
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "whom to talk to")
	flags.StringVar(&o.crds, "crds", "", "folder of Argo's custom resource definitions")
	flags.StringVar(&o.store, "real", "", "leave the pods to a kubelet, and keep artifacts at this address")
	flags.StringVar(&o.o11n, "o11n", "", "what waits for builds of Jenkins")
	flags.StringVar(&o.argoConfig, "argo-config", "", "the controller's ConfigMap")
	flags.StringVar(&o.kubectl, "kubectl", "", "what drivers use: pipelines are Jobs, and there is no Argo")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c, err := connect(o.kubeconfig)
	if err != nil {
		return err
	}
	if err := c.prepare(ctx, o); err != nil {
		return err
	}
	s := newServer(c, o.kubectl)
	s.o11n = o.o11n
	if o.store == "" {
		err = s.startNode(ctx)
	} else {
		err = s.startReal(ctx, o.store)
	}
	if err != nil {
		return err
	}
	if s.kubectl == "" {
		err = s.watchWorkflows(ctx)
	} else {
		err = s.watchJobs(ctx)
	}
	if err != nil {
		return err
	}
	out := &lines{encoder: json.NewEncoder(os.Stdout)}
	out.print(map[string]bool{"ready": true})
	return s.takeJobs(ctx, os.Stdin, out)
}

// lines prints JSON objects, one a line, whole.
type lines struct {
	lock    sync.Mutex
	encoder *json.Encoder
}

func (l *lines) print(value any) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if err := l.encoder.Encode(value); err != nil {
		log.Fatal(err)
	}
}

func (s *server) takeJobs(ctx context.Context, in io.Reader, out *lines) error {
	var running sync.WaitGroup
	defer running.Wait()
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		var j job
		if err := json.Unmarshal(scanner.Bytes(), &j); err != nil {
			return fmt.Errorf("a job is not what it should be: %w", err)
		}
		running.Add(1)
		go func() {
			defer running.Done()
			out.print(s.run(ctx, &j))
		}()
	}
	return scanner.Err()
}
