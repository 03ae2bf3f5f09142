package api

// TableRow is one route as the tests outside of the package see it.
type TableRow struct {
	Method, Path, Permission, Sent string
	Stream                         bool
}

// Table lists the routes of a server.
func Table() []TableRow {
	a := &API{}
	var rows []TableRow
	for _, r := range a.routes() {
		rows = append(rows, TableRow{r.method, r.path, r.right.String(), r.end.sent, r.end.stream})
	}
	return rows
}
