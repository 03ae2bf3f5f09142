package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// limitBody refuses a body that is too long before anything is done for it: by its declared length at once, and
// while it is read when it declares none or lies.
func (a *API) limitBody(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.ContentLength > limit {
			c.Header("Connection", "close") // or net/http would read the rest of it
			a.refuse(c, fault.New(fault.TooLarge, "Limit", limit))
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	}
}

// wantType refuses a body that does not say that it is what the route takes. A page in a browser cannot send these
// types to another site without asking first.
func (a *API) wantType(want string) gin.HandlerFunc {
	return func(c *gin.Context) {
		got, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
		if err != nil || got != want {
			a.refuseAs(c, http.StatusUnsupportedMediaType, fault.New(fault.Malformed, "What", "content type", "Want", want))
		}
	}
}

// decode reads one JSON value. With strict, a field that is not known is refused, since a misspelt name would otherwise
// pass in silence. The messages of the protocol are not read strictly: their version says what they are, and a newer
// program should be told that it is newer.
func decode(c call, in any, strict bool) error {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return named(err)
	}
	if wire.Depth(body) > wire.MaxDepth {
		return fault.New(fault.Malformed, "What", "depth")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(in); err != nil {
		return named(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, "What", "json")
	}
	return nil
}

func named(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	// encoding/json has no type for this error.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		f := fault.New(fault.UnknownField).About("", strings.Trim(name, `"`))
		return f.Because("decode", err)
	}
	return fault.New(fault.Malformed, "What", "json").Because("decode", err)
}
