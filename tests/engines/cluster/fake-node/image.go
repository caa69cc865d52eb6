package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"strings"
)

// writeImage writes an image of one layer that containerd can import, with an entrypoint of some words, or none. A file at /bin/busybox also
// gets links for all that it can be called as.
func writeImage(out, name, entrypoint string, files []string) error {
	var layer bytes.Buffer
	writer := tar.NewWriter(&layer)
	put := func(header tar.Header, body []byte) error {
		header.Size = int64(len(body))
		if err := writer.WriteHeader(&header); err != nil {
			return err
		}
		_, err := writer.Write(body)
		return err
	}
	made := map[string]bool{}
	folder := func(name string) error {
		if made[name] || name == "." {
			return nil
		}
		made[name] = true
		return put(tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o777}, nil)
	}
	for _, name := range []string{"tmp", "etc", "root", "usr", "usr/bin", "bin"} {
		if err := folder(name); err != nil {
			return err
		}
	}
	if err := put(tar.Header{Name: "etc/passwd", Mode: 0o644}, []byte("root:x:0:0:root:/root:/bin/sh\n")); err != nil {
		return err
	}
	for _, pair := range files {
		target, file, _ := strings.Cut(pair, "=")
		body, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		target = strings.TrimPrefix(target, "/")
		if err := folder(path.Dir(target)); err != nil {
			return err
		}
		if err := put(tar.Header{Name: target, Mode: 0o755}, body); err != nil {
			return err
		}
		if target != "bin/busybox" {
			continue
		}
		applets, err := exec.Command(file, "--list").Output()
		if err != nil {
			return fmt.Errorf("%s --list: %w", file, err)
		}
		for _, applet := range strings.Fields(string(applets)) {
			link := tar.Header{Name: "bin/" + applet, Typeflag: tar.TypeSymlink, Linkname: "/bin/busybox", Mode: 0o777}
			if applet == "busybox" {
				continue
			}
			if err := put(link, nil); err != nil {
				return err
			}
		}
		if err := put(tar.Header{Name: "usr/bin/env", Typeflag: tar.TypeSymlink, Linkname: "/bin/busybox"}, nil); err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return writeArchive(out, name, entrypoint, layer.Bytes())
}

// writeArchive wraps a layer into what `docker save` would write.
func writeArchive(out, name, entrypoint string, layer []byte) error {
	digest := func(body []byte) string { sum := sha256.Sum256(body); return hex.EncodeToString(sum[:]) }
	settings := map[string]any{"Env": []string{"PATH=/usr/bin:/bin"}}
	if entrypoint != "" {
		settings["Entrypoint"] = strings.Fields(entrypoint)
	}
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": settings,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest(layer)}},
	})
	if err != nil {
		return err
	}
	names := []string{digest(config) + ".json", digest(layer) + "/layer.tar"}
	manifest, err := json.Marshal([]any{map[string]any{"Config": names[0], "RepoTags": []string{name + ":latest"}, "Layers": names[1:]}})
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	writer := tar.NewWriter(file)
	for i, body := range [][]byte{config, layer, manifest} {
		header := tar.Header{Name: append(names, "manifest.json")[i], Mode: 0o644, Size: int64(len(body))}
		if err := writer.WriteHeader(&header); err != nil {
			return err
		}
		if _, err := writer.Write(body); err != nil {
			return err
		}
	}
	return writer.Close()
}
