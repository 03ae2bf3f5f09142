package fault

import "slices"

// Code names one thing that can go wrong. The list is closed: a test holds it against the words.
type Code string

// The codes. They are for ever: old laptops know them.
const (
	// Input that a person can mend.
	Required       Code = "REQUIRED"        // a required field is empty
	TooLong        Code = "TOO_LONG"        // Max
	BadMobile      Code = "BAD_MOBILE"      // not a Chinese mobile number
	BadPhone       Code = "BAD_PHONE"       // not a telephone number
	BadEmail       Code = "BAD_EMAIL"       // not an email address
	BadURL         Code = "BAD_URL"         // not a web address
	BadCreditCode  Code = "BAD_CREDIT_CODE" // Why: length, letters, check
	BadDate        Code = "BAD_DATE"        // not a date or time
	BadTime        Code = "BAD_TIME"        // not a time of day
	BadNumber      Code = "BAD_NUMBER"      // not a number
	BadChoice      Code = "BAD_CHOICE"      // Word: not one of the choices
	BadReference   Code = "BAD_REFERENCE"   // Word: names a record that is not there
	FutureDate     Code = "FUTURE_DATE"     // a follow-up in the future
	Backdated      Code = "BACKDATED"       // Days: farther back than allowed
	ReasonMissing  Code = "REASON_MISSING"  // blocked task or release without a reason
	DueBeforeStart Code = "DUE_BEFORE_START"

	// Rights.
	NoRight       Code = "NO_RIGHT"       // Action
	NotFound      Code = "NOT_FOUND"      // not there, or not for the asker's eyes
	NotHolder     Code = "NOT_HOLDER"     // the customer has left the author
	FieldLocked   Code = "FIELD_LOCKED"   // a field only the server sets, or a masked one
	AppendOnly    Code = "APPEND_ONLY"    // follow-ups are facts and are not edited
	ExecutorBlind Code = "EXECUTOR_BLIND" // the executor may not see the customer of the task

	// Pool.
	ClaimNoRight   Code = "CLAIM_NO_RIGHT"
	PoolNotFound   Code = "POOL_NOT_FOUND"
	PoolDisabled   Code = "POOL_DISABLED"
	PoolNotMember  Code = "POOL_NOT_MEMBER"
	NotInPool      Code = "NOT_IN_POOL"
	AlreadyHeld    Code = "ALREADY_HELD" // Holder, Since (unix ms) as far as the asker may know
	PoolAssignOnly Code = "POOL_ASSIGN_ONLY"
	RecordHeld     Code = "RECORD_HELD"    // Until (unix ms)
	NewInPool      Code = "NEW_IN_POOL"    // Until (unix ms)
	CoolDown       Code = "COOL_DOWN"      // Until (unix ms)
	DailyLimit     Code = "DAILY_LIMIT"    // Limit, Used, Left, Resets (unix ms)
	PoolCap        Code = "POOL_CAP"       // Limit, Held, Left
	HoldingCap     Code = "HOLDING_CAP"    // Limit, Held, Left
	NoPool         Code = "NO_POOL"        // nowhere to release to
	UserDisabled   Code = "USER_DISABLED"  // User: target of a transfer or an assignment
	EmptyRule      Code = "EMPTY_RULE"     // a rule without condition or without owners
	LastPool       Code = "LAST_POOL"      // the last enabled pool cannot be disabled
	PoolNotEmpty   Code = "POOL_NOT_EMPTY" // Count
	Circle         Code = "CIRCLE"         // a department below itself, a superior below his subordinate

	// Sync.
	EditedSince    Code = "EDITED_SINCE" // a delete that did not see a later edit
	DependsOn      Code = "DEPENDS_ON"   // waits on a record whose creation was refused
	ReplicaFork    Code = "REPLICA_FORK" // the same mutation id with another content
	Overridden     Code = "OVERRIDDEN"   // conflict: the committed value stays
	UnknownKind    Code = "UNKNOWN_KIND"
	UnknownField   Code = "UNKNOWN_FIELD"
	Malformed      Code = "MALFORMED" // a message that is not of the protocol
	TooLarge       Code = "TOO_LARGE" // Limit
	OldProtocol    Code = "OLD_PROTOCOL"
	EpochChanged   Code = "EPOCH_CHANGED" // the server was restored
	DigestMismatch Code = "DIGEST_MISMATCH"
	MassRemoval    Code = "MASS_REMOVAL" // Count
	Parked         Code = "PARKED"       // a mutation that makes the server fail
	HandedOn       Code = "HANDED_ON"    // an edit of a customer that has left: its holder now decides
	AlreadySent    Code = "ALREADY_SENT" // a change that can no longer be taken back
	Forgotten      Code = "FORGOTTEN"    // Code: accepted once, forgotten by a restored server, and refused by it
	BadSyncFile    Code = "BAD_SYNC_FILE"
	SyncFileLogin  Code = "SYNC_FILE_LOGIN" // made under another login of the device
	SyncFileStale  Code = "SYNC_FILE_STALE" // the answer to another file, or one that was read already

	// Session.
	Unauthorized    Code = "UNAUTHORIZED" // token unknown, ended or revoked
	BadLogin        Code = "BAD_LOGIN"    // name or password
	AccountDisabled Code = "ACCOUNT_DISABLED"
	TooManyTries    Code = "TOO_MANY_TRIES"   // Seconds
	DeviceLimit     Code = "DEVICE_LIMIT"     // Limit: logged in on as many devices as are allowed
	WeakPassword    Code = "WEAK_PASSWORD"    // Min
	InsecureAddress Code = "INSECURE_ADDRESS" // plain HTTP to another machine
	BadAddress      Code = "BAD_ADDRESS"
	Offline         Code = "OFFLINE"        // no answer from the server
	UnknownHost     Code = "UNKNOWN_HOST"   // Host: the name leads nowhere
	NotListening    Code = "NOT_LISTENING"  // Host: the machine is there, no program answers at this port
	PlainServer     Code = "PLAIN_SERVER"   // https to a port that speaks http
	CertUnknown     Code = "CERT_UNKNOWN"   // Host: signed by nobody this machine knows, perhaps by itself
	CertName        Code = "CERT_NAME"      // Host: the certificate is for other names
	CertExpired     Code = "CERT_EXPIRED"   // Host: or this machine's clock is wrong
	NotOurServer    Code = "NOT_OUR_SERVER" // a captive portal, another program
	Busy            Code = "BUSY"           // 429, 503
	OtherAccount    Code = "OTHER_ACCOUNT"  // the replica belongs to somebody else
	LeaseEnded      Code = "LEASE_ENDED"    // Days: so long without the server; the replica is locked until a login

	// Files and machine.
	BadFile       Code = "BAD_FILE"  // Reason: cannot be read as a table
	NoHeader      Code = "NO_HEADER" // no header line found
	DiskFull      Code = "DISK_FULL"
	AlreadyOpen   Code = "ALREADY_OPEN" // a second window on the same folder
	ReplicaBroken Code = "REPLICA_BROKEN"
	ReplicaSaved  Code = "REPLICA_SAVED" // Count, File, Lost: a damaged replica was replaced; so many unsent changes were saved
	ReplicaNewer  Code = "REPLICA_NEWER" // a newer program wrote the replica
	Exists        Code = "EXISTS"        // a name that is taken
	Internal      Code = "INTERNAL"
)

