package store

// TouchedScopes names the scopes that a commit after the given one touched.
func (v *View) TouchedScopes(after int64) ([]string, error) {
	return v.names(`SELECT name FROM scope WHERE seq > ?`, after)
}

// SightChanged names the users whose sight a commit after the given one changed. It reads all of sight, so it is for
// commits that changed the organisation (View.Rights).
func (v *View) SightChanged(after int64) ([]string, error) {
	return v.names(`SELECT DISTINCT user FROM sight WHERE since > ?1 OR until > ?1`, after)
}

// ScopeNames names the scopes that a user holds now.
func (v *View) ScopeNames(user string) ([]string, error) {
	return v.names(`SELECT scope FROM sight WHERE user = ? AND until = 0`, user)
}

func (v *View) names(text string, arg any) (list []string, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		list = append(list, name)
		return err
	}, text, arg)
	return list, err
}
