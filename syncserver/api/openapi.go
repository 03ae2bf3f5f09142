package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"yuzhou/shared/wire"
)

// object is a JSON object of the description.
type object = map[string]any

// describe makes the OpenAPI 3.1 document of the table of routes. It is made of the table and of the Go types alone,
// so there is no second text that could grow old.
func describe(routes []route, version string) []byte {
	schemas := schemas{}
	failure := schemas.of(reflect.TypeFor[wire.Failure]())
	paths := object{}
	for _, r := range routes {
		path := openPath(r.path)
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(r.method)] = schemas.operation(r, failure)
	}
	document, err := json.Marshal(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "Yuzhou 渔舟", "version": version, "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Every answer that is not 2xx is a Failure with a stable code. " +
				"Times are Unix milliseconds in UTC, dates are 2006-01-02, ids are UUIDv7 or readable names.",
		},
		"paths": paths,
		"components": object{
			"schemas":         schemas,
			"securitySchemes": object{"device": object{"type": "http", "scheme": "bearer", "description": "The token of POST /api/v1/login."}},
		},
	})
	if err != nil { // the document holds only maps, texts and numbers
		panic(err)
	}
	return document
}

// operation describes one route.
func (s schemas) operation(r route, failure object) object {
	op := object{
		"operationId":  operationID(r),
		"summary":      r.summary,
		"x-permission": r.right.String(),
		"security":     []object{{"device": []string{}}},
		"responses": object{
			strconv.Itoa(r.end.status): s.success(r.end),
			"default":                  object{"description": "A failure", "content": object{jsonType: object{"schema": failure}}},
		},
	}
	if r.right.public {
		op["security"] = []object{}
	}
	if r.end.in != nil {
		op["requestBody"] = object{"required": true, "content": object{r.end.sent: s.content(r.end.in, r.end.sent)}}
	}
	var parameters []object
	for _, name := range pathNames(r.path) {
		parameters = append(parameters, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	if r.end.sent == wire.ContentType {
		parameters = append(parameters, header(wire.HeaderDigest, "Hex SHA-256 of the body as sent.", true))
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	return op
}

func (s schemas) success(end endpoint) object {
	response := object{"description": http.StatusText(end.status)}
	if end.out != nil {
		response["content"] = object{end.given: s.content(end.out, end.given)}
	}
	digest := header("", "Hex SHA-256 of the body as sent.", true)
	switch {
	case end.given == wire.ContentType:
		response["headers"] = object{
			wire.HeaderEpoch:  header("", "The server's epoch; another one means that it was restored.", true),
			wire.HeaderDigest: digest,
			wire.HeaderTime:   header("", "The server's clock, Unix milliseconds.", true),
		}
	case end.given == jsonType && end.out != nil:
		response["headers"] = object{wire.HeaderDigest: digest}
	}
	return response
}

// content describes a body. A sync body is one JSON value a line, compressed, which no schema language can say; the
// type of its lines is named beside it.
func (s schemas) content(t reflect.Type, kind string) object {
	if kind == eventsType {
		return object{"schema": object{"type": "string", "description": "Server-sent events; data is an integer."}, "x-lines": s.of(t)}
	}
	if kind == wire.ContentType {
		return object{
			"schema":  object{"type": "string", "format": "binary", "description": "JSON lines, compressed with zstd"},
			"x-lines": s.of(t),
		}
	}
	return object{"schema": s.of(t)}
}

// header describes a header: as a parameter when it has a name, else as a header of an answer.
func header(name, description string, required bool) object {
	h := object{"description": description, "required": required, "schema": object{"type": "string"}}
	if name != "" {
		h["name"], h["in"] = name, "header"
	}
	return h
}

// openPath writes a path as OpenAPI does: /customers/{id}.
func openPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func pathNames(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			names = append(names, name)
		}
	}
	return names
}

// operationID is a name for programs that make client code: post_customers_id_claim.
func operationID(r route) string {
	path := strings.TrimPrefix(r.path, prefix)
	name := strings.NewReplacer("/", "_", ":", "", ".", "_", "-", "_").Replace(strings.Trim(path, "/"))
	return strings.ToLower(r.method) + "_" + name
}