// Known tells whether a code is of the list: one that came over the wire may be a newer program's.
func (c Code) Known() bool { return slices.Contains(Codes(), c) }

// Codes lists every code, for the test that holds them against the words.
func Codes() []Code {
	return []Code{
		Required, TooLong, BadMobile, BadPhone, BadEmail, BadURL, BadCreditCode, BadDate, BadTime, BadNumber, BadChoice,
		BadReference, FutureDate, Backdated, ReasonMissing, DueBeforeStart,
		NoRight, NotFound, NotHolder, FieldLocked, AppendOnly, ExecutorBlind,
		ClaimNoRight, PoolNotFound, PoolDisabled, PoolNotMember, NotInPool, AlreadyHeld, PoolAssignOnly, RecordHeld,
		NewInPool, CoolDown, DailyLimit, PoolCap, HoldingCap, NoPool, UserDisabled, EmptyRule, LastPool, PoolNotEmpty, Circle,
		EditedSince, DependsOn, ReplicaFork, Overridden, UnknownKind, UnknownField, Malformed, TooLarge, OldProtocol,
		EpochChanged, DigestMismatch, MassRemoval, Parked, HandedOn, AlreadySent, Forgotten,
		BadSyncFile, SyncFileLogin, SyncFileStale,
		Unauthorized, BadLogin, AccountDisabled, TooManyTries, DeviceLimit, WeakPassword, InsecureAddress, BadAddress, Offline,
		UnknownHost, NotListening, PlainServer, CertUnknown, CertName, CertExpired, NotOurServer, Busy, OtherAccount,
		LeaseEnded,
		BadFile, NoHeader, DiskFull, AlreadyOpen, ReplicaBroken, ReplicaSaved, ReplicaNewer, Exists, Internal,
	}
}
