// yaml-read prints what a YAML file says as JSON, read as Kubernetes and Argo read it.
//
//	yaml-read FILE...
//
// One line a file: the value, or {"error": …} with exit status 1 at the end.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	refused := false
	for _, file := range os.Args[1:] {
		line, err := read(file)
		if err != nil {
			refused = true
			line, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		fmt.Println(string(line))
	}
	if refused {
		os.Exit(1)
	}
}

func read(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return yaml.YAMLToJSONStrict(text)
}
