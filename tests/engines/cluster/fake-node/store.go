package main

import (
	"bufio"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// store is a place for artifacts: as much of S3 as Argo's executor asks for, in memory, for whoever comes.
type store struct {
	lock    sync.Mutex
	objects map[string][]byte
}

// serveStore listens at an address.
func serveStore(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	s := &store{objects: map[string][]byte{}}
	go func() { _ = http.Serve(listener, s) }()
	return nil
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.lock.Lock()
	defer s.lock.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/")
	_, asksLocation := r.URL.Query()["location"]
	_, isInBucket := strings.CutPrefix(key, "artifacts/")
	switch {
	case asksLocation:
		fmt.Fprint(w, `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></LocationConstraint>`)
	case r.Method == http.MethodPut:
		body, err := readBody(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.objects[key] = body
		w.Header().Set("ETag", etag(body))
	case !isInBucket || strings.HasSuffix(key, "/"):
		s.list(w, strings.TrimSuffix(key, "/"), r.URL.Query().Get("prefix"))
	default:
		body, ok := s.objects[key]
		if !ok {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, "<Error><Code>NoSuchKey</Code><Message>none</Message><Key>%s</Key></Error>", key)
			return
		}
		w.Header().Set("ETag", etag(body))
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	}
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// list tells the keys that begin with a prefix.
func (s *store) list(w http.ResponseWriter, bucket, prefix string) {
	type content struct {
		Key          string
		Size         int
		LastModified string
		ETag         string
	}
	result := struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Name     string
		Prefix   string
		KeyCount int
		Contents []content
	}{Name: bucket, Prefix: prefix}
	for key, body := range s.objects {
		if name, ok := strings.CutPrefix(key, bucket+"/"); ok && strings.HasPrefix(name, prefix) {
			result.Contents = append(result.Contents, content{name, len(body), time.Now().UTC().Format(time.RFC3339), etag(body)})
		}
	}
	slices.SortFunc(result.Contents, func(one, other content) int { return strings.Compare(one.Key, other.Key) })
	result.KeyCount = len(result.Contents)
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(result)
}

// readBody reads what was sent, also where it is signed piece by piece.
func readBody(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	var whole []byte
	reader := bufio.NewReader(r.Body)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, err
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		size, err := strconv.ParseInt(digits, 16, 64)
		if err != nil || size == 0 {
			return whole, err
		}
		piece := make([]byte, size+2)
		if _, err := io.ReadFull(reader, piece); err != nil {
			return nil, err
		}
		whole = append(whole, piece[:size]...)
	}
}
