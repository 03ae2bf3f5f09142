package powercut_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"yuzhou/shared/change"
	"yuzhou/shared/wire"
)

// ledger is what people and laptops were told, kept where no power cut reaches it.
type ledger struct {
	facts   map[string]string // id of a follow-up or customer that was saved → its words
	tried   map[string]bool   // words that were typed, saved or not
	regions map[string]*typed // by customer
	pushed  []pushed          // mutations whose results the server returned
	answers map[string]change.Result
}

// typed is a field that is written again and again.
type typed struct {
	saved string
	since []string // typed after that: the power went before they were saved, or it did not
}

func (t *typed) may(value string) bool {
	if value == t.saved {
		return true
	}
	for _, s := range t.since {
		if s == value {
			return true
		}
	}
	return false
}

type pushed struct {
	id   string
	line string
}

func newLedger() *ledger {
	return &ledger{facts: map[string]string{}, tried: map[string]bool{}, regions: map[string]*typed{}, answers: map[string]change.Result{}}
}

var errDark = errors.New("nobody is there")

// cable joins the laptop and the server without a network between them, and writes down what was answered.
type cable struct {
	site   *site
	ledger *ledger
	token  string // of the laptop, as last seen
}

// RoundTrip implements http.RoundTripper.
func (c *cable) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.site == nil {
		return nil, errDark
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	c.token = req.Header.Get("Authorization")
	inner := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.Path, bytes.NewReader(body))
	inner.Header = req.Header.Clone()
	answer := httptest.NewRecorder()
	c.site.handler.ServeHTTP(answer, inner)
	if c.site.machine != nil && c.site.machine.Off() && answer.Code >= http.StatusInternalServerError {
		return nil, errDark // a machine without power does not say that it has none
	}
	if c.ledger != nil && strings.HasSuffix(req.URL.Path, "/push") && answer.Code == http.StatusOK {
		if err := c.ledger.note(body, answer.Body.Bytes()); err != nil {
			return nil, err
		}
	}
	return answer.Result(), nil
}

// note keeps the mutations of a push with their results.
func (l *ledger) note(body, answer []byte) error {
	sent, err := readLines(body)
	if err != nil {
		return err
	}
	results, err := readResults(answer)
	if err != nil {
		return err
	}
	if len(results) != len(sent)-1 {
		return errors.New("as many results as mutations were expected")
	}
	for i, r := range results {
		if _, known := l.answers[r.ID]; !known {
			l.pushed = append(l.pushed, pushed{r.ID, sent[i+1]})
		}
		l.answers[r.ID] = r
	}
	return nil
}

func readLines(body []byte) (lines []string, err error) {
	r, err := wire.NewReader(body, wire.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		line, err := r.Line()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, strings.TrimSuffix(string(line), "\n"))
	}
}

func readResults(body []byte) (results []change.Result, err error) {
	r, err := wire.NewReader(body, wire.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for {
		var f wire.Frame
		if err := r.Next(&f); err != nil {
			return nil, err
		}
		if f.End != nil {
			return results, nil
		}
		results = append(results, *f.Result)
	}
}
