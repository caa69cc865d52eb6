package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// troubles stands between a driver and the API server, and passes on what it is asked: but not always, and not always the answer.
type troubles struct {
	server *httptest.Server
	start  time.Time

	lock  sync.Mutex
	asked int
	made  map[string]int
}

// The API server cannot be reached between these times from the start of a run.
const (
	outageBegins = 4 * time.Second
	outageEnds   = 9 * time.Second
)

// longestWatch is how long a watch lives.
const longestWatch = 2500 * time.Millisecond

// lostAnswer marks requests whose answer does not arrive.
type lostAnswer struct{}

func newTroubles(host string, start time.Time) (*troubles, error) {
	target, err := url.Parse(host)
	if err != nil {
		return nil, err
	}
	t := &troubles{start: start, made: map[string]int{}}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	proxy.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	proxy.ModifyResponse = func(answer *http.Response) error {
		if answer.Request.Context().Value(lostAnswer{}) != nil {
			return errors.New("the answer is lost")
		}
		return nil
	}
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	t.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.serve(proxy, w, r) }))
	t.server.Config.ErrorLog = proxy.ErrorLog
	t.server.StartTLS()
	return t, nil
}

// serve makes every few requests a trouble, in turn, and all of them while there is an outage.
func (t *troubles) serve(proxy http.Handler, w http.ResponseWriter, r *http.Request) {
	isWatch := r.URL.Query().Get("watch") != ""
	since := time.Since(t.start)
	if since >= outageBegins && since < outageEnds {
		t.makes("outage")
		panic(http.ErrAbortHandler)
	}
	ctx := r.Context()
	if isWatch || since < outageBegins {
		longest := longestWatch
		if since < outageBegins {
			longest = min(longest, outageBegins-since)
		}
		short, cancel := context.WithTimeout(ctx, longest)
		defer cancel()
		ctx = short
	}
	// The rest is about which kinds there are.
	isAboutObjects := strings.Contains(r.URL.Path, "/namespaces/")
	t.lock.Lock()
	if isAboutObjects {
		t.asked++
	}
	turn := t.asked % 23
	t.lock.Unlock()
	isChange := r.Method != http.MethodGet
	switch {
	case !isAboutObjects:
	case turn == 4:
		t.makes("too many requests")
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusTooManyRequests, "TooManyRequests")
		return
	case turn == 9:
		t.makes("internal error")
		refuse(w, http.StatusInternalServerError, "InternalError")
		return
	case turn == 13 && isChange:
		t.makes("conflict")
		refuse(w, http.StatusConflict, "Conflict")
		return
	case turn == 17 && isChange:
		t.makes("answer lost")
		ctx = context.WithValue(ctx, lostAnswer{}, true)
	case turn == 21:
		t.makes("connection refused")
		panic(http.ErrAbortHandler)
	}
	proxy.ServeHTTP(w, r.WithContext(ctx))
}

func (t *troubles) makes(what string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.made[what]++
}

func refuse(w http.ResponseWriter, code int, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"trouble","reason":%q,"code":%d}`, reason, code)
}

// close tells what troubles there were.
func (t *troubles) close(p *pod) {
	t.server.CloseClientConnections()
	t.server.Close()
	t.lock.Lock()
	defer t.lock.Unlock()
	p.run.note(p, fmt.Sprintf("of %d requests, troubles: %v", t.asked, t.made))
}
