package store

// Token is who a token belongs to.
type Token struct {
	User, Device string
	Disabled     bool // the user
}

// Token finds who the hash of a token belongs to; found is false when it is unknown or ended.
func (v *View) Token(hash string) (t Token, found bool, err error) {
	found, err = v.c.one([]any{&t.User, &t.Device, &t.Disabled}, `SELECT d.user, d.id, u.deleted = 1 OR `+isTrue("u.body", "disabled")+`
		FROM device d JOIN record u ON u.kind = 'user' AND u.id = d.user WHERE d.token_hash = ? AND d.revoked = 0`, hash)
	return t, found, err
}

// DeviceToken finds the user of a device and the hash of its token; found is false when it has none that would open anything.
func (v *View) DeviceToken(device string) (user, hash string, found bool, err error) {
	found, err = v.c.one([]any{&user, &hash}, `SELECT d.user, d.token_hash FROM device d JOIN record u ON u.kind = 'user' AND u.id = d.user
		WHERE d.id = ? AND d.revoked = 0 AND d.token_hash IS NOT NULL AND u.deleted = 0 AND NOT `+isTrue("u.body", "disabled"), device)
	return user, hash, found, err
}

// DeviceActive tells whether a device of a user has a token that was not ended, and the user is not disabled.
func (v *View) DeviceActive(user, device string) (bool, error) {
	owner, _, found, err := v.DeviceToken(device)
	return found && owner == user, err
}

// Account finds an account by its login, in any case of letters.
func (v *View) Account(login string) (a Account, found bool, err error) {
	found, err = v.c.one([]any{&a.User, &a.Name, &a.Disabled, &a.Password}, `SELECT u.id, coalesce(u.body ->> 'name', ''),
			`+isTrue("u.body", "disabled")+`, coalesce(a.password, '')
		FROM record u LEFT JOIN account a ON a.user = u.id
		WHERE u.kind = 'user' AND u.deleted = 0 AND lower(u.body ->> 'login') = lower(?)`, login)
	return a, found, err
}

// Revoked tells whether a device was ended for good.
func (v *View) Revoked(device string) (bool, error) {
	var one int
	return v.c.one([]any{&one}, `SELECT 1 FROM device WHERE id = ? AND revoked = 1`, device)
}

// Device is a device of a user.
type Device struct {
	ID, User, Name, Replica  string
	LastSeen, LastSync, Skew int64
	Revoked, Active          bool
}

// Devices lists all devices by user and id.
func (v *View) Devices() (list []Device, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var d Device
		err := scan(&d.ID, &d.User, &d.Name, &d.Replica, &d.LastSeen, &d.LastSync, &d.Skew, &d.Revoked, &d.Active)
		list = append(list, d)
		return err
	}, `SELECT id, user, name, replica, last_seen, last_sync, skew, revoked, token_hash IS NOT NULL FROM device ORDER BY user, id`)
	return list, err
}
